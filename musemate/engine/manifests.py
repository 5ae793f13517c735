"""The seal of a training's manifest, and whether all that the manifest names is whole. No torch here."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from musemate.parsing import parsed_json

MANIFEST = "manifest.json"
SEAL = "seal"
_SUFFIX = ".safetensors"


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


def sealed(manifest: Mapping[str, Any]) -> bytes:
    """Return the text of a manifest, with the SHA-256 of all else in it."""
    content = {name: value for name, value in manifest.items() if name != SEAL}
    return json.dumps({**content, SEAL: _seal_of(content)}, indent=1).encode()


def faults(folder: Path) -> Iterator[Fault]:
    """Look at every part and state that a training's manifest names; yields nothing where there is none yet.

    A manifest without a seal, of an earlier version, is believed.
    """
    path = folder / MANIFEST
    if not path.exists():
        return
    manifest = _read(path)
    if manifest is None:
        yield Fault(MANIFEST, is_there=True)
        return
    for part, digest in manifest["parts"].items():
        yield from _fault(folder, part, digest, is_state=False)
    for state, facts in manifest.get("states", {}).items():
        yield from _fault(folder, state, facts.get("sha256", ""), is_state=True)


def _read(path: Path) -> dict[str, Any] | None:
    """Return a manifest, None where it is not as it was written."""
    try:
        manifest = parsed_json(path.read_bytes())
        content = {name: value for name, value in manifest.items() if name != SEAL}
        is_sound = manifest.get(SEAL, _seal_of(content)) == _seal_of(content)
        names = [*content["parts"], *content.get("states", {})]
        is_sound = is_sound and all(Path(name).name == name for name in names)
        is_sound = is_sound and all(isinstance(facts, dict) for facts in content.get("states", {}).values())
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    return manifest if is_sound else None


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
