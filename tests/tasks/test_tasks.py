"""Everything around a training: import, pictures, takes, exports, lists, and how tasks are found."""

from __future__ import annotations

import inspect
import random

import numpy as np
import pytest

from musemate.analysis.peaks import Peaks
from musemate.analysis.spectra import MelPicture
from musemate.audio.clip import AudioClip
from musemate.audio.files import probe, read_clip
from musemate.engine.base import TakeRequest
from musemate.engine.events import (
    Analysed,
    Exported,
    FileRefused,
    FragmentAdded,
    Listed,
    PictureDrawn,
    Progressed,
    TakeMade,
    Warned,
    Working,
)
from musemate.errors import DeviceMemoryError, ExportError, ProjectError, SettingsError
from musemate.paths import resource
from musemate.project.records import Beats
from musemate.project.store import Project
from musemate.tasks.analyse_fragment import analyse_fragment
from musemate.tasks.draw_pictures import draw_pictures, load_picture
from musemate.tasks.export_takes import export_takes
from musemate.tasks.generate import generate
from musemate.tasks.import_audio import import_audio
from musemate.tasks.picture import Sound, draw_sheet
from musemate.tasks.registry import TASKS, get_task
from musemate.tasks.show import list_devices, list_project
from musemate.tasks.throttle import throttled
from musemate.tasks.train import train
from tests.tasks.toy_engine import ToyModel


def of(events, kind):
    return [event for event in events if isinstance(event, kind)]


@pytest.fixture
def trained(perform, toy, store, folder):
    """Return the folder of a project with the finished run r1."""
    perform(train, folder, "f1", length_s=2.5, preset="sketch", device="cpu")
    return folder


# Import


def test_a_bad_file_never_stops_the_others(perform, make_wav, tmp_path):
    text = tmp_path / "text.wav"
    text.write_text("no sound")
    files = [str(make_wav("a.wav")), str(text), str(tmp_path / "gone.wav"), str(make_wav("b.wav", seed=1))]
    events = perform(import_audio, str(tmp_path / "new"), files)
    assert of(events, FragmentAdded) == [FragmentAdded("f1", files[0]), FragmentAdded("f2", files[3])]
    refused = of(events, FileRefused)
    assert [event.file for event in refused] == files[1:3]
    assert "text.wav" in refused[0].error
    assert "gone.wav" in refused[1].error
    with Project.open(tmp_path / "new") as store:
        assert [fragment.name for fragment in store.fragments()] == ["a", "b"]


def test_the_region_is_chosen_while_importing(perform, store, folder, make_wav):
    perform(import_audio, folder, [str(make_wav("a.wav"))], start_s=1.0, length_s=2.0)
    assert (store.fragment("f2").start_s, store.fragment("f2").length_s) == (1.0, 2.0)
    (refused,) = of(perform(import_audio, folder, [str(make_wav("b.wav"))], start_s=9.0), FileRefused)
    assert "outside the file" in refused.error
    assert len(store.fragments()) == 2


def test_a_known_file_is_only_taken_again_when_asked(perform, store, folder, make_wav):
    same = [str(make_wav("same.wav"))]
    assert of(perform(import_audio, folder, same, reuse=True), FragmentAdded)[0].fragment == "f1"
    assert of(perform(import_audio, folder, same), FragmentAdded)[0].fragment == "f2"


def test_importing_stops_between_files(perform, store, folder, make_wav):
    files = [str(make_wav("a.wav")), str(make_wav("b.wav"))]
    perform(import_audio, folder, files, cancelled=lambda: len(store.fragments()) == 2)
    assert len(store.fragments()) == 2


# Pictures


