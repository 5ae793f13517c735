"""Kills a process in the middle of its writing: the project opens, and every file in it is whole."""

from __future__ import annotations

import random
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from musemate.project.keep import hash_of
from musemate.project.store import Project

WRITER = """
import sys
import numpy as np
from musemate.audio.clip import AudioClip
from musemate.project.store import Project

with Project.open(sys.argv[1]) as project, project.training("r1"):
    print("ready", flush=True)
    for number in range(1_000_000):
        project.update_run("r1", n_finished=number, scales=("x",) * (number % 50))
        samples = np.random.default_rng(number).uniform(-0.5, 0.5, (2, 20_000)).astype(np.float32)
        audio = project.store_clip(AudioClip(samples, 8000))
        request = {"seconds": 2.5, "mode": "new", "closeness": 0.5, "seed": number}
        project.add_take("r1", audio, request)
        print(number, flush=True)
"""


def kill_while_writing(folder, n_takes, wait_s):
    """Let a process write some takes and a while longer, kill it, and return how many takes it said were stored."""
    args = [sys.executable, "-c", WRITER, str(folder)]
    with subprocess.Popen(args, cwd=Path(__file__).parents[2], stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout
        assert writer.stdout.readline() == "ready\n"
        for _ in range(n_takes):
            assert writer.stdout.readline().endswith("\n")
        killer = threading.Timer(wait_s, writer.kill)
        killer.start()
        n_said = n_takes + len([line for line in writer.stdout if line.endswith("\n")])
        killer.join()
    return n_said


@pytest.mark.parametrize("n_kills", [4, pytest.param(300, marks=pytest.mark.campaign)])
def test_a_killed_writer_leaves_a_whole_project(project, add_run, n_kills):
    add_run()
    rng = random.Random(n_kills)
    n_expected = 0
    for _ in range(n_kills):
        n_expected += kill_while_writing(project.folder, rng.randrange(3), rng.uniform(0.0, 0.05))
        with Project.open(project.folder) as again:
            assert again.run("r1").state in ("stopped", "failed")
            takes = again.takes()
            assert again._database.select("PRAGMA integrity_check")[0][0] == "ok"
        assert n_expected <= len(takes) <= n_expected + 1  # the last one may be stored but not said
        n_expected = len(takes)
    assert n_expected > 0
    for take in takes:
        path = project.audio_path(take.audio)
        assert hash_of(path) == path.stem
