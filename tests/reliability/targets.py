"""What is fed with spoilt inputs: each reader of ours with sound samples, how they are spoilt, and what reads them.

A reader may refuse with a MuseMateError, or understand what it can; anything else that it raises is a fault.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from importlib import import_module
from io import BytesIO
from pathlib import Path
from random import Random
from typing import Any
from unittest import mock

import numpy as np
import soundfile

from musemate.audio import container, guarded
from musemate.audio.clip import AudioClip
from musemate.audio.decoderprocess import BrokenProcessError
from musemate.audio.decoderworker import ANSWER, BLOCK, END, FACTS
from musemate.audio.files import DEPTHS, probe, read_clip
from musemate.audio.sniffing import sniff
from musemate.audio.wav import write_wav
from musemate.errors import MuseMateError
from musemate.paths import HOME_VARIABLE
from tests.reliability.mutations import spoilt_bytes, spoilt_json, spoilt_value

RATE_HZ = 8_000


@dataclass(frozen=True)
class Target:
    """A reader under fire.

    Parameters
    ----------
    make : callable
        Makes an input from chance.
    feed : callable
        Lets the reader read it; raises what it raises.
    """

    make: Callable[[Random], bytes]
    feed: Callable[[bytes], object]


Opened = Callable[[Path], Target]
"""Prepares a target in an empty folder of its own."""


def tone(n_frames: int = 6_000, n_channels: int = 2) -> np.ndarray:
    """Return a quiet sound, shape (channels, frames), float32."""
    time_s = np.arange(n_frames) / RATE_HZ
    return np.stack([0.3 * np.sin(2 * np.pi * hz * time_s) for hz in (220.0, 330.0)[:n_channels]]).astype(np.float32)


def _sounds(folder: Path, kinds: Sequence[tuple[str, str | None]]) -> list[bytes]:
    found = []
    for ending, subtype in kinds:
        path = folder / f"sound.{ending}"
        soundfile.write(path, tone().T, RATE_HZ, subtype=subtype, format="RF64" if ending == "rf64" else None)
        found.append(path.read_bytes())
        path.unlink()
    return found


_KINDS = (
    *(("wav", "PCM_16"), ("wav", "FLOAT"), ("wav", "PCM_24"), ("rf64", "PCM_16"), ("aiff", "PCM_16")),
    *(("flac", "PCM_16"), ("ogg", None), ("mp3", None)),
)


def headers(folder: Path) -> Target:
    """Our own looks into the headers of sound files."""
    path = folder / "file.wav"
    samples = [data[:3000] for data in _sounds(folder, _KINDS)]

    def feed(data: bytes) -> None:
        path.write_bytes(data)
        chunk = container.find_sound_chunk(path)
        assert chunk is None or chunk.missing_share >= 0
        container.mp3_knows_its_length(path)
        container.ogg_has_its_end(path)
        sniff(path)

    return Target(lambda random: spoilt_bytes(random, samples), feed)


def sounds(folder: Path) -> Target:
    """The door for sound files, decoders included."""
    samples = _sounds(folder, _KINDS)
    path = folder / "file.wav"

    def feed(data: bytes) -> None:
        path.write_bytes(data)
        probe(path)
        assert np.isfinite(read_clip(path, allow_silence=True).samples).all()

    return Target(lambda random: spoilt_bytes(random, samples), feed)


class _Recorded:
    """Stands for the decoders' process: gives recorded answers."""

    def __init__(self, data: bytes) -> None:
        self._answers = BytesIO(data)

    def ask(self, _line: str) -> None:
        """Listen to nobody."""

    def listen(self) -> tuple[bytes, bytes]:
        """Give the next answer, however long it is."""
        head = self._answers.read(ANSWER.size)
        if len(head) < ANSWER.size:
            raise BrokenProcessError("the answer ends too early")
        letter, size = ANSWER.unpack(head)
        return letter, self._answers.read(size)

    def autopsy(self) -> tuple[str, str]:
        """Say that it broke."""
        return "crash", "exit code -11"


