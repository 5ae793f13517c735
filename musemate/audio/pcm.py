"""Turns samples into the bytes of a sound file: rounding, dither, widths and byte order."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from musemate.audio.clip import AudioClip, Samples
from musemate.errors import SettingsError
from musemate.language import _

DEPTHS = ("16", "24", "32f")
WIDTHS = {"16": 2, "24": 3, "32f": 4}
"""Bytes of a sample."""

BLOCK_FRAMES = 1 << 16
_DITHER_SEED = 0

Steps = npt.NDArray[np.int32]


def check_depth(depth: str) -> None:
    """Refuse a depth that there is not.

    Raises
    ------
    SettingsError
        It is none of `DEPTHS`.
    """
    if depth not in DEPTHS:
        raise SettingsError(
            _('There is no depth "{depth}".').format(depth=depth),
            hint=_("Choose one of: {names}.").format(names=", ".join(DEPTHS)),
        )


def count_overs(clip: AudioClip) -> int:
    """Return how many samples lie above full scale and would be limited in 16 and 24 bits."""
    return int(np.count_nonzero(np.abs(clip.samples) > 1.0))


def encoded(samples: Samples, depth: str, order: str = "<") -> Iterator[bytes]:
    """Yield the interleaved samples block by block, so that a long take needs no second copy of itself.

    Parameters
    ----------
    samples : ndarray, shape (channels, frames), float32
    depth : str
        One of `DEPTHS`.
    order : str
        "<" for the lowest byte first (WAV), ">" for the highest (AIFF).
    """
    if depth == "32f":
        for block in _blocks(samples):
            yield block.astype(f"{order}f4").tobytes()
        return
    bits = int(depth)
    for steps in stepped(samples, bits):
        yield steps.astype(f"{order}i2").tobytes() if bits == 16 else _three_bytes(steps, order)


def stepped(samples: Samples, bits: int) -> Iterator[Steps]:
    """Yield the samples as integers, block by block, each of shape (frames, channels).

    They are round(sample * 2^(bits-1)), the inverse of how they are read, so 16 and 24 bits survive being read and
    written again bit for bit. 16 bits of anything finer get TPDF dither (Lipshitz, Wannamaker and Vanderkooy, JAES 40,
    1992), always the same. Samples above full scale are limited.

    Parameters
    ----------
    samples : ndarray, shape (channels, frames), float32
    bits : int
        16 or 24.
    """
    rng = np.random.default_rng(_DITHER_SEED) if bits == 16 and not _is_16_bit(samples) else None
    for block in _blocks(samples):
        yield _rounded(block, bits) if rng is None else _dithered(block, bits, rng)


def _blocks(samples: Samples) -> Iterator[Samples]:
    for first in range(0, samples.shape[1], BLOCK_FRAMES):
        yield samples[:, first : first + BLOCK_FRAMES].T


def _rounded(block: Samples, bits: int) -> Steps:
    """Round as float32: a power of two changes no mantissa, and 24 bits are what a mantissa holds."""
    full = np.float32(1 << (bits - 1))
    with np.errstate(over="ignore"):  # what grows past all bounds is limited anyway
        steps = np.rint(block.T * full)
    np.clip(steps, -full, full - 1, out=steps)
    interleaved = np.empty(block.shape, dtype=np.int32)  # turned last: all else is faster along a channel
    interleaved[...] = steps.T
    return interleaved


def _dithered(block: Samples, bits: int, rng: np.random.Generator) -> Steps:
    full = 1 << (bits - 1)
    scaled = block.astype(np.float64) * full
    scaled += rng.random(scaled.shape) - rng.random(scaled.shape)
    return np.ascontiguousarray(np.clip(np.rint(scaled), -full, full - 1), dtype=np.int32)


def _three_bytes(steps: Steps, order: str) -> bytes:
    """Leave the highest byte of each integer out."""
    four = steps.astype(f"{order}i4").view(np.uint8).reshape(-1, 4)
    first = 0 if order == "<" else 1
    three = np.empty((len(four), 3), dtype=np.uint8)
    for place in range(3):  # three times faster than one copy of rows of three
        three[:, place] = four[:, first + place]
    return three.tobytes()


def _is_16_bit(samples: Samples) -> bool:
    """Tell whether every sample is a 16-bit step already, so that nothing is rounded and needs dither."""
    with np.errstate(over="ignore"):
        steps = (block * np.float32(32768) for block in _blocks(samples))
        return all(bool(np.array_equal(block, np.rint(block))) for block in steps)