def test_pictures_are_drawn_once(perform, store, folder):
    audio = store.fragment("f1").audio
    events = perform(draw_pictures, folder, audio)
    files = {event.layer: event.file for event in of(events, PictureDrawn)}
    assert list(files) == ["peaks", "mel"]
    assert all(str(store.cache_path(audio)) in file for file in files.values())
    peaks, mel = Peaks.load(store.cache_path(audio) / "peaks.npy"), MelPicture.load(store.cache_path(audio) / "mel.npy")
    assert (peaks.duration_s, mel.duration_s) == (4.0, 4.0)
    before = (store.cache_path(audio) / "mel.npy").stat().st_mtime_ns
    assert perform(draw_pictures, folder, audio) == events
    assert (store.cache_path(audio) / "mel.npy").stat().st_mtime_ns == before


def test_other_pictures_are_drawn_when_they_are_wanted(perform, store, folder):
    audio = store.fragment("f1").audio
    events = perform(draw_pictures, folder, audio, layers=["peaks", "stft", "mfcc", "chroma"])
    assert [event.layer for event in of(events, PictureDrawn)] == ["peaks", "stft", "mfcc", "chroma"]
    assert all(load_picture(event.layer, event.file).duration_s == 4.0 for event in of(events, PictureDrawn))
    assert not (store.cache_path(audio) / "mel.npy").exists()


def test_a_damaged_picture_is_drawn_again(perform, store, folder):
    audio = store.fragment("f1").audio
    perform(draw_pictures, folder, audio)
    (store.cache_path(audio) / "mel.npy").write_bytes(b"damaged")
    perform(draw_pictures, folder, audio)
    assert MelPicture.load(store.cache_path(audio) / "mel.npy").duration_s == 4.0


# Analysis


def test_what_is_heard_in_a_fragment_is_stored(perform, store, folder):
    store.add_fragment(resource("demo.flac"))
    assert perform(analyse_fragment, folder, "f2")[-1] == Analysed("f2")
    fragment = store.fragment("f2")
    assert fragment.beats is not None
    assert fragment.beats.is_sure
    assert fragment.beats.bpm == pytest.approx(120, abs=0.5)
    assert fragment.key == "A minor"
    assert len(fragment.voice) == 24
    assert max(fragment.voice) <= 1


def test_a_cancelled_analysis_stores_nothing(perform, store, folder):
    perform(analyse_fragment, folder, "f1", cancelled=lambda: True)
    assert store.fragment("f1").beats is None


# Takes


def test_takes_are_stored_with_all_that_made_them(perform, trained, store):
    events = perform(generate, trained, count=2, seconds=1.5, mode="variation", closeness=0.25, seed=40, device="cpu")
    made = of(events, TakeMade)
    assert [(event.take, event.seconds, event.seed) for event in made] == [("t1", 1.5, 40), ("t2", 1.5, 41)]
    take = store.take("t1")
    assert take.request == TakeRequest(1.5, "variation", 0.25, 40).to_json()
    assert (take.run, take.device, take.name) == ("r1", "cpu", "take 1")
    assert made[0].file == str(store.audio_path(take.audio))
    facts = probe(made[0].file)
    assert (facts.subtype, facts.n_channels, facts.duration_s) == ("FLOAT", 2, 1.5)


def test_a_take_made_again_is_the_same_file(perform, trained, store):
    perform(generate, trained, count=1)
    take = store.take("t1")
    perform(generate, trained, run=take.run, count=1, **take.request)
    assert store.take("t2").audio == take.audio


def test_four_takes_of_the_regions_length_with_new_seeds_are_the_default(perform, trained, store, monkeypatch):
    monkeypatch.setattr("musemate.tasks.generate.N_SEEDS", 8)
    for _ in range(2):
        perform(generate, trained)
    takes = store.takes()
    assert [take.seconds for take in takes] == [2.5] * 8
    assert {take.seed for take in takes} == set(range(8))


def test_the_newest_usable_run_is_the_default(perform, trained, store):
    perform(train, trained, "f1", cancelled=lambda: True)
    perform(generate, trained, count=1)
    assert store.takes()[0].run == "r1"


def test_nothing_trained_is_a_sentence(perform, toy, store, folder):
    with pytest.raises(ProjectError, match="Nothing is trained yet"):
        perform(generate, folder)


