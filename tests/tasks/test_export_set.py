"""Sets of takes, one a song, whole or not at all."""

from __future__ import annotations

import errno
import zipfile
from pathlib import Path

import mido
import numpy as np
import pytest
import rpp

from musemate.audio import safe_write
from musemate.audio.files import probe, read_clip
from musemate.engine.events import Exported, Warned
from musemate.errors import AudioFileError, ExportError, ProjectError, SettingsError
from musemate.project.records import Beats
from musemate.tasks.export_set import export_set
from musemate.tasks.generate import generate
from musemate.tasks.train import train

BEATS = Beats(240.0, 0.9, tuple(0.25 * beat for beat in range(16)), downbeat=1, beats_per_bar=4)
"""Bar lines at 0.25 s, 1.25 s, ..."""


@pytest.fixture
def made(perform, toy, store, folder):
    """Return the folder of a project with two takes of a region that starts at 1 s; the tempo is sure."""
    store.set_analysis("f1", BEATS, "A minor", ())
    store.set_region("f1", 1.0, 2.5)
    perform(train, folder, "f1", start_s=1.0, length_s=2.5, preset="sketch", device="cpu")
    perform(generate, folder, count=2, seconds=2.0, seed=1)
    return folder


def files_of(events):
    return [Path(event.file) for event in events if isinstance(event, Exported)]


def warnings_of(events):
    return [event.message for event in events if isinstance(event, Warned)]


def items(file):
    """Return the name, the place and the file of each track's item."""
    tracks = rpp.loads(file.read_text("utf-8")).findall("TRACK")
    found = [(track.find("NAME")[1], track.find("ITEM")) for track in tracks]
    return [(name, float(item.find("POSITION")[1]), item.find("SOURCE").find("FILE")[1]) for name, item in found]


def test_a_set_has_the_fragment_on_top_and_each_take_where_the_fragment_stands(perform, made, store, tmp_path):
    events = perform(export_set, made, ["t2", "t1"], folder=str(tmp_path / "out"))
    project, dawproject, midi = files_of(events)
    assert [file.suffix for file in (project, dawproject, midi)] == [".RPP", ".dawproject", ".mid"]
    assert project.parent == tmp_path / "out" / "song"
    tracks = items(project)
    # new material begins with a bar, and the nearest bar line is at 1.25 s
    near = pytest.approx(1.0, abs=1e-3)
    assert [(name, place) for name, place, _ in tracks] == [("Fragment", near), ("take 2", 1.25), ("take 1", 1.25)]
    sounds = [project.parent / file for _, _, file in tracks]
    np.testing.assert_allclose(
        read_clip(sounds[1]).samples, read_clip(store.audio_path(store.take("t2").audio)).samples, atol=1e-6
    )
    stretch = read_clip(sounds[0]).samples[:, 80:-80]  # its edges are faded
    first = round(tracks[0][1] * 8000) + 80
    song = read_clip(store.audio_path(store.fragment("f1").audio)).samples
    np.testing.assert_allclose(stretch, song[:, first : first + stretch.shape[1]], atol=1e-6)
    assert stretch.shape[1] == pytest.approx(2.5 * 8000 - 160, abs=16)
    assert warnings_of(events) == []
    with zipfile.ZipFile(dawproject) as archive:
        assert {f"audio/{file.name}" for file in sounds} < set(archive.namelist())


def test_bar_lines_are_marked_in_the_fragments_stretch(perform, made, tmp_path):
    (file,) = files_of(perform(export_set, made, ["t1"], ["midi"], folder=str(tmp_path)))
    marks = {}
    time_s = 0.0
    for message in mido.MidiFile(file, charset="utf-8"):
        time_s += message.time
        if message.type == "marker":
            marks[message.text] = time_s
    # the lead-in bar reaches to the bar line at 1.25 s
    expected = {"Fragment": 1.0, "Bar 2": 1.25, "Bar 3": 2.25, "Bar 4": 3.25}
    assert marks == {name: pytest.approx(place, abs=1e-3) for name, place in expected.items()}


def test_only_the_kinds_that_are_asked_for_are_written(perform, made, tmp_path):
    (file,) = files_of(perform(export_set, made, ["t1"], ["dawproject"], folder=str(tmp_path)))
    assert {path.name for path in file.parent.iterdir()} == {"song.dawproject", "audio"}


def test_all_takes_with_stars_are_meant_when_none_is_named(perform, made, store, tmp_path):
    with pytest.raises(SettingsError, match="No take has a star"):
        perform(export_set, made, folder=str(tmp_path))
    assert list(tmp_path.glob("*.part")) == []
    store.set_stars("t2", 3)
    (file,) = files_of(perform(export_set, made, [], ["rpp"], folder=str(tmp_path)))
    assert [name for name, _, _ in items(file)] == ["Fragment", "take 2"]
    (file,) = files_of(perform(export_set, made, ["t1"], ["rpp"], folder=str(tmp_path), starred=True))
    assert [name for name, _, _ in items(file)] == ["Fragment", "take 1", "take 2"]
    assert file.parent.name == "song 2"  # nothing is overwritten


def test_an_unsure_tempo_is_said_and_claimed_nowhere(perform, made, store, tmp_path):
    store.set_analysis("f1", Beats(97.0, 0.3, BEATS.beat_times_s), "", ())
    events = perform(export_set, made, ["t1"], folder=str(tmp_path))
    assert warnings_of(events) == [
        'The tempo of "song" is not sure or moves: its set claims none, and marks stand at their second.'
    ]
    project, _, midi = files_of(events)
    assert "TEMPOENVEX" not in project.read_text("utf-8")
    assert "97" not in project.read_text("utf-8")
    assert not any(message.type == "set_tempo" for message in mido.MidiFile(midi).tracks[0])
    assert items(project)[1][1] == 1.0


