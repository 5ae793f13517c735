"""Which pictures are shown, of which sounds: one alone, or a fragment and a take together."""

from __future__ import annotations

from collections.abc import Collection

from musemate.analysis.gridpicture import GRIDS, GridPicture
from musemate.analysis.peaks import Peaks
from musemate.analysis.spectra import MelPicture
from musemate.audio.clip import AudioClip
from musemate.gui.lane import Lane
from musemate.gui.maplane import DifferenceLane, MapLane
from musemate.gui.overlaylane import OverlayLane
from musemate.gui.wavelane import WaveLane

ALONE, ABOVE, OVERLAID, DIFFERENCE = "alone", "above", "overlaid", "difference"
MODES = (ALONE, ABOVE, OVERLAID, DIFFERENCE)
"""How a fragment and a take are shown."""
WAVE, MEL = "peaks", "mel"
LAYERS = (WAVE, MEL, *GRIDS)
"""The pictures there are, from top to bottom."""
USUAL = (WAVE, MEL)

Picture = Peaks | MelPicture | GridPicture


class Side:
    """The pictures of one sound."""

    def __init__(self) -> None:
        self.wave = WaveLane()
        self.maps = {layer: MapLane(layer) for layer in LAYERS if layer != WAVE}

    @property
    def lanes(self) -> dict[str, WaveLane | MapLane]:
        """All lanes by the name of their picture."""
        return {WAVE: self.wave, **self.maps}

    def clear(self) -> None:
        """Forget all pictures."""
        self.wave.set_peaks(None)
        for lane in self.maps.values():
            lane.picture = None

    def place(self, *, is_take: bool, offset_s: float = 0.0, name: str = "") -> None:
        """Say what the sound is, where it begins on the time axis, and what it is called beside another."""
        self.wave.is_take = is_take
        for lane in self.lanes.values():
            lane.offset_s, lane.name = offset_s, name

    def show(self, picture: Picture) -> None:
        """Take a picture in."""
        if isinstance(picture, Peaks):
            self.wave.set_peaks(picture)
        else:
            self.maps[picture.layer].picture = picture

    def show_samples(self, clip: AudioClip) -> None:
        """Take the samples in, for the closest zooms."""
        self.wave.set_clip(clip)


class Lanes:
    """Chooses lanes for what is to be seen.

    The time axis belongs to the sound of `main`; `other` is what it is compared with.
    """

    def __init__(self) -> None:
        self.main, self.other = Side(), Side()
        self.has_other = False
        self.mode = ALONE
        self.layers: Collection[str] = USUAL

    def chosen(self) -> list[Lane]:
        """Return the lanes to show, from top to bottom."""
        if not self.has_other or self.mode == ALONE:
            self._pair(False)
            return [lane for layer, lane in self.main.lanes.items() if layer in self.layers]
        self._pair(True)
        fragment, take = self.sides
        result: list[Lane] = []
        for layer in LAYERS:
            if layer not in self.layers:
                continue
            if self.mode == ABOVE:
                result += [fragment.lanes[layer], take.lanes[layer]]
            elif layer == WAVE:
                result.append(OverlayLane(fragment.wave, take.wave))
            elif layer == MEL and self.mode == DIFFERENCE:
                result.append(DifferenceLane(fragment.maps[MEL], take.maps[MEL]))
            else:
                result.append(take.lanes[layer])
        return result

    @property
    def sides(self) -> tuple[Side, Side]:
        """The fragment and the take."""
        return (self.other, self.main) if self.main.wave.is_take else (self.main, self.other)

    def _pair(self, paired: bool) -> None:
        """Let both sides use the same scales while they are seen together."""
        for one, another in ((self.main, self.other), (self.other, self.main)):
            for each in one.lanes.values():
                each.is_paired = paired
            one.wave.partner = another.wave if paired else None
            for layer, lane in one.maps.items():
                lane.partner = another.maps[layer] if paired else None
