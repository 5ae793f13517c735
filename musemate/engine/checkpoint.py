"""Checkpoints: a directory with `manifest.json` and safetensors files, each written whole or not at all.

The manifest carries the format number, the configuration, a hash a file and what is finished. A file is first written
under a temporary name in the same folder, synced, renamed; the manifest is renamed last, so a kill at any moment leaves
the older state readable.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load as load_tensors
from safetensors.torch import save as save_tensors

from musemate.errors import CheckpointError
from musemate.language import _

FORMAT = 2
MANIFEST = "manifest.json"


class Checkpoint:
    """Parts of a training in a directory.

    Parameters
    ----------
    directory : Path
        Made when missing.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        directory.mkdir(parents=True, exist_ok=True)
        self.manifest: dict[str, Any] = {"format": FORMAT, "parts": {}, "facts": {}}
        if (directory / MANIFEST).exists():
            self.manifest = self._read_manifest()

    @property
    def facts(self) -> dict[str, Any]:
        """What was stored beside the tensors (configuration, seed, hashes); JSON values only."""
        return dict(self.manifest["facts"])

    @property
    def parts(self) -> list[str]:
        """Names of the stored parts in the order in which they were stored."""
        return list(self.manifest["parts"])

    def store(self, part: str, tensors: Mapping[str, torch.Tensor], facts: Mapping[str, Any] | None = None) -> None:
        """Store one part's tensors and add facts to the manifest.

        Raises
        ------
        CheckpointError
            The disk refuses the write.
        """
        data = save_tensors({name: t.detach().cpu().contiguous() for name, t in tensors.items()})
        try:
            _write_whole(self.directory / f"{part}.safetensors", data)
            self.manifest["parts"][part] = hashlib.sha256(data).hexdigest()
            self.manifest["facts"].update(facts or {})
            _write_whole(self.directory / MANIFEST, json.dumps(self.manifest, indent=1).encode())
        except OSError as error:
            raise CheckpointError(
                _("The training could not be stored in {folder}: {reason}.").format(
                    folder=self.directory, reason=error.strerror or error
                ),
                hint=_("Free some space on that disk or move the project; what was finished before is kept."),
                detail=repr(error),
            ) from error

    def load(self, part: str) -> dict[str, torch.Tensor]:
        """Read one part's tensors, checked against the manifest's hash.

        Raises
        ------
        CheckpointError
            The part is missing or damaged.
        """
        try:
            data = (self.directory / f"{part}.safetensors").read_bytes()
            if hashlib.sha256(data).hexdigest() != self.manifest["parts"][part]:
                raise ValueError(f'"{part}" differs from its hash')
            tensors: dict[str, torch.Tensor] = load_tensors(data)
            return tensors
        except (OSError, KeyError, ValueError, SafetensorError) as error:
            raise CheckpointError(
                _('The part "{part}" of the training in {folder} is missing or damaged.').format(
                    part=part, folder=self.directory
                ),
                hint=_("Train again, or bring the folder back from a backup."),
                detail=repr(error),
            ) from error

    def _read_manifest(self) -> dict[str, Any]:
        try:
            manifest = json.loads((self.directory / MANIFEST).read_text())
            known = (
                manifest["format"] == FORMAT
                and isinstance(manifest["parts"], dict)
                and isinstance(manifest["facts"], dict)
            )
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise CheckpointError(
                _("The training in {folder} cannot be read.").format(folder=self.directory),
                hint=_("Train again, or bring the folder back from a backup."),
                detail=repr(error),
            ) from error
        if not known:
            raise CheckpointError(
                _("The training in {folder} was made by another version of MuseMate.").format(folder=self.directory),
                hint=_("Open it with that version, or train again."),
            )
        return dict(manifest)


def _write_whole(path: Path, data: bytes) -> None:
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
