"""What is looked at and heard: a fragment, a take against its fragment (A/B), or a preview."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal

from musemate.audio.clip import AudioClip
from musemate.gui.audition import Audition, Sound
from musemate.gui.session import Session
from musemate.gui.stage import Stage
from musemate.gui.transport import FRAGMENT, TAKE, Transport
from musemate.project.records import Fragment, Take

OF_TAKE = ("take", "layer")
"""Sounds that have the time axis of a take."""


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
        self.side = FRAGMENT
        self._connect()

    # choosing ------------------------------------------------------------------------------------------

    def show_fragment(self, fragment: Fragment) -> None:
        """Look at a fragment and hear all of it."""
        self.fragment, self.take, self.side = fragment, None, FRAGMENT
        self._stage.show_fragment(fragment)
        self._hear(self._whole(fragment))
        self.chosen.emit()

    def show_take(self, take: Take, *, play: bool = False) -> None:
        """Look at a take and hear it."""
        self.fragment, self.take, self.side = self._session.fragment_of(take), take, TAKE
        self._stage.show_take(take, self.fragment)
        self._hear(self._sound_of(take), play=play)
        self.chosen.emit()

    def show_preview(self, file: str, name: str) -> None:
        """Hear a preview of the running training; a second time pauses it."""
        if self.preview == file:
            self.audition.toggle()
            return
        path = Path(file)
        self.side = TAKE  # the other side is the fragment, as with a take
        self._stage.show_preview(name, path)
        self._hear(Sound(path, f"Preview of {name}", "preview"), play=True)

    def show_layer(self, file: str, name: str) -> None:
        """Hear the current take as one of its scales holds it, from the same position; a second time pauses it."""
        if self.layer == file:
            self.audition.toggle()
            return
        take, fragment, path = self.take, self.fragment, Path(file)
        if take is None or fragment is None:
            return
        before = self.audition.sound
        layer = next(layer for layer in take.layers if layer.audio == path.name)
        self.side = TAKE
        self._stage.show_layer(take, layer, fragment)
        sound = Sound(path, f"{take.full_name.capitalize()} at {name}", "layer")
        self._hear(sound, play=True, keep_position=before is not None and before.kind in OF_TAKE)

    def play_take(self, take: Take) -> None:
        """Play a take from its row; a second time pauses it."""
        is_current = self.take is not None and take.id == self.take.id
        if is_current and self.side == TAKE and not self.preview and not self.layer:
            self.audition.toggle()
        else:
            self.show_take(take, play=True)

    def show_nothing(self) -> None:
        """Forget everything (another project)."""
        self.fragment = self.take = None
        self.side = FRAGMENT
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
        if self.side == FRAGMENT and not self.preview:
            self._stage.show_fragment(self.fragment)

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
        """Whether there is a take, or a preview, to compare with its fragment."""
        return self.fragment is not None and (self.take is not None or bool(self.preview))

    def switch(self, side: str = "") -> None:
        """Hear the other side (or a given one) at the same position."""
        side = side or (FRAGMENT if self.side == TAKE else TAKE)
        if not self.can_switch or side == self.side:
            self._tell_transport()
            return
        assert self.fragment is not None
        if self.take is None or self.preview:
            self.show_fragment(self.fragment)
            return
        before = self.audition.sound
        position_s = self.audition.position_s - (before.offset_s if before else 0.0)
        aligned = before is not None and (before.kind in OF_TAKE or before.length_s is not None)
        self.side = side
        if side == TAKE:
            self._stage.show_take(self.take, self.fragment)
            sound, length_s = self._sound_of(self.take), self.take.seconds
        else:
            self._stage.show_fragment(self.fragment, zoom_to_region=True)
            sound, length_s = self._stretch(self.take, self.fragment)
        self._hear(sound, keep_position=aligned)
        if aligned and position_s > length_s:
            self.audition.seek(sound.offset_s + position_s % length_s)

    def seek(self, position_s: float) -> None:
        """Go to a position of the stage; outside of the stretch that is compared, hear the whole fragment."""
        sound = self.audition.sound
        compares = sound is not None and sound.kind == "fragment" and sound.length_s is not None
        if compares and self.fragment is not None and not _holds(sound, position_s):
            self._hear(self._whole(self.fragment), play=self.audition.is_playing)
        self.audition.seek(position_s)

    def _stretch(self, take: Take, fragment: Fragment) -> tuple[Sound, float]:
        """Return the part of the fragment that the take was learnt from, and its length."""
        assert self._session.project is not None
        run = self._session.project.run(take.run)
        path = self._session.project.audio_path(fragment.audio)
        return Sound(path, fragment.name, "fragment", run.start_s, run.length_s), run.length_s

    def _whole(self, fragment: Fragment) -> Sound:
        assert self._session.project is not None
        return Sound(self._session.project.audio_path(fragment.audio), fragment.name, "fragment")

    def _sound_of(self, take: Take) -> Sound:
        assert self._session.project is not None
        return Sound(self._session.project.audio_path(take.audio), take.full_name.capitalize(), "take")

    def _hear(self, sound: Sound | None, *, play: bool = False, keep_position: bool = False) -> None:
        if sound == self.audition.sound:
            if play:
                self.audition.play()
            return
        self.audition.show(sound, play=play, keep_position=keep_position)
        self._apply_loop()

    # events --------------------------------------------------------------------------------------------

    def _connect(self) -> None:
        self.audition.changed.connect(self._tell_transport)
        self.audition.moved.connect(self._on_moved)
        self.audition.loaded.connect(self._on_loaded)
        self._stage.seeked.connect(self.seek)
        self._stage.region_changed.connect(lambda *_: self._apply_loop())
        self._transport.play_pressed.connect(self.audition.toggle)
        self._transport.stop_pressed.connect(self.audition.stop)
        self._transport.loop_toggled.connect(lambda _: self._apply_loop())
        self._transport.side_chosen.connect(self.switch)
        self._transport.volume_changed.connect(lambda volume: setattr(self.audition, "volume", volume))

    def _apply_loop(self) -> None:
        looped = self._transport.loop.isChecked() and self.audition.sound is not None
        self.audition.set_loop(self._stage.span if looped else None)

    def _on_moved(self, position_s: float) -> None:
        self._transport.set_position(position_s)
        self._stage.view.set_cursor(position_s)

    def _on_loaded(self, sound: Sound, clip: AudioClip) -> None:
        self._stage.show_samples(clip)
        self._transport.set_clip(sound.name, sound.offset_s + clip.duration_s, is_take=sound.kind != "fragment")

    def _tell_transport(self) -> None:
        sound = self.audition.sound
        if sound is None:
            self._transport.set_clip("", 0.0, is_take=False)
        self._transport.set_available(self.audition.reason)
        self._transport.set_playing(self.audition.is_playing)
        self._transport.set_sides(self.side, can_switch=self.can_switch)


def _holds(sound: Sound | None, position_s: float) -> bool:
    """Return whether a position of the stage lies inside the stretch of a sound."""
    if sound is None or sound.length_s is None:
        return False
    return sound.offset_s <= position_s <= sound.offset_s + sound.length_s
