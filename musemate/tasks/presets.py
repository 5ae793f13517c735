"""What a training can be asked for: built-in and saved presets, and every parameter; saving, renaming and deleting."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from musemate.engine.base import Cancelled
from musemate.engine.catalogue import fault, parameters, preset_values
from musemate.engine.events import Event, Listed, Warned
from musemate.engine.parameters import Parameter
from musemate.engine.presets import PRESETS, check_preset, default_preset, preset_names
from musemate.engine.registry import ENGINES
from musemate.engine.savedpresets import SavedPreset, load_presets
from musemate.engine.savedpresets import delete_preset as delete
from musemate.engine.savedpresets import find_preset as find
from musemate.engine.savedpresets import rename_preset as rename
from musemate.engine.savedpresets import save_preset as save
from musemate.errors import SettingsError
from musemate.language import _

Options = dict[str, Any] | None


def resolved(engine: str, preset: str | None, options: Options) -> tuple[str, Options, list[Warned]]:
    """Turn the name of a preset into a built-in one and the options that make the rest of it.

    Parameters
    ----------
    engine : str
    preset : str, optional
        Built in or saved; the engine's usual one when not given.
    options : dict, optional
        Count more than those of a saved preset.

    Returns
    -------
    preset, options, warnings
        What `TrainRequest` takes, and what of a saved preset this version had to leave out.

    Raises
    ------
    SettingsError
        There is no such preset, or the saved ones cannot be read.
    """
    if preset is None:
        return default_preset(engine), options, []
    if preset in preset_names(engine) or (saved := find(engine, preset)) is None:
        check_saved_or_built_in(engine, preset)
        return preset, options, []
    warnings = [Warned(saved.warning, _("The training goes on with the rest of it."))] if saved.warning else []
    return saved.base, {**saved.values, **(options or {})} or None, warnings


def check_saved_or_built_in(engine: str, preset: str) -> None:
    """Refuse a preset that is neither; the hint names the saved ones too.

    Raises
    ------
    SettingsError
    """
    try:
        check_preset(engine, preset)
    except SettingsError as error:
        saved = ", ".join(one.name for one in load_presets(engine))
        offered = _("Saved: {names}.").format(names=saved) if saved else ""
        raise SettingsError(error.message, hint=f"{error.hint} {offered}".strip()) from error


def list_presets(engine: str = "", *, cancelled: Cancelled) -> Iterator[Event]:
    """List presets and parameters, one row each, told apart by "kind".

    Parameters
    ----------
    engine : str
        All of them without one.

    Raises
    ------
    SettingsError
        There is no such engine, or its saved presets cannot be read.
    """
    engines = _engines(engine)
    rows = [row for name in engines for row in _preset_rows(name)]
    rows += [_parameter_row(name, parameter) for name in engines for parameter in parameters(name)]
    yield Listed(rows)


def save_preset(
    engine: str, name: str, preset: str | None = None, options: Options = None, *, cancelled: Cancelled
) -> Iterator[Event]:
    """Save a preset: another one, built in or saved, with some options changed.

    Raises
    ------
    SettingsError
        Name, preset or options are not possible, or the file cannot be written.
    """
    (engine,) = _engines(engine)
    base, values, warnings = resolved(engine, preset, options)
    yield from warnings
    if error := fault(engine, base, values or {}):
        raise error
    yield Listed([_saved_row(engine, save(engine, name, base, values or {}))])


def rename_preset(engine: str, name: str, new: str, *, cancelled: Cancelled) -> Iterator[Event]:
    """Give a saved preset another name.

    Raises
    ------
    SettingsError
        There is no such preset, the new name is not possible, or the file cannot be written.
    """
    (engine,) = _engines(engine)
    rename(engine, name, new)
    yield Listed([_saved_row(engine, saved) for saved in load_presets(engine)])


def delete_preset(engine: str, name: str, *, cancelled: Cancelled) -> Iterator[Event]:
    """Delete a saved preset.

    Raises
    ------
    SettingsError
        There is no such preset, or the file cannot be written.
    """
    (engine,) = _engines(engine)
    delete(engine, name)
    yield Listed([_saved_row(engine, saved) for saved in load_presets(engine)])


def _engines(engine: str) -> tuple[str, ...]:
    if engine and engine not in ENGINES:
        raise SettingsError(
            _('There is no engine "{engine}".').format(engine=engine),
            hint=_("Choose one of: {names}.").format(names=", ".join(ENGINES)),
        )
    return (engine,) if engine else ENGINES


def _preset_rows(engine: str) -> list[dict[str, Any]]:
    built_in = [
        {
            "kind": "preset",
            "engine": engine,
            "name": preset.name,
            "saved": False,
            "base": preset.name,
            "words": preset.words,
            "values": {},
        }
        for preset in PRESETS[engine]
    ]
    return built_in + [_saved_row(engine, saved) for saved in load_presets(engine)]


def _saved_row(engine: str, saved: SavedPreset) -> dict[str, Any]:
    known = {parameter.name: parameter for parameter in parameters(engine)}
    changed = ", ".join(f"{name} {known[name].text(value)}" for name, value in saved.values.items())
    return {
        "kind": "preset",
        "engine": engine,
        "name": saved.name,
        "saved": True,
        "base": saved.base,
        "words": _("{base} with {changes}").format(base=saved.base, changes=changed or _("nothing changed")),
        "values": saved.values,
        "left_out": list(saved.left_out),
    }


def _parameter_row(engine: str, parameter: Parameter) -> dict[str, Any]:
    return {
        "kind": "parameter",
        "engine": engine,
        "group": parameter.group,
        "name": parameter.name,
        "type": parameter.kind,
        "default": parameter.default,
        "presets": {name: preset_values(engine, name)[parameter.name] for name in preset_names(engine)},
        "least": parameter.least,
        "most": parameter.most,
        "choices": list(parameter.choices),
        "unit": parameter.unit,
        "range": parameter.range_words,
        "usual": parameter.text(preset_values(engine, default_preset(engine))[parameter.name]),
        "words": parameter.words,
    }
