"""Statements that fail: what was true before stays true, what comes after is stored, and the first failure is told."""

from __future__ import annotations

import sqlite3

import pytest

from musemate.errors import ProjectError
from musemate.project.store import Project

REQUEST = {"seconds": 1.0, "mode": "new", "closeness": 0.5, "seed": 1}


@pytest.fixture
def failing(monkeypatch):
    """Return a list: each statement that begins as its first entry fails, once, with the words beside it."""
    plan = []
    connect = sqlite3.connect

    class Connection(sqlite3.Connection):
        def execute(self, sql, values=(), /):
            if plan and sql.startswith(plan[0][0]):
                _, words, rolls_back = plan.pop(0)
                if rolls_back:
                    super().execute("ROLLBACK")
                raise sqlite3.OperationalError(words)
            return super().execute(sql, values)

    monkeypatch.setattr(sqlite3, "connect", lambda *args, **more: connect(*args, factory=Connection, **more))
    return plan


@pytest.fixture
def take(project, add_run):
    run = add_run()
    return project.add_take(run.id, "x.wav", REQUEST).id


def test_a_look_whose_end_fails_refuses_to_open(project, take, failing):
    failing.append(("ROLLBACK", "disk I/O error", False))
    with pytest.raises(ProjectError, match="could not be read or changed"):
        Project.open(project.folder)
    with Project.open(project.folder) as again:
        again.set_stars(take, 3)
    assert project.take(take).stars == 3


def test_what_follows_a_transaction_that_could_not_end_is_stored(project, take, failing):
    with Project.open(project.folder) as other:
        failing += [("COMMIT", "disk I/O error", False), ("ROLLBACK", "disk I/O error", False)]
        with pytest.raises(ProjectError, match="could not be read or changed"):
            other.set_stars(take, 5)
        assert other.take(take).stars == 0
        other.add_take("r1", "y.wav", REQUEST)
        other.set_stars(take, 2)
    assert failing == []
    assert project.take(take).stars == 2
    assert [one.audio for one in project.takes()] == ["x.wav", "y.wav"]


def test_a_failure_that_sqlite_rolled_back_itself_is_the_one_that_is_told(project, take, failing):
    with Project.open(project.folder) as other:
        failing.append(("UPDATE", "database or disk is full", True))
        with pytest.raises(ProjectError, match="There is no space left"):
            other.set_stars(take, 5)
        assert other.take(take).stars == 0
        assert other.set_stars(take, 4).stars == 4


def test_tables_that_could_not_be_made_are_made_the_next_time(tmp_path, failing):
    failing.append(("PRAGMA user_version =", "database or disk is full", True))
    with pytest.raises(ProjectError, match="There is no space left"):
        Project.create(tmp_path / "new")
    with Project.open_or_create(tmp_path / "new") as made:
        assert made.fragments() == []
