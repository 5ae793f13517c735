"""Writes the files that put a set of sounds into a DAW: a Reaper project, a .dawproject, a MIDI file of the tempo."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from musemate.audio.safe_write import write_safely
from musemate.errors import SettingsError
from musemate.export.dawproject import write_dawproject
from musemate.export.folder import FreshFolder
from musemate.export.midi import render_midi
from musemate.export.naming import Named, export_name
from musemate.export.reaper import render_rpp
from musemate.export.setplan import DAWPROJECT, KINDS, MIDI, RPP, SetPlan
from musemate.language import _

ENDINGS = {RPP: ".RPP", DAWPROJECT: ".dawproject", MIDI: ".mid"}
LONGEST_NAME = 60
"""In bytes: the set's folder has it too, and lies deep in some DAWs' own."""


def write_set(target: FreshFolder, kinds: Sequence[str], plan: SetPlan) -> list[str]:
    """Write the asked files into a folder that holds the set's sounds already.

    Parameters
    ----------
    target : FreshFolder
        Appears under its name only when its owner says that all is in it.
    kinds : sequence of str
        Of "rpp", "dawproject" and "midi".
    plan : SetPlan

    Returns
    -------
    list of str
        Names of the files, in the order of `KINDS`.

    Raises
    ------
    SettingsError
        There is no such kind.
    ExportError
        A file cannot be written, or the disk is full.
    """
    check_kinds(kinds)
    stem = set_name(plan.song)
    names = []
    for kind in (kind for kind in KINDS if kind in kinds):
        name = stem + ENDINGS[kind]
        if kind == DAWPROJECT:
            n_bytes = sum((target.part / sound.file).stat().st_size for sound in plan.sounds)
            writing = partial(write_dawproject, plan=plan, folder=target.part)
            write_safely(target.part / name, writing, n_bytes=n_bytes)
        else:
            target.write(name, render_rpp(plan) if kind == RPP else render_midi(plan))
        names.append(name)
    return names


def set_name(song: str) -> str:
    """Return the name that a set's files have before their endings."""
    return export_name("{song}", Named(song, ""), LONGEST_NAME, suffix="")


def check_kinds(kinds: Sequence[str]) -> None:
    """Refuse a kind of set that does not exist.

    Raises
    ------
    SettingsError
        With the kinds that there are.
    """
    unknown = [kind for kind in kinds if kind not in KINDS]
    if unknown:
        raise SettingsError(
            _('There is no kind of set "{name}".').format(name=unknown[0]),
            hint=_("Choose one of: {names}.").format(names=", ".join(KINDS)),
        )
