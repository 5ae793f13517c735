"""The manners of the house: who may import whom, what code never does, and how long it may get."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[1]
PACKAGE = REPOSITORY / "musemate"
MAX_MODULE_LINES = 400
MAX_FUNCTION_LINES = 60
CORE_ROOMS = ("audio", "analysis", "engine", "export", "project", "study", "tasks")
WINDOW_MODULES = ("musemate.gui", "musemate.app", "musemate.jobs")
UNSAFE_MODULES = {"pickle", "cloudpickle", "dill", "shelve", "marshal", "joblib"}
NETWORK_MODULES = {"socket", "http", "urllib", "ftplib", "smtplib", "requests", "httpx", "aiohttp"}
UNSAFE_CALLS = {"eval", "exec", "os.system", "os.popen", "torch.load", "torch.save", "yaml.load"}
BROAD_EXCEPT_ALLOWED = {"musemate/jobs/worker.py", "musemate/log.py", "musemate/tasks/doctor.py"}
"""The worker's outermost call, the global hook, and the probes of the diagnosis, whose failures are its subject."""


def module_names(folder: Path) -> list[str]:
    """Return the dotted names of all modules of the package in `folder`."""
    paths = (path.relative_to(REPOSITORY).with_suffix("") for path in sorted(folder.rglob("*.py")))
    return [".".join(path.parts).removesuffix(".__init__") for path in paths]


@cache
def sources() -> dict[str, tuple[str, ast.Module]]:
    """Return text and syntax tree of every file of ours that is no test, by its path in the repository."""
    files = [REPOSITORY / "muse.py"]
    for name in ("musemate", "resources", "models", "installers", "benchmarks"):
        files += sorted((REPOSITORY / name).rglob("*.py"))
    texts = {file.relative_to(REPOSITORY).as_posix(): file.read_text(encoding="utf-8") for file in files}
    return {name: (text, ast.parse(text)) for name, text in texts.items()}


def nodes() -> Iterator[tuple[str, ast.AST]]:
    """Yield the path of the file and the node, for every node of all syntax trees."""
    for name, (_, tree) in sources().items():
        for node in ast.walk(tree):
            yield name, node


def places(wanted: Callable[[ast.AST], bool]) -> list[str]:
    """Return "path:line" of every node that is wanted."""
    return [f"{name}:{getattr(node, 'lineno', 0)}" for name, node in nodes() if wanted(node)]


def imported(node: ast.AST) -> set[str]:
    """Return the top-level names of the modules that a node imports."""
    if isinstance(node, ast.Import):
        return {alias.name.partition(".")[0] for alias in node.names}
    if isinstance(node, ast.ImportFrom) and node.level == 0:
        return {(node.module or "").partition(".")[0]}
    return set()


def has_keyword(node: ast.AST, name: str) -> bool:
    """Tell whether a node is a call with the keyword set to anything but False."""
    return isinstance(node, ast.Call) and any(
        keyword.arg == name and not (isinstance(keyword.value, ast.Constant) and keyword.value.value is False)
        for keyword in node.keywords
    )


# Who may import whom


def test_rooms_import_only_the_rooms_below() -> None:
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "from importlinter.cli import lint_imports_command as run; run()",
            "--no-cache",
        ],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def loaded_by(modules: list[str], unwanted: set[str], run: Callable[..., str]) -> set[str]:
    """Import modules in a fresh interpreter and return which of the unwanted packages came along."""
    code = (
        "import importlib, sys\n"
        f"for name in {modules!r}: importlib.import_module(name)\n"
        f"print(*({{name.partition('.')[0] for name in sys.modules}} & {unwanted!r}))"
    )
    return set(run(code).split())


@pytest.mark.parametrize("room", CORE_ROOMS)
def test_core_rooms_come_without_qt(room: str, fresh_python: Callable[..., str]) -> None:
    modules = module_names(PACKAGE / room)
    assert f"musemate.{room}" in modules
    assert loaded_by(modules, {"PySide6", "shiboken6"}, fresh_python) == set()


@pytest.mark.parametrize("module", ["musemate.cli", "musemate.jobs.worker", "musemate.log"])
def test_command_line_and_worker_start_without_qt_or_torch(module: str, fresh_python: Callable[..., str]) -> None:
    unwanted = {"PySide6", "shiboken6", "torch", "librosa", "numba"}
    assert loaded_by([module], unwanted, fresh_python) == set()


