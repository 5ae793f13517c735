"""Flips one bit of one file of a project at a time: `check` must find and name it, and the rest must be usable.

`campaign(n)` is the long run; the default tests take some dozens of flips.
"""

from __future__ import annotations

import hashlib
import json
import random
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from musemate.analysis.figures import Figures
from musemate.analysis.peaks import Peaks
from musemate.audio.clip import AudioClip
from musemate.audio.files import read_clip, write_wav
from musemate.engine import manifests
from musemate.engine.events import Checked, Found
from musemate.engine.manifests import COPY, MANIFEST, sealed
from musemate.errors import MuseMateError
from musemate.project import backups, queue, sums
from musemate.project.database import FILE_NAME
from musemate.project.queue import QueuedTraining, QueueFile
from musemate.project.records import Beats, Layer
from musemate.project.store import Project
from musemate.tasks.check import check

FOUND, HARMLESS, MISSED = "found", "harmless", "missed"
FACTS = {"seed": 7, "width": 0.30000000000000004, "rate": 1e-05, "name": "Röschen", "none": None}
"""Numbers and letters that JSON can write in more than one way: a flipped bit may change the text but not the value."""
REQUEST = {"seconds": 1.0, "mode": "new", "closeness": 0.5, "seed": 1, "scale": None}


def make_project(folder: Path) -> Path:
    """Make a project with one of every kind of file that a project holds; its sounds are noise, its weights too."""
    rng = np.random.default_rng(1)

    def noise() -> AudioClip:
        return AudioClip(rng.uniform(-0.5, 0.5, (2, 4000)).astype(np.float32), 8000)

    source = write_wav(folder.with_name("song.wav"), noise())
    with Project.create(folder) as project:
        fragment = project.add_fragment(source)
        source.unlink()  # nothing is to be brought back from there
        project.set_analysis(fragment.id, Beats(120.5, 0.9, (0.0, 0.25, 0.5), 1, 4), "A minor", (0.1, 0.2))
        settings: dict[str, Any] = {"engine": "classic", "preset": "quick", "device": "cpu", "seed": 7}
        states = {"state": "finished", "scales": ("a", "b"), "n_finished": 2, "options": {"width": 8}}
        run = project.add_run(fragment.id, start_s=0.0, length_s=0.5, **settings, **states)
        for number in range(2):
            layers = (Layer("320 Hz", project.store_clip(noise()), 8000),)
            take = project.add_take(run.id, project.store_clip(noise()), REQUEST, layers=layers)
            project.change_takes(
                {take.id: {"stars": 4, "tags": ["chorus"], "note": "Try it slower.", "name": f"N{number}"}}
            )
            project.set_figures(take.id, Figures(0.9, 0.25, None, -14.0, (0.5, -0.25)))
        _fill_run(project.run_path(run.id), noise)
        Peaks.of(noise()).save(project.cache_path(fragment.audio) / "peaks.npy")
        waiting = QueueFile(folder)
        waiting.write([QueuedTraining("f1", 0.0, 0.5, "frames", "sketch", seed=3, options={"rate": 1e-05})])
        waiting.close()
        backups.keep(project._database._connection, folder)
        project.set_stars("t1", 5)  # the backup is older than the project
    return folder


def _fill_run(place: Path, noise: Any) -> None:
    place.mkdir(parents=True)
    parts = {name: hashlib.sha256(name.encode() * 500).digest() * 100 for name in ("a", "b", "state-a")}
    for name, data in parts.items():
        (place / f"{name}.safetensors").write_bytes(data)
    hashes = {name: hashlib.sha256(data).hexdigest() for name, data in parts.items()}
    state = {"part": "c", "step": 5, "number": 1, "sha256": hashes.pop("state-a")}
    manifest = {"format": 2, "parts": hashes, "facts": FACTS, "states": {"state-a": state}}
    for name in (MANIFEST, COPY):
        (place / name).write_bytes(sealed(manifest))
    write_wav(place / "preview-1.wav", noise())
    (place / "losses.csv").write_text("seconds,part,step,loss,value\n1.0,a,100,critic,0.25\n")
    sums.complete(place)


def files_of(folder: Path) -> list[Path]:
    """Return every file that holds anything."""
    return sorted(path for path in folder.rglob("*") if path.is_file() and path.stat().st_size)


def findings(folder: Path, *, repair: bool = False) -> list[Found]:
    """Check a project and return what was found to be wrong; it must always come to an end."""
    events = list(check(str(folder), repair, cancelled=lambda: False))
    assert isinstance(events[-1], Checked)
    return [event for event in events if isinstance(event, Found)]


