"""The chunks of WAV and AIFF files: order, sizes, padding, and what other programs make of them."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest
import soundfile
from bad_files import RATE_HZ
from hypothesis import given, settings
from hypothesis import strategies as st
from walker import walk_aiff, walk_wav

from musemate.audio import aiff, riff
from musemate.audio.aiff import aiff_header, extended, write_aiff
from musemate.audio.clip import AudioClip
from musemate.audio.container import find_sound_chunk
from musemate.audio.files import probe, read_clip, write_wav
from musemate.audio.pcm import WIDTHS
from musemate.audio.riff import Chunk, packed, wav_header
from musemate.errors import ExportError, SettingsError

SUBTYPES = {"16": "PCM_16", "24": "PCM_24", "32f": "FLOAT"}
NAMES = st.sampled_from([b"bext", b"iXML", b"smpl", b"acid", b"cue ", b"LIST", b"xyz ", b"JUNK"])
CHUNKS = st.lists(st.tuples(NAMES, st.binary(max_size=99)).map(lambda pair: Chunk(*pair)), max_size=6)


def _clip(n_channels: int = 2, n_frames: int = 30_001, bits: int = 24) -> AudioClip:
    full = 1 << (bits - 1)
    steps = np.random.default_rng(bits).integers(-full, full, (n_channels, n_frames))
    steps[:, :2] = [-full, full - 1]
    return AudioClip((steps / full).astype(np.float32), RATE_HZ)


# ---- sizes, padding and order


@settings(max_examples=60, deadline=None)
@given(
    chunks=CHUNKS,
    n_channels=st.integers(1, 2),
    n_frames=st.integers(0, 9),
    depth=st.sampled_from(list(WIDTHS)),
    limit=st.sampled_from([riff.MOST_BYTES, 0]),
)
def test_every_chunk_is_found_and_nothing_else(
    chunks: list[Chunk], n_channels: int, n_frames: int, depth: str, limit: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(riff, "MOST_BYTES", limit)
        header = wav_header(n_channels, n_frames, RATE_HZ, depth, chunks)
    samples = bytes(range(n_channels * n_frames * WIDTHS[depth]))
    found = walk_wav(header + samples + b"\0" * (len(samples) % 2))
    assert header[:4] == (b"RIFF" if limit else b"RF64")
    assert found[-1] == (b"data", samples)
    own = {b"fmt ", b"fact", b"data", b"ds64"}
    kept = [Chunk(*chunk) for chunk in found if chunk[0] not in own]
    assert kept == sorted(chunks, key=lambda chunk: chunk.name != b"bext")  # in the order given, but bext comes first
    names = [name for name, _ in found if name != b"ds64"]
    assert names.index(b"fmt ") == sum(chunk.name == b"bext" for chunk in chunks)


@settings(max_examples=60, deadline=None)
@given(chunks=CHUNKS, n_channels=st.integers(1, 2), n_frames=st.integers(0, 9), depth=st.sampled_from(list(WIDTHS)))
def test_every_chunk_of_an_aiff_is_found_and_nothing_else(
    chunks: list[Chunk], n_channels: int, n_frames: int, depth: str
) -> None:
    samples = bytes(range(n_channels * n_frames * WIDTHS[depth]))
    header = aiff_header(n_channels, n_frames, RATE_HZ, depth, chunks)
    found = walk_aiff(header + samples + b"\0" * (len(samples) % 2))
    assert found[-1] == (b"SSND", bytes(8) + samples)
    assert [chunk for chunk in found if chunk[0] not in (b"COMM", b"FVER", b"SSND")] == chunks
    common = dict(found)[b"COMM"]
    assert struct.unpack(">HIH", common[:8]) == (n_channels, n_frames, 8 * WIDTHS[depth])


@settings(max_examples=60, deadline=None)
@given(rate_hz=st.integers(1, 1 << 40))
def test_rates_in_80_bits(rate_hz: int) -> None:
    exponent, mantissa = struct.unpack(">HQ", extended(rate_hz))
    assert mantissa >> 63 == 1  # normalised
    assert mantissa * 2.0 ** (exponent - 16_383 - 63) == rate_hz


def test_padding_belongs_to_no_size() -> None:
    assert packed([Chunk(b"abcd", b"123")]) == b"abcd\x03\x00\x00\x00123\x00"
    assert packed([Chunk(b"abcd", b"1234")], ">") == b"abcd\x00\x00\x00\x041234"


# ---- other programs


def test_a_file_without_chunks_is_as_plain_as_ever(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "song.wav", _clip(1, 1000), "24")
    assert path.stat().st_size == 44 + 3000


@pytest.mark.parametrize("depth", WIDTHS)
def test_past_4_gib_the_file_is_an_rf64(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, depth: str) -> None:
    clip = _clip(bits=16)
    monkeypatch.setattr(riff, "MOST_BYTES", 1000)
    path = write_wav(tmp_path / "long.wav", clip, depth, chunks=[Chunk(b"LIST", b"INFOINAM\5\0\0\0long\0\0")])
    info = soundfile.info(path, verbose=True)
    assert (info.format, info.subtype, info.frames) == ("RF64", SUBTYPES[depth], clip.n_frames)
    assert "should be" not in info.extra_info
    chunk = find_sound_chunk(path)
    assert chunk is not None
    assert (chunk.promised, chunk.missing_share) == (clip.samples.size * WIDTHS[depth], 0)
    assert probe(path).n_frames == clip.n_frames
    assert np.array_equal(read_clip(path).samples, clip.samples)


@pytest.mark.parametrize("n_channels", [1, 2])
@pytest.mark.parametrize("depth", WIDTHS)
def test_samples_of_an_aiff_come_back_bit_for_bit(tmp_path: Path, depth: str, n_channels: int) -> None:
    clip = _clip(n_channels, 70_001, 16 if depth == "16" else 24)
    path = write_aiff(tmp_path / "song.aiff", clip, depth, chunks=[Chunk(b"NAME", b"odd")])
    info = soundfile.info(path, verbose=True)
    assert (info.format, info.subtype) == ("AIFF", SUBTYPES[depth])
    assert (info.samplerate, info.channels, info.frames) == (RATE_HZ, n_channels, clip.n_frames)
    assert "should be" not in info.extra_info
    assert np.array_equal(read_clip(path).samples, clip.samples)


def test_an_aiff_and_a_wav_hold_the_same_16_bits(tmp_path: Path) -> None:
    clip = AudioClip(_clip().samples * np.float32(0.9), RATE_HZ)
    aiff_16, wav_16 = write_aiff(tmp_path / "a.aiff", clip, "16"), write_wav(tmp_path / "a.wav", clip, "16")
    assert np.array_equal(read_clip(aiff_16).samples, read_clip(wav_16).samples)


def test_what_no_aiff_can_hold_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aiff, "MOST_BYTES", 1000)
    with pytest.raises(ExportError, match=r'^"song.aiff" would be larger than the 4 GB that an AIFF file can hold\.$'):
        write_aiff(tmp_path / "song.aiff", _clip())
    with pytest.raises(SettingsError, match=r'^There is no depth "8"\.$'):
        write_aiff(tmp_path / "song.aiff", _clip(), "8")
    assert list(tmp_path.iterdir()) == []
