"""Projects of earlier and later versions: brought up once, with all that is in them, or left alone and read."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from musemate.analysis.figures import Figures
from musemate.errors import ProjectError
from musemate.project import backups, schema, seals
from musemate.project.protection import NEWER
from musemate.project.records import Beats, Layer
from musemate.project.store import Project

REQUEST = {"seconds": 3.0, "mode": "new", "closeness": 0.5, "seed": 1, "scale": None}
LAYERS = (Layer("320 Hz", "a.wav", 320), Layer("8000 Hz", "x.wav", 8000))
OLD = (1, 2, 3)


@pytest.fixture
def make_old(tmp_path):
    """Return a function that makes a project as a version wrote it: a fragment, a run and a take of four stars."""

    def make(version):
        folder = tmp_path / f"Song of version {version}"
        folder.mkdir()
        connection = sqlite3.connect(folder / "project.sqlite")
        connection.executescript(Path(__file__).with_name(f"version_{version}.sql").read_text(encoding="utf-8"))
        connection.execute(f"PRAGMA application_id = {schema.APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {version}")
        connection.close()
        return folder

    return make


def version_of(folder):
    connection = sqlite3.connect(folder / "project.sqlite")
    version = schema.version_of(connection)
    connection.close()
    return version


def set_version(folder, version):
    connection = sqlite3.connect(folder / "project.sqlite")
    connection.execute(f"PRAGMA user_version = {version}")
    connection.close()


def test_there_is_an_example_of_every_old_version():
    assert tuple(range(1, schema.VERSION)) == OLD


@pytest.mark.parametrize("version", OLD)
def test_an_old_project_opens_with_all_that_is_in_it(make_old, version):
    folder = make_old(version)
    with Project.open(folder) as project:
        (fragment,), (run,), (take,) = project.fragments(), project.runs(), project.takes()
        assert (fragment.name, fragment.length_s, fragment.source) == ("song", 2.0, "/home/someone/song.wav")
        assert (run.scales, run.state, run.seed) == (("sound draft", "sound"), "finished", 7)
        assert (take.id, take.stars, take.seed, take.engine) == ("t1", 4, 11, "frames")
        assert take.request["closeness"] == 0.25
        assert take.layers == (LAYERS if version >= 2 else ())
        said = (take.tags, take.note, take.rejected)
        assert said == ((("chorus", "slow"), "Try it slower.", True) if version >= 3 else ((), "", False))
        assert take.figures == (Figures(0.9, 0.25, None, -14.0, (0.5, -0.25)) if version >= 3 else None)
        assert fragment.beats == (Beats(120.5, 0.9, (0.0, 0.5, 1.0), 1, 3) if version >= 3 else None)
        project.change_takes({"t1": {"tags": ["bridge"]}})
        assert project.add_take("r1", "b.wav", REQUEST, layers=LAYERS).layers == LAYERS
    assert version_of(folder) == schema.VERSION
    with Project.open(folder) as project:
        assert [take.tags for take in project.takes()] == [("bridge",), ()]


@pytest.mark.parametrize("version", OLD)
def test_an_old_and_a_new_project_have_the_same_tables(make_old, tmp_path, version):
    def defined(folder):
        connection = sqlite3.connect(folder / "project.sqlite")
        found = [
            schema.tables_of(connection),
            *(connection.execute(f"PRAGMA table_info({table})").fetchall() for table in seals.TABLES),
        ]
        connection.close()
        return found

    folder = make_old(version)
    Project.open(folder).close()
    Project.create(tmp_path / "New song").close()
    assert defined(folder) == defined(tmp_path / "New song")


@pytest.mark.parametrize("version", OLD)
def test_every_row_of_an_old_project_is_sealed(make_old, version):
    folder = make_old(version)
    Project.open(folder).close()
    connection = schema.connect(folder / "project.sqlite")
    assert seals.broken_rows(connection) == set()
    connection.execute("UPDATE take SET stars = 5")
    assert seals.broken_rows(connection) == {("take", 1)}
    connection.close()


@pytest.mark.parametrize("version", OLD)
def test_what_was_there_before_lies_beside_it(make_old, version):
    folder = make_old(version)
    Project.open(folder).close()
    (backup,) = backups.generations(folder)
    assert backups.is_whole(backup)
    connection = sqlite3.connect(backup)
    assert schema.version_of(connection) == version
    assert connection.execute("SELECT stars FROM take").fetchall() == [(4,)]
    connection.close()


def test_two_that_open_it_at_once_bring_it_up_once(make_old):
    folder = make_old(1)
    connections = [schema.connect(folder / "project.sqlite") for _ in range(2)]
    for connection in connections:
        schema.bring_up(connection)
        assert schema.version_of(connection) == schema.VERSION
        connection.close()


@pytest.mark.parametrize("step", OLD)
def test_a_failure_on_the_way_leaves_it_as_it_was(make_old, monkeypatch, step):
    folder = make_old(1)
    monkeypatch.setitem(schema._STEPS, step, ("ALTER TABLE nothing ADD COLUMN tags TEXT",))
    with pytest.raises(ProjectError, match="could not be read or changed"):
        Project.open(folder)
    assert version_of(folder) == 1
    monkeypatch.undo()
    with Project.open(folder) as project:
        assert len(project.takes()) == 1


def test_without_room_for_a_backup_an_old_project_stays_as_it_is(make_old, monkeypatch):
    def full(path):
        raise OSError(28, "No space left on device")

    folder = make_old(2)
    monkeypatch.setattr(backups, "sync", full)
    with pytest.raises(ProjectError, match="no space left"):
        Project.open(folder)
    assert version_of(folder) == 2
    assert list((folder / "backup").iterdir()) == []


def test_a_row_that_was_damaged_before_stays_known_as_damaged(make_old, monkeypatch):
    folder = make_old(3)
    Project.open(folder).close()
    connection = schema.connect(folder / "project.sqlite")
    connection.execute("UPDATE take SET note = 'another'")
    monkeypatch.setattr(schema, "VERSION", schema.VERSION + 1)
    monkeypatch.setitem(schema._STEPS, schema.VERSION - 1, ("ALTER TABLE take ADD COLUMN colour TEXT DEFAULT ''",))
    schema.bring_up(connection)
    assert seals.broken_rows(connection) == {("take", 1)}
    connection.close()


# Newer ones


def test_a_newer_project_is_read_and_left_alone(project, add_run):
    run = add_run()
    project.add_take(run.id, "x.wav", REQUEST)
    project.close()
    set_version(project.folder, schema.VERSION + 1)
    file = project.folder / "project.sqlite"
    before = file.read_bytes(), sorted(path.name for path in project.folder.iterdir())
    with Project.open(project.folder) as newer:
        assert newer.protection.kind == NEWER
        assert [take.id for take in newer.takes()] == ["t1"]
        for change in (lambda: newer.set_stars("t1", 3), lambda: newer.remove_fragment("f1"), add_to(newer)):
            with pytest.raises(ProjectError, match="was made by a newer version of MuseMate") as caught:
                change()
            assert caught.value.hint == "Update MuseMate to go on with it."
        assert newer.take("t1").stars == 0
    assert (file.read_bytes(), sorted(path.name for path in project.folder.iterdir())) == before


def add_to(project):
    return lambda: project.add_take("r1", "y.wav", REQUEST)


def test_what_a_newer_version_keeps_besides_does_no_harm(project, add_run):
    project.add_take(add_run().id, "x.wav", REQUEST)
    project.close()
    connection = sqlite3.connect(project.folder / "project.sqlite")
    for table in seals.TABLES:
        connection.execute(f"ALTER TABLE {table} ADD COLUMN colour TEXT NOT NULL DEFAULT 'red'")
    connection.execute(f"PRAGMA user_version = {schema.VERSION + 1}")
    connection.close()
    with Project.open(project.folder) as newer:
        assert (len(newer.fragments()), len(newer.runs()), len(newer.takes())) == (1, 1, 1)


def test_a_newer_project_that_is_kept_otherwise_is_a_sentence(project, add_run):
    add_run()
    project.close()
    connection = sqlite3.connect(project.folder / "project.sqlite")
    connection.execute("ALTER TABLE take RENAME TO result")
    connection.execute(f"PRAGMA user_version = {schema.VERSION + 1}")
    connection.close()
    with Project.open(project.folder) as newer:
        assert len(newer.fragments()) == 1
        with pytest.raises(ProjectError, match="keeps this in another way"):
            newer.takes()
