"""Studies are made of a project's takes, its real clips and other files, and nothing half-made stays."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from musemate.audio.clip import AudioClip
from musemate.audio.files import read_clip, write_wav
from musemate.audio.loudness import integrated_lufs
from musemate.engine.events import Listed, StudyMade, Warned, Working
from musemate.errors import AudioFileError, MuseMateError, ProjectError, StudyError
from musemate.project.store import Project
from musemate.study.folder import StudyFolder
from musemate.study.templates import bundled
from musemate.tasks.study_new import study_new
from musemate.tasks.study_sources import Choice, placed

RATE_HZ = 8000


def sound(seconds, seed=0, level=0.2):
    rng = np.random.default_rng(seed)
    n = round(seconds * RATE_HZ)
    envelope = 1.2 + np.sin(np.arange(n) / 900 + seed)
    return AudioClip((level * envelope * rng.uniform(-0.4, 0.4, (1, n))).astype(np.float32), RATE_HZ)


@pytest.fixture
def project(tmp_path):
    """Return a project of a song of 12 s, 3 s of which were learnt, with four takes of 2 s."""
    song = write_wav(tmp_path / "song.wav", sound(12.0), "24")
    with Project.create(tmp_path / "P") as store:
        fragment = store.add_fragment(song, 4.0, 3.0)
        run = store.add_run(
            fragment.id, engine="frames", preset="sketch", device="cpu", seed=1, start_s=4.0, length_s=3.0,
            options={"pyramid_steps": 77}, state="finished", scales=("a",), n_finished=1,
        )  # fmt: skip
        for number in range(1, 5):
            audio = store.store_clip(sound(2.0, number, 0.05 * number))
            mode = "variation" if number == 4 else "new"
            request = {"seconds": 2.0, "mode": mode, "closeness": 0.25 * number, "seed": number}
            store.add_take(run.id, audio, request | ({"at_steps": 5} if number == 3 else {}))
    return tmp_path / "P"


def takes(*numbers):
    return [{"take": f"t{number}"} for number in numbers]


def test_takes_real_clips_and_other_files_become_a_study(project, tmp_path, perform):
    other = write_wav(tmp_path / "jukebox name.wav", sound(3.0, 9), "24")
    sounds = [*takes(1, 3, 4), {"fragment": "f1"}, {"fragment": "f1"}, {"file": str(other), "group": "jukebox"}]
    events = perform(study_new, str(project), sounds, seed=5)
    made = events[-1]
    assert isinstance(made, StudyMade) and made.folder == str(project / "studies" / "Does-it-inspire")
    assert (made.n_sounds, made.n_trials, made.seconds, made.rate_hz) == (6, 6, 2.0, RATE_HZ)
    with StudyFolder.open(made.folder) as study:
        assert study.problems() == []
        truths = {truth.label: truth for truth in study.truths.values()}
        lufs = [integrated_lufs(read_clip(study.sound(token))) for token in study.truths]
        sets = {study.truths[one.token].label: one.set for one in study.study.stimuli}
        told = (study.folder / "study.json").read_text(encoding="utf-8")
    assert max(lufs) - min(lufs) <= 0.1
    assert dataclasses.asdict(truths["take 3"]) | {"token": ""} == {
        "token": "", "is_real": False, "origin": "take", "label": "take 3", "group": "frames", "engine": "frames",
        "preset": "sketch", "mode": "new", "closeness": 0.75, "steps": 5, "seed": 3, "take": "t3", "run": "r1",
        "fragment": "f1",
    }  # fmt: skip
    assert truths["take 1"].steps == 77
    assert (truths["jukebox name"].group, truths["jukebox name"].is_real) == ("jukebox", False)
    # what was not learnt from comes first: behind the region of 4 to 7 s
    assert sets == {
        "take 1": "new_material", "take 3": "new_material", "take 4": "variations", "jukebox name": "variations",
        "song from 7.00 s": "new_material", "song from 9.00 s": "variations",
    }  # fmt: skip
    for secret in ("take 1", "song from", "jukebox name", "frames", '"t1"', '"f1"'):
        assert secret not in told


def test_what_each_set_holds_is_told_before_the_work(project, perform):
    events = perform(study_new, str(project), [*takes(1, 2, 4), {"fragment": "f1", "set": "variations"}])
    rows = [(row["name"], row["takes"], row["others"], row["real"], row["planned"]) for row in events[0].rows]
    assert isinstance(events[0], Listed)
    assert rows == [("new_material", 2, 0, 0, "8/0/2"), ("variations", 1, 0, 1, "6/2/2")]
    said = [event.message for event in events if isinstance(event, Warned)]
    assert said[:3] == [
        "The set “New material” holds 2 takes instead of 8 takes, 2 real clips.",
        "The set “Variations” holds 1 take, 1 real clip instead of 6 takes, 2 takes of another method, 2 real clips.",
        "Without a real clip in “New material”, nobody can tell skill from calling everything fake.",
    ]
    first_work = next(index for index, event in enumerate(events) if isinstance(event, Working))
    assert first_work > max(index for index, event in enumerate(events[:5]) if isinstance(event, Warned))


def test_a_balanced_study_says_nothing(project, perform):
    sounds = [{"take": f"t{1 + number % 4}"} for number in range(30)]
    events = perform(study_new, str(project), sounds, template="engines", rules={"longest_s": 1.0})
    assert not [event for event in events if isinstance(event, Warned)]
    assert events[-1].n_trials == 30


def test_pairs_set_each_take_beside_a_real_clip(project, perform):
    sounds = [*takes(1, 2, 3), {"fragment": "f1"}, {"fragment": "f1", "start_s": 0.5}]
    made = perform(study_new, str(project), sounds, template="which_is_real", title="  Which?  ")[-1]
    assert made.folder.endswith("Which") and made.title == "Which?"
    with StudyFolder.open(made.folder) as study:
        pairs = [{study.truths[token].is_real for token in trial.tokens} for trial in study.study.trials_of(0)]
        real = [token for trial in study.study.trials_of(0) for token in trial.tokens if study.truths[token].is_real]
    assert pairs == [{True, False}] * 3
    assert len(set(real)) == 2


def test_rules_can_be_changed_and_sounds_are_heard_in_part(project, perform):
    rules = {"heard": 2, "orders": "fixed", "anchor_hz": 1500, "pictures": True}
    made = perform(study_new, str(project), [*takes(1, 2), {"fragment": "f1"}], rules=rules)[-1]
    with StudyFolder.open(made.folder) as study:
        assert study.study.template.rules.pictures
        origins = [study.truths[trial.tokens[0]].origin for trial in study.study.trials_of(3)]
    assert origins == ["take", "take", "fragment", "anchor"]


def test_nothing_is_overwritten(project, perform):
    folders = [perform(study_new, str(project), takes(1, 2))[-1].folder for _ in range(2)]
    assert [Path(folder).name for folder in folders] == ["Does-it-inspire", "Does-it-inspire 2"]
    with pytest.raises(StudyError, match="exists already"):
        perform(study_new, str(project), takes(1, 2), folder=folders[0])


def test_what_was_cancelled_leaves_nothing(project, perform):
    answers = iter([False, False, True])
    events = perform(study_new, str(project), takes(1, 2), cancelled=lambda: next(answers))
    assert not isinstance(events[-1], StudyMade)
    assert list((project / "studies").iterdir()) == []


def test_a_full_disk_leaves_nothing(project, perform, monkeypatch):
    def full(path, clip):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("musemate.study.sounds.write_flac", full)
    with pytest.raises(StudyError, match="cannot be written; nothing is left of it"):
        perform(study_new, str(project), takes(1, 2))
    assert list((project / "studies").iterdir()) == []


BROKEN = [
    ([], {}, StudyError, "A study needs two sounds at least"),
    (takes(1), {}, StudyError, "A study needs two sounds at least"),
    (takes(1, 9), {}, ProjectError, 'There is no take "t9"'),
    ([*takes(1), {"fragment": "f7"}], {}, ProjectError, 'There is no fragment "f7"'),
    ([*takes(1), {"take": "t2", "set": "none"}], {}, StudyError, "has no set “none”"),
    ([*takes(1), {"song": "t2"}], {}, StudyError, "A sound of the study is not understood"),
    (takes(1, 2), {"template": "none"}, StudyError, "There is no questionnaire “none”"),
    (takes(1, 2), {"rules": {"volume": 11}}, StudyError, "“volume” in rules is not known"),
    (takes(1, 2), {"template": "which_is_real"}, StudyError, "Pairs need takes and real clips"),
    ([*takes(1), *[{"fragment": "f1"}] * 9], {}, StudyError, "“song” has no part of 2.00 s left"),
]


@pytest.mark.parametrize(("sounds", "more", "kind", "said"), BROKEN)
def test_what_cannot_be_is_one_sentence_and_leaves_nothing(project, perform, sounds, more, kind, said):
    with pytest.raises(kind, match=said) as caught:
        perform(study_new, str(project), sounds, **more)
    assert caught.value.hint
    assert not (project / "studies").exists() or list((project / "studies").iterdir()) == []


def test_files_that_are_no_sound_are_named(project, tmp_path, perform):
    bad = tmp_path / "bad.wav"
    bad.write_bytes(b"RIFF nothing")
    with pytest.raises(AudioFileError, match="bad"):
        perform(study_new, str(project), [*takes(1), {"file": str(bad)}])


def test_a_take_whose_sound_is_lost_is_named(project, perform):
    with Project.open(project) as store:
        store.audio_path(store.take("t2").audio).unlink()
    with pytest.raises(MuseMateError, match="take 2"):
        perform(study_new, str(project), takes(1, 2))


def test_sounds_without_a_set_go_where_they_fit():
    template = bundled()["songwriter"]
    choices = [
        Choice("fragment", "f1"), Choice("take", "t1"), Choice("take", "t2"), Choice("file", "a"),
        Choice("fragment", "f1"), Choice("file", "b", real=True), Choice("take", "t3", set="new_material"),
    ]  # fmt: skip
    modes = {"t1": "variation", "t2": "new", "t3": "variation"}
    new, other = "new_material", "variations"
    assert placed(choices, template, modes) == [new, other, new, other, other, new, new]
    assert placed([Choice("take", "t1"), Choice("fragment", "f1")], template, modes) == [other, other]