def answers(_folder: Path) -> Target:
    """What the process that decodes says, should a file take it over."""
    facts: dict[str, Any] = {"rate_hz": RATE_HZ, "n_channels": 2, "n_frames": 6_000, "format": "WAV", "subtype": "PCM"}
    facts["needs_ffmpeg"] = False
    block = tone(100).tobytes()

    def make(random: Random) -> bytes:
        told = spoilt_json(random, [facts]) if random.random() < 0.5 else json.dumps(facts).encode()
        parts = [(FACTS, told), (BLOCK, block), (END, b"")]
        data = b"".join(ANSWER.pack(letter, len(content)) + content for letter, content in parts)
        return spoilt_bytes(random, [data]) if random.random() < 0.7 else data

    def feed(data: bytes) -> None:
        decoder = guarded._opened(Path("song.wav"), _Recorded(data))  # type: ignore[arg-type]
        for piece in decoder.blocks(0):
            assert piece.shape[0] == decoder.n_channels

    return Target(make, feed)


def written(folder: Path) -> Target:
    """Our own writer of WAV files: what it writes is read again as it was."""

    def make(random: Random) -> bytes:
        shape = random.choice((1, 2)), random.choice((1, 2, 3, 255, 4096, 9000))
        rate_hz = random.choice((8_000, 11_025, 44_100, 192_000))
        loud = random.choice((0.0, 1e-6, 0.5, 1.0, 8.0))
        return json.dumps([*shape, rate_hz, loud, random.choice(DEPTHS), random.randrange(1 << 30)]).encode()

    def feed(data: bytes) -> None:
        n_channels, n_frames, rate_hz, loud, depth, seed = json.loads(data)
        noise = np.random.default_rng(seed).uniform(-loud, loud, (n_channels, n_frames)).astype(np.float32)
        path = write_wav(folder / "file.wav", AudioClip(noise, rate_hz), depth, overwrite=True)
        clip = read_clip(path, min_s=0.0, allow_silence=True)
        chunk = container.find_sound_chunk(path)
        assert chunk is not None and chunk.promised == n_channels * n_frames * {"16": 2, "24": 3, "32f": 4}[depth]
        assert (clip.rate_hz, clip.samples.shape) == (rate_hz, noise.shape)
        # half a step, and with 16 bits the dither of up to a step
        step = {"16": 1.5 / 32768, "24": 0.5 / 8388608 + 1e-7, "32f": 0.0}[depth]
        wanted = noise if depth == "32f" else np.clip(noise, -1.0, 1.0)
        assert np.abs(clip.samples - wanted).max() <= step + 1.01 / 32768 * (depth == "16" and loud >= 1)

    return Target(make, feed)


def _project(folder: Path) -> Path:
    from musemate.analysis.figures import Figures
    from musemate.analysis.metre import Beats
    from musemate.project.records import Layer
    from musemate.project.store import Project

    write_wav(folder / "song.wav", AudioClip(tone(), RATE_HZ))
    with Project.create(folder / "project") as store:
        clip = read_clip(folder / "song.wav")
        audio = store.store_clip(clip)
        values = {"name": "song", "source": "/music/song.wav", "audio": audio, "created": "2026-01-01T00:00:00+00:00"}
        values |= {"rate_hz": RATE_HZ, "n_channels": 2, "duration_s": 0.75, "start_s": 0.0, "length_s": 0.75}
        store._database.insert("fragment", values)
        store.set_analysis("f1", Beats(120.0, 0.9, (0.0, 0.5)), "A minor", (0.1, 0.2))
        run = store.add_run(
            "f1", engine="frames", preset="sketch", device="cpu", seed=1, start_s=0.0, length_s=0.75, scales=("1/4",),
            n_finished=1, options={"pyramid_steps": 3},
        )  # fmt: skip
        request = {"seconds": 1.0, "mode": "new", "closeness": 0.5, "seed": 3, "metre": True}
        take = store.add_take(run.id, audio, request, layers=[Layer("320 Hz", audio, 320)])
        store.change_takes({take.id: {"tags": ("loud", "good"), "note": "a note", "stars": 3}})
        store.set_figures(take.id, Figures(0.5, 0.5, None, -20.0, (1.0, 2.0)))
    return folder / "project"


def _read_project(folder: Path) -> None:
    from musemate.project.queue import queued
    from musemate.project.store import Project
    from musemate.tasks.show import list_project

    with Project.open(folder) as store:
        for fragment in store.fragments():
            store.fragment(fragment.id)
        for run in store.runs():
            store.run(run.id)
        for take in store.takes():
            assert take.full_name
            store.take(take.id)
            store.audio_path(take.audio)
    for _ in list_project(str(folder), cancelled=lambda: False):
        pass
    queued(folder)


