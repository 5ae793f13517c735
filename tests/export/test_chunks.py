"""What WAV and AIFF files say about themselves: every field, any text, and no claim that is not sure."""

from __future__ import annotations

import struct
from dataclasses import replace
from datetime import datetime
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from walker import walk, walk_aiff, walk_wav

from musemate.audio.aiff import aiff_header
from musemate.audio.clip import AudioClip
from musemate.audio.loudness import integrated_lufs
from musemate.audio.riff import wav_header
from musemate.export.aiffchunks import aiff_chunks
from musemate.export.chunks import wav_chunks
from musemate.export.filetext import SOFTWARE, ascii_bytes, one_line
from musemate.export.loopinfo import MOST_MARKS
from musemate.export.piece import Grid, Notes, Piece

RATE_HZ = 48_000
NOTES = Notes(
    title="take 3",
    song="Für Elise",
    description="frames, balanced, seed 42, run 7",
    created="2026-11-22T03:40:05+00:00",
    song_start_s=61.5,
    root=9,
    marks=((0.0, "bar 5"), (0.5, "bar 6 – größer"), (0.75, "")),
)
TEXTS = st.text(st.characters(categories=None), max_size=40)  # with halves of characters and controls


def _clip(seconds: float = 1.0, n_channels: int = 2) -> AudioClip:
    rng = np.random.default_rng(2)
    return AudioClip(rng.uniform(-0.3, 0.3, (n_channels, round(seconds * RATE_HZ))).astype(np.float32), RATE_HZ)


LOOP = Piece(_clip(), grid=Grid(480.0, 4, 0.0), n_bars=2, is_loop=True)
LOOSE = Piece(_clip())


def _chunks(piece: Piece = LOOP, notes: Notes = NOTES) -> dict[bytes, bytes]:
    """Return contents by name; of LIST chunks by the name of the list."""
    chunks = wav_chunks(piece, notes, "24")
    return {content[:4] if name == b"LIST" else name: content for name, content in chunks}


# ---- who, when, where


def test_bext_says_who_when_and_where_in_the_song() -> None:
    bext = _chunks()[b"bext"]
    made = datetime.fromisoformat(NOTES.created).astimezone()
    assert bext[:256].rstrip(b"\0") == b"frames, balanced, seed 42, run 7"
    assert bext[256:288].rstrip(b"\0") == b"MuseMate"
    assert bext[288:320] == bytes(32)
    assert bext[320:338].decode() == made.strftime("%Y-%m-%d%H:%M:%S")
    assert struct.unpack("<QH", bext[338:348]) == (round(61.5 * RATE_HZ), 2)
    assert struct.unpack("<5h", bext[412:422]) == (round(100 * integrated_lufs(LOOP.clip)), *[0x7FFF] * 4)
    assert bext[422:602] == bytes(180)
    assert bext[602:].rstrip(b"\0") == f"A=PCM,F=48000,W=24,M=stereo,T={SOFTWARE}\r\n".encode()


def test_places_past_24_hours_and_before_the_song() -> None:
    far = _chunks(notes=replace(NOTES, song_start_s=100_000.0))
    assert struct.unpack("<Q", far[b"bext"][338:346]) == (4_800_000_000,)
    speed = ElementTree.fromstring(far[b"iXML"]).find("SPEED")
    assert speed is not None
    high, low = (int(speed.findtext(f"TIMESTAMP_SAMPLES_SINCE_MIDNIGHT_{half}") or "") for half in ("HI", "LO"))
    assert (high << 32) + low == 4_800_000_000
    before = _chunks(notes=replace(NOTES, song_start_s=-1.0))
    assert struct.unpack("<Q", before[b"bext"][338:346]) == (0,)


@pytest.mark.parametrize("created", ["", "yesterday", "9999-12-31T23:59:59-23:00", "2026-11-22T03:40:05"])
def test_a_time_that_is_none_is_not_told(created: str) -> None:
    told = _chunks(notes=replace(NOTES, created=created))[b"bext"][320:338]
    assert told[4:5] == (b"-" if created.startswith("2026") else b"\0")


@pytest.mark.parametrize(("seconds", "level"), [(0.3, 1.0), (1.0, 0.0)])
def test_loudness_that_cannot_be_measured_is_not_told(seconds: float, level: float) -> None:
    clip = AudioClip(_clip(seconds).samples * np.float32(level), RATE_HZ)
    assert _chunks(Piece(clip))[b"bext"][412:414] == b"\xff\x7f"


