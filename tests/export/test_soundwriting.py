"""Whole files, read back by programs that are not ours: samples, lengths, places, tempo, loops and texts."""

from __future__ import annotations

import errno
import io
import json
import os
import shutil
import subprocess
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from walker import walk_wav

from musemate.audio import riff, safe_write
from musemate.audio.clip import AudioClip
from musemate.audio.files import probe, read_clip
from musemate.audio.flac import encoded_flac, quantised, tagged_head
from musemate.errors import ExportError, MuseMateError, SettingsError
from musemate.export.piece import Grid, Notes, Piece
from musemate.export.soundwriting import ENDINGS, write_sound
from musemate.export.wishes import AIFF, FLAC, WAV, SoundFormat

RATE_HZ = 44_100
FORMATS = [
    (WAV, "16"),
    (WAV, "24"),
    (WAV, "32f"),
    (FLAC, "16"),
    (FLAC, "24"),
    (AIFF, "16"),
    (AIFF, "24"),
    (AIFF, "32f"),
]
SUBTYPES = {"16": "PCM_16", "24": "PCM_24", "32f": "FLOAT"}
NOTES = Notes(
    title="take 3",
    song="Für Elise 曲",
    description="frames, balanced, seed 42, run 7",
    created="2026-11-22T12:40:05+00:00",
    song_start_s=61.5,
    root=9,
    marks=((0.0, "bar 5"), (0.5, "bar 6")),
)


def _loop(bits: int = 24, n_channels: int = 2) -> Piece:
    """Return a loop of two bars, an odd number of frames long, that is exact in so many bits."""
    full = 1 << (bits - 1)
    steps = np.random.default_rng(bits).integers(-full, full, (n_channels, 44_101))
    clip = AudioClip((steps / full).astype(np.float32), RATE_HZ)
    return Piece(clip, grid=Grid(479.989, 4, 0.0), n_bars=2, is_loop=True)


def _written(folder: Path, kind: str, depth: str, **changes: Any) -> tuple[Path, Piece]:
    piece = _loop(16 if depth == "16" else 24)
    wanted = SoundFormat(kind, depth, **changes)
    return write_sound(folder / f"song{ENDINGS[kind]}", piece, wanted, NOTES), piece


