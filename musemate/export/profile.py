"""How the songwriter exports: the choices that window and command line share, and that last to the next export."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from musemate.errors import SettingsError
from musemate.export.wishes import AS_IS, PLAIN, WAV, Cut, SoundFormat
from musemate.language import _
from musemate.settings import Settings


@dataclass(frozen=True)
class ExportProfile:
    """What an export starts from; its fields are what the task `export_takes` can be told by name.

    Raises
    ------
    SettingsError
        A value is of the wrong kind, or one that `SoundFormat` or `Cut` refuses.
    """

    kind: str = WAV
    depth: str = "24"
    rate_hz: int = 0
    channels: str = AS_IS
    notes: bool = True
    on_bars: bool = False
    ending: str = PLAIN
    template: str = ""
    """Of the files' names; "" for the usual one."""
    ascii_only: bool = False
    """Whether names keep to the letters that every system and DAW shows."""

    def __post_init__(self) -> None:
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            if type(value) is not type(field.default):
                raise SettingsError(
                    _("The setting {name} = {value!r} is not possible.").format(name=field.name, value=value),
                    hint=_("The default is {default!r}.").format(default=field.default),
                )
        self.sound  # noqa: B018 (checks the values)
        self.cut()

    @property
    def sound(self) -> SoundFormat:
        """The kind of file."""
        return SoundFormat(self.kind, self.depth, self.rate_hz, self.channels, self.notes)

    def cut(self, start_s: float | None = None, length_s: float | None = None) -> Cut:
        """Return what of a take goes into the file: a region in seconds, None for the take's own start and end."""
        return Cut(start_s, length_s, self.on_bars, self.ending)

    def values(self) -> dict[str, Any]:
        """Return the fields by name: for `Settings.export`, and as arguments of the task."""
        return dataclasses.asdict(self)


def stored_profile(settings: Settings) -> ExportProfile:
    """Return the profile among the settings; each choice that is damaged or unknown here is the usual one.

    The depth of settings that know no profile yet is kept.
    """
    values = {"depth": settings.depth, **settings.export}
    try:
        return ExportProfile(**_known(values))
    except SettingsError:
        return _piecewise(_known(values))


def _known(values: Mapping[str, Any]) -> dict[str, Any]:
    names = {field.name for field in dataclasses.fields(ExportProfile)}
    return {name: value for name, value in values.items() if name in names}


def _piecewise(values: Mapping[str, Any]) -> ExportProfile:
    """Take over one value after the other, leaving out those that are refused beside the ones before."""
    profile = ExportProfile()
    for name, value in values.items():
        try:
            profile = dataclasses.replace(profile, **{name: value})
        except SettingsError:
            continue
    return profile
