"""Checking a project: what is named, in which words, what is repaired, and that nothing is deleted."""

from __future__ import annotations

import json
import sqlite3

import pytest
from rights import read_only
from small_study import REAL, TAKES, small_study

from musemate.cli import run_cli
from musemate.engine.events import Checked, Found
from musemate.errors import ProjectError
from musemate.project.database import FILE_NAME
from musemate.project.store import Project
from musemate.study.folder import StudyFolder
from musemate.study.records import Answer, Truth
from musemate.tasks.check import check
from tests.reliability.bitflips import files_of, make_project, said


@pytest.fixture
def folder(tmp_path):
    """Return a project with one of every kind of file."""
    return make_project(tmp_path / "A song")


def look(folder, repair=False):
    """Check a project and return what was found and the sum of it."""
    *events, checked = check(str(folder), repair, cancelled=lambda: False)
    assert isinstance(checked, Checked)
    return [event for event in events if isinstance(event, Found)], checked


def write_row(folder, statement):
    """Change the database behind the store's back, as a damaged disk does."""
    connection = sqlite3.connect(folder / FILE_NAME)
    connection.execute(statement)
    connection.commit()
    connection.close()


def test_a_sound_project_is_called_so(folder):
    before = {path: path.read_bytes() for path in files_of(folder)}
    found, checked = look(folder)
    assert found == []
    assert (checked.n_harmed, checked.n_noted, checked.n_repaired) == (0, 0, 0)
    assert checked.n_files == len(before)
    assert checked.n_bytes > 100_000
    assert {path: path.read_bytes() for path in files_of(folder)} == before


def test_a_damaged_sound_is_named_after_its_take(folder):
    with Project.open(folder) as project:
        take = project.take("t1")
    path = folder / "audio" / take.audio
    path.write_bytes(path.read_bytes()[:-1])
    (found,), checked = look(folder)
    assert (found.what, found.place) == ("damaged", f"audio/{take.audio}")
    assert found.message == "The sound of N0 is damaged."
    assert "everything else can be heard" in found.rest
    assert (checked.n_harmed, checked.n_repairable) == (1, 0)


def test_a_missing_sound_of_a_scale_is_named(folder):
    with Project.open(folder) as project:
        layer = project.take("t2").layers[0]
    (folder / "audio" / layer.audio).unlink()
    (found,), _checked = look(folder)
    assert (found.what, found.message) == ("missing", "The sound of a scale of N1 is missing.")


def test_a_song_is_brought_back_from_where_it_was_loaded(folder, tmp_path):
    with Project.open(folder) as project:
        fragment = project.fragment("f1")
    path = folder / "audio" / fragment.audio
    whole = path.read_bytes()
    path.write_bytes(b"damaged")
    assert look(folder, repair=True)[1].n_harmed == 1  # its source is gone
    (tmp_path / "song.wav").write_bytes(b"another sound")
    assert look(folder, repair=True)[1].n_harmed == 1
    (tmp_path / "song.wav").write_bytes(whole)
    assert look(folder)[1].n_repairable == 1
    (found,), checked = look(folder, repair=True)
    assert (checked.n_harmed, checked.n_repaired) == (0, 1)
    assert found.repaired == f"It was brought back from {tmp_path / 'song.wav'}."
    assert path.read_bytes() == whole
    assert (folder / "damaged" / fragment.audio).read_bytes() == b"damaged"
    assert look(folder)[0] == []


def test_parts_of_a_training_are_named(folder):
    place = folder / "runs" / "r1"
    (place / "a.safetensors").write_bytes(b"damaged")
    (place / "b.safetensors").unlink()
    found, checked = look(folder)
    assert [(item.what, item.place) for item in found] == [
        ("damaged", "runs/r1/a.safetensors"),
        ("missing", "runs/r1/b.safetensors"),
    ]
    assert found[0].message == "A part of what training r1 learned is damaged."
    assert "train again" in found[0].rest
    assert checked.n_harmed == 2


@pytest.mark.parametrize("content", ["", "{", "[]", '{"parts": 1}', '{"parts": {"../../x": ""}}', "[" * 100_000])
def test_a_damaged_manifest_is_named(folder, content):
    place = folder / "runs" / "r1"
    for name in ("manifest.json", "manifest.copy.json"):
        (place / name).write_text(content)
    found, checked = look(folder)
    assert [(item.what, item.place) for item in found] == [
        ("damaged", "runs/r1/manifest.json"),
        ("damaged", "runs/r1/manifest.copy.json"),
    ]
    assert found[0].message == "The list of what training r1 has learned is damaged."
    assert "train again" in found[0].rest
    assert (checked.n_repairable, look(folder, repair=True)[1].n_repaired) == (0, 0)


