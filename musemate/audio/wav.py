"""Writes clips as WAV with a header of our own: libsndfile scales floats by 2^n - 1 and hides a full disk."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

from musemate.audio.clip import AudioClip, Samples
from musemate.audio.safe_write import write_safely
from musemate.audio.wording import shown_name
from musemate.errors import ExportError, SettingsError
from musemate.language import _

DEPTHS = ("16", "24", "32f")

_BYTES = {"16": 2, "24": 3, "32f": 4}
_PCM, _FLOAT = 1, 3
_MAX_DATA_BYTES = 0xFFFFFFFF - 1024
_BLOCK_FRAMES = 1 << 16
_DITHER_SEED = 0


def write_wav(
    path: Path | str, clip: AudioClip, depth: str = "32f", *, overwrite: bool = False, fresh: bool = False
) -> Path:
    """Write a clip as WAV in one step: the file appears whole or not at all.

    Integers are round(sample * 2^(bits-1)), the inverse of how they are read, so 16 and 24 bits survive being
    read and written again bit for bit. A 16-bit file of anything finer gets TPDF dither (Lipshitz, Wannamaker
    and Vanderkooy, JAES 40, 1992), always the same. Samples above full scale are limited in 16 and 24 bits
    (see `count_overs`) and kept in 32f.

    Parameters
    ----------
    path : Path or str
        The target.
    clip : AudioClip
        What to write.
    depth : str
        "16", "24" (integer PCM) or "32f" (float).
    overwrite : bool
        Whether a file of that name may be replaced.
    fresh : bool
        Whether to take the next free name ("x 2.wav") where the name is taken.

    Returns
    -------
    Path
        The file that was written.

    Raises
    ------
    SettingsError
        There is no such depth.
    ExportError
        The folder is missing or protected, the disk is full, the name is taken, or the clip exceeds 4 GiB.
    """
    path = Path(path)
    if depth not in DEPTHS:
        raise SettingsError(
            _('There is no depth "{depth}".').format(depth=depth),
            hint=_("Choose one of: {names}.").format(names=", ".join(DEPTHS)),
        )
    n_bytes = clip.samples.size * _BYTES[depth]
    if n_bytes > _MAX_DATA_BYTES:
        raise ExportError(
            _('"{name}" would be larger than the 4 GB that a WAV file can hold.').format(name=shown_name(path)),
            hint=_("Export a shorter region, or with fewer bits."),
        )

    def write(file: BinaryIO) -> None:
        file.write(wav_header(clip.n_channels, clip.n_frames, clip.rate_hz, depth))
        for block in _encoded(clip.samples, depth):
            file.write(block)
        if n_bytes % 2:
            file.write(b"\0")  # chunks are padded to an even length

    return write_safely(path, write, n_bytes=n_bytes, overwrite=overwrite, fresh=fresh)


def count_overs(clip: AudioClip) -> int:
    """Return how many samples lie above full scale and would be limited in 16 and 24 bits."""
    return int(np.count_nonzero(np.abs(clip.samples) > 1.0))


def wav_header(n_channels: int, n_frames: int, rate_hz: int, depth: str) -> bytes:
    """Return what comes before the samples (Microsoft and IBM, Multimedia Programming Interface, 1991)."""
    width = _BYTES[depth]
    tag = _FLOAT if depth == "32f" else _PCM
    frame_bytes = width * n_channels
    n_bytes = n_frames * frame_bytes
    fmt = struct.pack("<HHIIHH", tag, n_channels, rate_hz, rate_hz * frame_bytes, frame_bytes, 8 * width)
    chunks = _chunk(b"fmt ", fmt)
    if tag == _FLOAT:  # every coding but PCM has to tell its length in frames
        chunks = _chunk(b"fmt ", fmt + struct.pack("<H", 0)) + _chunk(b"fact", struct.pack("<I", n_frames))
    size = 4 + len(chunks) + 8 + n_bytes + n_bytes % 2
    return b"RIFF" + struct.pack("<I", size) + b"WAVE" + chunks + b"data" + struct.pack("<I", n_bytes)


def _chunk(name: bytes, content: bytes) -> bytes:
    return name + struct.pack("<I", len(content)) + content


def _encoded(samples: Samples, depth: str) -> Iterator[bytes]:
    """Yield the interleaved samples block by block, so that a long take needs no second copy of itself."""
    rng = np.random.default_rng(_DITHER_SEED) if depth == "16" and not _is_16_bit(samples) else None
    for first in range(0, samples.shape[1], _BLOCK_FRAMES):
        block = samples[:, first : first + _BLOCK_FRAMES].T
        if depth == "32f":
            yield block.astype("<f4").tobytes()
        elif depth == "24":
            yield _quantised(block, 24, None).astype("<i4").view(np.uint8).reshape(-1, 4)[:, :3].tobytes()
        else:
            yield _quantised(block, 16, rng).astype("<i2").tobytes()


def _quantised(block: Samples, bits: int, rng: np.random.Generator | None) -> npt.NDArray[np.int32]:
    """Round (frames, channels) to integers, dithered where there is a generator."""
    full = 1 << (bits - 1)
    scaled = block.astype(np.float64) * full
    if rng is not None:
        scaled += rng.random(scaled.shape) - rng.random(scaled.shape)
    return np.ascontiguousarray(np.clip(np.rint(scaled), -full, full - 1), dtype=np.int32)


def _is_16_bit(samples: Samples) -> bool:
    """Tell whether every sample is a 16-bit step already, so that nothing is rounded and needs dither."""
    steps = (samples[:, first : first + _BLOCK_FRAMES] * 32768 for first in range(0, samples.shape[1], _BLOCK_FRAMES))
    return all(bool(np.array_equal(block, np.rint(block))) for block in steps)
