"""Every parameter is described, and the description is what checks it."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from musemate import language
from musemate.engine.catalogue import changes, differences, fault, parameters, preset_values
from musemate.engine.classic.config import ClassicConfig
from musemate.engine.frames.config import FramesConfig
from musemate.engine.parameters import LIST, NUMBER, SWITCH, WHOLE, Parameter, parameters_of
from musemate.engine.presets import preset_names
from musemate.engine.registry import ENGINES
from musemate.errors import ParameterError

LONGEST_WORDS = 100
CONFIGS = {"frames": FramesConfig, "classic": ClassicConfig}
STEPS = Parameter("n_steps", 400, "", "", 1, 2000, unit="steps")
RATE = Parameter("rate", 0.5, "", "", 0, 1)
PLACES = Parameter("places", 4, "", "", choices=(1, 2, 4))
RATES = Parameter("rates", (320, 400), "", "", 100, 48_000, unit="Hz")
EMPTY = Parameter("points", (), "", "", 1, 9, may_be_empty=True)
FAST = Parameter("fast", True, "", "")


@pytest.mark.parametrize("engine", ENGINES)
def test_every_field_is_described_in_one_line(engine: str) -> None:
    described = parameters(engine)
    assert [p.name for p in described] == [field.name for field in dataclasses.fields(CONFIGS[engine])]
    for parameter in described:
        assert 10 <= len(parameter.words) <= LONGEST_WORDS, parameter.name
        assert parameter.words[0].isupper(), parameter.name
        assert parameter.words[-1] not in ".;,", parameter.name
        assert parameter.group, parameter.name
        assert parameter.kind == SWITCH or parameter.choices or parameter.least < parameter.most, parameter.name


@pytest.mark.parametrize("engine", ENGINES)
def test_parameters_that_belong_together_stand_together(engine: str) -> None:
    groups = [p.group for p in parameters(engine)]
    starts = [group for place, group in enumerate(groups) if not place or groups[place - 1] != group]
    assert starts == list(dict.fromkeys(groups))


def test_a_field_without_a_description_is_found() -> None:
    @dataclasses.dataclass(frozen=True)
    class Bare:
        forgotten: int = 3

    assert parameters_of(Bare) == ()


@pytest.mark.parametrize("engine", ENGINES)
def test_built_in_presets_lie_inside_their_ranges(engine: str) -> None:
    for preset in preset_names(engine):
        assert fault(engine, preset, {}) is None
        values = preset_values(engine, preset)
        assert all(p.checked(values[p.name]) == values[p.name] for p in parameters(engine))


@pytest.mark.parametrize(
    ("parameter", "text", "value"),
    [
        (STEPS, "800", 800),
        (STEPS, " 1,200 ", 1200),
        (RATE, "0.25", 0.25),
        (RATE, "1", 1),
        (RATE, "5e-4", 0.0005),
        (PLACES, "2", 2),
        (RATES, "320, 640", (320, 640)),
        (RATES, "[320 640]", (320, 640)),
        (EMPTY, "", ()),
        (FAST, "Off", False),
    ],
)
def test_texts_become_values_and_come_back(parameter: Parameter, text: str, value: Any) -> None:
    assert parameter.checked(parameter.parsed(text)) == value
    assert parameter.parsed(parameter.text(value)) == value


@pytest.mark.parametrize(
    ("parameter", "text", "sentence", "hint"),
    [
        (STEPS, "0", "n_steps = 0 is not possible.", "Choose 1 to 2,000 steps."),
        (STEPS, "1.5", "n_steps = 1.5 is not possible.", ""),
        (STEPS, "many", "n_steps = many is not possible.", ""),
        (STEPS, "", "n_steps = nothing is not possible.", ""),
        (RATE, "-1", "rate = -1 is not possible.", "Choose 0 to 1."),
        (RATE, "nan", "rate = nan is not possible.", ""),
        (PLACES, "3", "places = 3 is not possible.", "Choose 1, 2 or 4."),
        (RATES, "", "rates = nothing is not possible.", ""),
        (RATES, "320, x", "rates = 320, x is not possible.", ""),
        (
            RATES,
            "320, 50",
            "rates = 320, 50 is not possible.",
            "Choose whole numbers, 100 to 48,000 Hz.",
        ),
        (FAST, "1", "fast = 1 is not possible.", "Choose on or off."),
    ],
)
def test_impossible_values_are_refused_in_a_sentence(parameter: Parameter, text: str, sentence: str, hint: str) -> None:
    with pytest.raises(ParameterError) as caught:
        parameter.checked(parameter.parsed(text))
    assert caught.value.message == sentence
    assert caught.value.name == parameter.name
    assert caught.value.hint.startswith(hint)


def test_values_are_written_and_read_as_the_language_writes_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(language.VARIABLE, "de")
    language.use("de")
    try:
        assert (RATE.text(0.25), RATE.parsed("0,25"), RATE.parsed("0.25")) == ("0,25", 0.25, 0.25)
        assert (STEPS.parsed("1.200"), STEPS.parsed("1,200")) == (1200, "1,200")
        assert (RATES.parsed("320, 640"), RATES.text((320, 640))) == ((320, 640), "320, 640")
        assert (FAST.text(False), FAST.parsed("aus"), FAST.parsed("on")) == ("aus", False, True)
        assert STEPS.range_words == "1 bis 2.000 Schritte"
    finally:
        language.use("en")


def test_kinds() -> None:
    assert [p.kind for p in (STEPS, RATE, RATES, FAST)] == [WHOLE, NUMBER, LIST, SWITCH]
    for value in (True, 1.0, "1", None):
        with pytest.raises(ParameterError):
            STEPS.checked(value)
    with pytest.raises(ParameterError):
        FAST.checked(1)


def test_a_fault_names_its_parameter() -> None:
    for engine, options, name in [
        ("frames", {"pyramid_steps": 0}, "pyramid_steps"),
        ("frames", {"time_scales": (8, 3, 1)}, "time_scales"),
        ("frames", {"n_generated": 500}, "n_generated"),
        ("frames", {"snapshots": (2, 1)}, "snapshots"),
        ("classic", {"filter_size": 4}, "filter_size"),
        ("classic", {"multispec_loss_n_fft": (64,)}, "multispec_loss_n_fft"),
        ("classic", {"wings": 2}, "wings"),
    ]:
        error = fault(engine, preset_names(engine)[0], options)
        assert isinstance(error, ParameterError)
        assert error.name == name
    assert fault("frames", "sketch", {"pyramid_steps": 3}) is None


def test_only_what_differs_is_a_change() -> None:
    assert changes("frames", "sketch", None) == {}
    options = {"pyramid_steps": 400, "sound_steps": 800, "time_scales": [16, 8, 4, 2, 1]}
    assert changes("frames", "sketch", options) == {"sound_steps": 800}
    assert changes("classic", "code", {"batched": 1}) == {"batched": 1}, "yes is no 1"
    told = differences("frames", "sketch", {**options, "time_scales": [2, 1], "tiny": True})
    assert told == ["sound_steps 800 instead of 700", "time_scales 2, 1 instead of 16, 8, 4, 2, 1", "tiny True"]


def test_engines_that_train_nothing_have_no_parameters() -> None:
    assert parameters("instant") == ()
    assert preset_values("instant", "") == {}
    assert fault("instant", "", {}) is None


def test_describing_costs_no_torch(fresh_python: Any) -> None:
    printed = fresh_python(
        "import sys; from musemate.engine import catalogue, savedpresets; print('torch' in sys.modules)"
    )
    assert printed.strip() == "False"