@pytest.mark.parametrize("name", ["manifest.json", "manifest.copy.json"])
def test_a_damaged_manifest_is_written_again_from_the_other_one(folder, name):
    place = folder / "runs" / "r1"
    whole = (place / name).read_bytes()
    (place / name).write_bytes(whole.replace(b'"seal"', b'"seam"'))
    (found,), checked = look(folder)
    assert (found.what, found.place, checked.n_repairable) == ("damaged", f"runs/r1/{name}", 1)
    assert "takes can be made as before" in found.rest
    (found,), checked = look(folder, repair=True)
    assert (found.repaired, checked.n_harmed) == ("It was written again from the other one.", 0)
    assert (place / name).read_bytes() == whole
    assert b"seam" in (folder / "damaged" / f"r1-{name}").read_bytes()
    assert look(folder)[0] == []


def test_a_missing_manifest_is_written_again_from_its_copy(folder):
    path = folder / "runs" / "r1" / "manifest.json"
    whole = path.read_bytes()
    path.unlink()
    assert [(item.what, item.place) for item in look(folder)[0]] == [("missing", "runs/r1/manifest.json")]
    assert look(folder, repair=True)[1].n_repaired == 1
    assert path.read_bytes() == whole


def test_a_damaged_state_loses_only_the_middle_of_a_part(folder):
    from musemate.engine.manifests import sealed

    path = folder / "runs" / "r1" / "manifest.json"
    manifest = json.loads(path.read_text())
    path.write_bytes(sealed({**manifest, "states": {"state-b": {"step": 5, "sha256": "0" * 64}}}))
    (found,), _checked = look(folder)
    assert found.message == "A state in the middle of training r1 is missing."
    assert "finished parts stay" in found.rest


def test_previews_and_the_log_of_losses_are_looked_at_too(folder):
    place = folder / "runs" / "r1"
    (place / "losses.csv").write_text("seconds,part,step,loss,value\n1.0,a,100,critic,0.35\n")
    (place / "preview-1.wav").unlink()
    found, _checked = look(folder)
    assert [(item.what, item.place) for item in found] == [
        ("damaged", "runs/r1/losses.csv"),
        ("missing", "runs/r1/preview-1.wav"),
    ]
    assert "takes can be made as before" in found[0].rest


def test_a_training_whose_weights_are_gone_is_named(folder):
    import shutil

    shutil.rmtree(folder / "runs" / "r1")
    (found,), _checked = look(folder)
    assert (found.what, found.message) == ("missing", "What training r1 learned is missing.")


def test_what_nothing_uses_is_reported_and_left(folder, tmp_path):
    import hashlib

    content = b"a sound of another time"
    extra = [
        f"audio/{hashlib.sha256(content).hexdigest()}.wav",
        "audio/notes.txt",
        "runs/r9/x",
        "cache/" + "0" * 64 + "/peaks.npy",
        "audio/." + "0a" * 16 + ".wav",
        "exports/.musemate-" + "0b" * 6 + ".part",
    ]
    for name in extra:
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(content)
    found, checked = look(folder, repair=True)
    kinds = {item.place: item.what for item in found}
    assert kinds.pop(extra[3]) == "damaged"  # it is no picture either
    assert kinds == {
        extra[0]: "orphan",
        extra[1]: "orphan",
        "runs/r9": "orphan",
        "cache/" + "0" * 64: "orphan",
        extra[4]: "leftover",
        extra[5]: "leftover",
    }
    assert (checked.n_noted, checked.n_repaired) == (6, 0)
    assert all((folder / name).read_bytes() == content for name in extra)


def test_a_damaged_picture_is_drawn_again(folder):
    (path,) = (folder / "cache").glob("*/peaks.npy")
    path.write_bytes(path.read_bytes()[:-20] + bytes(20))
    (found,), checked = look(folder)
    assert (found.what, checked.n_repairable) == ("damaged", 1)
    (found,), checked = look(folder, repair=True)
    assert (found.repaired, checked.n_harmed) == ("It was drawn again.", 0)
    assert look(folder)[0] == []


def test_an_interrupted_training_is_settled(folder):
    with Project.open(folder) as project, project.training("r1"):
        pass  # the lock is gone, the state was never changed: as after a kill
    (found,), checked = look(folder)
    assert (found.what, found.is_harm, checked.n_harmed) == ("interrupted", False, 0)
    (found,), _checked = look(folder, repair=True)
    assert found.repaired == "It counts as stopped now."
    with Project.open(folder) as project:
        assert project.run("r1").state == "stopped"


