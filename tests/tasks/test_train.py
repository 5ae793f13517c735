"""Training: the state of a run in the project, whatever ends it."""

from __future__ import annotations

import contextlib
import csv
import os
import signal
import sys

import numpy as np
import pytest
from patience import HANG_S

from musemate.audio.clip import AudioClip
from musemate.audio.files import read_clip, write_wav
from musemate.engine.events import DeviceChanged, Progressed, RunFinished, RunStarted, ScaleFinished, Warned
from musemate.errors import (
    AudioFileError,
    DeviceError,
    DeviceMemoryError,
    ProjectError,
    SettingsError,
    TooShortError,
    TrainingError,
)
from musemate.project import sums
from musemate.tasks.memory import PeakMemory
from musemate.tasks.train import train

SCALES = ("coarse", "middle", "fine")


class StopAfter:
    """Turns True once so many scales are finished."""

    def __init__(self, store, n_scales):
        self._store, self._n_scales = store, n_scales

    def __call__(self):
        return self._store.runs()[-1].n_finished >= self._n_scales


@pytest.fixture
def add_busy_run(store, monkeypatch):
    """Return a function that adds a run which something else trains, and returns its id."""
    monkeypatch.setattr("musemate.project.recovery._PATIENCE_S", 0.0)
    with contextlib.ExitStack() as stack:

        def add(device):
            settings = {"engine": "frames", "preset": "sketch", "seed": 7, "start_s": 0.0, "length_s": 2.0}
            run = store.add_run("f1", device=device, **settings)
            stack.enter_context(store.training(run.id))
            return run.id

        yield add


def of(events, kind):
    return [event for event in events if isinstance(event, kind)]


def test_a_whole_training_is_told_and_stored(perform, toy, store, folder):
    events = perform(train, folder, "f1", start_s=1.0, length_s=2.5, preset="sketch", device="cpu", seed=5)
    assert of(events, RunStarted) == [RunStarted("r1", "cpu", list(SCALES))]
    assert [event.name for event in of(events, ScaleFinished)] == list(SCALES)
    end = events[-1]
    run = store.run("r1")
    assert end == RunFinished("r1", round(run.seconds, 2), pytest.approx(run.peak_mib, abs=50), "cpu", complete=True)
    assert (run.state, run.n_finished, run.scales) == ("finished", 3, SCALES)
    assert (run.fragment, run.start_s, run.length_s, run.preset, run.seed) == ("f1", 1.0, 2.5, "sketch", 5)
    assert run.peak_mib > 10


def test_the_engine_gets_exactly_the_region(perform, toy, store, folder):
    perform(train, folder, "f1", start_s=1.0, length_s=2.5, options={"width": 8}, device="cpu")
    ((clip, request),) = toy.requests
    whole = read_clip(store.audio_path(store.fragment("f1").audio))
    np.testing.assert_array_equal(clip.samples, whole.samples[:, 8000:28000])
    assert (request.preset, request.seed, request.device, request.options) == ("balanced", 0, "cpu", {"width": 8})


def test_the_fragments_own_region_is_the_default(perform, toy, store, folder):
    store.set_region("f1", 0.5, 3.0)
    perform(train, folder, "f1")
    assert (store.run("r1").start_s, store.run("r1").length_s) == (0.5, 3.0)


def test_the_losses_are_written_for_people(perform, toy, store, folder):
    perform(train, folder, "f1")
    with (store.run_path("r1") / "losses.csv").open(encoding="utf-8") as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["seconds", "part", "step", "loss", "value"]
    assert [row[1:] for row in rows if row[2] == "2"] == [[name, "2", "loss", "0.5"] for name in SCALES]


def test_the_sums_of_what_can_be_heard_and_read_are_kept(perform, toy, store, folder):
    perform(train, folder, "f1")
    place = store.run_path("r1")
    assert "losses.csv" in (place / sums.FILE_NAME).read_text()
    assert list(sums.faults(place)) == []
    (place / "losses.csv").write_text("another")
    assert list(sums.faults(place)) == [("losses.csv", True)]