def _renew(sample: Path, folder: Path, database: bytes) -> None:
    for path in folder.glob("project.sqlite*"):
        path.unlink()
    folder.mkdir(exist_ok=True)
    (folder / "project.sqlite").write_bytes(database)


def projects(folder: Path) -> Target:
    """Opening a project whose database has spoilt bytes."""
    sample, opened = _project(folder), folder / "opened"
    database = (sample / "project.sqlite").read_bytes()

    def feed(data: bytes) -> None:
        _renew(sample, opened, data)
        _read_project(opened)

    return Target(lambda random: spoilt_bytes(random, [database]), feed)


def cells(folder: Path) -> Target:
    """Opening a project whose database is sound, but holds values that nobody stored."""
    import sqlite3

    sample, opened = _project(folder), folder / "opened"
    database = (sample / "project.sqlite").read_bytes()
    with sqlite3.connect(sample / "project.sqlite") as connection:
        row_of = {}
        for table in ("fragment", "run", "take"):
            connection.row_factory = sqlite3.Row
            row_of[table] = dict(connection.execute(f"SELECT * FROM {table}").fetchone())
    connection.close()

    def make(random: Random) -> bytes:
        table = random.choice(list(row_of))
        column = random.choice([name for name in row_of[table] if name != "number"])
        old = row_of[table][column]
        if isinstance(old, str) and old.startswith(("[", "{")) and random.random() < 0.8:
            value: Any = spoilt_json(random, [json.loads(old)]).decode("utf-8", "replace")
        else:
            value = spoilt_value(random)
            value = json.dumps(value) if isinstance(value, list | dict) else value
        return json.dumps([table, column, value]).encode()

    def feed(data: bytes) -> None:
        table, column, value = json.loads(data)
        _renew(sample, opened, database)
        connection = sqlite3.connect(opened / "project.sqlite")
        try:
            with connection:
                connection.execute("PRAGMA ignore_check_constraints = ON")
                connection.execute(f"UPDATE {table} SET {column} = ?", (value,))
        except (sqlite3.Error, OverflowError, UnicodeEncodeError):
            return  # SQLite itself does not take it
        finally:
            connection.close()
        _read_project(opened)

    return Target(make, feed)


def queues(folder: Path) -> Target:
    """The list of trainings that are still to come."""
    from musemate.project.queue import QueuedTraining, QueueFile, queued

    (folder / "queue").mkdir()
    rows = [asdict(QueuedTraining("f1", 0.0, 10.0, "frames", "sketch", options={"pyramid_steps": 3})) for _ in range(2)]

    def feed(data: bytes) -> None:
        (folder / "queue" / "left.json").write_bytes(data)
        for training, _ in queued(folder):
            assert training.arguments["fragment"] == training.fragment
        own = QueueFile(folder)
        try:
            own.adopt()
            own.write([])
        finally:
            own.close()

    return Target(lambda random: spoilt_json(random, [rows]), feed)


def settings(folder: Path) -> Target:
    """The songwriter's lasting choices."""
    from musemate.settings import Settings, load_settings, save_settings

    def feed(data: bytes) -> None:
        (folder / "settings.json").write_bytes(data)
        save_settings(load_settings(folder / "settings.json"), folder / "again.json")

    return Target(lambda random: spoilt_json(random, [asdict(Settings())]), feed)


def window(folder: Path) -> Target:
    """What the window remembers."""
    from musemate.gui.memory import Memory

    values = {"recent": ["/music/one", "/music/two"], "volume": 0.5, "size": [1280, 800], "colours": "magma"}

    def feed(data: bytes) -> None:
        (folder / "window.json").write_bytes(data)
        memory = Memory(folder / "window.json")
        assert isinstance(memory.get("volume", 1.0), float)
        memory.recent_projects()
        memory.add_recent(folder)

    return Target(lambda random: spoilt_json(random, [values]), feed)