def test_the_window_comes_without_torch(fresh_python: Callable[..., str]) -> None:
    modules = [name for name in module_names(PACKAGE) if name.startswith(WINDOW_MODULES)]
    assert "musemate.app" in modules
    assert loaded_by(modules, {"torch", "librosa", "numba"}, fresh_python) == set()


# What code never does


def test_nothing_is_unpickled() -> None:
    assert places(lambda node: bool(imported(node) & UNSAFE_MODULES)) == []
    assert places(lambda node: has_keyword(node, "allow_pickle")) == []


def test_no_code_is_made_of_text_and_no_shell_is_asked() -> None:
    unsafe = places(lambda node: isinstance(node, ast.Call) and ast.unparse(node.func) in UNSAFE_CALLS)
    assert unsafe == []
    assert places(lambda node: has_keyword(node, "shell")) == []


def test_the_app_never_uses_the_network() -> None:
    assert places(lambda node: bool(imported(node) & NETWORK_MODULES)) == []


def test_no_star_imports() -> None:
    stars = places(lambda node: isinstance(node, ast.ImportFrom) and node.names[0].name == "*")
    assert stars == []


def test_broad_excepts_stay_at_the_outermost_doors() -> None:
    def swallows_everything(node: ast.AST) -> bool:
        if not isinstance(node, ast.ExceptHandler):
            return False
        is_broad = node.type is None or ast.unparse(node.type) in ("Exception", "BaseException")
        return is_broad and not isinstance(node.body[-1], ast.Raise)  # tidying up and raising again is fine

    assert {place.partition(":")[0] for place in places(swallows_everything)} - BROAD_EXCEPT_ALLOWED == set()


def test_nothing_is_used_that_pyside_never_lets_go_of() -> None:
    """Each was found by a memory that grew: what they return or are asked about stays for good (PySide 6.11)."""
    kept = {"QRunnable", "takeChild", "fromSignal"}
    assert places(lambda node: getattr(node, "attr", getattr(node, "id", "")) in kept) == []


def test_painters_end_with_their_block() -> None:
    """One that the traceback of an error keeps alive still paints when Qt shows the window, and that aborts all."""
    painters = ("QPainter", "QStylePainter")

    def is_made(node: ast.AST) -> bool:
        return isinstance(node, ast.Call) and ast.unparse(node.func) in painters

    contexts = {id(item.context_expr) for _, node in nodes() if isinstance(node, ast.With) for item in node.items}
    assert places(is_made)
    assert places(lambda node: is_made(node) and id(node) not in contexts) == []


# How it reads


def test_every_module_says_what_it_is_for() -> None:
    assert [name for name, (_, tree) in sources().items() if not ast.get_docstring(tree)] == []


def test_package_files_hold_no_logic() -> None:
    allowed = (ast.Expr, ast.Import, ast.ImportFrom, ast.Assign, ast.AnnAssign)
    offenders = [
        f"{name}:{node.lineno}"
        for name, (_, tree) in sources().items()
        if name.endswith("__init__.py")
        for node in tree.body
        if not isinstance(node, allowed) or any(isinstance(part, ast.Call) for part in ast.walk(node))
    ]
    assert offenders == []


def test_modules_stay_short() -> None:
    lengths = {name: text.count("\n") for name, (text, _) in sources().items()}
    assert {name: n for name, n in lengths.items() if n > MAX_MODULE_LINES} == {}


def test_functions_stay_short() -> None:
    lengths = {
        f"{name}:{node.name}": (node.end_lineno or 0) - node.lineno + 1
        for name, node in nodes()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    assert {name: n for name, n in lengths.items() if n > MAX_FUNCTION_LINES} == {}


def test_the_wheel_lists_every_package() -> None:
    import tomllib

    settings = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))
    listed = set(settings["tool"]["setuptools"]["packages"]) - {"musemate.resources", "musemate.models"}
    assert listed == {".".join(path.parent.relative_to(REPOSITORY).parts) for path in PACKAGE.rglob("__init__.py")}


# What has aborted the process under one Qt binding


def test_qt_survives_many_signals_and_paintings() -> None:
    done = subprocess.run(
        [sys.executable, str(REPOSITORY / "tests" / "endurance.py")],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "40000 0.999\n"), done.stderr