@pytest.mark.parametrize(
    "args",
    [
        {"count": 0},
        {"count": 101},
        {"seconds": 0.5},
        {"seconds": 301},
        {"mode": "odd"},
        {"closeness": 1.1},
        {"seed": -1},
        {"seed": 2**32 - 2},
    ],
)
def test_impossible_takes_are_refused(perform, trained, store, args):
    with pytest.raises(SettingsError):
        perform(generate, trained, **args)
    assert store.takes() == []


@pytest.mark.parametrize("place", ["loading", "making"])
def test_takes_go_on_with_the_cpu_when_the_card_is_full(perform, trained, toy, store, card, monkeypatch, place):
    loaded = []

    class FullModel(ToyModel):
        def generate(self, request, cancelled):
            if request.seed > 5:
                raise DeviceMemoryError("There was not enough memory on cpu:0.")
            return super().generate(request, cancelled)

    def load(folder, device, at_steps):
        loaded.append(device)
        if device == card and place == "loading":
            raise DeviceMemoryError("There was not enough memory on cpu:0.")
        return FullModel() if device == card else ToyModel()

    monkeypatch.setattr(toy, "load", load, raising=False)
    events = perform(generate, trained, count=3, seed=5)
    assert [w.message for w in of(events, Warned)] == [
        "The graphics card ran out of memory; MuseMate goes on with the CPU."
    ]
    assert [take.device for take in store.takes()] == ([card] if place == "making" else ["cpu"]) + ["cpu", "cpu"]
    assert loaded == [card, "cpu"]


def test_memory_that_the_cpu_has_not_is_a_failure(perform, trained, toy, store, monkeypatch):
    def load(folder, device, at_steps):
        raise DeviceMemoryError("There was not enough memory on cpu.")

    monkeypatch.setattr(toy, "load", load, raising=False)
    with pytest.raises(DeviceMemoryError):
        perform(generate, trained, device="cpu")
    assert store.takes() == []


def test_a_card_that_fails_its_test_is_said_with_the_first_takes(perform, trained, store, card, card_fails):
    (warned,) = of(perform(generate, trained, count=1), Warned)
    assert warned.message == "Card (8 GB) is not used: it computes other values than the CPU."
    assert of(perform(generate, trained, count=1), Warned) == []
    assert {take.device for take in store.takes()} == {"cpu"}


def test_stopping_keeps_the_takes_made_so_far(perform, trained, store):
    perform(generate, trained, count=4, cancelled=lambda: len(store.takes()) == 2)
    assert len(store.takes()) == 2


# Export


def test_takes_are_exported_without_overwriting(perform, trained, store, tmp_path):
    perform(generate, trained, count=2, seconds=2.0)
    store.set_analysis("f1", Beats(120.0, 0.9), "", ())
    target = tmp_path / "a" / "b"
    files = [e.file for _ in range(2) for e in of(perform(export_takes, trained, ["t1", "t2"], str(target)), Exported)]
    assert len(set(files)) == 4
    assert all("120bpm" in file and "song" in file for file in files)
    assert {probe(file).subtype for file in files} == {"PCM_24"}
    exported, made = read_clip(files[0]), read_clip(store.audio_path(store.take("t1").audio))
    np.testing.assert_allclose(exported.samples, made.samples, atol=1e-6)


def test_a_region_goes_to_the_projects_exports_by_default(perform, trained, store):
    perform(generate, trained, count=1, seconds=3.0)
    (event,) = of(perform(export_takes, trained, ["t1"], depth="16", start_s=1.0, length_s=1.25), Exported)
    assert event.take == "t1"
    assert store.exports_path in type(store.exports_path)(event.file).parents
    assert probe(event.file).subtype == "PCM_16"
    assert probe(event.file).duration_s == pytest.approx(1.25, abs=0.01)  # its edges lie at zero crossings


def test_an_unsure_tempo_is_not_named(perform, trained, store):
    perform(generate, trained, count=1, seconds=2.0)
    store.set_analysis("f1", Beats(97.0, 0.3), "", ())
    (event,) = of(perform(export_takes, trained, ["t1"]), Exported)
    assert "bpm" not in event.file