def test_a_training_that_runs_is_left_alone(folder):
    with Project.open(folder) as project, project.training("r1") as place:
        (place / "a.safetensors").write_bytes(b"being written")
        assert look(folder)[0] == []


# The database


def test_one_flipped_bit_of_an_entry_is_put_right(folder):
    whole = said(folder)
    write_row(folder, "UPDATE take SET note = 'Try it slowes.' WHERE number = 1")  # r is 0x72, s is 0x73
    write_row(folder, "UPDATE run SET seed = seed + 1024")
    write_row(folder, "UPDATE fragment SET start_s = -start_s")
    found, checked = look(folder)
    assert [(item.what, item.place) for item in found] == [("damaged", "r1"), ("damaged", "t1")]
    assert checked.n_repairable == 2
    found, checked = look(folder, repair=True)
    assert (checked.n_harmed, checked.n_repaired) == (0, 2)
    assert said(folder) == whole
    assert look(folder)[0] == []
    (aside,) = (folder / "damaged").glob("*.sqlite")
    assert aside.relative_to(folder).as_posix() in found[0].repaired


def test_more_than_a_bit_comes_back_from_the_backup(folder):
    write_row(folder, "UPDATE take SET note = 'something else', stars = 1 WHERE number = 1")
    found, _checked = look(folder, repair=True)
    assert "As they were in the backup: t1." in found[0].repaired
    with Project.open(folder) as project:
        assert (project.take("t1").note, project.take("t1").stars) == ("Try it slower.", 4)


def test_without_a_backup_an_entry_is_taken_as_it_reads(folder):
    for backup in (folder / "backup").iterdir():
        backup.unlink()
    write_row(folder, "UPDATE take SET note = 'something else', stars = 1 WHERE number = 1")
    found, checked = look(folder, repair=True)
    assert "Look at t1: their entries were taken as they read now." in found[0].repaired
    assert checked.n_harmed == 0
    with Project.open(folder) as project:
        assert (project.take("t1").note, project.take("t1").stars) == ("something else", 1)


@pytest.mark.parametrize("damage", [b"", b"no database at all" * 100])
def test_a_database_beyond_reading_comes_back_from_the_backup(folder, damage):
    (folder / FILE_NAME).write_bytes(damage)
    with pytest.raises(ProjectError):
        Project.open(folder)
    found, checked = look(folder)
    assert found[0].place == FILE_NAME
    assert "A backup of the database is there." in found[0].rest or not damage
    assert checked.n_repairable >= 1
    _found, checked = look(folder, repair=True)
    assert checked.n_harmed == 0
    with Project.open(folder) as project:
        assert [take.stars for take in project.takes()] == [4, 4]  # as it was when the backup was made
    assert [path.read_bytes() for path in (folder / "damaged").glob("*.sqlite")] == [damage]


def test_a_database_beyond_reading_without_a_backup_says_what_is_left(folder):
    for backup in (folder / "backup").iterdir():
        backup.unlink()
    (folder / FILE_NAME).write_bytes(b"no database at all" * 100)
    found, checked = look(folder, repair=True)
    assert found[0].message == "The project's database is damaged and cannot be read."
    assert "load them into a new project" in found[0].rest
    assert (checked.n_harmed, checked.n_repaired) == (1, 0)
    assert [item.place for item in found] == [FILE_NAME]  # whose sounds those are is not known: none is called unused


def test_what_is_open_elsewhere_goes_on_after_a_repair(folder):
    with Project.open(folder) as project:
        write_row(folder, "UPDATE take SET stars = 1 WHERE number = 2")
        look(folder, repair=True)
        assert project.take("t2").stars != 1
        project.set_stars("t2", 2)
    assert look(folder)[0] == []


def test_a_truly_newer_project_is_not_rebuilt(folder):
    write_row(folder, "ALTER TABLE take ADD COLUMN colour TEXT")
    write_row(folder, "PRAGMA user_version = 99")
    found, checked = look(folder, repair=True)
    assert (checked.n_harmed, checked.n_repaired) == (0, 0), found


def test_the_head_of_a_database_is_put_right(folder):
    whole = said(folder)
    write_row(folder, "PRAGMA user_version = 36")
    (found,), _checked = look(folder, repair=True)
    assert found.message == "The head of the project's database is damaged."
    assert said(folder) == whole


