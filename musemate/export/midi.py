"""Writes a tempo and its bar lines as a MIDI file without notes: every DAW reads that.

Standard MIDI File 1.0 (RP-001): a header chunk and one track of meta events, each after a time in ticks since the one
before. The tempo of a file is a whole number of microseconds a beat; ticks are reckoned with that number, so that
marks lie at their second.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from musemate.export.setplan import SetPlan, plain_line
from musemate.export.tempomap import TempoMap

TICKS = 960
"""Of a beat: at 120 bpm, one is half a millisecond."""
USUAL_BPM = 120.0
"""What a file that says no tempo means."""
NAME, MARKER, END, TEMPO, METRE = 0x03, 0x06, 0x2F, 0x51, 0x58
SLOWEST_US = 0xFFFFFF
"""Longest beat that fits."""


def render_midi(plan: SetPlan) -> bytes:
    """Return the file: tempo and metre where they are sure, the set's marks, and its end.

    Parameters
    ----------
    plan : SetPlan
        Without a grid, the file says no tempo, and its marks lie at their second at 120 bpm.
    """
    clock = _Clock(plan)
    events = [(0, _meta(NAME, _text(plan.song))), *clock.tempo_events()]
    events += [(clock.ticks(mark.time_s), _meta(MARKER, _text(mark.label))) for mark in plan.marks]
    events.sort(key=lambda event: event[0])  # stable: a tempo comes before a mark at the same place
    events.append((max(clock.ticks(plan.end_s), events[-1][0]), _meta(END, b"")))
    track = b"".join(_after(events))
    header = struct.pack(">4sIHHH", b"MThd", 6, 1, 1, TICKS)
    return header + struct.pack(">4sI", b"MTrk", len(track)) + track


class _Clock:
    """Seconds to ticks, with the tempo as the file can say it."""

    def __init__(self, plan: SetPlan) -> None:
        self._grid = plan.grid
        self._beat_us = _microseconds(plan.grid.bpm if plan.grid else USUAL_BPM)
        tempo = TempoMap(plan.grid) if plan.grid else None
        self._lead_us = _microseconds(tempo.lead_bpm) if tempo and tempo.lead_s else 0
        self._n_lead = plan.grid.beats_per_bar if plan.grid and self._lead_us else 0

    def tempo_events(self) -> Iterator[tuple[int, bytes]]:
        """Yield metre and tempo, or nothing where they are not sure."""
        if self._grid is None:
            return
        yield 0, _meta(METRE, bytes((self._grid.beats_per_bar, 2, 24, 8)))
        yield 0, _tempo(self._lead_us or self._beat_us)
        if self._lead_us:
            yield self._n_lead * TICKS, _tempo(self._beat_us)

    def ticks(self, time_s: float) -> int:
        """Return the nearest tick."""
        lead_s = self._n_lead * self._lead_us * 1e-6
        if time_s < lead_s:
            return round(time_s * 1e6 / self._lead_us * TICKS)
        return self._n_lead * TICKS + round((time_s - lead_s) * 1e6 / self._beat_us * TICKS)


def _microseconds(bpm: float) -> int:
    return min(round(60e6 / bpm), SLOWEST_US)


def _tempo(beat_us: int) -> bytes:
    return _meta(TEMPO, beat_us.to_bytes(3, "big"))


def _text(text: str) -> bytes:
    return plain_line(text).encode()


def _meta(kind: int, data: bytes) -> bytes:
    return bytes((0xFF, kind)) + _length(len(data)) + data


def _after(events: list[tuple[int, bytes]]) -> Iterator[bytes]:
    """Yield each event behind the ticks since the one before."""
    now = 0
    for tick, event in events:
        yield _length(tick - now) + event
        now = tick


def _length(value: int) -> bytes:
    """Return a number in groups of seven bits, the highest first; all but the last have the eighth bit set."""
    groups = [value & 0x7F]
    while value := value >> 7:
        groups.append(value & 0x7F | 0x80)
    return bytes(reversed(groups))
