"""What is said before a training: of a file, of a project's region, in words."""

from __future__ import annotations

import pytest

from musemate.engine.events import Estimated, about, event_from_json
from musemate.errors import AudioFileError, DeviceError, ProjectError, SettingsError, TooShortError
from musemate.project.store import Project
from musemate.tasks.estimate import estimate

SAMPLES_A_SECOND = 16_000
"""Of the toy's stereo at 8 kHz: it takes a second for each."""


def expected(events):
    (event,) = [event for event in events if isinstance(event, Estimated)]
    return event


@pytest.mark.parametrize(
    ("region", "seconds"), [({}, 4.0), ({"start_s": 1.0, "length_s": 2.5}, 2.5), ({"start_s": 2.0}, 2.0)]
)
def test_the_region_of_a_fragment_counts(perform, toy, store, folder, region, seconds):
    event = expected(perform(estimate, folder, "f1", device="cpu", **region))
    assert event == Estimated(seconds * SAMPLES_A_SECOND, 100.2, "cpu")
    assert event_from_json(event.to_json()) == event
    assert store.runs() == []


def test_the_newest_fragment_is_meant_and_a_file_is_one(perform, toy, store, folder, make_wav):
    store.add_fragment(make_wav("mono.wav", seconds=40.0, channels=1))
    assert expected(perform(estimate, folder, device="cpu")).seconds == 30 * 8000
    assert expected(perform(estimate, str(make_wav()), device="cpu")).seconds == 4 * SAMPLES_A_SECOND


@pytest.mark.parametrize(
    ("args", "error", "words"),
    [
        ({"engine": "frames", "preset": "paper"}, SettingsError, 'The engine "frames" has no preset "paper".'),
        ({"engine": "classic", "preset": "fine"}, SettingsError, 'The engine "classic" has no preset "fine".'),
        ({"options": {"unknown": 1}}, SettingsError, "does not know this option"),
        ({"length_s": 1.0}, TooShortError, "too short"),
        ({"fragment": "f9"}, ProjectError, 'no fragment "f9"'),
        ({"device": "tpu"}, DeviceError, 'no device "tpu"'),
    ],
)
def test_what_cannot_be_trained_is_not_estimated(perform, toy, folder, store, args, error, words):
    with pytest.raises(error) as caught:
        perform(estimate, folder, **{"device": "cpu", **args})
    assert words in caught.value.message
    assert caught.value.hint


def test_a_preset_of_another_engine_names_its_own(perform, toy, folder, store):
    with pytest.raises(SettingsError) as caught:
        perform(estimate, folder, engine="classic", preset="sketch")
    assert caught.value.hint == "Choose one of: quick, code, paper."


def test_neither_file_nor_fragment_is_a_sentence(perform, toy, tmp_path):
    with pytest.raises(AudioFileError):
        perform(estimate, str(tmp_path / "gone.wav"))
    Project.create(tmp_path / "empty").close()
    with pytest.raises(ProjectError, match="holds no fragment yet"):
        perform(estimate, str(tmp_path / "empty"))


def test_nothing_is_measured_after_a_cancel(perform, toy, store, folder):
    assert not [e for e in perform(estimate, folder, cancelled=lambda: True) if isinstance(e, Estimated)]


@pytest.mark.parametrize(
    ("room_mib", "words"),
    [
        (200.0, ""),
        (None, ""),
        (80.0, "Its usual 100 MB of memory are not free: it will make do with 60 MB, and take longer."),
        (
            30.0,
            "This training needs about 60 MB of memory, and 30 MB are free for it. "
            "Choose a shorter region, or close other programs.",
        ),
    ],
)
def test_what_want_of_memory_will_do_is_said(perform, toy, store, folder, monkeypatch, room_mib, words):
    monkeypatch.setattr("musemate.engine.fitting.room_mib", lambda device: room_mib)
    event = expected(perform(estimate, folder, device="cpu"))
    assert event.shortage == words
    assert event_from_json(event.to_json()) == event


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.2, "less than a minute"),
        (50, "about one minute"),
        (150, "about 2 minutes"),
        (550, "about 9 minutes"),
        (37 * 60, "about 35 minutes"),
        (40 * 60, "about 40 minutes"),
        (95 * 60, "about 2 hours"),
        (23.4 * 3600, "about 23 hours"),
        (36 * 3600, "about 2 days"),
        (23.2 * 86400, "about 23 days"),
        (400 * 86400, "about 400 days"),
    ],
)
def test_a_time_is_said_as_one_says_it(seconds, words):
    assert about(seconds) == words
    assert Estimated(seconds, 500.0, "cpu").in_words == f"{words} on cpu"
