"""The questionnaire from the command line."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from made_study import bundled, make_study

from musemate.audio.clip import AudioClip
from musemate.cli_study import parsed_sound
from musemate.errors import SettingsError
from musemate.project.store import Project
from musemate.study.answers import stamp
from musemate.study.folder import StudyFolder, is_study
from musemate.study.records import Answer
from tests.test_cli import _hooks_stay_as_they_are, command, json_lines, song  # noqa: F401 - fixtures


@pytest.fixture
def project(song, tmp_path):  # noqa: F811
    """Return a project with two takes."""
    with Project.create(tmp_path / "P") as store:
        fragment = store.add_fragment(song)
        run = store.add_run(
            fragment.id, engine="frames", preset="sketch", device="cpu", seed=1, start_s=0.0, length_s=4.0
        )
        for number in range(2):
            noise = np.random.default_rng(number).uniform(-0.2, 0.2, (1, 12_000)).astype(np.float32)
            request = {"seconds": 1.5, "mode": "new", "closeness": 0.5, "seed": number}
            store.add_take(run.id, store.store_clip(AudioClip(noise, 8000)), request)
    return tmp_path / "P"


def test_a_study_is_made_copied_answered_elsewhere_and_brought_home(json_lines, command, project, tmp_path):  # noqa: F811
    made = tmp_path / "S"
    sounds = ("t1", "new_material:t2", "f1", "f1@2.5")
    code, lines = json_lines("study", "new", *sounds, "--project", project, "--to", made, "--anchor", 1000, "--loop")
    assert code == 0
    assert [line.get("kind", line.get("event")) for line in lines] == ["set", "set", "study"]
    assert (lines[-1]["folder"], lines[-1]["n_sounds"], lines[-1]["seconds"]) == (str(made), 5, 1.5)
    assert command("study", "copy", made, tmp_path / "copy.zip")[0] == 0
    assert command("study", "copy", made, tmp_path / "copy")[0] == 0
    with StudyFolder.open(tmp_path / "copy") as copy:
        assert copy.study.template.rules.loop
        session = copy.answers.begin(copy.answers.add_rater("Ben").id)
        copy.answers.put(Answer(session.id, 1, "verdict", "real", stamp()))
    code, lines = json_lines("study", "merge", made, tmp_path / "copy", tmp_path / "copy.zip")
    assert (code, [line["n_answers"] for line in lines]) == (0, [1, 0])
    code, out, _ = command("study", "merge", made, tmp_path / "copy")
    assert (code, "1 were here already" in out) == (0, True)
    code, rows = json_lines("study", "list", made)
    assert (code, rows[0]["raters"], rows[0]["answers"], rows[0]["submitted"]) == (0, 1, 1, 0)
    assert json_lines("study", "list", project) == (0, [])


def test_people_read_what_a_study_holds(command, project):  # noqa: F811
    code, out, errors = command("study", "new", "t1", "t2", "--project", project, "--template", "engines")
    assert code == 0
    assert "2 sounds of 1.5 s, -18.0 LUFS, 8000 Hz mono, up to 4000 Hz; 2 to be heard by each rater." in out
    assert "holds 2 takes instead of 30 takes" in errors
    code, out, _ = command("study", "list", project)
    assert (code, "studies" in out, "studys" in out) == (0, True, False)
    code, out, _ = command("study", "templates")
    assert (code, "songwriter" in out) == (0, True)


def test_a_copy_that_cannot_be_read_fails_the_command_but_no_other_copy(json_lines, project, tmp_path):  # noqa: F811
    json_lines("study", "new", "t1", "t2", "--project", project, "--to", tmp_path / "S")
    json_lines("study", "copy", tmp_path / "S", tmp_path / "copy")
    code, lines = json_lines("study", "merge", tmp_path / "S", tmp_path / "nothing")
    assert (code, len(lines)) == (2, 1)
    assert "holds no study" in lines[0]["error"]
    code, lines = json_lines("study", "merge", tmp_path / "S", tmp_path / "nothing", tmp_path / "copy")
    assert code == 2
    assert [line.get("event", "error") for line in lines] == ["merged", "error", "error"]
    assert lines[-1]["error"] == "1 of 2 copies could not be brought home."


def test_sounds_are_named_in_short(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "song.wav").touch()
    sets = ["one", "two"]
    assert parsed_sound("t12", sets) == {"take": "t12"}
    assert parsed_sound("two:t1", sets) == {"take": "t1", "set": "two"}
    assert parsed_sound("f3", sets) == {"fragment": "f3"}
    assert parsed_sound("one:f3@1.25", sets) == {"fragment": "f3", "start_s": 1.25, "set": "one"}
    assert parsed_sound("song.wav", sets) == {"file": "song.wav"}
    assert parsed_sound("two:jukebox=C:\\song=1.wav", sets) == {
        "file": "C:\\song=1.wav", "group": "jukebox", "set": "two",
    }  # fmt: skip
    assert parsed_sound("real=song.wav", sets) == {"file": "song.wav", "real": True}
    for text in ("three:t1", "x9", "", "t1@3", "f1@soon"):
        with pytest.raises(SettingsError):
            parsed_sound(text, sets)


@pytest.mark.parametrize("is_packed", [False, True])
def test_run_opens_the_listening_window_in_its_own_language(
    command,  # noqa: F811
    tmp_path,
    monkeypatch,
    is_packed,
):
    made = tmp_path / "S"
    make_study(made, bundled("engines"), counts=((2, 0),)).close()
    if is_packed:
        assert command("study", "copy", made, tmp_path / "copy.zip")[0] == 0
    monkeypatch.setenv("MUSEMATE_LANGUAGE", "de")
    opened = []

    def open_window(paths):
        opened.extend([*paths, os.environ["MUSEMATE_LANGUAGE"]])
        return 0

    code, _, _ = command("study", "run", tmp_path / "copy.zip" if is_packed else made, open_window=open_window)
    assert code == 0
    assert opened == [str(tmp_path / ("copy" if is_packed else "S")), "de"]
    assert is_study(Path(opened[0]))


def test_run_says_what_is_wrong_before_it_opens_a_window(command, tmp_path):  # noqa: F811
    (tmp_path / "none").mkdir()
    code, _, said = command("study", "run", tmp_path / "none")
    assert code == 2
    assert "holds no study" in said
