"""Which names a packed project may hold: those that every system can write, inside the project and nowhere else."""

from __future__ import annotations

import re
import unicodedata
from pathlib import PurePosixPath

PLACES = ("audio", "runs", "exports", "reports", "studies", "cache", "backup")
"""Folders of a project that are taken out of a file; other files beside them are left where they are."""
LONGEST_NAME, LONGEST_PATH = 200, 400
"""In bytes, as the strictest file systems count; the folder that it goes to takes some of what they allow."""
DEEPEST = 8
_FORBIDDEN = re.compile(r'[<>:"|?*\\\x00-\x1f\x7f]')
_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?", re.IGNORECASE)
_OF_SYSTEMS = re.compile(r"__MACOSX(/.*)?|(.*/)?(\.DS_Store|Thumbs\.db|desktop\.ini)", re.IGNORECASE)


def is_allowed(name: str) -> bool:
    """Whether a file of that path can be written on every system, within the folder that it is put in."""
    parts = name.split("/")
    if not 1 <= len(parts) <= DEEPEST or len(name.encode("utf-8", "replace")) > LONGEST_PATH:
        return False
    return all(map(_is_part_allowed, parts))


def is_of_system(name: str) -> bool:
    """Whether a system put a file into the folder on its own; it is passed over."""
    return bool(_OF_SYSTEMS.fullmatch(name.rstrip("/")))


def is_wanted(name: str, database: str) -> bool:
    """Whether a file belongs to a project: its database, and what lies in its folders, temporary files left out."""
    path = PurePosixPath(name)
    if len(path.parts) == 1:
        return name in (database, f"{database}-wal")
    return (
        path.parts[0] in PLACES
        and not path.name.startswith(".")
        and not path.name.endswith((".lock", ".part", ".tmp", "-shm"))
    )


def folded(name: str) -> str:
    """Return a name as systems compare it that do not tell cases and ways of writing an accent apart."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFKC", name).casefold())


def _is_part_allowed(part: str) -> bool:
    try:
        n_bytes = len(part.encode())
    except UnicodeEncodeError:
        return False
    is_plain = part not in ("", ".", "..") and not _FORBIDDEN.search(part) and part[-1] not in ". "
    return is_plain and n_bytes <= LONGEST_NAME and not _RESERVED.fullmatch(part)
