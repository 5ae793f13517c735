"""Presets that the songwriter saved: a name, the built-in one it starts from, and what it changes of that.

One JSON file an engine, in the settings folder. Names that this version does not know are left out when it is read and
kept when it is written, so that two versions can share the file. No torch here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from musemate.engine.catalogue import changes, parameters
from musemate.engine.presets import check_preset, default_preset, preset_names
from musemate.errors import ParameterError, SettingsError
from musemate.language import _
from musemate.parsing import parsed_json
from musemate.paths import settings_file
from musemate.settings import write_whole

FORMAT = 1
LONGEST_NAME = 40
_Row = dict[str, Any]


@dataclass(frozen=True)
class SavedPreset:
    """A preset of the songwriter's.

    Parameters
    ----------
    name : str
    base : str
        The built-in preset that it starts from.
    values : dict
        What it changes of that, by parameter.
    left_out : tuple of str
        What the file sets besides, which this version does not know or does not take.
    """

    name: str
    base: str
    values: dict[str, Any] = field(default_factory=dict)
    left_out: tuple[str, ...] = ()

    @property
    def warning(self) -> str:
        """What the songwriter should know of it, "" for nothing."""
        if not self.left_out:
            return ""
        return _('The preset "{name}" is of another version of MuseMate: without {names}.').format(
            name=self.name, names=", ".join(self.left_out)
        )


def presets_file(engine: str) -> Path:
    """Return the file of an engine's saved presets."""
    return settings_file().with_name(f"presets-{engine}.json")


def load_presets(engine: str) -> list[SavedPreset]:
    """Return an engine's saved presets in the order in which they were saved.

    Raises
    ------
    SettingsError
        The file is damaged.
    """
    return [_preset(engine, row) for row in _rows(engine)]


def find_preset(engine: str, name: str) -> SavedPreset | None:
    """Return the saved preset of that name, however it is spelt in capitals; None where there is none.

    Raises
    ------
    SettingsError
        The file is damaged.
    """
    return next((preset for preset in load_presets(engine) if _same(preset.name, name)), None)


def save_preset(engine: str, name: str, base: str, values: Mapping[str, Any]) -> SavedPreset:
    """Save a preset, in the place of one of that name.

    Raises
    ------
    SettingsError
        The name is not possible or that of a built-in preset, or the file is damaged or cannot be written.
    """
    check_preset(engine, base)
    name, rows = _checked_name(engine, name), _rows(engine)
    row = {"name": name, "base": base, "values": changes(engine, base, values)}
    places = [place for place, other in enumerate(rows) if _same(other["name"], name)]
    if places:
        rows[places[0]] = row
    else:
        rows.append(row)
    _write(engine, rows)
    return _preset(engine, row)


def rename_preset(engine: str, name: str, new: str) -> None:
    """Give a saved preset another name.

    Raises
    ------
    SettingsError
        There is no such preset, the new name is taken or not possible, or the file cannot be read or written.
    """
    new, rows = _checked_name(engine, new), _rows(engine)
    row = _found(engine, rows, name)
    if any(_same(other["name"], new) for other in rows if other is not row):
        raise SettingsError(_('There is a preset "{new}" already.').format(new=new), hint=_("Choose another name."))
    row["name"] = new
    _write(engine, rows)


def delete_preset(engine: str, name: str) -> None:
    """Delete a saved preset; trainings that were made with it keep their own settings.

    Raises
    ------
    SettingsError
        There is no such preset, or the file cannot be read or written.
    """
    rows = _rows(engine)
    rows.remove(_found(engine, rows, name))
    _write(engine, rows)


def _preset(engine: str, row: _Row) -> SavedPreset:
    known = {parameter.name: parameter for parameter in parameters(engine)}
    values, left_out = {}, []
    for name, value in row["values"].items():
        try:
            values[name] = known[name].checked(value)
        except (KeyError, ParameterError):
            left_out.append(name)
    base = row["base"]
    if base not in preset_names(engine):
        left_out.append(_("its base {base}").format(base=base))
        base = default_preset(engine)
    return SavedPreset(row["name"], base, values, tuple(left_out))


def _rows(engine: str) -> list[_Row]:
    """Read the file as it is, unknown names included."""
    file = presets_file(engine)
    try:
        rows: list[_Row] = parsed_json(file.read_text(encoding="utf-8"))["presets"]
        sound = all(
            isinstance(row["name"], str) and isinstance(row["base"], str) and isinstance(row["values"], dict)
            for row in rows
        )
    except (FileNotFoundError, NotADirectoryError):
        return []
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _damaged(file, repr(error)) from error
    if not sound:
        raise _damaged(file, "a preset without name, base or values")
    return rows


def _damaged(file: Path, detail: str) -> SettingsError:
    return SettingsError(
        _("Your saved presets cannot be read."),
        hint=_('Repair "{file}", or move it away to begin anew.').format(file=file),
        detail=detail,
    )


def _write(engine: str, rows: list[_Row]) -> None:
    text = json.dumps({"format": FORMAT, "presets": rows}, indent=1, ensure_ascii=False)
    write_whole(presets_file(engine), text, _("Your preset could not be stored."))


def _checked_name(engine: str, name: str) -> str:
    name = " ".join(name.split())
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise SettingsError(
            _('"{name}" is no name for a preset.').format(name=name),
            hint=_("Use 1 to {most} characters.").format(most=LONGEST_NAME),
        )
    if any(_same(name, built_in) for built_in in preset_names(engine)):
        raise SettingsError(
            _('"{name}" is a built-in preset, which stays as it is.').format(name=name), hint=_("Choose another name.")
        )
    return name


def _found(engine: str, rows: list[_Row], name: str) -> _Row:
    for row in rows:
        if _same(row["name"], name):
            return row
    saved = ", ".join(row["name"] for row in rows)
    hint = _("Choose one of: {names}.").format(names=saved) if saved else _("None is saved yet.")
    raise SettingsError(
        _('The engine "{engine}" has no saved preset "{name}".').format(engine=engine, name=name), hint=hint
    )


def _same(one: str, other: str) -> bool:
    return one.casefold() == other.casefold()