def _run(program: str, *arguments: str | Path) -> str:
    if not shutil.which(program):
        pytest.skip(f"{program} is not installed")
    done = subprocess.run([program, *arguments], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


# ---- sound


@pytest.mark.parametrize(("kind", "depth"), FORMATS)
def test_the_sound_comes_back_sample_for_sample(tmp_path: Path, kind: str, depth: str) -> None:
    path, piece = _written(tmp_path, kind, depth)
    info = soundfile.info(path, verbose=True)
    assert (info.format, info.subtype) == (kind.upper(), SUBTYPES[depth])
    assert (info.samplerate, info.channels, info.frames) == (RATE_HZ, 2, 44_101)
    assert "should be" not in info.extra_info  # how libsndfile marks sizes that it had to correct
    assert np.array_equal(soundfile.read(path, dtype="float32", always_2d=True)[0].T, piece.clip.samples)
    assert probe(path).n_frames == 44_101
    assert np.array_equal(read_clip(path).samples, piece.clip.samples)


def test_all_kinds_round_and_dither_alike(tmp_path: Path) -> None:
    piece = Piece(AudioClip(_loop().clip.samples * np.float32(0.77), RATE_HZ))
    for depth in ("16", "24"):
        files = [write_sound(tmp_path / f"x{ENDINGS[k]}", piece, SoundFormat(k, depth), NOTES) for k in ENDINGS]
        wav, flac, aiff = (soundfile.read(file, dtype="int32")[0] for file in files)
        assert np.array_equal(wav, flac)
        assert np.array_equal(wav, aiff)
    assert np.array_equal(read_clip(tmp_path / "x 2.flac").samples, quantised(piece.clip).samples)


@pytest.mark.parametrize("kind", ENDINGS)
def test_the_same_piece_gives_the_same_file(tmp_path: Path, kind: str) -> None:
    piece = Piece(AudioClip(_loop().clip.samples * np.float32(0.77), RATE_HZ))
    first, second = (write_sound(tmp_path / f"x{i}", piece, SoundFormat(kind, "16"), NOTES) for i in range(2))
    assert first.read_bytes() == second.read_bytes()


def test_without_notes_a_file_says_nothing(tmp_path: Path) -> None:
    wav, _ = _written(tmp_path, WAV, "24", notes=False)
    assert [name for name, _ in walk_wav(wav.read_bytes())] == [b"fmt ", b"data"]
    for kind in (FLAC, AIFF):
        path, _ = _written(tmp_path, kind, "24", notes=False)
        assert b"MuseMate" not in path.read_bytes()
        with soundfile.SoundFile(path) as file:
            assert file.copy_metadata() == {}


# ---- what it says, as others read it


@pytest.mark.parametrize("depth", ["16", "24", "32f"])
def test_libsndfile_finds_every_chunk_of_a_wav(tmp_path: Path, depth: str) -> None:
    path, _ = _written(tmp_path, WAV, depth)
    log = " ".join(soundfile.info(path, verbose=True).extra_info.split())
    for said in (
        "Flags : 0x0006 (Loop,RootNoteValid,StretchOn,RAMBased,??Off)",
        "Root note : 0x39",
        "Beats : 8 Meter : 4/4 Tempo : 479.98",
        "Loop Count : 1 Cue ID : 0 Type : 0 Start : 0 End : 44100",
        "Cue ID : 2 Pos : 22050",
        "labl : 2 : bar 6",
        "INAM : take 3",
        "ICMT : frames, balanced, seed 42, run 7",
    ):
        assert said in log


def test_wavinfo_reads_a_wav(tmp_path: Path) -> None:
    wavinfo = pytest.importorskip("wavinfo", reason="wavinfo is not installed")
    path, _ = _written(tmp_path, WAV, "24")
    read = wavinfo.WavInfoReader(str(path), info_encoding="utf-8")
    made = datetime.fromisoformat(NOTES.created).astimezone()
    assert (read.bext.originator, read.bext.description) == ("MuseMate", NOTES.description)
    assert (read.bext.time_reference, read.bext.version) == (round(61.5 * RATE_HZ), 2)
    assert read.bext.originator_date + " " + read.bext.originator_time == made.strftime("%Y-%m-%d %H:%M:%S")
    assert (read.ixml.project, read.ixml.take, read.ixml.tape) == (NOTES.song, "take 3", "MuseMate")
    assert [track.name for track in read.ixml.track_list] == ["Left", "Right"]
    assert (read.info.title, read.info.album) == ("take 3", NOTES.song)
    assert list(read.cues.each_cue()) == [(1, 0), (2, 22_050)]
    assert [read.cues.label_and_note(number)[0] for number in (1, 2)] == ["bar 5", "bar 6"]
    assert [(loop.start, loop.end, loop.loop_type) for loop in read.smpl.sample_loops] == [(0, 44_100, 0)]


@pytest.mark.parametrize(("kind", "depth"), [(WAV, "24"), (FLAC, "24"), (AIFF, "32f")])
def test_ffprobe_reads_length_and_tags(tmp_path: Path, kind: str, depth: str) -> None:
    path, _ = _written(tmp_path, kind, depth)
    read = json.loads(_run("ffprobe", "-v", "warning", "-show_format", "-show_streams", "-of", "json", path))
    assert int(read["streams"][0]["duration_ts"]) == 44_101
    tags = {name.lower(): value for name, value in read["format"]["tags"].items()}
    assert (tags["title"], tags["album"], tags["comment"]) == ("take 3", NOTES.song, NOTES.description)
    assert tags["date"] == datetime.fromisoformat(NOTES.created).astimezone().date().isoformat()
    told = {WAV: ("time_reference", str(round(61.5 * RATE_HZ))), FLAC: ("bpm", "479.99"), AIFF: ("tbpm", "479.99")}
    assert tags[told[kind][0]] == told[kind][1]


@pytest.mark.parametrize(("kind", "depth"), [(WAV, "32f"), (FLAC, "16"), (AIFF, "24")])
def test_sox_finds_the_sound(tmp_path: Path, kind: str, depth: str) -> None:
    path, piece = _written(tmp_path, kind, depth)
    raw = tmp_path / "raw.f32"
    _run("sox", path, "-t", "raw", "-e", "floating-point", "-b", "32", raw)
    assert np.array_equal(np.fromfile(raw, dtype="<f4").reshape(-1, 2).T, piece.clip.samples)


def test_a_long_song_with_many_bar_lines_can_be_opened(tmp_path: Path) -> None:
    marks = tuple((i / 10, f"bar {i} of a song that has quite long names for its bars") for i in range(1_000))
    notes = replace(NOTES, song="曲" * 300, description="x" * 9_000, marks=marks)
    piece = Piece(AudioClip(np.full((1, 800_000), 0.1, dtype=np.float32), 8_000))
    for kind in (WAV, AIFF):  # libsndfile gives up on a WAV whose chunks take more than 64 KB
        path = write_sound(tmp_path / f"long{ENDINGS[kind]}", piece, SoundFormat(kind), notes)
        assert soundfile.info(path).frames == 800_000
        if shutil.which("soxi"):
            assert _run("soxi", "-s", path).strip() == "800000"


def test_an_rf64_with_notes_of_any_length_can_be_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(riff, "MOST_BYTES", 1000)
    for i in range(4):
        notes = replace(NOTES, title="x" * i)
        path = write_sound(tmp_path / f"{i}.wav", replace(_loop(), part="mid"), SoundFormat(WAV, "32f"), notes)
        assert soundfile.info(path).format == "RF64"
        assert np.array_equal(read_clip(path).samples, _loop().clip.samples)


def test_tags_replace_those_of_the_encoder() -> None:
    encoded = encoded_flac(_loop().clip, 24)
    head, start = tagged_head(encoded, {"TITLE": "é", "BPM": "120"})
    again, second_start = tagged_head(memoryview(head + bytes(encoded[start:])), {})
    assert second_start == len(head)
    assert b"TITLE" in head
    assert b"TITLE" not in again
    maker = b"libFLAC"
    assert maker in bytes(encoded[:start])
    assert maker in head  # who encoded the sound stays told
    assert np.array_equal(
        soundfile.read(io.BytesIO(again + bytes(encoded[start:])))[0], soundfile.read(io.BytesIO(encoded))[0]
    )


@pytest.mark.parametrize("rate_hz", [320, 8_000, 65_535, 96_010, 191_999])
@pytest.mark.parametrize("kind", ENDINGS)
@pytest.mark.parametrize("n_frames", [1, 2, 5_000])
def test_any_rate_and_length(tmp_path: Path, kind: str, rate_hz: int, n_frames: int) -> None:
    piece = Piece(AudioClip(_loop().clip.samples[:, :n_frames], rate_hz), grid=Grid(97.3, 3, 0.0), is_loop=True)
    if (kind, rate_hz) == (FLAC, 191_999):
        with pytest.raises(ExportError) as caught:
            write_sound(tmp_path / "x.flac", piece, SoundFormat(kind), NOTES)
        assert caught.value.message == '"x.flac" cannot be written: FLAC does not have the sample rate 191999 Hz.'
        return
    path = write_sound(tmp_path / "x", piece, SoundFormat(kind), NOTES)
    clip = read_clip(path, min_s=0, min_rate_hz=100)
    assert (clip.rate_hz, clip.n_frames) == (rate_hz, n_frames)
    assert np.array_equal(clip.samples, piece.clip.samples)


def test_a_rate_that_flac_does_not_have_is_refused_at_once() -> None:
    assert SoundFormat(FLAC, rate_hz=96_000).rate_hz == 96_000
    with pytest.raises(SettingsError, match=r"^FLAC does not have the sample rate 88201 Hz\.$"):
        SoundFormat(FLAC, rate_hz=88_201)


# ---- what goes wrong


@pytest.mark.parametrize("kind", ENDINGS)
def test_a_full_disk_is_said_and_leaves_nothing(tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(safe_write.os, "fsync", refuse)
    with pytest.raises(ExportError, match=r"^There is no room left on the disk for \"song") as caught:
        _written(tmp_path, kind, "24")
    assert "MB" in caught.value.message or "KB" in caught.value.message
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kind", ENDINGS)
def test_a_disk_that_is_really_full(small_disk: Path, kind: str) -> None:
    with pytest.raises(ExportError, match=r"^There is no room left on the disk"):
        _written(small_disk, kind, "24")
    assert list(small_disk.iterdir()) == []


@pytest.mark.parametrize("kind", ENDINGS)
def test_nothing_is_overwritten(tmp_path: Path, kind: str) -> None:
    first, piece = _written(tmp_path, kind, "24")
    before = first.read_bytes()
    second, _ = _written(tmp_path, kind, "24")
    assert (first.name, second.name) == (f"song{ENDINGS[kind]}", f"song 2{ENDINGS[kind]}")
    with pytest.raises(MuseMateError, match="exists already"):
        write_sound(first, piece, SoundFormat(kind), NOTES, fresh=False)
    assert first.read_bytes() == before
