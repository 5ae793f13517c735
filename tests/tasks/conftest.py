"""A project with one fragment and an engine that costs nothing."""

from __future__ import annotations

import importlib
from pathlib import Path

import numpy as np
import pytest

from musemate.audio.clip import AudioClip
from musemate.audio.files import write_wav
from musemate.project.store import Project


def never():
    return False


@pytest.fixture
def perform():
    """Return a function that runs a task to its end and returns its events."""

    def run(task, *args, cancelled=never, **more):
        return list(task(*args, cancelled=cancelled, **more))

    return run


@pytest.fixture
def toy(monkeypatch):
    """Let tasks use the toy engine, here and in spawned workers (finder "toy_engine:get_task")."""
    monkeypatch.syspath_prepend(str(Path(__file__).parent))
    engine = importlib.import_module("toy_engine").ToyEngine()
    engine.requests.clear()
    for module in ("train", "generate", "estimate"):
        monkeypatch.setattr(f"musemate.tasks.{module}.get_engine", lambda name: engine)
    return engine


@pytest.fixture
def card(monkeypatch):
    """Add a device that stands in for a graphics card and return its name: torch computes on the CPU there."""
    from musemate.engine import device

    devices = [device.Device("cpu:0", "Card (8 GB)"), device.Device("cpu", "CPU (2 cores)")]
    monkeypatch.setattr(device, "list_devices", lambda: devices)
    monkeypatch.setattr("musemate.tasks.generate._said", set())
    return "cpu:0"


@pytest.fixture
def card_fails(monkeypatch):
    """Let that card fail its self-test."""
    from musemate.engine import device, selftest

    monkeypatch.setattr(device, "fault", lambda name: selftest.WRONG)


@pytest.fixture
def make_wav(tmp_path):
    """Return a function that writes a soft noise."""

    def make(name="song.wav", seconds=4.0, channels=2, seed=0):
        noise = np.random.default_rng(seed).uniform(-0.3, 0.3, (channels, round(seconds * 8000)))
        return write_wav(tmp_path / name, AudioClip(noise.astype(np.float32), 8000), "24", overwrite=True)

    return make


@pytest.fixture
def store(tmp_path, make_wav):
    """Return a project with a fragment f1 of 4 s."""
    with Project.create(tmp_path / "project") as store:
        store.add_fragment(make_wav())
        yield store


@pytest.fixture
def folder(store):
    return str(store.folder)
