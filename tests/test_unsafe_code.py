"""What no file of ours does, whichever way it is written: run what it reads, ask a shell, speak with the network.

`test_house.py` looks for the usual spellings; here are the roundabout ones.
"""

from __future__ import annotations

import ast
import re

import pytest

from tests.test_house import NETWORK_MODULES, UNSAFE_MODULES, nodes

_MORE_MODULES = {
    *("code", "codeop", "runpy", "imp", "commands", "pty"),  # run what they are given
    *("xmlrpc", "telnetlib", "poplib", "imaplib", "nntplib", "socketserver", "ssl", "asyncio", "webbrowser", "urllib3"),
    *("xml", "lxml"),  # entities that grow without end, and that name files
    *("jsonpickle", "cPickle", "_pickle", "hickle", "pandas"),
}
_QT_NETWORK = re.compile(r"PySide6\.Qt(Network|Web|Http|RemoteObjects|Qml)")
_CALLS = re.compile(
    r"(builtins\.)?(eval|exec|compile|__import__)"
    r"|os\.(system|popen|exec\w+|spawn\w+|posix_spawn\w*|startfile)"
    r"|subprocess\.(getoutput|getstatusoutput)"
    r"|torch\.(load|save|jit\.load|hub\.\w+)"
    r"|yaml\.(load|load_all|full_load|unsafe_load)"
    r"|tempfile\.mktemp"
    r"|shutil\.unpack_archive"
)
_METHODS = {"extractall", "enable_load_extension", "load_extension", "set_extension_enabled"}
_PROCESSES = {"run", "Popen", "call", "check_call", "check_output"}
_ALLOWED = {
    ("muse.py", "os.execv"),  # the starter becomes the program
    *((file, "xml.etree.ElementTree") for file in ("musemate/export/dawproject.py", "musemate/export/ixml.py")),
}
_READS_XML = {"parse", "iterparse", "fromstring", "fromstringlist", "XML", "XMLID", "XMLParser", "XMLPullParser"}
_BY_NAME_ALLOWED = {
    # modules whose names stand in tables of ours
    "musemate/tasks/registry.py",
    "musemate/engine/registry.py",
    "musemate/jobs/worker.py",
    "benchmarks/patched.py",
    "benchmarks/reliability_pieces.py",
}


def faults_of(node: ast.AST) -> list[str]:
    """Return what of a node is not to be: one text for each reason."""
    if isinstance(node, ast.Import | ast.ImportFrom):
        return _imports(node)
    return _calls(node) if isinstance(node, ast.Call) else []


def _imports(node: ast.Import | ast.ImportFrom) -> list[str]:
    forbidden = UNSAFE_MODULES | NETWORK_MODULES | _MORE_MODULES
    if isinstance(node, ast.Import):
        names = [alias.name for alias in node.names]
    else:
        names = [f"{node.module}.{alias.name}" for alias in node.names if not node.level]
    return [
        name
        for name in names
        if name.partition(".")[0] in forbidden or _QT_NETWORK.match(name) or (_CALLS.fullmatch(name) and "." in name)
    ]


def _calls(node: ast.Call) -> list[str]:
    name = ast.unparse(node.func)
    last = name.rpartition(".")[2]
    found = [name] if _CALLS.fullmatch(name) or last in _METHODS else []
    if last in ("recv", "loads") and name != "json.loads" and not node.args:
        found.append(name)  # multiprocessing unpickles what it receives; its bytes are safe
    if last in _PROCESSES and name.startswith("subprocess.") and node.args:
        told = node.args[0]
        if isinstance(told, ast.JoinedStr | ast.BinOp) or (isinstance(told, ast.Constant) and type(told.value) is str):
            found.append(f"{name} with a text")
    if last in ("import_module", "getattr") and node.args and isinstance(node.args[-1], ast.Constant):
        asked = str(node.args[-1].value)
        found += [f"{name} {asked}"] * (asked in UNSAFE_MODULES | {"eval", "exec", "system"})
    return found


def test_nothing_unsafe_in_whatever_spelling() -> None:
    found = {(file, fault) for file, node in nodes() for fault in faults_of(node)}
    assert found - _ALLOWED == set()


def test_xml_is_written_and_never_read() -> None:
    """What reads it stumbles over entities; what writes it escapes texts as it must."""
    tree = re.compile(r"(ElementTree|ET)\.\w+")
    read = {
        (file, ast.unparse(node))
        for file, node in nodes()
        if isinstance(node, ast.Attribute) and node.attr in _READS_XML and tree.fullmatch(ast.unparse(node))
    }
    assert read == set()


def test_modules_are_imported_by_name_in_few_places() -> None:
    places = {
        file
        for file, node in nodes()
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("import_module")
    }
    assert places - _BY_NAME_ALLOWED == set()


@pytest.mark.parametrize(
    "code",
    [
        "import pickle",
        "from pickle import loads as read",
        "import _pickle",
        "from os import system as run",
        "from torch import load",
        "import xml.etree.ElementTree as tree",
        "from PySide6.QtNetwork import QNetworkAccessManager",
        "from PySide6 import QtNetwork",
        "import asyncio",
        "builtins.exec(text)",
        "compile(text, '', 'exec')",
        "__import__(name)",
        "os.execv(path, [])",
        "subprocess.getoutput('ls')",
        "subprocess.run('ls')",
        "subprocess.Popen(f'ls {name}')",
        "subprocess.run('ls ' + name)",
        "tempfile.mktemp()",
        "archive.extractall(folder)",
        "connection.enable_load_extension(True)",
        "pipe.recv()",
        "import_module('pickle')",
        "getattr(os, 'system')",
    ],
)
def test_the_check_finds(code: str) -> None:
    assert [fault for node in ast.walk(ast.parse(code)) for fault in faults_of(node)]


@pytest.mark.parametrize(
    "code",
    [
        "import json, sqlite3, subprocess",
        "from PySide6.QtCore import Qt",
        "subprocess.run(['ls', name])",
        "subprocess.Popen(command)",
        "pipe.recv_bytes()",
        "re.compile(text)",
        "json.loads(text)",
        "from . import code",
        "engine.load(folder)",
    ],
)
def test_the_check_leaves_alone(code: str) -> None:
    assert [fault for node in ast.walk(ast.parse(code)) for fault in faults_of(node)] == []
