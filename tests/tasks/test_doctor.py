"""The diagnosis for a bug report, and the crashes that it tells of."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from musemate import log, paths
from musemate.engine.events import CrashNoted, Diagnosed, Event, Working
from musemate.settings import Settings, save_settings
from musemate.tasks import crashes, doctor, probes
from musemate.tasks.crashes import MOST_KEPT, Running, collect_crashes, find_traces, last_crash
from musemate.tasks.registry import get_task


@pytest.fixture(autouse=True)
def _own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MUSEMATE_HOME", str(tmp_path / "home"))


@pytest.fixture
def folder() -> Path:
    """Return the folder of the log."""
    paths.log_folder().mkdir(parents=True)
    return paths.log_folder()


def never() -> bool:
    return False


def diagnosis(**arguments: list[str]) -> Diagnosed:
    events = list(get_task("doctor")(**arguments, cancelled=never))
    assert all(isinstance(event, Working) for event in events[:-1])
    assert isinstance(events[-1], Diagnosed)
    return events[-1]


def few_probes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a diagnosis be quick where its content does not matter."""
    monkeypatch.setattr(doctor, "PROBES", {"Versions": probes.versions})


# The diagnosis


def test_a_diagnosis_tells_what_a_bug_report_needs() -> None:
    found = diagnosis().sections
    assert set(found["Versions"]) >= {"MuseMate", "Python", "torch", "PySide6-Essentials", "numpy", "soundfile"}
    assert found["Libraries"]["libsndfile"].count(".") == 2
    assert found["Computing"]["cpu"].endswith(": passes the self-test")
    assert set(found["Folders"]) == {"projects", "log", "settings", "temporary"}
    assert "can be written" in found["Folders"]["temporary"]
    assert "GiB free" in found["Folders"]["projects"]
    assert found["Settings"]["engine"] == "frames"
    assert found["Last crash"] == {"none": "no crash is noted"}


def test_the_text_holds_what_the_sections_hold_and_a_promise() -> None:
    found = diagnosis()
    for title, facts in found.sections.items():
        assert f"\n{title}\n" in found.text
        assert all(line in found.text for value in facts.values() for line in value.splitlines())
    assert found.text.rstrip().endswith(doctor.PROMISE)


def test_what_cannot_be_asked_is_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> probes.Facts:
        raise RecursionError("the driver calls itself")

    monkeypatch.setattr(doctor, "PROBES", {"Versions": probes.versions, "Computing": broken})
    assert diagnosis().sections["Computing"] == {"failed": "RecursionError: the driver calls itself"}


def test_what_ended_a_process_is_not_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def deadly() -> probes.Facts:
        raise AssertionError("was asked")

    monkeypatch.setattr(doctor, "PROBES", {"Computing": deadly})
    assert diagnosis(leave_out=["Computing"]).sections["Computing"] == {"not asked": "it ended the process"}


def test_neither_home_nor_own_presets_are_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    save_settings(Settings(preset="Secret song", export={"template": "Secret_{take}"}))
    text = diagnosis().text
    assert str(tmp_path) not in text
    assert "~/home/log" in text
    assert "Secret" not in text
    assert text.count("one of your own") == 2


def test_a_folder_that_is_to_come_and_one_that_is_closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert ": is made when needed, can be written, rights " in probes.folder_state(tmp_path / "a" / "b")

    def refused(**_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(probes.tempfile, "TemporaryFile", refused)
    assert "cannot be written (Permission denied)" in probes.folder_state(tmp_path)


# Crashes


def note(folder: Path, text: str, name: str = "worker-train") -> Path:
    file = folder / f"{name}{log.CRASH_SUFFIX}"
    file.write_text(text)
    return file


def collect() -> list[Event]:
    return list(collect_crashes(cancelled=never))


def test_notes_become_a_diagnosis_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    few_probes(monkeypatch)
    file = note(folder, 'Fatal Python error: Segmentation fault\n  File "x.py", line 1 in f\nopened "Secret song"\n')
    assert find_traces().has_notes
    noted = collect()[-1]
    assert isinstance(noted, CrashNoted)
    assert Path(noted.file).read_text(encoding="utf-8") == noted.text
    assert "worker-train, " in noted.text
    assert 'Segmentation fault\n  File "x.py", line 1 in f\n' in noted.text
    assert "Secret" not in noted.text
    assert "MuseMate's diagnosis of" in noted.text
    assert file.read_text() == ""
    assert collect() == []
    assert find_traces() == crashes.Traces(has_notes=False, n_unclosed=0, newest=Path(noted.file).name)


def test_a_diagnosis_tells_of_the_last_crash(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    few_probes(monkeypatch)
    note(folder, "the first\n")
    collect()
    assert diagnosis().sections["Last crash"]["says"].endswith("\nthe first")
    note(folder, "the second\n" + "more\n" * 100)
    says = diagnosis().sections["Last crash"]["says"]
    assert "the second" in says
    assert says.endswith("more lines")


def test_what_is_noted_while_a_diagnosis_is_made_is_kept(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = note(folder, "the first\n")

    def meanwhile() -> probes.Facts:
        with file.open("a") as opened:
            opened.write("the second\n")
        return []

    monkeypatch.setattr(doctor, "PROBES", {"Versions": meanwhile})
    collect()
    assert file.read_text() == "the first\nthe second\n"


def test_only_the_newest_diagnoses_are_kept(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    few_probes(monkeypatch)
    for number in range(MOST_KEPT + 3):
        (folder / f"crash-20200101-0000{number:02}.txt").write_text("old")
    note(folder, "new")
    collect()
    names = sorted(file.name for file in folder.glob("crash-*.txt"))
    assert len(names) == MOST_KEPT
    assert names[0] == "crash-20200101-000004.txt"
    found = last_crash()
    assert found is not None
    assert found.file.name == names[-1] > "crash-2026"


def test_a_window_that_was_closed_leaves_no_flag(folder: Path) -> None:
    running = Running()
    assert [file.name for file in folder.iterdir()] == [f"running-{os.getpid()}.lock"]
    assert find_traces().n_unclosed == 0
    running.end()
    assert list(folder.iterdir()) == []


KILLED = """
import os, signal
from musemate.tasks.crashes import Running
running = Running()
print(os.getpid(), flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_window_that_was_killed_is_noticed_once(folder: Path, fresh_python: Callable[..., str]) -> None:
    with pytest.raises(AssertionError, match="exit code"):
        fresh_python(KILLED)
    assert len(list(folder.glob("running-*"))) == 1
    assert find_traces().n_unclosed == 1
    assert find_traces().n_unclosed == 0


def test_a_window_that_lives_is_let_be(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = Running()
    monkeypatch.setattr(crashes.os, "getpid", lambda: -1)  # as another window sees it
    assert find_traces().n_unclosed == 0
    monkeypatch.undo()
    other.end()
