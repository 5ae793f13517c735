"""Writes clips as WAV with a header of our own: libsndfile scales floats by 2^n - 1 and hides a full disk."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

from musemate.audio.clip import AudioClip
from musemate.audio.pcm import WIDTHS, check_depth, encoded
from musemate.audio.riff import Chunk, wav_header
from musemate.audio.safe_write import write_safely


def write_wav(
    path: Path | str,
    clip: AudioClip,
    depth: str = "32f",
    *,
    chunks: Sequence[Chunk] = (),
    overwrite: bool = False,
    fresh: bool = False,
) -> Path:
    """Write a clip as WAV in one step: the file appears whole or not at all.

    How integers are rounded, dithered and limited, see `musemate.audio.pcm.stepped`; 32f keeps every sample as it is,
    those above full scale too. Past 4 GiB the file is an RF64.

    Parameters
    ----------
    path : Path or str
        The target.
    clip : AudioClip
        What to write.
    depth : str
        "16", "24" (integer PCM) or "32f" (float).
    chunks : sequence of Chunk
        What the file says beside its sound.
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
        The folder is missing or protected, the disk is full, or the name is taken.
    """
    check_depth(depth)
    header = wav_header(clip.n_channels, clip.n_frames, clip.rate_hz, depth, chunks)

    def write(file: BinaryIO) -> None:
        file.write(header)
        n_bytes = sum(file.write(block) for block in encoded(clip.samples, depth))
        if n_bytes % 2:
            file.write(b"\0")  # chunks are padded to an even length

    n_bytes = len(header) + clip.samples.size * WIDTHS[depth]
    return write_safely(path, write, n_bytes=n_bytes, overwrite=overwrite, fresh=fresh)
