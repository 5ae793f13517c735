"""A report in the making: every sound is measured, then all are drawn, because they share their scales."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from musemate import __version__
from musemate.analysis.copymap import draw_map
from musemate.analysis.measures import Measured, Reference, Values, of_halves, of_own_beat, of_sound, tidy
from musemate.analysis.plots import KINDS, Scales, Subject, draw
from musemate.analysis.portrait import Portrait
from musemate.analysis.rhythm import find_beats
from musemate.engine.events import Working
from musemate.errors import MuseMateError
from musemate.export.folder import FreshFolder
from musemate.export.reportpage import Entry, Report
from musemate.export.reporttext import CHOICES, SOUND
from musemate.language import _
from musemate.tasks.report_material import Material, Sound

FORMAT = 1
"""Version of figures.json."""
PICTURES = "pictures"
MEASURING = 0.8
"""Share of the time that measuring takes; drawing takes the rest."""
AXIS_SLACK_S = 0.05
"""A sound may be so much longer than its time axis."""

Steps = Iterator[Working | None]
"""Progress, or None where there is nothing new to say but the work may be stopped."""


@dataclass
class _Part:
    """One sound on its way into the report."""

    sound: Sound
    values: Values = field(default_factory=dict)
    portrait: Portrait | None = None
    problem: str = ""
    pictures: dict[str, str] = field(default_factory=dict)
    beside: dict[str, str] = field(default_factory=dict)

    def entry(self) -> Entry:
        label = "" if self.sound.is_fragment else self.sound.label
        return Entry(self.sound.title, self.sound.note, self.values, self.pictures, self.beside, self.problem, label)

    def row(self, kind: str) -> dict[str, Any]:
        row = {"kind": kind, "id": self.sound.label, "name": self.sound.title, "file": str(self.sound.file)}
        return row | ({"problem": self.problem} if self.problem else {}) | self.values


class ReportWork:
    """Measures and draws what a report is about.

    Parameters
    ----------
    material : Material
    """

    def __init__(self, material: Material) -> None:
        self.made = datetime.now()
        self._metre = material.metre
        self._fragment = _Part(material.fragment)
        self._takes = [_Part(sound) for sound in material.takes]
        self._halves: Values = {}
        self._map = ""

    @property
    def problems(self) -> list[str]:
        """Sentences about the takes that could not be measured."""
        return [part.problem for part in self._takes if part.problem]

    def steps(self, target: FreshFolder) -> Steps:
        """Do the work and write the pictures.

        Raises
        ------
        AudioFileError
            The fragment cannot be read or measured.
        ExportError
            A picture cannot be written.
        """
        name = self._fragment.sound.title
        yield Working(_("Measuring {name}").format(name=name), 0.0)
        fragment = self._fragment.sound.read()
        yield None
        try:
            measured = Measured(fragment)
        except MuseMateError as error:
            said = _('"{name}" cannot be reported on: {message}').format(name=name, message=error.message)
            raise type(error)(said, hint=error.hint) from error
        yield from self._measure_fragment(measured)
        yield from self._measure_takes(measured)
        yield from self._draw(target, self._scales(measured))

    def page(self) -> Report:
        """Return what the page shows."""
        takes = [part.entry() for part in self._takes]
        return Report(self._fragment.entry(), self._halves, takes, self._map, self.made, __version__)

    def rows(self) -> list[dict[str, Any]]:
        """Return the figures, a row a sound."""
        halves = {"kind": "halves", **self._halves}
        return [self._fragment.row("fragment"), halves, *(part.row("take") for part in self._takes)]

    def figures(self) -> dict[str, Any]:
        """Return the figures for other programs."""
        made = self.made.astimezone().isoformat(timespec="seconds")
        return {"format": FORMAT, "musemate": __version__, "made": made, "sounds": self.rows(), "choices": CHOICES}

    # measuring -----------------------------------------------------------------------------------------

    def _measure_fragment(self, measured: Measured) -> Steps:
        part = self._fragment
        self._metre = find_beats(measured.clip) if self._metre is None else self._metre
        part.portrait = measured.portrait
        for values in of_sound(measured, self._metre):
            part.values |= tidy(values)
            yield None
        part.values |= of_own_beat(measured, self._metre)
        yield None
        self._halves = of_halves(measured, self._metre)
        yield None

    def _measure_takes(self, fragment: Measured) -> Steps:
        assert self._metre is not None
        reference = Reference(fragment, self._metre)
        for number, part in enumerate(self._takes, 1):
            said = _("Measuring {name}").format(name=part.sound.title)
            yield Working(said, MEASURING * number / (1 + len(self._takes)))
            try:
                yield from _measure(part, reference)
            except MuseMateError as error:
                part.problem = f"{error.message} {error.hint}".strip()

    def _scales(self, fragment: Measured) -> Scales:
        portraits = [part.portrait for part in (self._fragment, *self._takes) if part.portrait is not None]
        return Scales.of(portraits, fragment.coefficients)

    # drawing -------------------------------------------------------------------------------------------

    def _draw(self, target: FreshFolder, scales: Scales) -> Steps:
        whole = self._fragment
        assert whole.portrait is not None
        self._draw_map(target)
        by_axis: dict[float, dict[str, str]] = {}
        parts = [whole, *(part for part in self._takes if part.portrait is not None)]
        for number, part in enumerate(parts):
            said = _("Drawing {name}").format(name=part.sound.title)
            yield Working(said, MEASURING + (1 - MEASURING) * number / len(parts))
            assert part.portrait is not None
            end_s = axis_s(whole.portrait.duration_s, part.portrait.duration_s)
            if end_s not in by_axis:
                by_axis[end_s] = {}
                label = "fragment" if part is whole else f"fragment-{end_s:g}s"
                subject = Subject(whole.portrait, end_s, is_take=False)
                yield from _draw_all(target, label, subject, scales, by_axis[end_s])
            if part is whole:
                part.pictures = by_axis[end_s]
                continue
            part.beside = by_axis[end_s]
            subject = Subject(part.portrait, end_s, is_take=True, beside=whole.portrait)
            yield from _draw_all(target, part.sound.label, subject, scales, part.pictures)

    def _draw_map(self, target: FreshFolder) -> None:
        """Draw fidelity and copying together, where any take has both figures."""
        names = [figure.name for figure in SOUND.figures[:2]]
        places = [(part.sound.label, _place(part.values, names)) for part in self._takes]
        takes = [(label, place) for label, place in places if place is not None]
        if takes:
            self._map = f"{PICTURES}/map.png"
            labels = (_(SOUND.figures[0].axis), _(SOUND.figures[1].axis))
            target.write(self._map, draw_map(takes, _place(self._halves, names), labels))


def axis_s(*durations_s: float) -> float:
    """Return the end of the time axis that sounds share: a whole second, so that many lengths share one."""
    return float(max(1, math.ceil(max(durations_s) - AXIS_SLACK_S)))


def _measure(part: _Part, reference: Reference) -> Steps:
    clip = part.sound.read()
    yield None
    take = Measured(clip)
    yield None
    for source in (of_sound(take), reference.compare(take)):
        for values in source:
            part.values |= tidy(values)
            yield None
    part.portrait = take.portrait


def _place(values: Values, names: list[str]) -> tuple[float, float] | None:
    x, y = (values.get(name) for name in names)
    return None if x is None or y is None else (x, y)


def _draw_all(target: FreshFolder, label: str, subject: Subject, scales: Scales, written: dict[str, str]) -> Steps:
    """Draw all kinds of pictures of a sound and note where each was written."""
    for kind in KINDS:
        written[kind] = f"{PICTURES}/{label}-{kind}.png"
        target.write(written[kind], draw(kind, subject, scales))
        yield None
