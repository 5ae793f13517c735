"""The files that say what a study is: `study.json` for everybody, and `key.json` with the truth, which stays home."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from musemate.errors import StudyError
from musemate.language import _
from musemate.parsing import parsed_json
from musemate.project.kinds import check_kinds
from musemate.study.answersfile import too_new
from musemate.study.records import ORIGINS, Stimulus, Study, Trial, Truth
from musemate.study.template import template_from, values_of

FORMAT = 1
"""Of both files; grows when an older program could not understand them."""
STUDY, KEY = "study.json", "key.json"
KIND, KEY_KIND = "musemate study", "musemate study key"
TOKEN = re.compile(r"[0-9a-f]{12}")
_ID = re.compile(r"[0-9a-f]{32}")
_HASH = re.compile(r"[0-9a-f]{64}")
_MOST_BYTES = 32 << 20
_DAMAGE = (KeyError, ValueError, TypeError, AttributeError, IndexError)


def study_text(study: Study) -> str:
    """Return what is written into `study.json`."""
    values = {
        "id": study.id,
        "title": study.title,
        "created": study.created,
        "version": study.version,
        "seed": study.seed,
        "rate_hz": study.rate_hz,
        "n_channels": study.n_channels,
        "band_hz": study.band_hz,
        "template": values_of(study.template),
        "stimuli": [dataclasses.asdict(stimulus) for stimulus in study.stimuli],
        "orders": [[[trial.set, *trial.tokens] for trial in trials] for trials in study.orders],
    }
    return _sealed(KIND, values)


def key_text(study_id: str, truths: Mapping[str, Truth]) -> str:
    """Return what is written into `key.json`."""
    return _sealed(KEY_KIND, {"study": study_id, "truths": [dataclasses.asdict(truths[token]) for token in truths]})


def read_study(folder: Path) -> Study:
    """Read and check `study.json`.

    Raises
    ------
    StudyError
        It is missing, damaged, changed by somebody, or of a newer version.
    """
    values = _values(folder, STUDY, KIND)
    try:
        return _study(values)
    except _DAMAGE as error:
        raise _damaged(folder, STUDY, repr(error)) from error


def read_key(folder: Path, study: Study) -> dict[str, Truth]:
    """Read and check `key.json`; empty where there is none, as in a copy for raters.

    Raises
    ------
    StudyError
        It is damaged, or belongs to another study.
    """
    if not (folder / KEY).exists():
        return {}
    values = _values(folder, KEY, KEY_KIND)
    try:
        if values["study"] != study.id:
            raise ValueError("it is the key of another study")
        truths = {entry["token"]: Truth(**entry) for entry in values["truths"]}
        for truth in truths.values():
            check_kinds(truth)
            if truth.origin not in ORIGINS:
                raise ValueError(f"{truth.origin!r} is no origin")
        if truths.keys() != {stimulus.token for stimulus in study.stimuli}:
            raise ValueError("it does not tell of every sound")
    except _DAMAGE as error:
        raise _damaged(folder, KEY, repr(error)) from error
    return truths


def _study(values: dict[str, Any]) -> Study:
    orders = tuple(
        tuple(Trial(number, str(entry[0]), tuple(entry[1:])) for number, entry in enumerate(trials, 1))
        for trials in values["orders"]
    )
    study = Study(
        id=values["id"],
        title=values["title"],
        created=values["created"],
        version=values["version"],
        seed=values["seed"],
        template=template_from(values["template"], STUDY),
        stimuli=tuple(Stimulus(**entry) for entry in values["stimuli"]),
        orders=orders,
        rate_hz=values["rate_hz"],
        n_channels=values["n_channels"],
        band_hz=values["band_hz"],
    )
    _check(study)
    return study


def _check(study: Study) -> None:
    """Raise ValueError or TypeError where something in a study does not fit together."""
    for record in (*study.stimuli, *(trial for trials in study.orders for trial in trials)):
        check_kinds(record)
    texts = (study.id, study.title, study.created, study.version)
    numbers = (study.seed, study.rate_hz, study.n_channels, study.band_hz)
    if not all(type(text) is str for text in texts) or not all(type(value) in (int, float) for value in numbers):
        raise TypeError("a value is of the wrong kind")
    if not _ID.fullmatch(study.id) or study.n_channels not in (1, 2) or not study.orders:
        raise ValueError("a value is not possible")
    tokens = [stimulus.token for stimulus in study.stimuli]
    if len(set(tokens)) < len(tokens) or not all(map(TOKEN.fullmatch, tokens)):
        raise ValueError("a sound has no name of its own")
    if not all(_HASH.fullmatch(stimulus.sha256) for stimulus in study.stimuli):
        raise ValueError("a sound has no hash")
    known, sets = set(tokens), {plan.name for plan in study.template.sets}
    n_played = 2 if study.template.trial == "pair" else 1
    for trials in study.orders:
        for trial in trials:
            if trial.set not in sets or len(trial.tokens) != n_played or not known.issuperset(trial.tokens):
                raise ValueError(f"trial {trial.number} of an order is not possible")


def _sealed(kind: str, values: dict[str, Any]) -> str:
    """Return a file's text: its kind, its format, the hash of the rest, and the rest, an entry a line."""
    head = {"kind": kind, "format": FORMAT, "seal": _seal(values)}
    return json.dumps({**head, **values}, ensure_ascii=False, indent=1) + "\n"


def _seal(values: dict[str, Any]) -> str:
    text = json.dumps(values, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _values(folder: Path, name: str, kind: str) -> dict[str, Any]:
    """Read one of the files and take its head off."""
    try:
        with (folder / name).open("rb") as file:
            values = parsed_json(file.read(_MOST_BYTES))
        if not isinstance(values, dict) or values.pop("kind", None) != kind:
            raise ValueError("it is of another kind")
    except OSError as error:
        raise _missing(folder, name, repr(error)) from error
    except ValueError as error:
        raise _damaged(folder, name, repr(error)) from error
    number, seal = values.pop("format", None), values.pop("seal", None)
    if type(number) is int and number > FORMAT:
        raise too_new(folder.name, f"format {number}")
    if number != FORMAT:
        raise _damaged(folder, name, f"format {number!r}")
    if seal != _seal(values):
        raise StudyError(
            _('The file "{file}" of the study "{name}" was changed or damaged after the study was made.').format(
                file=name, name=folder.name
            ),
            hint=_("Bring it back from a copy of the study; the answers are not touched by that."),
            detail="the seal is another",
        )
    return values


def _missing(folder: Path, name: str, detail: str) -> StudyError:
    return StudyError(
        _('"{folder}" holds no study: the file "{file}" is missing or cannot be read.').format(
            folder=folder, file=name
        ),
        hint=_("Choose the folder that a study was made in."),
        detail=detail,
    )


def _damaged(folder: Path, name: str, detail: str) -> StudyError:
    return StudyError(
        _('The file "{file}" of the study "{name}" is damaged.').format(file=name, name=folder.name),
        hint=_("Bring it back from a copy of the study; the answers are not touched by that."),
        detail=detail,
    )
