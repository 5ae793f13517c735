"""The middle of the window: the current clip with its region, described and drawn."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from musemate.audio.clip import LOWEST_RATE_HZ, AudioClip
from musemate.engine.base import MAX_REGION_S, MIN_REGION_S
from musemate.gui import previewing, wording
from musemate.gui.clipview import ClipView
from musemate.gui.closeup import Closeup
from musemate.gui.insong import KIND, InSong
from musemate.gui.lanes import ALONE, USUAL, Picture
from musemate.gui.regionbar import RegionBar
from musemate.gui.session import Session
from musemate.language import _
from musemate.project.records import Beats, Fragment, Layer, Take

ZOOM_FACTOR = 1.6
SHORTEST_CUT_S = 0.1
BESIDE_TAKE_S = 8.0
"""What is seen of a song before and after a take in it."""


@dataclass(frozen=True)
class Subject:
    """What the stage shows."""

    kind: str
    """"fragment", "take", "layer" (a take as one of its scales holds it), "preview" or "song" (a take in its song)."""
    id: str
    audio: str
    """Name of the audio file in the project, "" for a preview."""
    duration_s: float


@dataclass(frozen=True)
class Pair:
    """A take and the stretch of the fragment that it was learnt from."""

    take: Subject
    take_name: str
    fragment: Subject
    fragment_name: str
    start_s: float
    """Where the stretch begins in the fragment."""


class Stage(QFrame):
    """Shows a fragment, a take or a preview; says where was clicked and which region was chosen."""

    seeked = Signal(float)
    region_changed = Signal(float, float)
    """Start and end, while it moves."""
    region_chosen = Signal(float, float)
    """Start and end, to be kept."""
    compared = Signal()
    """There is now something, or no longer anything, to see beside the subject."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("panel")
        self._session = session
        self._beats: Beats | None = None
        self._snap = False
        self._stored = (0.0, 0.0)
        self._samples: AudioClip | None = None
        self._layers: tuple[str, ...] = USUAL
        self._pair: Pair | None = None
        self._other: Subject | None = None
        self.subject: Subject | None = None
        self.bar = RegionBar()
        self.view = ClipView()
        self._closeup = Closeup(self.view, session.background, self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(10, 10, 10, 6)
        layout.setSpacing(8)
        layout.addWidget(self.bar)
        layout.addWidget(self.view, 1)
        self._connect()

    # what is shown -------------------------------------------------------------------------------------

    def show_fragment(self, fragment: Fragment, *, zoom_to_region: bool = False) -> None:
        """Show a fragment with its region; what is shown already keeps its zoom."""
        subject = Subject("fragment", fragment.id, fragment.audio, fragment.duration_s)
        is_new = subject != self.subject
        seen = self.view.visible_s
        self._begin(subject, fragment.beats if fragment.beats and fragment.beats.is_sure else None)
        self.bar.show_clip(
            fragment.name,
            wording.fragment_facts(fragment),
            beats=fragment.beats,
            voice=fragment.voice,
            caption=_("Region to learn from"),
            for_training=True,
        )
        self._limit(MIN_REGION_S, MAX_REGION_S)
        stored = (fragment.start_s, fragment.start_s + fragment.length_s)
        if is_new or stored != self._stored:  # else the mouse may be moving it just now
            self._stored = stored
            self.view.region.set_span(*stored)
        else:
            self.bar.set_region(*self.span)
        if not is_new:
            return
        if zoom_to_region:
            self.view.show_region()
            self._compare_with_take(seen)
        self._want()

    def show_take(self, take: Take, fragment: Fragment) -> None:
        """Show a take, its region as all of it at first; one that is shown already only gets its name anew."""
        subject = Subject("take", take.id, take.audio, take.seconds)
        title = _("{take} of {fragment}").format(take=wording.take_title(take), fragment=fragment.name)
        if subject == self.subject:
            self.bar.title.setText(title)
        else:
            self._show_result(subject, take, fragment, title)

    def show_layer(self, take: Take, layer: Layer, fragment: Fragment) -> None:
        """Show a take as one of its scales holds it."""
        subject = Subject("layer", take.id, layer.audio, take.seconds)
        if subject == self.subject:
            return
        title = _("{take} of {fragment} at {scale}").format(
            take=wording.take_title(take), fragment=fragment.name, scale=wording.scale(layer.name)
        )
        self._show_result(subject, take, fragment, title)

    def _show_result(self, subject: Subject, take: Take, fragment: Fragment, title: str) -> None:
        """Show a take or one of its scales; where both are seen, the same stretch of the fragment beside it."""
        assert self._session.project is not None
        start_s = self._session.project.run(take.run).start_s
        whole = Subject("fragment", fragment.id, fragment.audio, fragment.duration_s)
        was_beside, seen = self._other is not None and self.subject == whole, self.view.visible_s
        self._pair = Pair(subject, wording.take_title(take), whole, fragment.name, start_s)
        self._begin(subject, None)
        self._describe_result(title, wording.take_facts(take))
        self._other = whole
        self.view.compare(-start_s, (self._pair.take_name, self._pair.fragment_name))
        if was_beside and self.view.lanes.mode != ALONE:
            self.view.show_stretch(seen[0] - start_s, seen[1] - start_s)
        self._want()

    def _compare_with_take(self, seen: tuple[float, float]) -> None:
        """Show the take beside its fragment too, and the same stretch as before, where both are seen."""
        pair = self._pair
        if pair is None or pair.fragment != self.subject:
            return
        self._other = pair.take
        self.view.compare(pair.start_s, (pair.fragment_name, pair.take_name))
        if self.view.lanes.mode != ALONE:
            self.view.show_stretch(seen[0] + pair.start_s, seen[1] + pair.start_s)

    def show_preview(self, name: str, path: Path) -> None:
        """Show what a finished scale sounds like; its pictures are drawn here, in a thread."""
        self.subject, self._samples, self._other = Subject("preview", str(path), "", 0.0), None, None
        self.view.canvas.set_carried(False)
        draw = partial(_draw, path, self._layers)
        self._session.background.run(draw, partial(self._on_drawn, name, str(path)), self._session.failed.emit)

    def show_in_song(self, heard: InSong) -> None:
        """Show a song with a take in it, the take's stretch as the region; its pictures are drawn here, in a thread."""
        path = heard.sound.path
        subject = Subject(KIND, str(path), "", heard.placed.duration_s)
        if subject == self.subject:
            return
        self._begin(subject, None)
        self._describe_result(heard.name, heard.facts)
        start_s, end_s = heard.placed.start_s, heard.placed.end_s
        self.view.region.set_span(start_s, end_s)
        self.view.show_stretch(start_s - BESIDE_TAKE_S, end_s + BESIDE_TAKE_S)
        self._closeup.set_files([(self.view.lanes.main, path)])
        self.compared.emit()
        self._redraw(path)

    def show_nothing(self) -> None:
        """Show an empty stage."""
        self.subject = self._other = self._pair = None
        self.view.show_nothing(1.0)
        self.view.canvas.set_carried(False)
        self.bar.show_clip("", "", beats=None, voice=(), caption=_("Region"), for_training=True)

    def show_samples(self, clip: AudioClip) -> None:
        """Add the samples of the subject, for the closest zooms."""
        if self.subject is None:
            return
        if self.subject.kind == "preview" and not self.subject.duration_s:  # it is being drawn, and shown with these
            self._samples = clip
        elif abs(clip.duration_s - self.subject.duration_s) < 0.01:
            self._samples = clip
            self.view.show_samples(clip)

    @property
    def span(self) -> tuple[float, float]:
        """Start and end of the region."""
        return self.view.region.span

    @property
    def layers(self) -> tuple[str, ...]:
        """Which pictures are shown."""
        return self._layers

    @property
    def can_compare(self) -> bool:
        """Whether a take and its fragment can be seen together."""
        return self._other is not None

    @property
    def can_carry(self) -> bool:
        """Whether the region can be dragged out of the window: takes alone are exported."""
        return self.subject is not None and self.subject.kind == "take"

    @property
    def is_partial(self) -> bool:
        """Whether the region leaves something out."""
        start, end = self.span
        return self.subject is not None and (start > 0.01 or end < self.subject.duration_s - 0.01)

    def _begin(self, subject: Subject, beats: Beats | None) -> None:
        is_new = subject != self.subject
        self.subject, self._beats = subject, beats
        if is_new:
            self._samples = self._other = None
            self.view.show_nothing(subject.duration_s, is_take=subject.kind not in ("fragment", KIND))
            self.view.region.is_take = subject.kind != "fragment"
        self.view.set_beats(beats)
        self.view.canvas.set_carried(self.can_carry)

    def _describe_result(self, title: str, facts: str) -> None:
        assert self.subject is not None
        is_file = self.subject.kind in ("preview", KIND)
        caption = _("Region to loop") if is_file else _("Region to loop and export")
        self.bar.show_clip(title, facts, beats=None, voice=(), caption=caption, for_training=False)
        self._limit(SHORTEST_CUT_S, float("inf"))
        assert self.subject is not None
        self.view.region.set_span(0.0, self.subject.duration_s)

    def _limit(self, shortest_s: float, longest_s: float) -> None:
        assert self.subject is not None
        self.view.region.set_bounds(self.subject.duration_s, shortest_s, longest_s)
        self.bar.set_limits(self.subject.duration_s, shortest_s, min(longest_s, self.subject.duration_s))

    # events --------------------------------------------------------------------------------------------

    def _connect(self) -> None:
        self.view.seeked.connect(self.seeked)
        self.view.region_changed.connect(self._on_region_changed)
        self.view.region_chosen.connect(self._on_region_chosen)
        self.bar.edited.connect(self._on_edited)
        self.bar.zoom_asked.connect(self.zoom)
        self.bar.snap_toggled.connect(self._on_snap)
        self._session.pictures.ready.connect(self._on_picture)

    def zoom(self, what: str) -> None:
        """Zoom "in", "out", to the "region" or to "all"."""
        if what == "all":
            self.view.show_all()
        elif what == "region":
            self.view.show_region()
        else:
            self.view.zoom(ZOOM_FACTOR if what == "in" else 1 / ZOOM_FACTOR)

    def set_edge(self, *, start_s: float | None = None, end_s: float | None = None) -> None:
        """Move one end of the region."""
        start, end = self.span
        first, last = (start if start_s is None else start_s), (end if end_s is None else end_s)
        if last > first:
            self._on_edited(first, last)

    def set_mode(self, mode: str) -> None:
        """Choose how a fragment and a take are shown; see `lanes.MODES`."""
        self.view.set_mode(mode)
        self._want()

    def set_layers(self, layers: Collection[str]) -> None:
        """Choose which pictures are shown; see `lanes.LAYERS`."""
        self._layers = tuple(layers)
        self.view.set_layers(layers)
        if self.subject is not None and self.subject.kind in ("preview", KIND):
            self._redraw(Path(self.subject.id))
        else:
            self._want()

    def _redraw(self, path: Path) -> None:
        """Draw the pictures of a file that is no sound of the project."""
        draw = partial(_draw, path, self._layers)
        self._session.background.run(draw, partial(self._on_redrawn, str(path)), self._session.failed.emit)

    def _want(self) -> None:
        """Ask for the pictures of all that is seen."""
        project, files = self._session.project, []
        beside = self._other if self.view.lanes.mode != ALONE else None
        for subject, side in ((self.subject, self.view.lanes.main), (beside, self.view.lanes.other)):
            if subject is not None and subject.audio and project is not None:
                # the waveform always: the overview shows it
                self._session.pictures.want(subject.audio, dict.fromkeys((*USUAL, *self._layers)))
                files.append((side, project.audio_path(subject.audio)))
        self._closeup.set_files(files)
        self.compared.emit()

    def _on_picture(self, audio: str, picture: Picture) -> None:
        if self.subject is not None and self.subject.audio == audio:
            self._show_picture(picture)
        elif self._other is not None and self._other.audio == audio:
            self.view.show_picture(picture, of_other=True)
            self._closeup.look()

    def _show_picture(self, picture: Picture) -> None:
        self.view.show_picture(picture)
        if picture.layer == USUAL[0] and self._samples is not None:
            # they came first; a coarse scale is drawn with them at any zoom
            self.view.show_samples(self._samples)
        self._closeup.look()

    def _on_redrawn(self, path: str, pictures: list[Picture]) -> None:
        if self.subject is not None and self.subject.id == path:
            for picture in pictures:
                self._show_picture(picture)

    def _on_drawn(self, name: str, path: str, pictures: list[Picture]) -> None:
        if self.subject is None or self.subject.id != path:
            return
        samples = self._samples
        self._begin(Subject("preview", path, "", pictures[0].duration_s), None)
        self._samples = samples
        self._describe_result(previewing.title(name, Path(path)), previewing.facts(Path(path)))
        self._on_redrawn(path, pictures)

    def _on_region_changed(self, start_s: float, end_s: float) -> None:
        self.bar.set_region(start_s, end_s)
        self.region_changed.emit(start_s, end_s)

    def _on_region_chosen(self, start_s: float, end_s: float) -> None:
        if self._snap and self._beats is not None:
            snapped = snap(start_s, end_s, self._beats)
            self.view.region.set_span(*snapped)
            start_s, end_s = self.span
        self.region_chosen.emit(start_s, end_s)

    def _on_edited(self, start_s: float, end_s: float) -> None:
        self.view.region.set_span(start_s, end_s)
        self.region_chosen.emit(*self.span)

    def _on_snap(self, on: bool) -> None:
        self._snap = on
        if on:
            self._on_region_chosen(*self.span)


def snap(start_s: float, end_s: float, beats: Beats) -> tuple[float, float]:
    """Move both ends of a region to the nearest beats, unless nothing would be left of it."""
    times = np.asarray(beats.beat_times_s)
    if times.size < 2:
        return start_s, end_s
    first, last = (float(times[np.abs(times - edge).argmin()]) for edge in (start_s, end_s))
    return (first, last) if last - first >= MIN_REGION_S else (start_s, end_s)


def _draw(path: Path, layers: Collection[str]) -> list[Picture]:
    from musemate.audio.files import read_clip
    from musemate.tasks.draw_pictures import draw_picture

    clip = read_clip(path, min_s=0.01, allow_silence=True, min_rate_hz=LOWEST_RATE_HZ)
    return [draw_picture(layer, clip) for layer in dict.fromkeys((*USUAL, *layers))]
