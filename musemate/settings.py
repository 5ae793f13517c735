"""The songwriter's lasting choices: a frozen record, loaded once and stored as a whole."""

from __future__ import annotations

import dataclasses
import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from musemate.errors import SettingsError
from musemate.language import _
from musemate.parsing import parsed_json
from musemate.paths import settings_file


@dataclass(frozen=True)
class Settings:
    """What a new training, take or export starts from; make a changed one with `dataclasses.replace`.

    Parameters
    ----------
    device : str
        "auto" or the name of a compute device.
    preset : str
        Effort of a training.
    n_takes : int
        Takes made at once, 1 to 100.
    depth : str
        "16", "24" or "32f", for exports that `export` says nothing about: of an earlier version.
    engine : str
        Method of a training.
    language : str
        "auto" for the system's, or a code of `musemate.language.LANGUAGES`.
    export : dict
        What exports start from, by name; see `musemate.export.profile.ExportProfile`.

    Raises
    ------
    SettingsError
        A value is of the wrong kind or not possible.
    """

    device: str = "auto"
    preset: str = "balanced"
    n_takes: int = 4
    depth: str = "24"
    engine: str = "frames"
    language: str = "auto"
    export: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, default in _defaults().items():
            value = getattr(self, name)
            if type(value) is not type(default):
                raise SettingsError(
                    _("The setting {name} = {value!r} is not possible.").format(name=name, value=value),
                    hint=_("The default is {default!r}.").format(default=default),
                )
        if not 1 <= self.n_takes <= 100:
            raise SettingsError(
                _("{count} takes at once are not possible.").format(count=self.n_takes), hint=_("Choose 1 to 100.")
            )


def _defaults() -> dict[str, Any]:
    made = {each.name: each.default for each in dataclasses.fields(Settings)}
    return made | {"export": {}}  # what is made anew each time has no default to look at


def load_settings(file: Path | None = None) -> Settings:
    """Return the stored settings; the defaults where none are stored or the file is damaged.

    Names that this version does not know are left out, so that an older version can read newer settings.
    """
    file = file or settings_file()
    try:
        values = parsed_json(file.read_text(encoding="utf-8"))
        known = {field.name for field in dataclasses.fields(Settings)}
        return Settings(**{name: value for name, value in values.items() if name in known})
    except (OSError, ValueError, AttributeError, SettingsError):
        return Settings()


def save_settings(settings: Settings, file: Path | None = None) -> None:
    """Store settings, whole or not at all.

    Raises
    ------
    SettingsError
        The file cannot be written.
    """
    text = json.dumps(dataclasses.asdict(settings), indent=1)
    write_whole(file or settings_file(), text, _("Your settings could not be stored."))


def write_whole(file: Path, text: str, failure: str) -> None:
    """Write a small file beside its target, bring it to the disk, and only then give it its name.

    Parameters
    ----------
    file : Path
        Its folder is made when missing.
    text : str
    failure : str
        What is said when that fails.

    Raises
    ------
    SettingsError
        The file cannot be written.
    """
    temporary = file.with_name(f".{file.name}.{os.getpid()}.tmp")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        try:
            with temporary.open("w", encoding="utf-8", errors="replace") as opened:  # halves of characters
                opened.write(text)
                opened.flush()
                os.fsync(opened.fileno())
            temporary.replace(file)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        raise SettingsError(
            failure,
            hint=_('Check the free space and the rights of "{folder}".').format(folder=file.parent),
            detail=str(error),
        ) from error