def test_the_loudness_of_a_long_song_is_not_measured() -> None:
    clip = AudioClip(np.full((1, 601 * 8_000), 0.1, dtype=np.float32), 8_000)
    assert _chunks(Piece(clip))[b"bext"][412:414] == b"\xff\x7f"


def test_ixml_says_it_in_unicode_and_names_the_channels() -> None:
    root = ElementTree.fromstring(_chunks()[b"iXML"])
    told = {name: root.findtext(name) for name in ("PROJECT", "TAKE", "TAPE", "NOTE")}
    assert told == {"PROJECT": "Für Elise", "TAKE": "take 3", "TAPE": "MuseMate", "NOTE": NOTES.description}
    assert root.findtext("SPEED/FILE_SAMPLE_RATE") == "48000"
    assert root.findtext("SPEED/AUDIO_BIT_DEPTH") == "24"
    assert [name.text for name in root.findall("TRACK_LIST/TRACK/NAME")] == ["Left", "Right"]
    side = ElementTree.fromstring(_chunks(Piece(_clip(1.0, 1), part="side"))[b"iXML"])
    assert [name.text for name in side.findall("TRACK_LIST/TRACK/NAME")] == ["Side"]
    assert side.findtext("TAKE") == "take 3 (side)"


def test_info_holds_the_texts_that_players_show() -> None:
    texts = dict(walk(_chunks()[b"INFO"][4:], "<"))
    assert texts == {
        b"INAM": b"take 3\0",
        b"IPRD": "Für Elise\0".encode(),
        b"ICRD": datetime.fromisoformat(NOTES.created).astimezone().date().isoformat().encode() + b"\0",
        b"ICMT": b"frames, balanced, seed 42, run 7\0",
        b"ISFT": SOFTWARE.encode() + b"\0",
    }
    assert dict(walk(_chunks(notes=Notes("t", ""))[b"INFO"][4:], "<")).keys() == {b"INAM", b"ISFT"}


# ---- loops, tempo, bar lines


def test_a_loop_ends_with_its_last_frame() -> None:
    smpl = struct.unpack("<15I", _chunks()[b"smpl"])
    assert smpl[:9] == (0, 0, 20_833, 60, 0, 0, 0, 1, 0)
    assert smpl[9:] == (0, 0, 0, RATE_HZ - 1, 0, 0)
    assert b"smpl" not in _chunks(LOOSE)


@pytest.mark.parametrize(
    ("piece", "root", "expected"),
    [
        (LOOP, 9, (4 | 2, 57, 8)),
        (LOOP, None, (4, 60, 8)),
        (replace(LOOP, is_loop=False), None, (1, 60, 8)),
        (replace(LOOP, n_bars=0), 0, (1 | 2, 48, 8)),  # a loop of no whole bars must not be stretched
    ],
)
def test_the_tempo_is_told_where_it_is_sure(piece: Piece, root: int | None, expected: tuple[int, int, int]) -> None:
    acid = _chunks(piece, replace(NOTES, root=root))[b"acid"]
    flags, note, _, _, n_beats, denominator, numerator, bpm = struct.unpack("<IHHfIHHf", acid)
    assert (flags, note, n_beats) == expected
    assert (denominator, numerator, bpm) == (4, 4, 480.0)


def test_nothing_is_claimed_of_a_tempo_that_is_not_sure() -> None:
    for piece in (LOOSE, replace(LOOSE, is_loop=True)):
        assert b"acid" not in _chunks(piece)
        assert b"TBPM" not in dict(aiff_chunks(piece, NOTES))[b"ID3 "]
    assert b"TBPM" in dict(aiff_chunks(LOOP, NOTES))[b"ID3 "]


def test_bar_lines_are_cue_points_with_labels() -> None:
    chunks = _chunks()
    points = list(struct.iter_unpack("<II4sIII", chunks[b"cue "][4:]))
    assert points == [(i + 1, frame, b"data", 0, 0, frame) for i, frame in enumerate((0, 24_000, 36_000))]
    assert int.from_bytes(chunks[b"cue "][:4], "little") == 3
    labels = walk(chunks[b"adtl"][4:], "<")
    assert labels == [(b"labl", b"\1\0\0\0bar 5\0"), (b"labl", b"\2\0\0\0" + "bar 6 – größer".encode() + b"\0")]
    assert {b"cue ", b"adtl"}.isdisjoint(_chunks(notes=replace(NOTES, marks=())))
    outside = replace(NOTES, marks=((-0.1, "before"), (1.0, "at the end")))
    assert b"cue " not in _chunks(notes=outside)


