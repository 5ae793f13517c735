"""What A and B are: the fragment and its take, or any two that the songwriter has put side by side."""

from __future__ import annotations

from pathlib import Path

from musemate.gui import wording
from musemate.gui.session import Session
from musemate.gui.sound import Sound
from musemate.gui.transport import FRAGMENT, TAKE
from musemate.language import _
from musemate.project.records import Fragment, Layer, Take

Piece = Fragment | Take
SIDE_A, SIDE_B = FRAGMENT, TAKE
OF_TAKE = ("take", "layer")
"""Sounds that have the time axis of a take."""


def same(one: Piece | None, other: Piece | None) -> bool:
    """Return whether two rows are the same thing, whatever has changed about it (stars, for instance)."""
    return one is not None and other is not None and type(one) is type(other) and one.id == other.id


class Comparison:
    """Keeps A and B: A is what was pinned, or else the fragment of B; B is what was chosen last."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.pinned: Piece | None = None
        self.b: Piece | None = None
        self.layer: Layer | None = None
        """The scale at which B is heard, None for the take itself."""

    @property
    def a(self) -> Piece | None:
        """What is compared with."""
        if self.pinned is not None:
            return self.pinned
        return self._session.fragment_of(self.b) if isinstance(self.b, Take) else None

    @property
    def is_ready(self) -> bool:
        """Whether there are two to compare."""
        return self.a is not None and self.b is not None

    def piece(self, side: str) -> Piece | None:
        """Return what is on a side."""
        return self.a if side == SIDE_A else self.b

    def choose(self, piece: Piece) -> str:
        """Take note of what was chosen; return the side on which it is."""
        self.layer = None
        if self.pinned is None and isinstance(piece, Fragment):
            self.b = None
            return SIDE_A
        if same(piece, self.pinned):
            return SIDE_A
        self.b = piece
        return SIDE_B

    def pin(self, piece: Piece) -> None:
        """Compare with this from now on; what it was compared with until now becomes B."""
        other = self.a if same(piece, self.b) else self.b
        self.pinned, self.layer = piece, None
        self.b = None if same(other, piece) else other

    def unpin(self, current: Piece | None) -> str:
        """Compare with fragments again; return the side of what is current then."""
        self.pinned = None
        if isinstance(self.b, Take) and same(current, self.a):
            return SIDE_A
        self.b = None
        return self.choose(current) if current is not None else SIDE_A

    def forget(self) -> None:
        """Compare nothing."""
        self.pinned = self.b = self.layer = None

    def refresh(self) -> None:
        """Forget what was removed from the project."""
        there: list[Piece] = [*self._session.fragments(), *self._session.takes()]
        if not any(same(self.pinned, row) for row in there):
            self.pinned = None
        if not any(same(self.b, row) for row in there):
            self.b = self.layer = None

    # sounds --------------------------------------------------------------------------------------------

    def sound(self, side: str) -> Sound | None:
        """Return what is heard on a side.

        Of a fragment that is compared with a take of its own, that is the stretch that the take was learnt from.
        """
        piece, other = self.piece(side), self.piece(SIDE_B if side == SIDE_A else SIDE_A)
        if piece is None:
            return None
        if isinstance(piece, Take):
            return self.layer_sound(piece, self.layer) if side == SIDE_B and self.layer else self.take_sound(piece)
        return self.stretch(piece, other) if isinstance(other, Take) else self.whole(piece)

    def anchor_s(self, side: str) -> float:
        """Return the second of a side's own time axis that belongs to the start of the other side."""
        piece, other = self.piece(side), self.piece(SIDE_B if side == SIDE_A else SIDE_A)
        if isinstance(piece, Fragment) and isinstance(other, Take):
            return self.stretch(piece, other).offset_s
        return 0.0

    def whole(self, fragment: Fragment) -> Sound:
        """Return all of a fragment."""
        return Sound(self._path(fragment.audio), fragment.name, "fragment")

    def stretch(self, fragment: Fragment, take: Take) -> Sound:
        """Return the part of a fragment that a take was learnt from, or all of another fragment."""
        assert self._session.project is not None
        run = self._session.project.run(take.run)
        if run.fragment != fragment.id:
            return self.whole(fragment)
        return Sound(self._path(fragment.audio), fragment.name, "fragment", run.start_s, run.length_s)

    def take_sound(self, take: Take) -> Sound:
        """Return a take."""
        return Sound(self._path(take.audio), wording.take_title(take), "take")

    def layer_sound(self, take: Take, layer: Layer) -> Sound:
        """Return a take as one of its scales holds it."""
        name = _("{take} at {scale}").format(take=wording.take_title(take), scale=wording.scale(layer.name))
        return Sound(self._path(layer.audio), name, "layer")

    def name(self, side: str) -> str:
        """Return a side in a word or two."""
        piece = self.piece(side)
        if piece is None:
            return _("Fragment") if side == SIDE_A else _("Take")
        if isinstance(piece, Take):
            return wording.take_title(piece, full=False)
        return _("Fragment") if self.pinned is None else piece.name

    def kind(self, side: str) -> str:
        """Return whether a side is a "fragment" or a "take"."""
        piece = self.piece(side)
        return side if piece is None else "take" if isinstance(piece, Take) else "fragment"

    def length_s(self, side: str) -> float:
        """Return how long a side is."""
        piece, sound = self.piece(side), self.sound(side)
        if piece is None or sound is None:
            return 0.0
        full_s = piece.seconds if isinstance(piece, Take) else piece.duration_s
        return full_s if sound.length_s is None else sound.length_s

    def _path(self, audio: str) -> Path:
        assert self._session.project is not None
        return self._session.project.audio_path(audio)
