"""Every parameter of every engine that trains, known without loading the engine. No torch here."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from musemate.engine.classic import config as classic
from musemate.engine.frames import config as frames
from musemate.engine.parameters import Parameter, parameters_of
from musemate.errors import SettingsError
from musemate.language import _


@dataclass(frozen=True)
class _Description:
    config: type
    presets: Mapping[str, Any]
    make: Callable[[str, dict[str, Any]], Any]


_ENGINES = {
    "frames": _Description(frames.FramesConfig, frames.PRESETS, frames.make_config),
    "classic": _Description(classic.ClassicConfig, classic.PRESETS, classic.make_config),
}


def parameters(engine: str) -> tuple[Parameter, ...]:
    """Return the parameters of an engine; one that trains nothing has none."""
    return parameters_of(_ENGINES[engine].config) if engine in _ENGINES else ()


def preset_values(engine: str, preset: str) -> dict[str, Any]:
    """Return what a built-in preset sets each parameter to; without such a preset, the defaults."""
    described = _ENGINES.get(engine)
    if described is None:
        return {}
    config = described.presets.get(preset)
    if config is None:
        return {parameter.name: parameter.default for parameter in parameters(engine)}
    return {field.name: getattr(config, field.name) for field in dataclasses.fields(config)}


def changes(engine: str, preset: str, options: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return those options that differ from what the preset has anyway, lists as tuples; unknown ones too."""
    usual = preset_values(engine, preset)
    found = {name: tuple(value) if isinstance(value, list) else value for name, value in (options or {}).items()}
    # by kind too: True is no 1
    return {n: v for n, v in found.items() if n not in usual or (v, type(v)) != (usual[n], type(usual[n]))}


def fault(engine: str, preset: str, options: Mapping[str, Any]) -> SettingsError | None:
    """Return why an engine would refuse these settings, None where it takes them."""
    try:
        if engine in _ENGINES:
            _ENGINES[engine].make(preset, dict(options))
    except SettingsError as error:
        return error
    return None


def differences(engine: str, preset: str, options: Mapping[str, Any] | None) -> list[str]:
    """Say what options change of a preset, one text each: "pyramid_steps 800 instead of 1000"."""
    known, usual = {p.name: p for p in parameters(engine)}, preset_values(engine, preset)
    return [
        _("{name} {value} instead of {usual}").format(
            name=name, value=known[name].text(value), usual=known[name].text(usual[name]) or _("nothing")
        )
        if name in known
        else f"{name} {value}"
        for name, value in changes(engine, preset, options).items()
    ]