def presets(folder: Path) -> Target:
    """Presets that were saved."""
    from musemate.engine.savedpresets import delete_preset, find_preset, load_presets, presets_file, save_preset
    from musemate.tasks.presets import list_presets, resolved

    values = {"pyramid_steps": 800, "renderer_steps": 100}
    saved = {"format": 1, "presets": [{"name": n, "base": "sketch", "values": values} for n in ("mine", "other")]}

    def feed(data: bytes) -> None:
        with mock.patch.dict(os.environ, {HOME_VARIABLE: str(folder)}):
            presets_file("frames").write_bytes(data)
            for preset in load_presets("frames"):
                assert isinstance(preset.warning, str)
            find_preset("frames", "mine")
            list(list_presets("frames", cancelled=lambda: False))
            resolved("frames", "mine", None)
            save_preset("frames", "mine", "sketch", {"pyramid_steps": 7})
            delete_preset("frames", "mine")

    return Target(lambda random: spoilt_json(random, [saved]), feed)


def manifests(folder: Path) -> Target:
    """Weights as they are stored: the manifest, and the tensors behind a hash that fits."""
    import hashlib

    import torch

    from musemate.engine.checkpoint import MANIFEST, Checkpoint
    from musemate.engine.points import points_in

    stored = Checkpoint(folder / "sound")
    tensors = {"net.0.weight": torch.ones(3, 2), "level": torch.zeros(1, dtype=torch.int64)}
    stored.store("scale-0", tensors, {"seed": 1, "config": {"channels": 3}})
    stored.store("scale-0-at-5", tensors)
    manifest = json.loads((folder / "sound" / MANIFEST).read_text())
    weights = (folder / "sound" / "scale-0.safetensors").read_bytes()
    spoilt = folder / "spoilt"
    spoilt.mkdir()

    def make(random: Random) -> bytes:
        if random.random() < 0.5:
            spoilt = spoilt_json(random, [manifest])
            return b"m" + (spoilt if random.random() < 0.2 else _sealed_again(spoilt))
        return b"w" + spoilt_bytes(random, [weights])

    def feed(data: bytes) -> None:
        kind, content = data[:1], data[1:]
        told, tensors = (content, weights) if kind == b"m" else (json.dumps(manifest).encode(), content)
        if kind == b"w":  # whoever changes the weights can change their hash too
            told = told.replace(
                hashlib.sha256(weights).hexdigest().encode(), hashlib.sha256(content).hexdigest().encode()
            )
            told = _sealed_again(told)
        (spoilt / MANIFEST).write_bytes(told)
        (spoilt / "scale-0.safetensors").write_bytes(tensors)
        (spoilt / "scale-0-at-5.safetensors").write_bytes(weights)
        points_in(spoilt)
        checkpoint = Checkpoint(spoilt)
        assert isinstance(checkpoint.facts, dict)
        for part in checkpoint.parts[:3]:
            checkpoint.load(part)

    return Target(make, feed)


def _sealed_again(told: bytes) -> bytes:
    """Seal a manifest, as whoever changes it can do too; what is none stays as it is."""
    from musemate.engine.manifests import sealed
    from musemate.parsing import parsed_json

    try:
        value = parsed_json(told)
    except ValueError:
        return told
    return sealed(value) if isinstance(value, dict) else told


def store_model(folder: Path) -> None:
    """Store a tiny model of frames that has learnt nothing."""
    from musemate.engine.checkpoint import Checkpoint
    from musemate.engine.frames.config import make_config
    from musemate.engine.frames.engine import FRAGMENT, SOUND
    from musemate.engine.frames.preparing import prepare
    from musemate.engine.frames.rendering import make_renderer

    samples = np.random.default_rng(0).normal(0, 0.1, (1, 3 * RATE_HZ)).astype(np.float32)
    config = make_config("sketch", {"tiny": True, "n_components": 16})
    prepared = prepare(AudioClip(samples, RATE_HZ), config, None)
    checkpoint = Checkpoint(folder)
    checkpoint.store(FRAGMENT, prepared.tensors(), {"config": config.to_json(), **prepared.facts()})
    renderer = make_renderer(config, prepared.framing, prepared.frames.shape[0])
    checkpoint.store(SOUND, renderer.state_dict())


