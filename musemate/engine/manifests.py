"""The seal of a training's manifest, its copy, and whether all that the manifest names is whole. No torch here.

The copy is written after the manifest: it says the same, or what the manifest said before. It serves where the manifest
itself is not as it was written.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from musemate.engine.events import Warned
from musemate.language import _
from musemate.parsing import parsed_json

MANIFEST, COPY = "manifest.json", "manifest.copy.json"
SEAL = "seal"
_SUFFIX = ".safetensors"
_WITHOUT_SEAL = frozenset({"format", "parts", "facts", "states"})
"""What a manifest of an earlier version may hold. One that has no seal but something else had one, whose name changed:
that is no manifest to believe."""


@dataclass(frozen=True)
class Fault:
    """What is wrong with a training's folder.

    Parameters
    ----------
    file : str
        Name of the file in the folder.
    is_there : bool
        Whether it is there, but not as it was written.
    is_state : bool
        Whether only the middle of a part is lost: that part is trained anew, what was finished before it stays.
    """

    file: str
    is_there: bool
    is_state: bool = False

    @property
    def is_list(self) -> bool:
        """Whether it is the manifest, or its copy."""
        return self.file in (MANIFEST, COPY)


def sealed(manifest: Mapping[str, Any]) -> bytes:
    """Return the text of a manifest, with the SHA-256 of all else in it."""
    content = {name: value for name, value in manifest.items() if name != SEAL}
    return json.dumps({**content, SEAL: _seal_of(content)}, indent=1).encode()


def parsed(data: bytes) -> dict[str, Any]:
    """Return what a manifest says; one without a seal, of an earlier version, is believed.

    Every version seals alike, so that one can tell a manifest of a later version from a damaged one.

    Raises
    ------
    ValueError
        It is not as it was written.
    """
    manifest = parsed_json(data)
    if not isinstance(manifest, dict):
        raise ValueError("it is no object")
    content = {name: value for name, value in manifest.items() if name != SEAL}
    if SEAL not in manifest and not content.keys() <= _WITHOUT_SEAL:
        raise ValueError("it has no seal")
    if SEAL in manifest and manifest[SEAL] != _seal_of(content):
        raise ValueError("its seal is another")
    return manifest


def stored(folder: Path) -> tuple[dict[str, Any], bool] | None:
    """Return what a training's folder holds, and whether only the copy says so; None where nothing was stored yet.

    Raises
    ------
    OSError, ValueError
        The manifest cannot be read or is not as it was written, and there is no copy that is.
    """
    try:
        return parsed((folder / MANIFEST).read_bytes()), False
    except (OSError, ValueError) as error:
        try:
            return parsed((folder / COPY).read_bytes()), True
        except (OSError, ValueError) as missing:
            if isinstance(error, FileNotFoundError) and isinstance(missing, FileNotFoundError):
                return None
            raise error from None


def part_names(folder: Path) -> list[str]:
    """Return the names of the parts that a training's folder holds; none where nothing can be read."""
    try:
        found = stored(folder)
        return [name for name in found[0]["parts"] if isinstance(name, str)] if found else []
    except (OSError, ValueError, KeyError, TypeError):
        return []


def warnings(folder: Path) -> list[Warned]:
    """Return what to say before a training's folder is used: that only the copy of its manifest can be believed."""
    try:
        found = stored(folder)
    except (OSError, ValueError):
        return []  # whoever loads it says so
    if found is None or not found[1]:
        return []
    message = _("The list of what training {run} has learned is damaged; its copy is used.").format(run=folder.name)
    return [Warned(message, _("Check the project: that puts the list right."))]


def restore(folder: Path, aside: Path) -> bool:
    """Write the manifest anew from its copy, or the copy from the manifest; return whether one of them was sound.

    Parameters
    ----------
    folder : Path
        The training's.
    aside : Path
        Folder into which the damaged one is moved.

    Raises
    ------
    OSError
        The disk refuses.
    """
    paths = folder / MANIFEST, folder / COPY
    sound = [manifest for path in paths if (manifest := _sound(path)) is not None]
    for path in [path for path in paths if sound and not _is_whole(path)]:
        if path.exists():
            aside.mkdir(exist_ok=True)
            path.replace(aside / f"{folder.name}-{path.name}")
        write_whole(path, sealed(sound[0]))
    return bool(sound)


def is_kept(folder: Path) -> bool:
    """Whether the manifest of a training's folder or its copy can be believed."""
    return any(_sound(folder / name) is not None for name in (MANIFEST, COPY))


def write_whole(path: Path, data: bytes) -> None:
    """Write a file beside its place, bring it to the disk, and only then give it its name.

    Raises
    ------
    OSError
        The disk refuses; what was there before is untouched.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def faults(folder: Path) -> Iterator[Fault]:
    """Look at every part and state that a training's manifest names; yields nothing where there is none yet."""
    names = [path.name for path in (folder / MANIFEST, folder / COPY) if path.exists()]
    if names == [COPY]:
        yield Fault(MANIFEST, is_there=False)
    yield from (Fault(name, is_there=True) for name in names if not _is_whole(folder / name))
    manifest = _sound(folder / MANIFEST) or _sound(folder / COPY) or {}
    for part, digest in manifest.get("parts", {}).items():
        yield from _fault(folder, part, digest, is_state=False)
    for state, facts in manifest.get("states", {}).items():
        yield from _fault(folder, state, facts.get("sha256", ""), is_state=True)


def _sound(path: Path) -> dict[str, Any] | None:
    """Return a manifest that can be believed and names no files in other folders, else None."""
    try:
        manifest = parsed(path.read_bytes())
        states = manifest.get("states", {})
        is_sound = all(Path(name).name == name for name in [*manifest["parts"].keys(), *states])
        is_sound = is_sound and all(isinstance(facts, dict) for facts in states.values())
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    return manifest if is_sound else None


def _is_whole(path: Path) -> bool:
    """Whether a manifest is, byte by byte, as it was written; 1e-5 for 1E-5 is a flipped bit too."""
    manifest = _sound(path)
    return manifest is not None and (SEAL not in manifest or path.read_bytes() == sealed(manifest))


def _fault(folder: Path, name: str, digest: str, *, is_state: bool) -> Iterator[Fault]:
    path = folder / f"{name}{_SUFFIX}"
    try:
        with path.open("rb") as file:
            is_whole = hashlib.file_digest(file, "sha256").hexdigest() == digest
    except OSError:
        yield Fault(path.name, is_there=path.exists(), is_state=is_state)
        return
    if not is_whole:
        yield Fault(path.name, is_there=True, is_state=is_state)


def _seal_of(content: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