def test_an_unknown_take_is_refused_before_anything_is_written(perform, trained, store, tmp_path):
    perform(generate, trained, count=1)
    with pytest.raises(ProjectError, match='no take "t9"'):
        perform(export_takes, trained, ["t1", "t9"], str(tmp_path / "out"))
    assert not (tmp_path / "out").exists()


def test_a_target_that_is_a_file_is_a_sentence(perform, trained, store, tmp_path):
    perform(generate, trained, count=1)
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ExportError):
        perform(export_takes, trained, ["t1"], str(tmp_path / "file"))


# Lists


def test_a_project_is_listed_with_the_paths_of_its_takes(perform, trained, store):
    perform(generate, trained, count=1, seconds=2.0, seed=3)
    (event,) = perform(list_project, trained)
    fragment, run, take = event.rows
    assert (fragment["kind"], fragment["id"], fragment["length_s"], fragment["bpm"]) == ("fragment", "f1", 4.0, None)
    assert (run["kind"], run["id"], run["state"], run["finished"]) == ("run", "r1", "finished", "3/3")
    assert (take["kind"], take["id"], take["seed"]) == ("take", "t1", 3)
    assert probe(take["file"]).duration_s == 2.0


def test_the_cpu_is_always_listed(perform):
    (event,) = perform(list_devices)
    assert event.rows[-1]["name"] == "cpu"
    assert event.rows[-1]["label"]


# How tasks are found and heard


@pytest.mark.parametrize("name", TASKS)
def test_every_task_is_a_generator_that_can_be_cancelled(name):
    task = get_task(name)
    assert inspect.isgeneratorfunction(task)
    assert inspect.signature(task).parameters["cancelled"].kind is inspect.Parameter.KEYWORD_ONLY


def test_progress_is_thinned_out_and_the_rest_kept_in_order():
    now = iter(np.arange(0.0, 10.0, 0.01).tolist())
    looks = [Progressed(0, 1, step, 99, {}, step / 100, None) for step in range(1, 100)]
    events = [*looks[:50], Warned("in between"), *looks[50:], Listed([])]
    heard = list(throttled(events, 0.1, clock=lambda: next(now)))
    steps = [event.step for event in of(heard, Progressed)]
    assert steps == sorted(set(steps))
    assert 5 < len(steps) < 25
    assert heard.index(Warned("in between")) == heard.index(looks[49]) + 1
    assert heard[-2:] == [looks[-1], Listed([])]


def test_a_lone_last_progress_is_not_lost():
    assert list(throttled([Working("a"), Working("b")], 10.0)) == [Working("a"), Working("b")]


# The sheet


def test_a_sheet_is_a_picture_with_a_fresh_name(tmp_path):
    rng = random.Random(1)
    noise = np.array([[rng.uniform(-0.5, 0.5) for _ in range(8000)]], dtype=np.float32)
    sounds = [Sound("fragment: a", "120 bpm", AudioClip(noise, 8000), is_take=False)]
    sounds.append(Sound("take 1", "seed 1", AudioClip(np.vstack([noise, -noise]), 8000), is_take=True))
    first = draw_sheet(tmp_path / "sheet.png", sounds, "A fragment and its takes")
    second = draw_sheet(tmp_path / "sheet.png", sounds, "A fragment and its takes")
    assert first != second
    assert [path.read_bytes()[:8] for path in (first, second)] == [b"\x89PNG\r\n\x1a\n"] * 2
    width, height = (int.from_bytes(first.read_bytes()[at : at + 4]) for at in (16, 20))
    assert width == 1430
    assert height == pytest.approx(110 * (2 * 2.3 + 1.1), abs=2)


def test_options_that_are_not_possible_leave_no_run_behind(perform, toy, store, folder):
    with pytest.raises(SettingsError, match="does not know this option"):
        perform(train, folder, "f1", length_s=2.5, preset="sketch", device="cpu", options={"unknown": 1})
    assert store.runs() == []
