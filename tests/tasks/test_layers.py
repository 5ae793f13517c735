"""Takes whose scales are signals: kept beside the take, listed and exported, each at its own rate."""

from __future__ import annotations

import numpy as np
import pytest
import soundfile

from musemate.audio.clip import LOWEST_RATE_HZ
from musemate.audio.files import read_clip
from musemate.engine.base import LayeredModel
from musemate.engine.events import Exported, PictureDrawn, TakeMade, Warned
from musemate.tasks.draw_pictures import draw_pictures
from musemate.tasks.export_takes import export_takes
from musemate.tasks.generate import generate
from musemate.tasks.show import list_project
from musemate.tasks.train import train
from tests.tasks.toy_engine import LayeredToyModel, ToyModel

NAMES = ["320 Hz", "1000 Hz", "8000 Hz"]


def of(events, kind):
    return [event for event in events if isinstance(event, kind)]


@pytest.fixture
def layered(perform, toy, store, folder):
    """Return the folder of a project with a run whose scales are signals."""
    perform(train, folder, "f1", start_s=0.5, length_s=2.5, device="cpu", options={"layered": True})
    return folder


def test_models_tell_whether_they_have_layers():
    assert isinstance(LayeredToyModel(), LayeredModel)
    assert not isinstance(ToyModel(), LayeredModel)


def test_every_scale_of_a_take_is_kept_at_its_own_rate(perform, layered, store):
    (made,) = of(perform(generate, layered, count=1, seconds=2.0, seed=3), TakeMade)
    take = store.take(made.take)
    assert [(layer.name, layer.rate_hz) for layer in take.layers] == list(zip(NAMES, (320, 1000, 8000), strict=True))
    assert take.layers[-1].audio == take.audio, "the last one is the take: one file"
    coarse = read_clip(store.audio_path(take.layers[0].audio), min_rate_hz=LOWEST_RATE_HZ)
    assert (coarse.rate_hz, coarse.n_frames) == (320, 640)
    np.testing.assert_array_equal(coarse.samples, read_clip(made.file).samples[:, ::25])
    # made again, nothing is stored twice
    n_files = len(list((store.folder / "audio").iterdir()))
    perform(generate, layered, run=take.run, count=1, **take.request)
    assert store.take("t2").layers == take.layers
    assert len(list((store.folder / "audio").iterdir())) == n_files


def test_they_are_left_out_where_nobody_wants_them_or_there_are_none(perform, layered, store, toy):
    perform(generate, layered, count=1, layers=False)
    assert store.take("t1").layers == ()
    perform(train, layered, "f1", device="cpu")
    perform(generate, layered, run="r2", count=1)
    assert store.take("t2").layers == ()


def test_a_listed_take_names_the_files_of_its_layers(perform, layered, store):
    perform(generate, layered, count=1, mode="variation", scale=1)
    (event,) = perform(list_project, layered)
    row = event.rows[-1]
    assert (row["mode"], row["scale"]) == ("variation", 1)
    assert [(layer["name"], layer["rate_hz"]) for layer in row["layers"]] == list(
        zip(NAMES, (320, 1000, 8000), strict=True)
    )
    assert [soundfile.info(layer["file"]).samplerate for layer in row["layers"]] == [320, 1000, 8000]


def test_a_reconstruction_is_made_once_and_as_long_as_it_is(perform, layered, store):
    (made,) = of(perform(generate, layered, count=4, seconds=2.5, mode="reconstruction"), TakeMade)
    assert (made.seconds, store.take("t1").seconds) == (1.5, 1.5)
    assert store.take("t1").request["mode"] == "reconstruction"


def test_layers_are_exported_beside_the_take(perform, layered, store, tmp_path):
    perform(generate, layered, count=1, seconds=2.0)
    events = perform(export_takes, layered, ["t1"], str(tmp_path / "out"), depth="32f", layers=True)
    files = [event.file for event in of(events, Exported)]
    assert [file.rpartition("take-01")[2] for file in files] == [
        ".wav",
        "-scale-00-320-Hz.wav",
        "-scale-01-1000-Hz.wav",
    ]
    assert {event.take for event in of(events, Exported)} == {"t1"}
    assert [soundfile.info(file).samplerate for file in files] == [8000, 320, 1000]
    assert [soundfile.info(file).duration for file in files] == [2.0, 2.0, 2.0]
    # a region is the same stretch of every scale, but for the way to the next zero crossing
    events = perform(export_takes, layered, ["t1"], str(tmp_path / "cut"), start_s=0.5, length_s=1.0, layers=True)
    cut = [soundfile.info(event.file) for event in of(events, Exported)]
    assert [info.samplerate for info in cut] == [8000, 320, 1000]
    assert [info.duration for info in cut] == pytest.approx([1.0, 1.0, 1.0], abs=0.01)
    alone = perform(export_takes, layered, ["t1"], str(tmp_path / "alone"))
    assert len(of(alone, Exported)) == 1


def test_a_take_without_layers_is_exported_with_a_word(perform, layered, store, tmp_path):
    perform(generate, layered, count=1, layers=False)
    events = perform(export_takes, layered, ["t1"], str(tmp_path), layers=True)
    assert [warned.message for warned in of(events, Warned)] == [
        "Take 1 has no scales that could be heard; only the take is exported."
    ]
    assert len(of(events, Exported)) == 1


def test_a_coarse_scale_has_its_pictures(perform, layered, store):
    perform(generate, layered, count=1)
    events = perform(draw_pictures, layered, store.take("t1").layers[0].audio)
    assert [event.layer for event in of(events, PictureDrawn)] == ["peaks", "mel"]
