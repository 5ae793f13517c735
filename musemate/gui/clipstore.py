"""Clips ready to be played: read and resampled in the background, the latest of them kept."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from functools import partial
from pathlib import Path

from musemate.audio.clip import LOWEST_RATE_HZ, AudioClip
from musemate.audio.player import Player
from musemate.errors import AudioFileError, MuseMateError
from musemate.gui.background import Background
from musemate.gui.sound import Sound
from musemate.language import _

MOST_KEPT_BYTES = 300_000_000
"""Clips kept for the next time: two of five minutes, or very many short ones."""


class ClipStore:
    """Hands out the clips of sounds.

    Parameters
    ----------
    background : Background
        Where they are read.
    """

    def __init__(self, background: Background) -> None:
        self._background = background
        self._kept: OrderedDict[tuple[Path, float, float | None], AudioClip] = OrderedDict()
        self.player: Player | None = None
        """Whoever will play them, and knows their rate."""

    def kept(self, sound: Sound | None) -> AudioClip | None:
        """Return a clip that is ready, None for others."""
        return self._kept.get(sound.key) if sound is not None else None

    def fetch(self, sound: Sound, done: Callable[[AudioClip], object], failed: Callable[[MuseMateError], None]) -> None:
        """Have a sound ready: at once if it is kept, else as soon as it is read and resampled."""
        clip = self._kept.get(sound.key)
        if clip is not None:
            self._kept.move_to_end(sound.key)
            done(clip)
        else:
            self._background.run(partial(_read, sound, self.player), partial(self._keep, sound, done), failed)

    def prefetch(self, sound: Sound | None) -> None:
        """Have a sound ready for a switch to it; if it cannot be read, that is said when it is wanted."""
        if sound is not None:
            self.fetch(sound, lambda clip: None, lambda error: None)

    def forget(self) -> None:
        """Give back the memory of what another project played."""
        self._kept.clear()

    def _keep(self, sound: Sound, done: Callable[[AudioClip], object], clip: AudioClip) -> None:
        self._kept[sound.key] = clip
        while len(self._kept) > 2 and sum(kept.samples.nbytes for kept in self._kept.values()) > MOST_KEPT_BYTES:
            self._kept.popitem(last=False)
        done(clip)


def _read(sound: Sound, player: Player | None) -> AudioClip:
    from musemate.audio.files import read_clip

    if not sound.path.exists():
        raise AudioFileError(
            _("“{name}” cannot be heard: its sound file is gone.").format(name=sound.name),
            hint=_("Put {file} back into the project's folder “{folder}”.").format(
                file=sound.path.name, folder=sound.path.parent.name
            ),
            detail=str(sound.path),
        )
    # coarse previews may be nearly silent and very short: that is no reason not to play them
    clip = read_clip(*sound.key, min_s=0.01, allow_silence=True, min_rate_hz=LOWEST_RATE_HZ)
    if player is not None:
        player.prepare(clip)
    return clip
