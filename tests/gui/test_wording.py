"""The short texts of the window."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from musemate import language
from musemate.gui import wording
from musemate.project.records import Beats


@pytest.fixture
def german(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv(language.VARIABLE, "en")
    language.use("de")
    yield
    language.use("en")


@pytest.mark.parametrize(
    ("seconds", "tenths", "text"),
    [(0, False, "0:00"), (65, False, "1:05"), (65.27, True, "1:05.3"), (59.97, True, "1:00.0"), (-1, True, "0:00.0")],
)
def test_clock_shows_minutes_and_seconds(seconds: float, tenths: bool, text: str) -> None:
    assert wording.clock(seconds, tenths=tenths) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (None, "measuring speed…"),
        (4, "a few seconds left"),
        (62, "about 60 s left"),
        (240, "about 4 min left"),
        (9000, "about 2.5 h left"),
    ],
)
def test_time_left_is_rounded(seconds: float | None, text: str) -> None:
    assert wording.time_left(seconds) == text


@pytest.mark.parametrize(
    ("length_s", "confidence", "text"),
    [(24.0, 0.9, "12 bars"), (2.0, 0.9, "1 bar"), (11.0, 0.9, "5.5 bars"), (24.0, 0.4, "")],
)
def test_bars_are_shown_only_when_the_tempo_is_sure(length_s: float, confidence: float, text: str) -> None:
    assert wording.bars(length_s, Beats(120.0, confidence)) == text


def test_bars_need_a_tempo() -> None:
    assert wording.bars(10.0, None) == ""


def test_voice_hint_looks_only_at_the_region() -> None:
    voice = (0.0,) * 10 + (0.9,) * 10
    assert "voice" in wording.voice_hint(voice, 8.0, 8.0)
    assert wording.voice_hint(voice, 0.0, 10.0) == ""
    assert wording.voice_hint((), 0.0, 10.0) == ""


@pytest.mark.parametrize(("length_s", "word"), [(19.0, "short"), (61.0, "long"), (20.0, ""), (60.0, "")])
def test_length_hint_recommends_twenty_to_sixty_seconds(length_s: float, word: str) -> None:
    hint = wording.length_hint(length_s)
    assert word in hint
    assert bool(hint) == bool(word)


def test_numbers_follow_the_language(german: None) -> None:
    assert wording.clock(65.27, tenths=True) == "1:05,3"
    assert wording.bars(11.0, Beats(120.0, 0.9)).startswith("5,5 ")
    assert wording.rate(44_100) == "44,1 kHz"


@pytest.mark.parametrize(("name", "shown"), [("320 Hz", "320 Hz"), ("16000 Hz", "16 kHz"), ("sound", "sound")])
def test_scales_that_are_sample_rates_are_short(name: str, shown: str) -> None:
    assert wording.scale(name) == shown
