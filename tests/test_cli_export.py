"""Exporting from the command line: what is asked for reaches the files, and what is kept is kept."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from musemate.audio.clip import AudioClip
from musemate.export.profile import ExportProfile, stored_profile
from musemate.project.store import Project
from musemate.settings import Settings, load_settings, save_settings
from tests.test_cli import _hooks_stay_as_they_are, command, json_lines, song  # noqa: F401 - fixtures


@pytest.fixture
def project(song, tmp_path):  # noqa: F811
    """Return a project with three takes, the second and third with stars."""
    with Project.create(tmp_path / "P") as store:
        store.add_fragment(song)
        run = store.add_run("f1", engine="frames", preset="fine", device="cpu", seed=1, start_s=0.0, length_s=4.0)
        for seed in range(3):
            samples = np.random.default_rng(seed).uniform(-0.5, 0.5, (2, 8000)).astype(np.float32)
            request = {"seconds": 1.0, "mode": "variation", "closeness": 0.5, "seed": seed}
            store.add_take(run.id, store.store_clip(AudioClip(samples, 8000)), request)
        store.change_takes({"t2": {"stars": 1}, "t3": {"stars": 5}})
    return tmp_path / "P"


@pytest.fixture
def own_settings(tmp_path, monkeypatch):
    monkeypatch.setenv("MUSEMATE_HOME", str(tmp_path / "home"))


def test_every_option_reaches_the_files(json_lines, project, tmp_path):  # noqa: F811
    sound = ("--format", "flac", "--depth", 16, "--rate", 11025, "--channels", "mid-side")
    asked = (*sound, "--name", "{take} für {song}")
    code, lines = json_lines("export", "--project", project, "--starred", "--to", tmp_path / "out", *asked, "--ascii")
    assert code == 0
    assert [(line["take"], Path(line["file"]).name) for line in lines] == [
        ("t2", "take-02-fur-Lied_mid.flac"),
        ("t2", "take-02-fur-Lied_side.flac"),
        ("t3", "take-03-fur-Lied_mid.flac"),
        ("t3", "take-03-fur-Lied_side.flac"),
    ]
    for line in lines:
        info = soundfile.info(line["file"])
        assert (info.samplerate, info.channels, info.subtype, info.frames) == (11025, 1, "PCM_16", 11025)
        title = soundfile.SoundFile(line["file"]).copy_metadata()["title"]
        assert title == f"take {line['take'][1]} ({info.name.rpartition('_')[2].removesuffix('.flac')})"
    code, lines = json_lines("export", "--project", project, "t1", "--to", tmp_path / "out", *asked, "--no-notes")
    assert not any(soundfile.SoundFile(line["file"]).copy_metadata().get("title") for line in lines)


@pytest.mark.parametrize("ending", ["--loop", "--tail"])
def test_a_loop_is_one(json_lines, project, tmp_path, ending):  # noqa: F811
    wavinfo = pytest.importorskip("wavinfo", reason="the independent reader of loop points is not installed")
    region = ["--start", 0.25, "--length", 0.5]
    code, (line,) = json_lines("export", "--project", project, "t1", "--to", tmp_path / "out", *region, ending)
    assert (code, soundfile.info(line["file"]).frames) == (0, 4000)
    (loop,) = wavinfo.WavInfoReader(line["file"]).smpl.sample_loops
    assert (loop.start, loop.end) == (0, 3999)


def test_bars_that_are_not_sure_are_said_and_the_take_exported(command, project):  # noqa: F811
    code, out, errors = command("export", "--project", project, "t1", "--bars")
    assert (code, out.count(".wav")) == (0, 1)
    assert "The song's tempo is not known yet" in errors


def test_choices_are_kept_when_that_is_asked_for_and_used_when_that_is(json_lines, project, own_settings):  # noqa: F811
    export = ["export", "--project", project, "t1"]
    save_settings(Settings(depth="16", engine="classic"))
    assert Path(json_lines(*export, "--format", "aiff", "--bars", "--name", "{take}", "--save")[1][0]["file"]).suffix
    kept = ExportProfile(kind="aiff", on_bars=True, template="{take}")
    assert stored_profile(load_settings()) == kept, "what was not asked for is as it usually is"
    assert load_settings().engine == "classic", "nothing else is forgotten"
    names = [Path(json_lines(*export, *more)[1][0]["file"]).name for more in ([], ["--saved"])]
    assert names == ["Lied-♪_take-01.wav", "take-01 2.aiff"]
    assert json_lines(*export, "--saved", "--no-bars", "--loop", "--save")[0] == 0
    assert stored_profile(load_settings()) == ExportProfile(kind="aiff", ending="seam", template="{take}")
    assert json_lines(*export, "--saved", "--plain", "--save")[0] == 0
    assert stored_profile(load_settings()).ending == "plain"


def test_nothing_is_kept_of_an_export_that_failed(json_lines, project, tmp_path, own_settings):  # noqa: F811
    (tmp_path / "file").touch()
    asked = ["--to", tmp_path / "file", "--format", "aiff", "--save"]
    assert json_lines("export", "--project", project, "t1", *asked)[0] == 2
    assert stored_profile(load_settings()) == ExportProfile()


def test_what_could_not_be_exported_is_told_by_the_exit_code(json_lines, project):  # noqa: F811
    with Project.open(project) as store:
        store.audio_path(store.take("t2").audio).unlink()
    code, lines = json_lines("export", "--project", project, "t1", "t2", "t3")
    assert (code, [line["take"] for line in lines if "take" in line]) == (2, ["t1", "t3"])
    assert [line["error"] for line in lines if "error" in line] == [
        '"take 2" was not found.',
        "One sound could not be exported.",
    ]


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        ([], "No take was chosen."),
        (["t1", "--loop", "--tail"], "A take ends in one way only."),
        (["t1", "--format", "mp3"], '"mp3" is none of the choices.'),
        (["t1", "--format", "flac", "--depth", "32f"], "FLAC holds no 32-bit floats."),
        (["t1", "--name", "{mood}"], "Names of files cannot say {mood}."),
    ],
)
def test_what_makes_no_sense_is_a_sentence(json_lines, project, asked, error):  # noqa: F811
    code, lines = json_lines("export", "--project", project, *asked)
    assert (code, [line["error"] for line in lines]) == (2, [error])
    assert lines[0]["hint"]
    assert not list((project / "exports").iterdir())
