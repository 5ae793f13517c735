"""What the next training is asked for beyond its preset: changed parameters, each a value or a text that is none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from musemate.engine.catalogue import changes, fault, parameters, preset_values
from musemate.engine.parameters import Parameter
from musemate.errors import ParameterError, SettingsError


@dataclass
class Dials:
    """The parameters of one engine as they are set now.

    What is typed and not possible stays, and is passed on: the engine refuses it in the words that stand at the field.

    Parameters
    ----------
    engine : str
    base : str
        The built-in preset that the changes are changes of.
    changed : dict
        By parameter; values that no parameter has are passed on as they are.
    saved : str
        The saved preset that was chosen, "" for none.
    """

    engine: str
    base: str
    changed: dict[str, Any] = field(default_factory=dict)
    saved: str = ""
    origin: dict[str, Any] = field(default_factory=dict)
    """What the saved preset changes of its base."""

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """Those of the engine."""
        return parameters(self.engine)

    @property
    def options(self) -> dict[str, Any] | None:
        """What a training is given beside the preset, None where nothing is changed."""
        return dict(self.changed) or None

    @property
    def is_edited(self) -> bool:
        """Whether something is set that no preset holds."""
        return self.changed != self.origin

    @property
    def usual(self) -> dict[str, Any]:
        """What the built-in preset has."""
        return preset_values(self.engine, self.base)

    def set(self, parameter: Parameter, value: Any) -> None:
        """Set a parameter; what the preset has anyway is no change."""
        rest = {name: other for name, other in self.changed.items() if name != parameter.name}
        try:
            value = parameter.checked(value)
        except ParameterError:
            self.changed = {**rest, parameter.name: value}
        else:
            self.changed = {**rest, **changes(self.engine, self.base, {parameter.name: value})}

    def reset(self, name: str) -> None:
        """Set one parameter to what the preset has."""
        self.changed = {other: value for other, value in self.changed.items() if other != name}

    def take_over(self, base: str, changed: Mapping[str, Any] | None, saved: str = "") -> None:
        """Start from a preset, or from what a training had."""
        self.base, self.saved = base, saved
        self.changed = changes(self.engine, base, changed)
        self.origin = dict(self.changed) if saved else {}

    def faults(self) -> dict[str, SettingsError]:
        """Return why the engine refuses what is set, by parameter; empty where it takes it."""
        found: dict[str, SettingsError] = {}
        whole = fault(self.engine, self.base, self.changed)
        if isinstance(whole, ParameterError):
            found[whole.name] = whole
        for parameter in self.parameters:
            try:
                parameter.checked(self.changed.get(parameter.name, parameter.default))
            except ParameterError as error:
                found[parameter.name] = error
        return found
