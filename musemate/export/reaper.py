"""Writes a set as a project for Reaper: one track a sound, tempo, markers and regions.

The format is nested text: a line "NAME VALUES" a fact, a line "<NAME VALUES" opens a block and a line ">" closes it.
Values with spaces stand in quotes. Reaper fills in everything that a project does not say. (Facts from projects that
Reaper saved, and from Cockos' notes on state chunks.)
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence

from musemate.export.piece import Grid
from musemate.export.setplan import Mark, Placed, SetPlan, plain_line
from musemate.export.tempomap import TempoMap

USUAL_BPM = 120.0
"""Reaper's own default, written where the tempo is not sure; nothing on the timeline follows it then."""
SQUARE = 1
"""A tempo that stays until the next one."""
IN_TIME, IN_BEATS = 0, 1
"""Whether items stay at their second, or at their beat and are stretched, when the songwriter changes the tempo."""
REGION = 1


def render_rpp(plan: SetPlan) -> bytes:
    """Return the project, UTF-8.

    Parameters
    ----------
    plan : SetPlan
        The files that it names lie beside the project.
    """
    bpm = plan.grid.bpm if plan.grid else USUAL_BPM
    beats = plan.grid.beats_per_bar if plan.grid else 4
    lines = ['<REAPER_PROJECT 0.1 "6.0/MuseMate" 0']
    lines += [f"  TIMELOCKMODE {IN_BEATS if plan.grid else IN_TIME}"]
    lines += [f"  TEMPO {_number(bpm)} {beats} 4"]
    lines += _indented(_marks(plan.marks))
    if plan.grid:
        lines += _indented(_tempo(plan.grid))
    for index, sound in enumerate(plan.sounds):
        lines += _indented(_track(sound, _identity(plan, index)))
    return "\n".join([*lines, ">", ""]).encode()


def quoted(text: str) -> str:
    """Return a text as a value: in the first kind of quotes that it does not hold; ` gives way where it holds all."""
    text = plain_line(text)
    for mark in "\"'`":
        if mark not in text:
            return f"{mark}{text}{mark}"
    return "`" + text.replace("`", "'") + "`"


def _marks(marks: Sequence[Mark]) -> Iterator[str]:
    for number, mark in enumerate(marks, 1):
        if mark.length_s:
            yield f"MARKER {number} {_number(mark.time_s)} {quoted(mark.label)} {REGION}"
            yield f'MARKER {number} {_number(mark.time_s + mark.length_s)} "" {REGION}'
        else:
            yield f"MARKER {number} {_number(mark.time_s)} {quoted(mark.label)} 0"


def _tempo(grid: Grid) -> Iterator[str]:
    tempo = TempoMap(grid)
    metre = 4 << 16 | grid.beats_per_bar
    first_bpm = tempo.lead_bpm if tempo.lead_s else grid.bpm
    yield "<TEMPOENVEX"
    yield "  ACT 1"
    yield f"  PT 0 {_number(first_bpm)} {SQUARE} {metre}"
    if tempo.lead_s:
        yield f"  PT {_number(tempo.lead_s)} {_number(grid.bpm)} {SQUARE}"
    yield ">"


def _track(sound: Placed, identity: str) -> Iterator[str]:
    yield f"<TRACK {identity}"
    yield f"  NAME {quoted(sound.name)}"
    yield f"  MUTESOLO {int(sound.is_muted)} 0 0"
    yield "  NCHAN 2"
    yield "  <ITEM"
    yield f"    POSITION {_number(sound.start_s)}"
    yield f"    LENGTH {_number(sound.length_s)}"
    yield "    LOOP 0"
    # Reaper would fade what says nothing about fades
    yield "    FADEIN 1 0 0 1 0 0 0"
    yield "    FADEOUT 1 0 0 1 0 0 0"
    yield f"    NAME {quoted(sound.name)}"
    yield "    SOFFS 0"
    yield "    PLAYRATE 1 1 0 -1 0 0.0025"
    yield f"    <SOURCE {_source(sound.file)}"
    yield f"      FILE {quoted(sound.file)}"
    yield "    >"
    yield "  >"
    yield ">"


def _source(file: str) -> str:
    """Return the kind of a sound: Reaper reads AIFF as it reads WAV."""
    return "FLAC" if file.lower().endswith(".flac") else "WAVE"


def _identity(plan: SetPlan, index: int) -> str:
    """Return an identity of a track that is the same whenever the same set is written."""
    text = f"{index} {plan.song} {plan.sounds[index].file}"
    return "{" + str(uuid.uuid5(uuid.NAMESPACE_OID, text.encode("utf-8", "replace").decode())).upper() + "}"


def _indented(lines: Iterator[str]) -> list[str]:
    return [f"  {line}" for line in lines]


def _number(value: float) -> str:
    return f"{value:.12f}".rstrip("0").rstrip(".")
