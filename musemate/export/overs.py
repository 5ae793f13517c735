"""Says how many samples of an exported file had to be limited."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from musemate.audio.clip import AudioClip
from musemate.audio.files import count_overs
from musemate.audio.wording import shown_name
from musemate.language import _, ngettext


def overs_said(clip: AudioClip, depth: str, file: Path) -> Iterator[tuple[str, str]]:
    """Yield a sentence and a hint where samples lie above full scale; 32-bit floats hold them as they are.

    Parameters
    ----------
    clip : AudioClip
        What was written.
    depth : str
        "16", "24" or "32f".
    file : Path
        Where to.
    """
    n_overs = count_overs(clip) if depth != "32f" else 0
    if n_overs:
        said = ngettext(
            '{n} sample of "{name}" was above full scale and was limited.',
            '{n} samples of "{name}" were above full scale and were limited.',
            n_overs,
            name=shown_name(file),
        )
        yield said, _("Export it as 32-bit float to keep them.")
