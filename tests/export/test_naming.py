"""Names of exported files: templates, lengths, plain letters, and what file systems refuse."""

from __future__ import annotations

import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from musemate.errors import SettingsError
from musemate.export.naming import DEFAULT_TEMPLATE, PLACEHOLDERS, Named, export_name, safe_part, short_key
from musemate.export.plainletters import plain_letters

REFUSED = set('<>:"/\\|?*\0 \t\n')
DEVICES = {"CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"} | {
    f"{port}{number}" for port in ("COM", "LPT") for number in "0123456789¹²³"
}


def _default(song: str, bpm: float | None, take: str, limit: int = 255) -> str:
    return export_name(DEFAULT_TEMPLATE, Named(song, take, bpm), limit)


@pytest.mark.parametrize(
    ("song", "bpm", "take_name", "expected"),
    [
        ("Song", 120.0, "take 3", "Song_120bpm_take-03.wav"),
        ("Song", 92.46, "take 12", "Song_92.5bpm_take-12.wav"),
        ("Song", 119.98, "take 3", "Song_120bpm_take-03.wav"),
        ("Song", None, "take 3", "Song_take-03.wav"),
        ("Über den Wolken", 90.0, "take 1", "Über-den-Wolken_90bpm_take-01.wav"),
        ("曲 🎵", None, "take 1", "曲-🎵_take-01.wav"),
        ("AC/DC: <live>?", None, "take 1", "AC-DC-live_take-01.wav"),
        ("..\\..\\evil", None, "../take", "evil_take.wav"),
        ("tab\tnew\nline\0", None, "take 1", "tab-new-line_take-01.wav"),
        ("CON", None, "take 1", "CON_take-01.wav"),
        ("{bpm}", 120.0, "{song}", "{bpm}_120bpm_{song}.wav"),
        ("...", None, "", "MuseMate_take.wav"),
        ("right\u202eto left", None, "take 1", "rightto-left_take-01.wav"),
    ],
)
def test_names(song: str, bpm: float | None, take_name: str, expected: str) -> None:
    assert _default(song, bpm, take_name) == expected


@pytest.mark.parametrize(
    ("template", "known", "unknown"),
    [
        (DEFAULT_TEMPLATE, "Song_120bpm_F#m_take-03_4bars.wav", "Song_take-03.wav"),
        ("{take} - {song} ({bpm} bpm)", "take-03-Song-(120-bpm).wav", "take-03-Song.wav"),
        ("{song}({key}) {take}", "Song(F#m)-take-03.wav", "Song-take-03.wav"),
        ("{bars}bars{bpm}bpm", "4bars120bpm.wav", "MuseMate.wav"),
        ("{song} {bpm} bpm {take}", "Song-120-bpm-take-03.wav", "Song-take-03.wav"),
        ("in {key} by {song}", "in-F#m-by-Song.wav", "in-Song.wav"),
        ("{key}_demo_{take}", "F#m_demo_take-03.wav", "demo_take-03.wav"),
        ("sketches/{song}", "sketches-Song.wav", "sketches-Song.wav"),
        ("CON", "CON_.wav", "CON_.wav"),
        ("nul.{take}", "nul_.take-03.wav", "nul_.take-03.wav"),
        ("com¹", "com¹_.wav", "com¹_.wav"),
    ],
)
def test_what_is_not_known_vanishes_with_its_separator(template: str, known: str, unknown: str) -> None:
    assert export_name(template, Named("Song", "take 3", 120.0, "F# minor", 4), 255) == known
    assert export_name(template, Named("Song", "take 3"), 255) == unknown


def test_parts_and_endings_come_last() -> None:
    named = Named("x" * 300, "take 3", 120.0, part="side")
    name = export_name(DEFAULT_TEMPLATE, named, 60, suffix=".flac")
    assert name.endswith("x_120bpm_take-03_side.flac")
    assert len(name) == 60 - len(" 999") - 1


