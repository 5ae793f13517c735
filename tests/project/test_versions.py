"""Projects of earlier versions: opened with all that is in them, and brought up once."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from musemate.analysis.figures import Figures
from musemate.errors import ProjectError
from musemate.project import schema
from musemate.project.records import Layer
from musemate.project.store import Project

REQUEST = {"seconds": 3.0, "mode": "new", "closeness": 0.5, "seed": 1, "scale": None}


@pytest.fixture
def version_1(tmp_path):
    """Return the folder of a project as version 1 wrote it: a fragment, a run and a take of four stars."""
    folder = tmp_path / "Old song"
    folder.mkdir()
    connection = sqlite3.connect(folder / "project.sqlite")
    connection.executescript(Path(__file__).with_name("version_1.sql").read_text(encoding="utf-8"))
    connection.execute(f"PRAGMA application_id = {schema.APPLICATION_ID}")
    connection.execute("PRAGMA user_version = 1")
    connection.close()
    return folder


def version_of(folder):
    connection = sqlite3.connect(folder / "project.sqlite")
    version = schema.version_of(connection)
    connection.close()
    return version


def test_an_old_project_opens_with_all_that_is_in_it(version_1):
    with Project.open(version_1) as project:
        (take,) = project.takes()
        assert (take.id, take.stars, take.seed, take.layers) == ("t1", 4, 11, ())
        assert (take.request["closeness"], take.engine) == (0.25, "frames")
        assert project.run("r1").scales == ("sound draft", "sound")
        assert project.fragment("f1").length_s == 2.0
        layers = (Layer("320 Hz", "a.wav", 320), Layer("400 Hz", "b.wav", 400))
        assert project.add_take("r1", "b.wav", REQUEST, layers=layers).layers == layers
    assert version_of(version_1) == schema.VERSION
    with Project.open(version_1) as project:
        assert [take.layers for take in project.takes()] == [(), layers]


def test_an_old_and_a_new_project_have_the_same_tables(version_1, tmp_path):
    def columns(folder):
        connection = sqlite3.connect(folder / "project.sqlite")
        tables = ("fragment", "run", "take")
        found = {table: connection.execute(f"PRAGMA table_info({table})").fetchall() for table in tables}
        connection.close()
        return found

    Project.open(version_1).close()
    Project.create(tmp_path / "New song").close()
    assert columns(version_1) == columns(tmp_path / "New song")


def test_two_that_open_it_at_once_bring_it_up_once(version_1):
    connections = [schema.connect(version_1 / "project.sqlite") for _ in range(2)]
    for connection in connections:
        schema.bring_up(connection)
        assert schema.version_of(connection) == schema.VERSION
        connection.close()


def test_a_failure_on_the_way_leaves_it_as_it_was(version_1, monkeypatch):
    monkeypatch.setitem(schema._STEPS, 2, ("ALTER TABLE nothing ADD COLUMN tags TEXT",))
    with pytest.raises(ProjectError, match="could not be read or changed"):
        Project.open(version_1)
    assert version_of(version_1) == 1
    monkeypatch.undo()
    with Project.open(version_1) as project:
        assert len(project.takes()) == 1


def test_a_take_may_be_shorter_than_it_was_wished(version_1):
    with Project.open(version_1) as project:
        assert project.add_take("r1", "x.wav", REQUEST, seconds=1.5).seconds == 1.5
        assert project.add_take("r1", "x.wav", REQUEST).seconds == 3.0


@pytest.fixture
def version_2(version_1):
    """Return the folder of a project as version 2 wrote it."""
    connection = sqlite3.connect(version_1 / "project.sqlite")
    for statement in schema._STEPS[1]:
        connection.execute(statement)
    connection.execute("PRAGMA user_version = 2")
    connection.commit()
    connection.close()
    return version_1


def test_a_take_of_version_2_can_be_tagged_noted_rejected_and_measured(version_2):
    figures = Figures(0.9, 0.25, None, -14.0, (0.5, -0.25))
    with Project.open(version_2) as project:
        (take,) = project.takes()
        assert (take.stars, take.tags, take.note, take.rejected, take.figures) == (4, (), "", False, None)
        project.change_takes({"t1": {"tags": ["chorus"], "note": "Try it slower.", "rejected": True}})
        project.set_figures("t1", figures)
    assert version_of(version_2) == 3
    with Project.open(version_2) as project:
        (take,) = project.takes()
        assert (take.tags, take.note, take.rejected) == (("chorus",), "Try it slower.", True)
        assert (take.figures, take.stars) == (figures, 4)
