"""Sums of files that no manifest knows (a training's previews and its log of the losses), as `sha256sum` writes them.

The last line is a comment with the sum of the lines before it: a damaged list accuses no file.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import BinaryIO

from musemate.audio.safe_write import write_safely
from musemate.errors import ExportError
from musemate.project.keep import hash_of

FILE_NAME = "SHA256SUMS"
_COVERED = ("preview-*.wav", "fragment-*.wav", "losses.csv")
_LINE = re.compile(r"(?P<sum>[0-9a-f]{64})  (?P<name>[^/\\\n]+)")
_SEAL = "# sha256 of the lines above: "


def note(folder: Path, names: Iterable[str]) -> None:
    """Note the sums of files that were just written; those that are not there are left out."""
    _note(folder, _believed(folder), names)


def complete(folder: Path) -> None:
    """Note the sums of a training's files that have none yet: it has ended, and they stay as they are now.

    Without room for them, it has ended all the same.
    """
    known = _believed(folder)
    _note(folder, known, (name for name in _covered(folder) if name not in known))


def forget(folder: Path, keep: Iterable[str] = ()) -> None:
    """Let files be changed: a training begins or goes on.

    Parameters
    ----------
    folder : Path
        The training's.
    keep : iterable of str
        Names of files that stay as they are, whatever comes; their sums stay known.
    """
    known = _believed(folder)
    _note(folder, {name: known[name] for name in keep if name in known}, ())


def faults(folder: Path) -> Iterator[tuple[str, bool]]:
    """Yield the name of each file that is not as it was noted, and whether it is there.

    Where the list of sums is damaged, it is the only one that is named; nothing is where no sums were noted.
    """
    try:
        known = _read(folder)
    except FileNotFoundError:
        return
    except (OSError, ValueError):
        yield FILE_NAME, True
        return
    for name, digest in known.items():
        try:
            if hash_of(folder / name) != digest:
                yield name, True
        except (OSError, ValueError):
            yield name, False


def _covered(folder: Path) -> list[str]:
    return [path.name for pattern in _COVERED for path in folder.glob(pattern)]


def _note(folder: Path, known: Mapping[str, str], names: Iterable[str]) -> None:
    """Write the list with the sums that are known and those of these files; no list where that is not possible."""
    try:
        fresh = {name: hash_of(folder / name) for name in names if (folder / name).is_file()}
        content = _text({**known, **fresh}).encode()

        def fill(file: BinaryIO) -> None:
            file.write(content)

        if known or fresh:
            write_safely(folder / FILE_NAME, fill, overwrite=True)
        else:
            (folder / FILE_NAME).unlink(missing_ok=True)
    except (OSError, ExportError):
        _remove(folder)


def _remove(folder: Path) -> None:
    try:
        (folder / FILE_NAME).unlink(missing_ok=True)
    except OSError:
        return  # what cannot be removed here cannot be written either: the training says so


def _text(known: Mapping[str, str]) -> str:
    lines = "".join(f"{digest}  {name}\n" for name, digest in sorted(known.items()))
    return f"{lines}{_SEAL}{hashlib.sha256(lines.encode()).hexdigest()}\n"


def _believed(folder: Path) -> dict[str, str]:
    """Return the sums that are known, none where their list is damaged."""
    try:
        return _read(folder)
    except (OSError, ValueError):
        return {}


def _read(folder: Path) -> dict[str, str]:
    """Return the sums by name; those of an earlier version, which did not seal them, are believed.

    Raises
    ------
    OSError, ValueError
        The list is missing; it is not as it was written.
    """
    text = (folder / FILE_NAME).read_bytes().decode()
    lines, found = text.split("\n"), {}
    if lines.pop():
        raise ValueError("its last line has no end")
    if lines and lines[-1].startswith("#"):
        lines.pop()
    for line in lines:
        match = _LINE.fullmatch(line)
        if match is None:
            raise ValueError(f"no line of sums: {line!r}")
        found[match["name"]] = match["sum"]
    if "#" in text and text != _text(found):
        raise ValueError("its seal is another")
    return found
