"""Projects that may be read but not changed: a folder that may not be written, another window that has it open."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from rights import read_only

from musemate.audio.files import read_clip
from musemate.errors import ProjectError
from musemate.project import holding, schema
from musemate.project.holding import Hold, is_free
from musemate.project.protection import FOLDER, HELD
from musemate.project.store import Project

REQUEST = {"seconds": 3.0, "mode": "new", "closeness": 0.5, "seed": 1, "scale": None}
needs_rights = pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX rights")


@needs_rights
def test_a_folder_that_may_not_be_written_is_read(project, add_run, tmp_path, monkeypatch):
    monkeypatch.setenv("MUSEMATE_HOME", str(tmp_path / "home"))
    (tmp_path / "home").mkdir()
    (tmp_path / "home").chmod(0o777)
    project.add_take(add_run().id, "x.wav", REQUEST)
    project.close()
    before = sorted(path.relative_to(project.folder) for path in project.folder.rglob("*"))
    with read_only(project.folder), Project.open(project.folder) as again:
        assert again.protection.kind == FOLDER
        assert [take.id for take in again.takes()] == ["t1"]
        assert read_clip(again.audio_path(again.fragment("f1").audio)).duration_s == 1.0
        with pytest.raises(ProjectError, match="may not be written") as caught:
            again.set_stars("t1", 3)
        assert caught.value.hint == "Copy the folder to a place of your own to go on with it."
        assert again.cache_path("x.wav") == tmp_path / "home" / "cache" / "pictures" / "x"
    assert sorted(path.relative_to(project.folder) for path in project.folder.rglob("*")) == before
    with Project.open(project.folder) as again:
        assert again.protection is None
        assert again.set_stars("t1", 3).stars == 3


@needs_rights
def test_what_a_dead_process_left_unwritten_is_read_too(project, add_run, tmp_path):
    import shutil

    add_run()
    copy = shutil.copytree(project.folder, tmp_path / "copy")  # while it is open: its last changes lie in the log
    assert (copy / "project.sqlite-wal").stat().st_size > 0
    (copy / "project.sqlite-shm").unlink()
    with read_only(copy), Project.open(copy) as again:
        assert again.protection.kind == FOLDER
        assert [run.id for run in again.runs()] == ["r1"]


@needs_rights
def test_an_old_project_that_may_not_be_written_is_brought_up_in_memory(tmp_path):
    import sqlite3

    folder = tmp_path / "Old song"
    folder.mkdir()
    connection = sqlite3.connect(folder / "project.sqlite")
    connection.executescript(Path(__file__).with_name("version_1.sql").read_text(encoding="utf-8"))
    connection.execute(f"PRAGMA application_id = {schema.APPLICATION_ID}")
    connection.execute("PRAGMA user_version = 1")
    connection.close()
    before = (folder / "project.sqlite").read_bytes()
    with read_only(folder), Project.open(folder) as project:
        assert [(take.stars, take.layers) for take in project.takes()] == [(4, ())]
    assert (folder / "project.sqlite").read_bytes() == before


@needs_rights
def test_a_run_of_a_dead_process_is_shown_as_it_is_to_be(project, add_run):
    run = add_run()
    with project.training(run.id):
        project.update_run(run.id, n_finished=1, scales=("a", "b"))
    project.close()
    with read_only(project.folder), Project.open(project.folder) as again:
        assert again.run(run.id).state == "stopped"


@pytest.mark.parametrize("name", ["../../secret.wav", "/etc/passwd", "..", "", "a\\..\\b.wav"])
def test_names_of_a_hostile_project_lead_nowhere(project, name):
    assert project.audio_path(name).parent == project.folder / "audio"
    assert project.cache_path(name).parent == project.folder / "cache"


# Two windows


def test_the_second_window_is_told_who_has_it(project):
    first, second = Hold(project.folder), Hold(project.folder)
    assert first.take() is None
    held = second.take()
    assert held.kind == HELD
    assert f"process {os.getpid()}" in held.message
    assert held.message.startswith("This project is open in another window (since ")
    assert not is_free(project.folder)
    first.release()
    assert is_free(project.folder)
    assert second.take() is None
    second.release()
    assert not (project.folder / "window.json").exists()


def test_what_is_held_is_read_live_and_changed_by_others_only(project, add_run):
    hold = Hold(project.folder)
    hold.take()
    held = Hold(project.folder).take()
    with Project.open(project.folder, held=held) as second:
        add_run()
        assert [run.id for run in second.runs()] == ["r1"]
        with pytest.raises(ProjectError, match="is open in another window"):
            second.remove_fragment("f1")
        assert len(project.fragments()) == 1
    hold.release()


def test_a_dead_window_holds_nothing(project):
    code = (
        "import os, sys; from pathlib import Path; from musemate.project.holding import Hold\n"
        "print(Hold(Path(sys.argv[1])).take(), flush=True); os.kill(os.getpid(), 9)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(project.folder)],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert done.stdout == "None\n", done.stderr
    assert (project.folder / "window.json").exists()
    assert is_free(project.folder)


@pytest.mark.parametrize("said", ["", "[]", "{", '{"since": 1}', '{"since": "2026-01-01", "pid": "x", "host": 1}'])
def test_who_holds_it_may_be_unreadable(project, said):
    hold = Hold(project.folder)
    hold.take()
    (project.folder / "window.json").write_text(said)
    assert "open in another window:" in Hold(project.folder).take().message
    hold.release()


def test_another_computer_and_another_day_are_named(project):
    hold = Hold(project.folder)
    hold.take()
    who = '{"host": "studio", "pid": 12, "since": "2026-01-02T12:00:00+00:00"}'
    (project.folder / "window.json").write_text(who)
    message = Hold(project.folder).take().message
    assert "a window on studio (since 2026-01-02 " in message
    hold.release()


def test_a_full_disk_keeps_no_window_from_holding(project, monkeypatch):
    from musemate.errors import ExportError

    def full(*args, **kwargs):
        raise ExportError("There is no room left.")

    monkeypatch.setattr(holding, "write_safely", full)
    hold = Hold(project.folder)
    assert hold.take() is None
    assert not is_free(project.folder)
    hold.release()
