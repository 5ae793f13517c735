"""Finds questionnaires: those that come with the program, and the songwriter's own beside the settings."""

from __future__ import annotations

import logging
import tomllib
from pathlib import Path

from musemate.audio.wording import shown_name
from musemate.errors import StudyError
from musemate.language import _
from musemate.parsing import parsed_json
from musemate.paths import absolute, resource, settings_file
from musemate.study.template import Template, template_from

log = logging.getLogger(__name__)
SUFFIXES = (".toml", ".json")
_FOLDER = "studies"
_MOST_BYTES = 1 << 20


def own_folder() -> Path:
    """Return the folder for questionnaires of the songwriter's own; it need not be there."""
    return settings_file().parent / _FOLDER


def bundled() -> dict[str, Template]:
    """Return the questionnaires that come with the program, by name."""
    return _read_all(resource(_FOLDER))[0]


def all_templates() -> dict[str, Template]:
    """Return all questionnaires by name; one of the songwriter's own wins, a bad file is named in the log."""
    found, problems = look()
    for problem in problems:
        log.warning("%s [%s]", problem.message, problem.detail)
    return found


def look() -> tuple[dict[str, Template], list[StudyError]]:
    """Return all questionnaires by name, and why files in the songwriter's folder are none."""
    own, problems = _read_all(own_folder())
    return bundled() | own, problems


def load_template(path: Path | str) -> Template:
    """Read a questionnaire from a TOML or JSON file.

    Raises
    ------
    StudyError
        It cannot be read, or is none.
    """
    path = absolute(path)
    try:
        with path.open("rb") as file:
            text = file.read(_MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        raise StudyError(
            _("The questionnaire {name} cannot be opened.").format(name=shown_name(path)),
            hint=_("Check that it is there and may be read."),
            detail=repr(error),
        ) from error
    try:
        if len(text) > _MOST_BYTES:
            raise ValueError(_("it is absurdly long."))
        values = parsed_json(text) if path.suffix.lower() == ".json" else tomllib.loads(text.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise StudyError(
            _("The questionnaire {name} cannot be read: {reason}").format(name=shown_name(path), reason=error),
            hint=_("Mend it in a text editor, or choose another one."),
            detail=repr(error),
        ) from error
    return template_from(values, shown_name(path))


def chosen(name: str) -> Template:
    """Return the questionnaire of a name, or that of a file.

    Raises
    ------
    StudyError
        There is none, or it cannot be used.
    """
    found = all_templates()
    if name in found:
        return found[name]
    if Path(name).suffix.lower() in SUFFIXES:
        return load_template(name)
    raise StudyError(
        _("There is no questionnaire “{name}”.").format(name=name[:80]),
        hint=_("Choose one of: {names}; or name a file.").format(names=", ".join(found)),
    )


def _read_all(folder: Path) -> tuple[dict[str, Template], list[StudyError]]:
    found: dict[str, Template] = {}
    problems = []
    try:
        files = sorted(path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES and path.is_file())
    except OSError:  # there is no such folder
        files = []
    for file in files:
        try:
            template = load_template(file)
        except StudyError as error:
            problems.append(error)
        else:
            found[template.name] = template
    return found, problems
