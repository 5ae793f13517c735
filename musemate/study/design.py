"""Puts prepared sounds together to a study: who hears what in which order."""

from __future__ import annotations

import random
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from musemate.errors import StudyError
from musemate.language import _
from musemate.project.rows import now
from musemate.study.orders import orders
from musemate.study.records import Stimulus, Study, Truth
from musemate.study.sounds import Prepared, Sound
from musemate.study.template import Template, template_from, values_of

MOST_SEED = 2**32 - 1
LONGEST_TITLE = 120


def with_rules(template: Template, rules: Mapping[str, Any]) -> Template:
    """Return a questionnaire with some of its rules changed, and its texts as they stand.

    Raises
    ------
    StudyError
        There is no such rule, or it cannot be so.
    """
    values = values_of(template)
    try:
        return template_from({**values, "rules": {**values["rules"], **rules}}, template.name)
    except StudyError as error:
        hint = _("Choose another value for what you changed of the questionnaire's rules.")
        raise StudyError(error.message, hint=hint, detail=error.detail) from error


def make_study(template: Template, prepared: Prepared, *, title: str, version: str, seed: int | None = None) -> Study:
    """Return the record of a study.

    Parameters
    ----------
    template : Template
        With the rules as they were chosen; sets without sounds are left out.
    prepared : Prepared
    title : str
    version : str
        Of the program.
    seed : int, optional
        Of the orders; drawn where it is not given.

    Raises
    ------
    StudyError
        There are too few sounds, or a pair has no real clip.
    """
    seed = secrets.randbelow(MOST_SEED + 1) if seed is None else seed
    sets = [(plan, [sound for sound in prepared.sounds if sound.stimulus.set == plan.name]) for plan in template.sets]
    sets = [(plan, sounds) for plan, sounds in sets if sounds]
    if len(prepared.sounds) < 2:
        raise too_few()
    trials = [(plan.name, trials_of(template, sounds, seed)) for plan, sounds in sets]
    rules = template.rules
    made = orders(trials, seed, heard=rules.heard, fixed=rules.orders == "fixed")
    return Study(
        id=secrets.token_hex(16),
        title=" ".join(title.split())[:LONGEST_TITLE] or template.shown(template.title),
        created=now(),
        version=version,
        seed=seed,
        template=replace(template, sets=tuple(plan for plan, _sounds in sets)),
        stimuli=_told(prepared.sounds),
        orders=made,
        rate_hz=prepared.rate_hz,
        n_channels=prepared.n_channels,
        band_hz=round(prepared.band_hz, 1),
    )


def trials_of(template: Template, sounds: Sequence[Sound], seed: int) -> dict[tuple[str, ...], str]:
    """Return what is heard at once of a set, with its kind: who hears only some of it hears every kind in its share.

    Raises
    ------
    StudyError
        Pairs lack a take or a real clip.
    """
    if template.trial == "pair":
        return _pairs([sound.truth for sound in sounds], seed)
    return {(sound.truth.token,): _kind(sound.truth) for sound in sounds}


def too_few() -> StudyError:
    """Return the error for a study of a single sound, or of none."""
    return StudyError(
        _("A study needs two sounds at least."), hint=_("Choose takes, real clips of a fragment, or files.")
    )


def _pairs(truths: Sequence[Truth], seed: int) -> dict[tuple[str, ...], str]:
    """Set each take beside a real clip, each of those as often as the others: one heard often is known as real soon.

    Where that leaves a choice, it is one of the take's own fragment.
    """
    takes = [truth for truth in truths if not truth.is_real]
    real = [truth for truth in truths if truth.is_real and truth.origin != "anchor"]
    if not takes or not real:
        raise StudyError(
            _("Pairs need takes and real clips in each set."),
            hint=_("Add a fragment, whose real clips stand beside the takes."),
        )
    dice = random.Random(seed)
    dice.shuffle(real)
    n_used = dict.fromkeys((truth.token for truth in real), 0)
    pairs: dict[tuple[str, ...], str] = {}
    for take in takes:
        beside = min(real, key=lambda one: (n_used[one.token], not take.fragment or one.fragment != take.fragment))
        n_used[beside.token] += 1
        pairs[take.token, beside.token] = _kind(take)
    return pairs


def _kind(truth: Truth) -> str:
    return "real" if truth.is_real and truth.origin != "anchor" else f"{truth.origin} {truth.group}"


def _told(sounds: Sequence[Sound]) -> tuple[Stimulus, ...]:
    """Return what raters may know, in an order that tells nothing."""
    return tuple(sorted((sound.stimulus for sound in sounds), key=lambda one: one.token))