def models(folder: Path) -> Target:
    """Trained models whose configuration, facts or tensors somebody changed."""
    import hashlib

    from musemate.engine.checkpoint import MANIFEST
    from musemate.engine.registry import get_engine

    sound = folder / "sound"
    store_model(sound)
    engine = get_engine("frames")
    manifest = json.loads((sound / MANIFEST).read_text())
    files = {path.name: path.read_bytes() for path in sound.glob("*.safetensors")}
    spoilt = folder / "spoilt"
    spoilt.mkdir()

    def make(random: Random) -> bytes:
        told = spoilt_json(random, [manifest]) if random.random() < 0.6 else json.dumps(manifest).encode()
        name = random.choice(sorted(files))
        content = spoilt_bytes(random, [files[name]]) if random.random() < 0.5 else files[name][:0]
        return json.dumps([told.decode("latin-1"), name, content.decode("latin-1")]).encode()

    def feed(data: bytes) -> None:
        told, spoilt_name, content = (text.encode("latin-1") for text in json.loads(data))
        for name, whole in files.items():
            own = content if content and name == spoilt_name.decode() else whole
            (spoilt / name).write_bytes(own)
            told = told.replace(hashlib.sha256(whole).hexdigest().encode(), hashlib.sha256(own).hexdigest().encode())
        (spoilt / MANIFEST).write_bytes(_sealed_again(told))
        engine.load(spoilt, "cpu")

    return Target(make, feed)


def requests(_folder: Path) -> Target:
    """Options and requests as they are typed, sent and stored."""
    from musemate.cli_presets import parsed_options
    from musemate.engine.base import TakeRequest
    from musemate.engine.catalogue import differences, fault
    from musemate.engine.events import Progressed, event_from_json
    from musemate.jobs.messages import error_from_json

    options = {"pyramid_steps": 800, "time_scales": [16, 8, 4], "learning_rate": 0.001, "snapshots": [5, 10]}
    event = Progressed(0, 2, 5, 10, {"loss": 0.5}, 0.25, 10.0).to_json()
    error = {"type": "AudioFileError", "message": "m", "hint": "h", "detail": ""}
    take = {"seconds": 10.0, "mode": "new", "closeness": 0.5, "seed": 0, "metre": True, "scale": None, "at_steps": None}

    def feed(data: bytes) -> None:
        kind, text = data[:1], data[1:].decode("utf-8", "surrogateescape")
        values = parsed_options(text) or {}
        if kind == b"o":
            for engine, preset in (("frames", "sketch"), ("classic", "quick"), ("instant", "")):
                fault(engine, preset, values)
                differences(engine, preset, values)
        elif kind == b"e":
            event_from_json(values)
        elif kind == b"f":
            error_from_json(values)
        else:
            known = {name: value for name, value in values.items() if name in take}
            TakeRequest(**{**take, **known})

    samples = {b"o": options, b"e": event, b"f": error, b"t": take}

    def make(random: Random) -> bytes:
        kind = random.choice(list(samples))
        return kind + spoilt_json(random, [samples[kind]])

    return Target(make, feed)


def losses(folder: Path) -> Target:
    """The table of a training's losses."""
    from musemate.tasks.loss_history import read_losses

    rows = [f"{n / 10},structure 1/{2 ** (n % 3)},{n % 7},loss,{0.5 / (n + 1):.6g}" for n in range(20)]
    sample = "\r\n".join(["seconds,part,step,loss,value", *rows]).encode()

    def make(random: Random) -> bytes:
        data = spoilt_bytes(random, [sample])
        if random.random() < 0.3:
            word = random.choice(
                ("9" * 5000, "1e400", "nan", "-inf", "-5", '"', "0x10", "1_0", "9" * 20, "x" * 200_000)
            )
            data = data.replace(random.choice((b"1", b"loss", b",")), word.encode(), 2)
        return data

    def feed(data: bytes) -> None:
        (folder / "losses.csv").write_bytes(data)
        for part in read_losses(folder).parts:
            for name in part.names:
                part.curve(name, 10)
            part.near(3.0)

    return Target(make, feed)


