"""Checkpoints: a directory with `manifest.json` and safetensors files, each written whole or not at all.

The manifest carries the format number, the configuration, a hash a file and what is finished. A file is first written
under a temporary name in the same folder, synced, renamed; the manifest is renamed last, so a kill at any moment leaves
the older state readable. A copy of the manifest follows it, for the day when a bit of the disk flips.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load as load_tensors
from safetensors.torch import save as save_tensors

from musemate.engine.manifests import COPY, MANIFEST, sealed, stored, write_whole
from musemate.errors import CheckpointError
from musemate.language import _

FORMAT = 2


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
        self._read_manifest()

    @property
    def facts(self) -> dict[str, Any]:
        """What was stored beside the tensors (configuration, seed, hashes); JSON values only."""
        return dict(self.manifest["facts"])

    @property
    def parts(self) -> list[str]:
        """Names of the stored parts in the order in which they were stored."""
        return list(self.manifest["parts"])

    @property
    def states(self) -> dict[str, dict[str, Any]]:
        """Facts of each state of the part in training, by its name; see `musemate.engine.states`."""
        return {name: facts for name, facts in self.manifest.get("states", {}).items() if isinstance(facts, dict)}

    def store(self, part: str, tensors: Mapping[str, torch.Tensor], facts: Mapping[str, Any] | None = None) -> None:
        """Store one part's tensors and add facts to the manifest.

        Raises
        ------
        CheckpointError
            The disk refuses the write.
        """
        with self._refusals_said():
            self.manifest["parts"][part] = self._write(part, tensors)
            self.manifest["facts"].update(facts or {})
            self._write_manifest()

    def note(self, facts: Mapping[str, Any]) -> None:
        """Add facts to the manifest; raises as `store`."""
        with self._refusals_said():
            self.manifest["facts"].update(facts)
            self._write_manifest()

    def load(self, part: str) -> dict[str, torch.Tensor]:
        """Read one part's tensors, checked against the manifest's hash.

        Raises
        ------
        CheckpointError
            The part is missing or damaged.
        """
        return self._read(part, self.manifest["parts"].get(part))

    def store_state(self, name: str, tensors: Mapping[str, torch.Tensor], facts: Mapping[str, Any]) -> None:
        """Store a state of the part in training under its facts; raises as `store`."""
        with self._refusals_said():
            written = self._write(name, tensors)
            self.manifest["states"] = {**self.states, name: {**facts, "sha256": written}}
            self._write_manifest()

    def load_state(self, name: str) -> dict[str, torch.Tensor]:
        """Read the tensors of a state; raises as `load`."""
        return self._read(name, self.states.get(name, {}).get("sha256"))

    def drop_states(self, names: Iterable[str]) -> None:
        """Forget states, and delete their files; raises as `store`."""
        with self._refusals_said():
            if self.manifest.pop("states", None):
                self._write_manifest()
            for name in names:
                (self.directory / f"{name}.safetensors").unlink(missing_ok=True)

    def _write(self, name: str, tensors: Mapping[str, torch.Tensor]) -> str:
        """Write tensors to a file and return its hash."""
        data = save_tensors({key: t.detach().cpu().contiguous() for key, t in tensors.items()})
        write_whole(self.directory / f"{name}.safetensors", data)
        return hashlib.sha256(data).hexdigest()

    def _write_manifest(self) -> None:
        content = sealed(self.manifest)
        write_whole(self.directory / MANIFEST, content)
        with suppress(OSError):  # the copy of before serves as well: what it names is still there
            write_whole(self.directory / COPY, content)

    def _read(self, name: str, expected: str | None) -> dict[str, torch.Tensor]:
        try:
            data = (self.directory / f"{name}.safetensors").read_bytes()
            if hashlib.sha256(data).hexdigest() != expected:
                raise ValueError(f'"{name}" differs from its hash')
            tensors: dict[str, torch.Tensor] = load_tensors(data)
            return tensors
        except (OSError, ValueError, SafetensorError) as error:
            raise CheckpointError(
                _('The part "{part}" of the training in {folder} is missing or damaged.').format(
                    part=name, folder=self.directory
                ),
                hint=_("Train again, or bring the folder back from a backup."),
                detail=repr(error),
            ) from error

    @contextmanager
    def _refusals_said(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise CheckpointError(
                _("The training could not be stored in {folder}: {reason}.").format(
                    folder=self.directory, reason=error.strerror or error
                ),
                hint=_("Free some space on that disk or move the project; what was finished before is kept."),
                detail=repr(error),
            ) from error

    def _read_manifest(self) -> None:
        """Read what was stored before, if anything was; from the copy where the manifest is not as it was written."""
        try:
            found = stored(self.directory)
            if found is None:
                return
            manifest = found[0]
            known = (
                manifest["format"] == FORMAT
                and isinstance(manifest["parts"], dict)
                and isinstance(manifest["facts"], dict)
                and isinstance(manifest.get("states", {}), dict)
            )
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise CheckpointError(
                _("The list of what the training in {folder} has learned is damaged.").format(folder=self.directory),
                hint=_("Train again, or bring the folder back from a backup."),
                detail=repr(error),
            ) from error
        if not known:
            raise CheckpointError(
                _("The training in {folder} was made by another version of MuseMate.").format(folder=self.directory),
                hint=_("Open it with that version, or train again."),
            )
        self.manifest = manifest
