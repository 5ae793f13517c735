"""Keeps what is set in the advanced drawer from one day to the next, for each engine."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from musemate.engine.presets import preset_names
from musemate.engine.registry import ENGINES
from musemate.gui.dials import Dials
from musemate.gui.memory import Memory

KEY = "advanced"
_KINDS = (bool, int, float, str)


def keep(memory: Memory, dials: Iterable[Dials]) -> None:
    """Remember what is set beyond the built-in presets."""
    values = {
        each.engine: {"base": each.base, "changed": each.changed, "saved": each.saved, "origin": each.origin}
        for each in dials
        if each.changed or each.saved
    }
    memory.put(KEY, values)


def kept(memory: Memory) -> list[Dials]:
    """Return what was set for each engine; what this version does not know, or cannot be, is left out."""
    values = memory.get(KEY, {})
    return [found for engine in ENGINES if (found := _dials(engine, values.get(engine))) is not None]


def _dials(engine: str, values: Any) -> Dials | None:
    if not isinstance(values, dict) or values.get("base") not in preset_names(engine):
        return None
    saved = values.get("saved")
    dials = Dials(engine, values["base"])
    dials.take_over(dials.base, _known(dials, values.get("changed")), saved if isinstance(saved, str) else "")
    if dials.saved:
        origin = Dials(engine, dials.base)
        origin.take_over(dials.base, _known(dials, values.get("origin")))
        dials.origin = origin.changed
    return dials


def _known(dials: Dials, values: Any) -> dict[str, Any]:
    """Return the values of parameters that there are, each of a kind that a parameter can have."""
    if not isinstance(values, dict):
        return {}
    names = {parameter.name for parameter in dials.parameters}
    return {name: value for name, value in values.items() if name in names and _is_possible(value)}


def _is_possible(value: Any) -> bool:
    return all(type(part) in _KINDS for part in (value if isinstance(value, list) else [value]))
