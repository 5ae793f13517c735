"""The log file and the hook for exceptions that nothing caught."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from musemate import log, paths
from musemate.errors import ProjectError


@pytest.fixture
def root() -> Iterator[logging.Logger]:
    """Return the root logger and take off again what a test puts on it."""
    logger = logging.getLogger()
    before, level = list(logger.handlers), logger.level
    yield logger
    for handler in set(logger.handlers) - set(before):
        logger.removeHandler(handler)
        handler.close()
    logger.setLevel(level)


@pytest.fixture(autouse=True)
def _no_crash_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave pytest's own faulthandler in place; the real one is tried in a process of its own."""
    monkeypatch.setattr(log, "_watch_for_crashes", lambda path: None)


def test_messages_reach_the_file(tmp_path: Path, root: logging.Logger) -> None:
    path = log.start_log("window", tmp_path / "new" / "folder")
    logging.getLogger("musemate.test").info("Loaded %d für 3 µs", 2)
    assert path == tmp_path / "new" / "folder" / "window.log"
    assert path.read_text(encoding="utf-8").endswith("INFO " + str(os.getpid()) + " musemate.test: Loaded 2 für 3 µs\n")


def test_printed_arrays_are_cut(tmp_path: Path, root: logging.Logger) -> None:
    path = log.start_log("window", tmp_path)
    logging.getLogger("musemate.test").info("x" * 100_000)
    assert path is not None
    text = path.read_text(encoding="utf-8")
    assert len(text) < log.MAX_MESSAGE_CHARS + 100
    assert "characters left out" in text


def test_files_rotate_and_stay_small(tmp_path: Path, root: logging.Logger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log, "MAX_FILE_BYTES", 500)
    log.start_log("window", tmp_path)
    for number in range(60):
        logging.getLogger("musemate.test").info("line %d", number)
    files = sorted(path.name for path in tmp_path.iterdir())
    assert files == ["window.log", "window.log.1", "window.log.2", "window.log.3"]
    assert all(path.stat().st_size <= 500 for path in tmp_path.iterdir())


def test_no_folder_is_no_reason_to_fail(tmp_path: Path, root: logging.Logger) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    handlers = list(root.handlers)
    assert log.start_log("window", blocked / "log") is None
    assert root.handlers == handlers


def test_expected_errors_are_shown_as_they_are() -> None:
    error = ProjectError("The project is read-only.", hint="Copy it.")
    assert log.as_shown(error) is error


def test_unexpected_errors_name_the_log() -> None:
    shown = log.as_shown(ZeroDivisionError("division by zero"))
    assert "did not expect" in shown.message
    assert str(paths.log_folder()) in shown.hint
    assert shown.detail == "ZeroDivisionError: division by zero"


HOOKED = """
import json, sys, threading
from pathlib import Path
from musemate import log
from musemate.errors import ExportError
log.start_log("tried", Path({folder!r}))
log.install_excepthook(lambda error: print(json.dumps([error.message, error.detail])))
thread = threading.Thread(target=lambda: 1 / 0)
thread.start()
thread.join()
sys.excepthook(ExportError, ExportError("The disk is full."), None)
"""


def test_uncaught_exceptions_are_logged_and_said(tmp_path: Path, fresh_python: Callable[..., str]) -> None:
    printed = fresh_python(HOOKED.format(folder=str(tmp_path)))
    shown = [json.loads(line) for line in printed.splitlines()]
    assert shown == [
        ["Something went wrong that MuseMate did not expect.", "ZeroDivisionError: division by zero"],
        ["The disk is full.", ""],
    ]
    text = (tmp_path / "tried.log").read_text()
    assert "Uncaught ZeroDivisionError" in text
    assert "Traceback" in text


UNLOGGED = """
import contextlib, sys
from musemate import log
log.install_excepthook(lambda error: print(error.message))
with contextlib.redirect_stderr(sys.stdout):
    try:
        1 / 0
    except ZeroDivisionError as error:
        sys.excepthook(ZeroDivisionError, error, error.__traceback__)
"""


def test_without_a_log_there_is_no_traceback_either(fresh_python: Callable[..., str]) -> None:
    assert fresh_python(UNLOGGED) == "Something went wrong that MuseMate did not expect.\n"


CRASHED = """
import ctypes
from pathlib import Path
from musemate import log
log.start_log("tried", Path({folder!r}))
def in_a_bad_library():
    ctypes.string_at(0)
in_a_bad_library()
"""


def test_a_crash_leaves_its_stack(tmp_path: Path, fresh_python: Callable[..., str]) -> None:
    with pytest.raises(AssertionError, match="exit code"):
        fresh_python(CRASHED.format(folder=str(tmp_path)))
    assert "in_a_bad_library" in (tmp_path / "tried-crash.log").read_text()