def flip(path: Path, bit: int) -> None:
    """Flip a bit of a file."""
    with path.open("r+b", buffering=0) as file:
        file.seek(bit // 8)
        (byte,) = file.read(1)
        file.seek(bit // 8)
        file.write(bytes([byte ^ 1 << bit % 8]))


@contextmanager
def flipped(path: Path, bit: int) -> Iterator[None]:
    """Flip a bit of a file while the block runs; in place, for a file written anew is waited for by some disks."""
    flip(path, bit)
    try:
        yield
    finally:
        flip(path, bit)


def said(folder: Path) -> list[Any]:
    """Return everything that a project's entries say."""
    with Project.open(folder) as project:
        return [project.fragments(), project.runs(), project.takes()]


def trial(folder: Path, path: Path, bit: int, whole: list[Any]) -> str:
    """Flip one bit and return whether it was found, or changed nothing that anybody reads."""
    place = path.relative_to(folder).as_posix()
    with flipped(path, bit):
        found = [finding for finding in findings(folder) if finding.is_harm]
        if path.name == FILE_NAME:
            return _database_trial(folder, found, whole)
        _use_the_rest(folder, path, whole)
        if any(finding.place == place for finding in found):
            assert all(finding.message and finding.rest for finding in found)
            return FOUND
        return MISSED


def _use_the_rest(folder: Path, path: Path, whole: list[Any]) -> None:
    """Read every entry, and every sound but the damaged one."""
    assert said(folder) == whole
    for other in (folder / "audio").iterdir():
        if other != path:
            assert read_clip(other, min_s=0.0).n_frames == 4000


def _database_trial(folder: Path, found: list[Found], whole: list[Any]) -> str:
    """Look at a damaged database: the sounds are there whatever it says, and what it still says can be read."""
    for sound in (folder / "audio").iterdir():
        assert read_clip(sound, min_s=0.0).n_frames == 4000
    with tempfile.TemporaryDirectory() as place:
        copy = Path(place) / "copy"
        shutil.copytree(folder, copy)
        try:
            now = said(copy)
        except MuseMateError:
            now = []
    if found:
        return FOUND
    return HARMLESS if now == whole else MISSED


def mended(folder: Path, path: Path, bit: int, whole: list[Any]) -> bool:
    """Flip one bit of a copy's database, repair it, and tell whether every entry is as it was; it must open."""
    with tempfile.TemporaryDirectory() as place:
        copy = Path(place) / "copy"
        shutil.copytree(folder, copy)
        flip(copy / path.relative_to(folder), bit)
        findings(copy, repair=True)
        assert not [finding for finding in findings(copy) if finding.is_harm and finding.place == FILE_NAME]
        return said(copy) == whole


def campaign(n: int, seed: int = 0) -> list[dict[str, Any]]:
    """Flip `n` bits, each in a file chosen at random, and repair the database after every tenth of its own.

    Returns
    -------
    list of dict
        One row a kind of file: how many flips were found and named, harmless, and missed; of the database, how many of
        the repaired ones say all that they said before. Where any were missed, "misses" says which.
    """
    rng = random.Random(seed)
    counts: dict[str, Counter[str]] = {}
    misses: dict[str, list[str]] = {}
    with tempfile.TemporaryDirectory() as place:
        folder = make_project(Path(place) / "project")
        whole = said(folder)
        files = files_of(folder)
        for number in range(n):
            path = rng.choice(files)
            bit = rng.randrange(8 * path.stat().st_size)
            kind = path.relative_to(folder).parts[0]
            counter = counts.setdefault(kind, Counter())
            outcome = trial(folder, path, bit, whole)
            counter[outcome] += 1
            if outcome == MISSED:
                misses.setdefault(kind, []).append(told(folder, path, bit))
            if path.name == FILE_NAME and number % 10 == 0:
                counter["repaired"] += 1
                counter["said the same afterwards"] += mended(folder, path, bit, whole)
    return [
        {"what": f"bit flips in {kind}", "n": n_of(counter), **counter}
        | ({"misses": misses[kind]} if kind in misses else {})
        for kind, counter in sorted(counts.items())
    ]


def told(folder: Path, path: Path, bit: int) -> str:
    """Return in words which bit was flipped, and between which others it lies."""
    data, place = path.read_bytes(), bit // 8
    around = data[max(0, place - 12) : place + 12]
    return f"{path.relative_to(folder).as_posix()}, byte {place} of {len(data)}, bit {bit % 8}, in {around!r}"


def every_bit(folder: Path) -> Iterator[tuple[Path, int, bool]]:
    """Flip every bit of every small file that is written as text, and look at what was in it alone.

    Yields
    ------
    (Path, int, bool)
        The file, the bit, and whether the file was named.
    """
    run = folder / "runs" / "r1"
    looks: list[tuple[Path, Callable[[], Iterable[str]]]] = [
        (run / name, lambda: [fault.file for fault in manifests.faults(run)]) for name in (MANIFEST, COPY)
    ]
    looks += [(run / name, lambda: [file for file, _ in sums.faults(run)]) for name in (sums.FILE_NAME, "losses.csv")]
    looks += [
        (path, lambda path=path: [] if queue.is_whole(path) else [path.name])  # type: ignore[misc]
        for path in (folder / queue.FOLDER).glob("*.json")
    ]
    for path, look in looks:
        for bit in range(8 * path.stat().st_size):
            with flipped(path, bit):
                yield path, bit, path.name in look()


def n_of(counter: Counter[str]) -> int:
    """Return how many flips a counter counted."""
    return counter[FOUND] + counter[HARMLESS] + counter[MISSED]


if __name__ == "__main__":
    import sys

    for row in campaign(int(sys.argv[1]) if len(sys.argv) > 1 else 1000):
        print(json.dumps(row))