def test_what_may_not_be_written_is_checked_all_the_same(folder):
    (path,) = (folder / "cache").glob("*/peaks.npy")
    path.write_bytes(b"damaged")
    write_row(folder, "UPDATE take SET stars = 1 WHERE number = 2")
    with read_only(folder):
        found, checked = look(folder)
        assert [item.place for item in found] == ["t2", path.relative_to(folder).as_posix()]
        found, checked = look(folder, repair=True)
        assert (checked.n_repaired, checked.n_harmed) == (0, 2)
        assert "It could not be repaired: " in found[0].rest


def test_cancelling_ends_without_a_sum(folder):
    events = list(check(str(folder), cancelled=lambda: True))
    assert not any(isinstance(event, Checked) for event in events)


def test_no_project_is_a_sentence(tmp_path):
    with pytest.raises(ProjectError, match="is not a MuseMate project"):
        list(check(str(tmp_path), cancelled=lambda: False))


# The command line


def test_exit_codes_tell_a_sound_project_from_a_harmed_one(folder, tmp_path, capsys, monkeypatch):
    import sys
    import threading

    from musemate import cli

    for module in (sys, threading):
        monkeypatch.setattr(module, "excepthook", module.excepthook)
    monkeypatch.setattr(cli, "start_log", lambda name: None)

    def run(*args):
        code = run_cli([str(arg) for arg in args], lambda paths: 1)
        return code, capsys.readouterr()

    code, printed = run("check", folder)
    assert (code, printed.out.endswith("the project is sound.\n")) == (0, True)
    write_row(folder, "UPDATE take SET stars = 1 WHERE number = 2")
    code, printed = run("check", folder)
    assert code == 1
    assert "damaged t2" in printed.out
    assert "It can be repaired" in printed.out
    code, printed = run("check", folder, "--repair", "--json")
    rows = [json.loads(line) for line in printed.out.splitlines()]
    assert (code, [row["event"] for row in rows]) == (0, ["found", "checked"])
    assert rows[1]["n_repaired"] == 1
    code, printed = run("check", tmp_path / "nothing")
    assert code == 2
    code, printed = run("pack", folder, tmp_path / "song.zip")
    assert (code, "song.zip" in printed.out) == (0, True)
    (folder / FILE_NAME).write_bytes(b"not touched by the other")
    code, printed = run("unpack", tmp_path / "song.zip", tmp_path / "again", "--json")
    rows = [json.loads(line) for line in printed.out.splitlines()]
    assert (code, [row["event"] for row in rows]) == (0, ["packed", "checked"])
    code, printed = run("unpack", tmp_path / "song.zip", tmp_path / "again")
    assert (code, "exists already" in printed.err) == (2, True)


@pytest.fixture
def study(folder, tmp_path):
    """Return a study in the project."""
    (tmp_path / "made").mkdir()
    files = {token: tmp_path / "made" / token for token in (*TAKES, *REAL)}
    for token, file in files.items():
        file.write_bytes(token.encode())
    truths = {token: Truth(token, token in REAL, "take", token) for token in files}
    with StudyFolder.create(folder / "studies" / "one", small_study(files), truths, files) as made:
        session = made.answers.begin(made.answers.add_rater("Anna").id)
        made.answers.put(Answer(session.id, 1, "quality", "5", "2026-01-01T00:00:00+00:00"))
    return folder / "studies" / "one"


def test_a_sound_study_is_no_finding_and_is_not_touched(folder, study):
    before = {path: path.read_bytes() for path in files_of(folder)}
    found, checked = look(folder)
    assert (found, checked.n_files) == ([], len(before))
    assert {path: path.read_bytes() for path in files_of(folder)} == before


@pytest.mark.parametrize(
    ("name", "content", "what", "said"),
    [
        ("study.json", b"{}", "damaged", 'The file "study.json" of the study "one" is damaged.'),
        ("key.json", b"", "damaged", 'The file "key.json" of the study "one" is damaged.'),
        (f"sounds/{TAKES[0]}.flac", b"x", "damaged", "A sound of the study “one” is damaged."),
        (f"sounds/{TAKES[0]}.flac", None, "missing", "A sound of the study “one” is missing."),
        ("answers.sqlite", b"no database" * 500, "damaged", "The answers of the study “one” are damaged."),
        ("answers.sqlite", None, "missing", "The answers of the study “one” are missing."),
    ],
)
def test_what_is_wrong_with_a_study_is_named(folder, study, name, content, what, said):
    if content is None:
        (study / name).unlink()
    else:
        (study / name).write_bytes(content)
    (found,), _checked = look(folder)
    assert (found.what, found.place, found.message) == (what, f"studies/one/{name}", said)
    assert found.rest and found.is_harm
