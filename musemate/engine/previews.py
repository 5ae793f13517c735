"""What can be heard of each finished part of a training: its preview, and the fragment at the same scale."""

from __future__ import annotations

from pathlib import Path

from musemate.audio.clip import AudioClip

PREVIEW_S = 12.0
_PREVIEW, _FRAGMENT = "preview", "fragment"


def preview_file(directory: Path, scale: int) -> Path:
    """Return where the preview of a scale is kept."""
    return directory / f"{_PREVIEW}-{scale + 1}.wav"


def fragment_file(directory: Path, scale: int) -> Path:
    """Return where the fragment at that scale is kept."""
    return directory / f"{_FRAGMENT}-{scale + 1}.wav"


def other_side(file: Path) -> Path:
    """Return the fragment that belongs to a preview, and the preview that belongs to a fragment."""
    kind, _, number = file.stem.partition("-")
    return file.with_name(f"{_FRAGMENT if kind == _PREVIEW else _PREVIEW}-{number}{file.suffix}")


def is_fragment(file: Path) -> bool:
    """Tell whether a file is the fragment at a scale, rather than a preview."""
    return file.stem.startswith(_FRAGMENT)


def preview_seconds(clip: AudioClip) -> float:
    """Return how long the previews of a fragment are."""
    return max(1.0, min(PREVIEW_S, clip.duration_s))


def beginning(clip: AudioClip, seconds: float) -> AudioClip:
    """Return so much of a clip's beginning."""
    return AudioClip(clip.samples[:, : round(seconds * clip.rate_hz)], clip.rate_hz)