def heard(folder, scale=1):
    """Put a preview where an engine writes it; the toy writes none."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"preview-{scale}.wav").write_bytes(b"a preview")
    return folder / f"preview-{scale}.wav"


def test_previews_have_their_sums_as_soon_as_they_are_announced(toy, store, folder):
    preview = heard(store.run_path("r1"))
    events = train(folder, "f1", cancelled=lambda: False)
    assert any(isinstance(event, ScaleFinished) for event in events)  # and no further
    noted = (preview.parent / sums.FILE_NAME).read_text()
    assert "preview-1.wav" in noted and "losses.csv" not in noted
    preview.write_bytes(b"a damaged one")
    events.close()  # as when the window is closed
    assert list(sums.faults(preview.parent)) == [("preview-1.wav", True)]
    assert "losses.csv" in (preview.parent / sums.FILE_NAME).read_text()


def test_a_training_that_goes_on_keeps_the_sums_of_its_finished_scales(perform, toy, store, folder):
    preview = heard(store.run_path("r1"))
    perform(train, folder, "f1", preset="sketch", cancelled=StopAfter(store, 1))
    preview.write_bytes(b"a damaged one")
    perform(train, folder, run="r1")
    assert list(sums.faults(preview.parent)) == [("preview-1.wav", True)]


def test_what_a_killed_training_left_has_its_sums_when_the_project_is_opened(perform, toy, store, folder):
    place = heard(store.run_path("r1")).parent
    perform(train, folder, "f1", preset="sketch", cancelled=StopAfter(store, 1))
    (place / sums.FILE_NAME).unlink()
    store.update_run("r1", state="training")  # as its process leaves it
    assert store.run("r1").state == "stopped"
    assert {"preview-1.wav", "losses.csv"} <= set((place / sums.FILE_NAME).read_text().split())


def test_a_stopped_training_keeps_its_scales_and_goes_on_to_the_same_end(perform, toy, store, folder):
    events = perform(train, folder, "f1", seed=9, preset="sketch", cancelled=StopAfter(store, 1))
    assert events[-1].complete is False
    stopped = store.run("r1")
    assert (stopped.state, stopped.n_finished, stopped.is_usable) == ("stopped", 1, True)
    events = perform(train, folder, run="r1", seed=123)
    assert [event.scale for event in of(events, ScaleFinished)] == [1, 2]
    finished = store.run("r1")
    assert (finished.state, finished.n_finished, finished.seed) == ("finished", 3, 9)
    assert finished.seconds > stopped.seconds
    assert toy.requests[0][1] == toy.requests[1][1]
    assert len(store.runs()) == 1


def test_a_training_stopped_at_once_is_no_failure(perform, toy, store, folder):
    events = perform(train, folder, "f1", cancelled=lambda: True)
    assert events[-1].complete is False
    run = store.run("r1")
    assert (run.state, run.n_finished, run.is_usable, run.reason) == ("stopped", 0, False, "")


@pytest.mark.parametrize(("scale", "state"), [(0, "failed"), (2, "stopped")])
def test_a_failure_of_the_engine_keeps_what_is_finished(perform, toy, store, folder, scale, state):
    with pytest.raises(TrainingError, match="no longer a number"):
        perform(train, folder, "f1", options={"fail_at": scale})
    run = store.run("r1")
    assert (run.state, run.n_finished) == (state, scale)
    assert run.reason == "The loss is no longer a number."


def test_an_unexpected_failure_is_stored_too(perform, toy, store, folder):
    with pytest.raises(ZeroDivisionError):
        perform(train, folder, "f1", options={"break_at": 0})
    assert store.run("r1").state == "failed"
    assert "interrupted" in store.run("r1").reason


def test_a_run_is_settled_when_nobody_listens_any_more(toy, store, folder):
    events = train(folder, "f1", options={"wait_at": 1}, cancelled=lambda: False)
    while not isinstance(next(events), ScaleFinished):
        pass
    assert isinstance(next(events), Progressed)
    assert store.run("r1").state == "training"
    events.close()
    assert (store.run("r1").state, store.run("r1").n_finished) == ("stopped", 1)


def test_a_finished_run_is_not_trained_again(perform, toy, store, folder):
    perform(train, folder, "f1")
    with pytest.raises(SettingsError, match="is finished"):
        perform(train, folder, run="r1")


def test_a_part_that_was_stored_but_not_noted_before_a_crash_counts(perform, toy, store, folder):
    perform(train, folder, "f1")
    store.update_run("r1", state="stopped", n_finished=2, peak_mib=1e6)
    end = perform(train, folder, run="r1")[-1]
    assert (end.complete, end.peak_mib) == (True, 1e6)
    assert (store.run("r1").state, store.run("r1").n_finished) == ("finished", 3)


def test_a_run_that_is_being_trained_keeps_its_device(perform, toy, store, folder, add_busy_run):
    with pytest.raises(ProjectError, match="being trained"):
        perform(train, folder, run=add_busy_run(device="cuda:0"), device="cpu")
    assert store.run("r1").device == "cuda:0"


def test_a_training_that_ended_on_the_cpu_says_so(perform, toy, store, folder, card):
    events = perform(train, folder, "f1", options={"full_at": 1})
    assert events[-1].device == "cpu"
    assert of(events, RunStarted)[0].device == card
    assert events[events.index(DeviceChanged("cpu")) - 1].message.endswith("goes on with the CPU.")
    assert store.run("r1").device == "cpu"


def test_a_stopped_training_tries_again_where_it_ran_out_of_memory(perform, toy, store, folder, card):
    events = perform(train, folder, "f1", options={"full_at": 0}, cancelled=StopAfter(store, 1))
    assert (events[-1].complete, events[-1].device) == (False, "cpu")
    assert store.run("r1").device == card
    perform(train, folder, run="r1")
    assert [request.device for _, request in toy.requests] == [card, card]
    assert store.run("r1").device == card


def test_a_card_that_fails_the_self_test_is_passed_over_and_said(perform, toy, store, folder, card, card_fails):
    events = perform(train, folder, "f1")
    assert of(events, Warned)[0].message == "Card (8 GB) is not used: it computes other values than the CPU."
    assert (store.run("r1").device, events[-1].device) == ("cpu", "cpu")
    with pytest.raises(DeviceError, match="cannot be used: it computes other values"):
        perform(train, folder, "f1", device=card)
    assert len(store.runs()) == 1


def test_a_run_of_a_card_that_is_gone_goes_on_and_says_so(perform, toy, store, folder):
    perform(train, folder, "f1", device="cpu", cancelled=StopAfter(store, 1))
    store.update_run("r1", device="cuda:7")
    events = perform(train, folder, run="r1")
    (warned,) = of(events, Warned)
    assert (warned.message, warned.hint) == (
        'There is no device "cuda:7" on this machine.',
        f"The training goes on with {events[-1].device}.",
    )
    assert store.run("r1").state == "finished"


def test_silence_is_named_after_the_song(perform, toy, store, folder, tmp_path):
    samples = np.zeros((1, 48_000), dtype=np.float32)
    samples[:, 40_000:] = 0.5
    store.add_fragment(write_wav(tmp_path / "Pause.wav", AudioClip(samples, 8000)))
    with pytest.raises(AudioFileError, match='"Pause" is silent in the chosen region'):
        perform(train, folder, "f2", length_s=4.0)
    assert store.run("r1").state == "failed"


def test_a_lost_sound_is_a_sentence_and_a_failed_run(perform, toy, store, folder):
    store.audio_path(store.fragment("f1").audio).unlink()
    with pytest.raises(AudioFileError):
        perform(train, folder, "f1")
    assert store.run("r1").state == "failed"


@pytest.mark.parametrize(
    ("start_s", "length_s", "error", "words"),
    [
        (0.0, 1.9, TooShortError, "1.90 s"),
        (3.0, 5.0, TooShortError, "1.00 s"),
        (0.0, 120.5, SettingsError, "120.5 s is too long"),
        (4.0, 2.0, SettingsError, "4.0 s long"),
        (-0.1, 2.0, SettingsError, "starts at -0.1 s"),
        (0.0, -3.0, TooShortError, "too short"),
        (0.0, float("nan"), TooShortError, "too short"),
    ],
)
def test_regions_that_cannot_be_trained_on_store_no_run(perform, toy, store, folder, start_s, length_s, error, words):
    with pytest.raises(error) as caught:
        perform(train, folder, "f1", start_s=start_s, length_s=length_s)
    assert words in caught.value.message
    assert caught.value.hint
    assert store.runs() == []


def test_a_training_that_fits_in_no_way_stores_no_run(perform, toy, store, folder, monkeypatch):
    monkeypatch.setattr("musemate.engine.fitting.room_mib", lambda device: 30.0)
    with pytest.raises(DeviceMemoryError, match="needs about 60 MB of memory, and 30 MB are free"):
        perform(train, folder, "f1", device="cpu")
    assert (store.runs(), toy.requests) == ([], [])
    monkeypatch.setattr("musemate.engine.fitting.room_mib", lambda device: 80.0)
    assert perform(train, folder, "f1", device="cpu")[-1].complete


@pytest.mark.parametrize(
    ("args", "error"),
    [
        ({"preset": "coarse"}, SettingsError),
        ({"device": "cuda:7"}, DeviceError),
        ({"fragment": "f8"}, ProjectError),
        ({"run": "r8"}, ProjectError),
        ({"seed": -1}, SettingsError),
        ({"seed": 2**32}, SettingsError),
    ],
)
def test_impossible_settings_store_no_run(perform, toy, store, folder, args, error):
    with pytest.raises(error):
        perform(train, folder, **{"fragment": "f1", **args})
    assert store.runs() == []


def test_an_unknown_engine_is_refused(perform, store, folder):
    with pytest.raises(SettingsError, match='no engine "magic"'):
        perform(train, folder, "f1", engine="magic")
    assert store.runs() == []


def test_what_speaks_against_a_region_is_said(perform, toy, store, folder, make_wav):
    store.add_fragment(make_wav("mono.wav", seconds=25.0, channels=1))
    store.set_analysis("f2", None, "", (0.9,) * 5 + (0.1,) * 20)
    said = of(perform(train, folder, "f2", start_s=0.0, length_s=5.0), Warned)
    assert [word for warned in said for word in ("5.0 s long", "voice", "mono") if word in warned.message] == [
        "5.0 s long",
        "voice",
        "mono",
    ]
    said = of(perform(train, folder, "f2", start_s=4.0, length_s=21.0), Warned)
    assert ["mono" in warned.message for warned in said] == [True]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no kill -9")
def test_a_killed_training_loses_no_finished_scale(qtbot, perform, toy, store, folder):
    from musemate.jobs.lane import Lane

    lane = Lane("killed", finder="toy_engine:get_task")
    try:
        seen = []
        job = lane.submit("train", project=folder, fragment="f1", options={"wait_at": 2})
        job.happened.connect(seen.append)
        qtbot.waitUntil(lambda: len(of(seen, ScaleFinished)) == 2)
        assert store.run("r1").state == "training"
        with qtbot.waitSignal(job.finished):
            os.kill(lane._thread.supervisor._state.worker.pid, signal.SIGKILL)
    finally:
        lane.close()
    assert (store.run("r1").state, store.run("r1").n_finished) == ("stopped", 2)
    assert sorted(p.name for p in store.run_path("r1").glob("*.part")) == ["coarse.part", "middle.part"]


def test_closing_the_window_in_the_middle_of_a_training_keeps_its_scales(qtbot, toy, store, folder, monkeypatch):
    from musemate.jobs.lane import Lane

    monkeypatch.setattr("musemate.jobs.supervisor.CLOSE_S", HANG_S)  # or it would be killed on a slow machine
    lane = Lane("closed", finder="toy_engine:get_task")
    try:
        seen = []
        job = lane.submit("train", project=folder, fragment="f1", options={"wait_at": 1})
        job.happened.connect(seen.append)
        qtbot.waitUntil(lambda: len(of(seen, ScaleFinished)) == 1)
    finally:
        lane.close()
    assert job.state == "cancelled"
    assert isinstance(seen[-1], RunFinished)
    assert (store.run("r1").state, store.run("r1").n_finished) == ("stopped", 1)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux forgets earlier peaks")
def test_the_peak_is_that_of_the_work_alone():
    before = PeakMemory("cpu")
    block = np.ones(200 << 17)  # 200 MiB
    with_block = before.mib()
    del block
    after = PeakMemory("cpu").mib()
    assert with_block - after == pytest.approx(200, abs=40)
