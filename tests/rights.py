"""Folders that may not be written, also where the tests run as root, whom no rights hold back."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """Take the right to write from a folder and all in it, and be nobody special while the block runs."""
    paths = [folder, *folder.rglob("*")]
    for path in paths:
        path.chmod(0o555 if path.is_dir() else 0o444)
    try:
        with _somebody_else(folder):
            yield
    finally:
        for path in (folder, *folder.rglob("*")):
            path.chmod(0o755)


@contextmanager
def _somebody_else(folder: Path) -> Iterator[None]:
    """Give up root's rights for a block."""
    if os.geteuid() != 0:
        yield
        return
    above = [p for p in folder.parents if p.stat().st_uid == 0 and p != Path("/")]
    modes = [(p, p.stat().st_mode) for p in above]
    for path, mode in modes:
        path.chmod(mode | 0o055)
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)
        for path, mode in modes:
            path.chmod(mode)
