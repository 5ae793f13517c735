"""What is looked at and heard: a fragment, a take, two of them against each other (A/B), or a preview."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from musemate.audio.clip import AudioClip
from musemate.gui import previewing, wording
from musemate.gui.audition import Audition
from musemate.gui.comparison import OF_TAKE, SIDE_A, SIDE_B, Comparison, Piece
from musemate.gui.insong import InSong
from musemate.gui.matching import Matching
from musemate.gui.session import Session
from musemate.gui.sound import Sound
from musemate.gui.stage import Stage
from musemate.gui.transport import Transport
from musemate.language import _
from musemate.project.records import Fragment, Take


class Listening(QObject):
    """Keeps stage, transport and player together."""

    chosen = Signal()
    """Another fragment or take is current."""

    def __init__(
        self,
        session: Session,
        stage: Stage,
        transport: Transport,
        audition: Audition,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session, self._stage, self._transport, self.audition = session, stage, transport, audition
        self.fragment: Fragment | None = None
        self.take: Take | None = None
        self.side = SIDE_A
        self.comparison = Comparison(session)
        self.matching = Matching(audition, session.background, self)
        self._carried: tuple[float, float] | None = None
        """What is looped of both sides while they are compared, from their common start on; None for the region."""
        self.in_song: InSong | None = None
        """The take that is heard in its song, also while the song is heard as it was."""
        self._is_showing = False
        self._late: list[tuple[Sound, AudioClip]] = []
        self._connect()

    # choosing ------------------------------------------------------------------------------------------

    def show_fragment(self, fragment: Fragment) -> None:
        """Look at a fragment and hear all of it."""
        self.fragment, self.take, self.side = fragment, None, self.comparison.choose(fragment)
        self._carried = self.in_song = None
        self._hear(self.comparison.whole(fragment), partial(self._stage.show_fragment, fragment))
        self._prepare_switch()
        self.chosen.emit()

    def show_take(self, take: Take, *, play: bool = False) -> None:
        """Look at a take and hear it."""
        self.fragment, self.take, self.side = self._session.fragment_of(take), take, self.comparison.choose(take)
        self._carried = None
        look = partial(self._stage.show_take, take, self.fragment)
        self._hear(self.comparison.take_sound(take), look, play=play)
        self._prepare_switch()
        self.chosen.emit()

    def show_preview(self, file: str, name: str) -> None:
        """Hear a preview of the running training; a second time pauses it."""
        if self.preview == file:
            self.audition.toggle()
            return
        path = Path(file)
        self.side = SIDE_B  # the other side is the fragment, as with a take
        look = partial(self._stage.show_preview, name, path)
        self._hear(Sound(path, previewing.title(name, path), "preview"), look, play=True)
        self._prepare_switch()

    def show_layer(self, file: str, name: str) -> None:
        """Hear the current take as one of its scales holds it, from the same position; a second time pauses it."""
        if self.layer == file:
            self.audition.toggle()
            return
        take, fragment, path = self.take, self.fragment, Path(file)
        if take is None or fragment is None:
            return
        before = self.audition.sound
        self.side = self.comparison.choose(take)
        self.comparison.layer = next(layer for layer in take.layers if layer.audio == path.name)
        look = partial(self._stage.show_layer, take, self.comparison.layer, fragment)
        sound = self.comparison.layer_sound(take, self.comparison.layer)
        self._hear(sound, look, play=True, keep_position=before is not None and before.kind in OF_TAKE)
        self._prepare_switch()

    def show_in_song(self, heard: InSong) -> None:
        """Hear a take in its song, from shortly before it."""
        self.fragment, self.take, self.side = heard.fragment, heard.take, self.comparison.choose(heard.take)
        self._carried, self.in_song = None, heard
        self._hear(heard.sound, partial(self._stage.show_in_song, heard), play=True)
        self.seek(heard.start_s)
        self.audition.clips.prefetch(heard.original)
        self.matching.set_pair(None, None)  # the copy says how loud the take is
        self.chosen.emit()

    def play_take(self, take: Take) -> None:
        """Play a take from its row; a second time pauses it."""
        is_current = self.take is not None and take.id == self.take.id
        sound = self.audition.sound
        if is_current and sound is not None and sound == self.comparison.take_sound(take):
            self.audition.toggle()
        else:
            self.show_take(take, play=True)

    def show_nothing(self) -> None:
        """Forget everything (another project)."""
        self.fragment = self.take = None
        self.side = SIDE_A
        self.comparison.forget()
        self.matching.forget()
        self._stage.show_nothing()
        self._hear(None)
        self.chosen.emit()

    def refresh(self) -> None:
        """Read the current fragment and take anew: their analysis or stars may have changed."""
        project = self._session.project
        if project is None or self.fragment is None:
            return
        self.fragment = project.fragment(self.fragment.id)
        if self.take is not None:
            self.take = project.take(self.take.id)
        self.comparison.refresh()
        subject = self._stage.subject
        if subject is not None and subject.kind == "fragment" and subject.id == self.fragment.id:
            self._stage.show_fragment(self.fragment)
        elif subject is not None and self.take is not None and (subject.kind, subject.id) == ("take", self.take.id):
            self._stage.show_take(self.take, self.fragment)
        self._tell_transport()

    @property
    def heard_take(self) -> Take | None:
        """The take that is heard, which is not the current one while that is compared with another take."""
        sound, piece = self.audition.sound, self.comparison.piece(self.side)
        return piece if isinstance(piece, Take) and sound is not None and sound.kind == "take" else None

    @property
    def preview(self) -> str:
        """File of the preview that is current, "" for none."""
        sound = self.audition.sound
        return str(sound.path) if sound is not None and sound.kind == "preview" else ""

    @property
    def layer(self) -> str:
        """File of the scale at which a take is heard, "" for none."""
        sound = self.audition.sound
        return str(sound.path) if sound is not None and sound.kind == "layer" else ""

    # A/B -----------------------------------------------------------------------------------------------

    @property
    def can_switch(self) -> bool:
        """Whether there are two to compare."""
        return self.comparison.is_ready or (self.fragment is not None and bool(self.preview))

    def switch(self, side: str = "") -> None:
        """Hear the other side (or a given one) at the same position, as soon as it is loaded."""
        side = side or self._other_side
        if not self.can_switch or side == self.side:
            self._tell_transport()
            return
        if self.in_song is not None:
            self._switch_in_song(side, self.in_song)
            return
        if self.preview:
            assert self.fragment is not None
            self._switch_preview(side, self.fragment)
            return
        sound = self.comparison.sound(side)
        if sound is not None:
            self._tell_transport()  # a button that was pressed follows what is heard, not the other way round
            self.audition.clips.fetch(sound, partial(self._on_ready, side, sound), self.audition.failed.emit)

    def _switch_preview(self, side: str, fragment: Fragment) -> None:
        """Hear the fragment at the scale of a preview, or the preview again; all of it where the training kept none."""
        other = previewing.swapped(self.audition.sound)
        if other is None:
            self.show_fragment(fragment)
            return
        self.side = side
        look = partial(self._stage.show_preview, previewing.scale_of(other), other.path)
        self._hear(other, look, keep_position=True)

    def _switch_in_song(self, side: str, heard: InSong) -> None:
        """Hear and see the song as it was, or with the take in it again, at the same place."""
        self.side, seen, position_s = side, self._stage.view.visible_s, self.audition.position_s
        is_original = side == SIDE_A
        there_s = heard.in_original(position_s) if is_original else heard.in_copy(position_s)

        def look() -> None:
            if is_original:
                self._stage.show_fragment(heard.fragment)
            else:
                self._stage.show_in_song(heard)
            self._stage.view.show_stretch(*seen)
            self._stage.view.set_cursor(there_s)  # also while nothing plays

        self._hear(heard.original if is_original else heard.sound, look, keep_position=True)
        if abs(there_s - position_s) > 0.01:
            self.audition.seek(there_s)

    def _on_ready(self, side: str, sound: Sound, _clip: AudioClip) -> None:
        """Switch to a side that is loaded, unless something else was chosen meanwhile."""
        piece, before = self.comparison.piece(side), self.audition.sound
        if side == self.side or piece is None or before is None or sound != self.comparison.sound(side):
            return
        since_start_s = self.audition.position_s - self.comparison.anchor_s(self.side)
        if before.kind in OF_TAKE:
            self._carried = self._stage.span if self._stage.is_partial else None
        self.side = side
        self._hear(sound, partial(self._look_at, piece, since_start_s, sound), keep_position=True)
        self._tell_transport()
        if side == SIDE_B:
            self._take_as_current(piece)

    def _take_as_current(self, piece: Piece) -> None:
        """Let B be what takes are made of and exported, also after A was chosen in between."""
        take = piece if isinstance(piece, Take) else None
        if (take and take.id) != (self.take and self.take.id):
            self.take = take
            self.fragment = piece if isinstance(piece, Fragment) else self._session.fragment_of(piece)
            self.chosen.emit()

    def _look_at(self, piece: Piece, since_start_s: float, sound: Sound) -> None:
        """Show one of the sides; a take comes with what is looped of the other one."""
        self._go_to(since_start_s, sound)
        if isinstance(piece, Fragment):
            self._stage.show_fragment(piece, zoom_to_region=True)
            return
        fragment, layer, carried = self._session.fragment_of(piece), self.comparison.layer, self._carried
        if layer is not None and self.side == SIDE_B:
            self._stage.show_layer(piece, layer, fragment)
        else:
            self._stage.show_take(piece, fragment)
        if carried is not None and carried[0] < piece.seconds:
            self._stage.set_edge(start_s=carried[0], end_s=min(carried[1], piece.seconds))

    def _go_to(self, since_start_s: float, sound: Sound) -> None:
        """Make up for sides that do not start at the same position, or of which one is shorter."""
        length_s = self.comparison.length_s(self.side)
        is_there = abs(self.audition.position_s - sound.offset_s - since_start_s) < 0.5
        if not (is_there and 0 <= since_start_s <= length_s):
            self.audition.seek(sound.offset_s + (since_start_s % length_s if length_s else 0.0))

    def toggle_pin(self) -> None:
        """Keep what is heard as A, to compare others with it; a second time compares with the fragment again."""
        heard = self.comparison.piece(self.side) or self.take or self.fragment
        if self.comparison.pinned is not None:
            self.side = self.comparison.unpin(heard)
        elif heard is not None and not self.preview and not self.layer and self.in_song is None:
            self.comparison.pin(heard)
            self.side = SIDE_A
        self._prepare_switch()
        self._tell_transport()

    def _prepare_switch(self) -> None:
        """Have both sides ready, and measured."""
        heard, other = self.audition.sound, previewing.swapped(self.audition.sound)
        if other is None and self.comparison.is_ready and not self.preview:
            heard, other = (self.comparison.sound(side) for side in (self.side, self._other_side))
        self.audition.clips.prefetch(other)
        a, b = (heard, other) if self.side == SIDE_A else (other, heard)
        self.matching.set_pair(a, b)

    @property
    def _other_side(self) -> str:
        return SIDE_A if self.side == SIDE_B else SIDE_B

    def seek(self, position_s: float) -> None:
        """Go to a position of the stage; outside of the stretch that is compared, hear the whole fragment."""
        sound = self.audition.sound
        compares = sound is not None and sound.kind == "fragment" and sound.length_s is not None
        if compares and self.fragment is not None and not _holds(sound, position_s):
            self._carried = None
            self._hear(self.comparison.whole(self.fragment), play=self.audition.is_playing)
        self.audition.seek(position_s)

    def _hear(
        self,
        sound: Sound | None,
        look: Callable[[], object] = lambda: None,
        *,
        play: bool = False,
        keep_position: bool = False,
    ) -> None:
        """Hear a sound, then look at it: pictures take longer than a buffer."""
        if self.in_song is not None and sound not in (self.in_song.sound, self.in_song.original):
            self.in_song = None
        with self._showing():
            if sound != self.audition.sound:
                self.audition.show(sound, play=play, keep_position=keep_position)
            elif play:
                self.audition.play()
            look()
        self._apply_loop()

    # events --------------------------------------------------------------------------------------------

    def _connect(self) -> None:
        self._session.project_changed.connect(self.audition.clips.forget)
        self.audition.changed.connect(self._tell_transport)
        self.audition.moved.connect(self._on_moved)
        self.audition.loaded.connect(self._on_loaded)
        self.audition.metered.connect(self._transport.meter.show_level)
        self._stage.seeked.connect(self.seek)
        self._stage.region_changed.connect(self._on_region)
        self._transport.play_pressed.connect(self.audition.toggle)
        self._transport.stop_pressed.connect(self.audition.stop)
        self._transport.loop_toggled.connect(lambda _: self._apply_loop())
        self._transport.side_chosen.connect(self.switch)
        self._transport.pin_pressed.connect(self.toggle_pin)
        self._transport.match_toggled.connect(self.matching.set_on)
        self.matching.changed.connect(self._tell_match)
        self._transport.volume_changed.connect(lambda volume: setattr(self.audition, "volume", volume))

    def _apply_loop(self) -> None:
        sound = self.audition.sound
        looped = self._transport.loop.isChecked() and sound is not None
        span = self._stage.span
        if looped and sound is not None and self._carried is not None and sound.kind == "fragment":
            start_s = self.comparison.anchor_s(self.side)
            span = start_s + self._carried[0], start_s + self._carried[1]
        self.audition.set_loop(span if looped else None)

    def _on_region(self, *_: float) -> None:
        """Loop the region that the songwriter draws, not one that only comes with another picture."""
        if not self._is_showing:
            self._carried = None
            self._apply_loop()

    @contextmanager
    def _showing(self) -> Iterator[None]:
        """Change sound and picture; until both are there, loops stay and samples wait for their own picture."""
        self._is_showing = True
        try:
            yield
        finally:
            self._is_showing = False
            while self._late:
                self._on_loaded(*self._late.pop())

    def _on_moved(self, position_s: float) -> None:
        self._transport.set_position(position_s)
        self._stage.view.set_cursor(position_s)

    def _on_loaded(self, sound: Sound, clip: AudioClip) -> None:
        if self._is_showing:
            self._late = [(sound, clip)]
            return
        self._stage.show_samples(clip)
        self._transport.set_clip(sound.name, sound.offset_s + clip.duration_s, is_take=sound.kind != "fragment")

    def _tell_transport(self) -> None:
        sound = self.audition.sound
        if sound is None:
            self._transport.set_clip("", 0.0, is_take=False)
        self._transport.set_available(self.audition.reason)
        self._transport.set_playing(self.audition.is_playing)
        self._transport.set_sides(self.side, can_switch=self.can_switch)
        can_pin = self.audition.sound is not None and not self.preview and not self.layer and self.in_song is None
        self._transport.set_pinned(self.comparison.pinned is not None, can_pin=can_pin)
        if self.preview:
            self._transport.set_names((_("Fragment"), "fragment"), (_("Preview"), "take"))
        elif self.in_song is not None:
            self._transport.set_names(
                (_("Song"), "fragment"), (wording.take_title(self.in_song.take, full=False), "take")
            )
        else:
            a, b = ((self.comparison.name(side), self.comparison.kind(side)) for side in (SIDE_A, SIDE_B))
            self._transport.set_names(a, b)

    def _tell_match(self) -> None:
        self._transport.set_match(self.matching.text, self.matching.explanation, on=self.matching.is_on)


def _holds(sound: Sound | None, position_s: float) -> bool:
    """Return whether a position of the stage lies inside the stretch of a sound."""
    if sound is None or sound.length_s is None:
        return False
    return sound.offset_s <= position_s <= sound.offset_s + sound.length_s