def test_too_many_bar_lines_are_thinned_out_evenly() -> None:
    marks = tuple((i / 1200, f"bar {i}") for i in range(1200))
    cue = _chunks(notes=replace(NOTES, marks=marks))[b"cue "]
    frames = [point[1] for point in struct.iter_unpack("<II4sIII", cue[4:])]
    assert len(frames) == 400 <= MOST_MARKS
    assert set(np.diff(frames)) == {3 * RATE_HZ // 1200}


def test_aiff_has_markers_and_the_loop_between_two_of_them() -> None:
    chunks = dict(aiff_chunks(LOOP, NOTES))
    assert chunks[b"MARK"].startswith(struct.pack(">HhI", 5, 1, 0) + b"\5bar 5")
    assert chunks[b"MARK"].endswith(struct.pack(">hI", 5, RATE_HZ) + b"\x08loop end\0")
    assert b"bar 6 - grosser" in chunks[b"MARK"]
    assert struct.unpack(">bbbbbbhhhh", chunks[b"INST"][:14]) == (60, 0, 0, 127, 1, 127, 0, 1, 4, 5)
    assert (chunks[b"NAME"], chunks[b"ANNO"]) == (b"take 3", b"frames, balanced, seed 42, run 7")
    assert "Für Elise".encode("utf-16-le") in chunks[b"ID3 "]
    assert {b"MARK", b"INST"}.isdisjoint(dict(aiff_chunks(LOOSE, replace(NOTES, marks=()))))


# ---- any text


@settings(max_examples=60, deadline=None)
@given(title=TEXTS, song=TEXTS, description=TEXTS, label=TEXTS, seconds=st.floats(0.001, 0.1))
def test_any_text_makes_a_file_in_order(title: str, song: str, description: str, label: str, seconds: float) -> None:
    notes = Notes(title, song, description, marks=((0.0, label),))
    piece = Piece(_clip(seconds, 1), grid=Grid(97.3, 3, 0.0), is_loop=True)
    n_frames = piece.clip.n_frames
    samples = bytes(3 * n_frames)
    padding = b"\0" * (n_frames % 2)

    chunks = wav_chunks(piece, notes, "24")
    found = walk_wav(wav_header(1, n_frames, RATE_HZ, "24", chunks) + samples + padding)
    assert [name for name, _ in found if name not in (b"fmt ", b"data")] == [chunk.name for chunk in chunks]
    assert all(len(chunk.content) % 2 == 0 for chunk in chunks)  # or libsndfile would not open an RF64 with them
    by_name = dict(found)
    root = ElementTree.fromstring(by_name[b"iXML"])
    assert (root.findtext("PROJECT") or "") == one_line(song)
    assert (root.findtext("NOTE") or "") == one_line(description)
    assert by_name[b"bext"][:256].isascii()
    texts = dict(walk(by_name[b"LIST"][4:], "<"))
    assert texts.get(b"INAM", b"\0").decode() == one_line(title) + "\0"

    own = aiff_chunks(piece, notes)
    found = walk_aiff(aiff_header(1, n_frames, RATE_HZ, "24", own) + samples + padding)
    assert [chunk for chunk in found if chunk[0] not in (b"COMM", b"SSND")] == own
    assert all(len(content) % 2 == 0 for name, content in own if name == b"ID3 ")  # or SoX would not go on after it


@pytest.mark.parametrize(
    ("text", "spelled"),
    [("Für Elise", b"Fur Elise"), ("Straße – Nº 5…", b"Strasse - No 5..."), ("曲", b""), ("Весна", b"Vesna")],
)
def test_texts_in_ascii(text: str, spelled: bytes) -> None:
    assert ascii_bytes(text) == spelled


def test_texts_are_one_line_without_what_no_file_holds() -> None:
    assert one_line("a\r\n b\tc\0d\ud800e\uffff") == "a b cd?e"
    assert len(one_line("x" * 5000)) == 1000