@pytest.mark.parametrize(("key", "short"), [("A minor", "Am"), ("Bb major", "Bb"), ("F# minor", "F#m"), ("", "")])
def test_keys_are_written_as_loops_are_named(key: str, short: str) -> None:
    assert short_key(key) == short


@pytest.mark.parametrize("limit", [60, 143, 255])
@pytest.mark.parametrize("letter", ["x", "ü", "🎵", "u\u0308"])
def test_long_names_keep_tempo_and_take(letter: str, limit: int) -> None:
    name = _default(letter * 300, 120.0, "take 7", limit)
    assert name.endswith("_120bpm_take-07.wav")
    assert len(os.fsencode(name)) <= limit - len(" 999")
    assert len(os.fsencode(_default("Song", 120.0, letter * 300, limit))) <= limit


def test_safe_part_has_nothing_that_a_file_system_refuses() -> None:
    every = "".join(map(chr, range(0x250)))
    assert not set(safe_part(every)) & REFUSED


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ("{song}_{tempo}", "Names of files cannot say {tempo}."),
        ("{song!r}", "Names of files cannot say {song!r}."),
        ("{}", "Names of files cannot say {}."),
        ("{song", '"{song" cannot be made into names of files.'),
        ("{{song}}", '"{{song}}" cannot be made into names of files.'),
        ("  ", '"  " cannot be made into names of files.'),
    ],
)
def test_templates_that_cannot_be_filled_in_are_refused(template: str, message: str) -> None:
    with pytest.raises(SettingsError) as caught:
        export_name(template, Named("Song", "take 1"), 255)
    assert caught.value.message == message
    assert "{song}, {bpm}, {key}, {take}, {bars}" in caught.value.hint


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Für Elise", "Fur Elise"),
        ("Größe", "Grosse"),
        ("Łódź Đà Nẵng", "Lodz Da Nang"),
        ("İstanbul ışık", "Istanbul isik"),
        ("Калинка, Ёлка", "Kalinka, Yolka"),
        ("Ελλάδα", "Ellada"),
        ("にほんご", "nihongo"),
        ("F♯ – ½", "F# - 1-2"),
        ("ﬁn ＡＢＣ", "fin ABC"),
        ("夜🎵", ""),
    ],
)
def test_plain_letters(text: str, plain: str) -> None:
    assert plain_letters(text) == plain


def test_plain_names_are_never_empty() -> None:
    assert export_name(DEFAULT_TEMPLATE, Named("夜", "🎵"), 255, ascii_only=True) == "song_take.wav"
    assert export_name("夜", Named("夜", "🎵"), 255, ascii_only=True) == "MuseMate.wav"
    named = Named("Für Elise", "Übung 3", 66.0, "A minor", 8)
    assert export_name(DEFAULT_TEMPLATE, named, 255, ascii_only=True) == "Fur-Elise_66bpm_Am_Ubung-03_8bars.wav"


_TEXTS = st.text(max_size=80)
_TEMPLATES = st.lists(
    st.one_of(st.sampled_from([f"{{{name}}}" for name in PLACEHOLDERS]), st.text(max_size=6).filter(str.strip)),
    min_size=1,
    max_size=6,
).map("".join)


@settings(max_examples=150, deadline=None)
@given(_TEMPLATES, _TEXTS, _TEXTS, st.booleans(), st.booleans(), st.integers(40, 255))
def test_every_name_can_be_written_everywhere(
    template: str, song: str, take: str, is_known: bool, ascii_only: bool, limit: int
) -> None:
    named = Named(song, take, 98.4 if is_known else None, "D minor" if is_known else "", 8 if is_known else 0)
    try:
        name = export_name(template, named, limit, ascii_only=ascii_only)
    except SettingsError:
        return  # braces that are no placeholder
    stem = name.removesuffix(".wav")
    assert stem and name.endswith(".wav")
    assert not set(name) & REFUSED
    assert len(os.fsencode(name)) <= limit - len(" 999")
    assert stem.partition(".")[0].upper() not in DEVICES
    assert stem[0] not in ". -" and stem[-1] not in ". -"
    assert name.isascii() or not ascii_only