def test_takes_of_two_songs_are_two_sets(perform, made, store, make_wav, toy, tmp_path):
    store.add_fragment(make_wav("other.wav", seed=7))
    perform(train, made, "f2", length_s=2.5, preset="sketch", device="cpu")
    perform(generate, made, "r2", count=1, seconds=2.0, seed=1)
    files = files_of(perform(export_set, made, ["t1", "t3"], ["rpp"], folder=str(tmp_path)))
    assert [file.parent.name for file in files] == ["song", "other"]
    assert [[name for name, _, _ in items(file)] for file in files] == [["Fragment", "take 1"], ["Fragment", "take 3"]]


def test_two_stretches_of_one_song_are_one_set(perform, made, store, toy, tmp_path):
    store.add_fragment_like("f1", 0.0, 2.0)
    perform(train, made, "f2", start_s=0.0, length_s=2.0, preset="sketch", device="cpu")
    perform(generate, made, "r2", count=1, seconds=2.0, seed=1)
    (file,) = files_of(perform(export_set, made, ["t1", "t3"], ["rpp"], folder=str(tmp_path)))
    assert [place for _, place, _ in items(file)] == [pytest.approx(1.0, abs=1e-3), 0.0, 1.25, 0.25]
    assert len({sound for _, _, sound in items(file)}) == 4


def test_a_variation_stands_where_the_region_stands_for_its_bar_lines_are_the_regions(perform, made, tmp_path):
    perform(generate, made, count=1, mode="variation", seed=1)
    (file,) = files_of(perform(export_set, made, ["t3"], ["rpp"], folder=str(tmp_path)))
    assert items(file)[1][:2] == ("take 3", 1.0)


def test_files_say_where_they_stand(perform, made, tmp_path):
    from wavinfo import WavInfoReader

    (file,) = files_of(perform(export_set, made, ["t1"], ["rpp"], folder=str(tmp_path)))
    for _name, place, sound in items(file):
        said = WavInfoReader(str(file.parent / sound)).bext
        assert said.time_reference == round(place * 8000)
        assert said.originator == "MuseMate"


def test_the_stretch_says_its_bar_lines(perform, made, tmp_path):
    from wavinfo import WavInfoReader

    (file,) = files_of(perform(export_set, made, ["t1"], ["rpp"], folder=str(tmp_path)))
    _name, place, sound = items(file)[0]
    cues = WavInfoReader(str(file.parent / sound)).cues.cues
    assert [cue.position / 8000 + place for cue in cues] == pytest.approx([1.25, 2.25, 3.25], abs=2e-3)


def test_mid_and_side_are_two_tracks(perform, made, tmp_path):
    asked = {"channels": "mid_side", "kind": "flac"}
    (file,) = files_of(perform(export_set, made, ["t1"], ["rpp"], folder=str(tmp_path), **asked))
    assert [name for name, _, _ in items(file)] == ["Fragment mid", "Fragment side", "take 1 mid", "take 1 side"]
    tracks = rpp.loads(file.read_text("utf-8")).findall("TRACK")
    assert {track.find("ITEM").find("SOURCE").attrib[0] for track in tracks} == {"FLAC"}
    assert len({sound for _, _, sound in items(file)}) == 4


@pytest.mark.parametrize("gone", ["take 2", "Fragment"])
def test_a_sound_that_is_gone_is_named_and_leaves_nothing(perform, made, store, tmp_path, gone):
    audio = store.take("t2").audio if gone == "take 2" else store.fragment("f1").audio
    store.audio_path(audio).unlink()
    with pytest.raises(AudioFileError, match=f"song: {gone}"):
        perform(export_set, made, ["t1", "t2"], folder=str(tmp_path / "out"))
    assert list((tmp_path / "out").iterdir()) == []


def test_a_disk_that_is_full_half_way_is_said_and_leaves_nothing(perform, made, tmp_path, monkeypatch):
    written = []

    def full(handle):
        written.append(handle)
        if len(written) > 2:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(safe_write.os, "fsync", full)
    with pytest.raises(ExportError, match="no room left"):
        perform(export_set, made, ["t1", "t2"], folder=str(tmp_path / "out"))
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.parametrize("after", range(4))
def test_a_cancelled_set_leaves_nothing(perform, made, tmp_path, after):
    answers = iter([False] * after)
    target = tmp_path / "out"
    events = perform(export_set, made, ["t1", "t2"], folder=str(target), cancelled=lambda: next(answers, True))
    assert files_of(events) == []
    assert not target.exists() or list(target.iterdir()) == []


def test_what_is_not_there_is_refused_before_anything_is_written(perform, made, tmp_path):
    with pytest.raises(ProjectError, match='no take "t9"'):
        perform(export_set, made, ["t1", "t9"], folder=str(tmp_path / "out"))
    with pytest.raises(SettingsError, match='"als"'):
        perform(export_set, made, ["t1"], ["als"], folder=str(tmp_path / "out"))
    assert not (tmp_path / "out").exists()


def test_a_target_that_is_a_file_is_a_sentence(perform, made, tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ExportError, match='"file"'):
        perform(export_set, made, ["t1"], folder=str(tmp_path / "file"))


def test_the_sounds_have_the_depth_that_is_asked_for(perform, made, tmp_path):
    (file,) = files_of(perform(export_set, made, ["t1"], ["rpp"], folder=str(tmp_path), depth="16"))
    assert {probe(sound).subtype for sound in (file.parent / "audio").iterdir()} == {"PCM_16"}