def answer_tables(folder: Path) -> Target:
    """Answers of a study that come back from a spreadsheet."""
    from musemate.paths import resource
    from musemate.study.marks import marks_of
    from musemate.study.records import Row
    from musemate.study.rowsfile import read_csv, write_csv
    from musemate.study.templates import bundled

    templates, path = bundled(), folder / "answers.csv"
    samples = [file.read_bytes() for file in sorted(resource("studies/examples").glob("*.csv"))]
    words = ("9" * 5000, "1e400", "nan", "-inf", '"', "=1+1", "'", "other: x", "\x00", ";", "x" * 200_000, "real", "")

    def make(random: Random) -> bytes:
        data = spoilt_bytes(random, samples) if random.random() < 0.7 else random.choice(samples)
        old = random.choice((b",", b"fake", b"verdict", b"take", b"1", b"session", b"\r\n", b"maybe"))
        return data.replace(old, random.choice(words).encode(), random.choice((1, 5, 1000)))

    def feed(data: bytes) -> None:
        path.write_bytes(data)
        rows, problems = read_csv(path, templates)
        assert all(isinstance(row, Row) for row in rows) and all(problems)
        marks_of(rows)
        path.write_bytes(write_csv(rows))
        assert read_csv(path, templates) == (rows, [])

    return Target(make, feed)


def _resealed(data: bytes) -> bytes:
    """Return a picture's file with the sum that fits it: whoever changes it can change that too."""
    from musemate.analysis import picturefile

    sum_of = getattr(picturefile, "_sum_of", None)
    if sum_of is None:
        return data
    data = data[: -picturefile._SUM_BYTES]
    return data + bytes(sum_of(BytesIO(data), len(data)))


def pictures(folder: Path) -> Target:
    """Pictures that are kept beside the sounds."""
    from musemate.analysis.gridpicture import GridPicture
    from musemate.analysis.peaks import Peaks
    from musemate.analysis.spectra import MelPicture

    path = folder / "picture.npy"
    Peaks.of(AudioClip(tone(), RATE_HZ)).save(path)
    envelope = path.read_bytes()
    image = np.arange(60, dtype=np.uint8).reshape(6, 10)
    lines = np.arange(6, dtype=np.float64)
    GridPicture("stft", RATE_HZ, 6_000, 600, lines, lines, lines + 1, image).save(path)
    grid = path.read_bytes()
    MelPicture(RATE_HZ, 6_000, 600, np.arange(8.0), image).save(path)
    samples = {b"p": envelope, b"g": grid, b"m": path.read_bytes()}

    def make(random: Random) -> bytes:
        kind = random.choice(list(samples))
        return kind + spoilt_bytes(random, [samples[kind]])

    def feed(data: bytes) -> None:
        path.write_bytes(_resealed(data[1:]))
        if data[:1] == b"p":
            peaks = Peaks.load(path)
            peaks.columns(0.0, min(1e6, peaks.duration_s), 50)
            return
        picture = GridPicture.load(path, "stft") if data[:1] == b"g" else MelPicture.load(path)
        picture.columns(0.0, min(1e6, picture.duration_s), 50)
        if isinstance(picture, GridPicture):
            picture.value_at(0.1, 0)

    return Target(make, feed)


def _of_studies(name: str) -> Opened:
    """Return what prepares a target of `tests.reliability.study_targets`, which needs this module."""
    return lambda folder: import_module("tests.reliability.study_targets").TARGETS[name](folder)


TARGETS: dict[str, Opened] = {
    "headers": headers,
    "sounds": sounds,
    "answers": answers,
    "written": written,
    "projects": projects,
    "cells": cells,
    "queues": queues,
    "settings": settings,
    "window": window,
    "presets": presets,
    "manifests": manifests,
    "models": models,
    "requests": requests,
    "losses": losses,
    "tables": answer_tables,
    "pictures": pictures,
    **{name: _of_studies(name) for name in ("studies", "answer_files", "answer_cells", "questionnaires")},
}


@contextmanager
def opened(name: str, folder: Path) -> Iterator[Target]:
    """Prepare a target in a folder of its own, and tidy up."""
    own = folder / name
    own.mkdir(parents=True)
    try:
        yield TARGETS[name](own)
    finally:
        shutil.rmtree(own, ignore_errors=True)


def fed(target: Target, data: bytes) -> str:
    """Feed one input; return "understood" or "refused", or raise what must not be raised."""
    try:
        target.feed(data)
    except MuseMateError as error:
        assert error.message, "a refusal without a sentence"
        return "refused"
    return "understood"
