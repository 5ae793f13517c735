"""Measures listening: from the click to the sound, from A to B, and what the sound card's callback costs.

A private PulseAudio with a device that plays into nothing stands in for a sound card. What it plays is recorded, so
that the time from a click in the real window to its sound includes everything but the loudspeaker. Usage:
python benchmarks/listening.py [--clicks N] [--buffer MS]
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

REPOSITORY = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(REPOSITORY), str(REPOSITORY / "tests")]

RATE_HZ = 44_100
QUIET_S = 0.35
"""Silence between clicks: longer than any buffer here."""
LIMIT_S = 60.0
BLOCKS = 4_000


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clicks", type=int, default=30)
    parser.add_argument("--buffer", type=int, default=0, help="milliseconds; 0 is automatic")
    parser.add_argument("--inside", nargs=2, metavar=("PROJECT", "CLICKS"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.inside:
        _inside(Path(arguments.inside[0]), int(arguments.inside[1]), arguments.buffer)
        return
    rows = in_the_deck() + at_the_device(arguments.clicks, arguments.buffer)
    print(f"{'measured':<68}{'median':>10}{'worst':>10}{'goal':>10}")
    for what, median, worst, goal in rows:
        print(f"{what:<68}{median:>10}{worst:>10}{goal:>10}")


# in the deck -------------------------------------------------------------------------------------------


def in_the_deck() -> list[tuple[str, str, str, str]]:
    """Measure what a block costs, and after how many frames a switch has begun."""
    from musemate.audio.deck import Deck

    block = round(0.035 / 4 * RATE_HZ)
    rng = np.random.default_rng(1)
    sides = [rng.uniform(-0.5, 0.5, (2, 20 * RATE_HZ)).astype(np.float32) for _ in range(2)]
    deck, out = Deck(RATE_HZ), np.zeros((block, 2), dtype=np.float32)
    deck.wish = dataclasses.replace(deck.wish, samples=sides[0], playing=True, play_serial=1, gain=0.6, level=0.8)
    spent, late = [], []
    for index in range(BLOCKS):
        if index % 50 == 25:
            serial, other = index // 50 + 1, sides[(index // 50 + 1) % 2]
            deck.wish = dataclasses.replace(deck.wish, samples=other, seek_serial=serial, seek_to=RATE_HZ)
        began = time.perf_counter()
        deck.render(out, 0.0, 0.0)
        spent.append(1e6 * (time.perf_counter() - began))
        if index % 50 == 25:
            late.append(0 if deck._seen is deck.wish and deck._fade_left else 1)
    budget = f"{1e6 * block / RATE_HZ:.0f} µs"
    usual, worst = f"{statistics.median(spent):.0f} µs", f"{max(spent):.0f} µs"
    return [
        (f"callback: a block of {block} frames", usual, worst, budget),
        ("A/B: blocks before the cross-fade begins", f"{statistics.median(late):.0f}", f"{max(late)}", "0"),
    ]


# at the device -----------------------------------------------------------------------------------------


def at_the_device(clicks: int, buffer_ms: int) -> list[tuple[str, str, str, str]]:
    """Click in the real window and look for the sound in what the device plays."""
    from virtual_sound import null_sink

    with tempfile.TemporaryDirectory(prefix="musemate-bench-") as name, null_sink() as sink:
        folder = Path(name)
        project = _project(folder)
        env = {**sink.env, "QT_QPA_PLATFORM": "offscreen", "MUSEMATE_HOME": str(folder / "home")}
        command = [sys.executable, __file__, "--buffer", str(buffer_ms), "--inside", str(project), str(clicks)]
        recorder = ["parec", "-d", "musemate.monitor", "--format=float32le", f"--rate={RATE_HZ}", "--channels=1"]
        with subprocess.Popen(
            [*recorder, "--latency-msec=5"], env=sink.env, stdout=subprocess.PIPE, bufsize=0
        ) as parec:
            window = subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
            times_s, samples = _record(parec, window)
        assert window.stdout is not None
        report = json.loads(window.stdout.read().splitlines()[-1])
    played = _delays_ms(report["clicks"], times_s, samples, low=0.05, high=0.3)
    switched = _delays_ms(report["switches"], times_s, samples, low=0.3, high=2.0)
    what = f"buffer {report['buffer_ms']:.0f} ms"
    return [
        (f"click on a take to its sound at the device, {what}", *_ms(played), "50 ms"),
        (f"A/B: key to the other side at the device, {what}", *_ms(switched), "a buffer"),
        (f"clicks and switches that were heard: {len(played)} + {len(switched)} of {clicks} + {clicks}", "", "", ""),
    ]


def _project(folder: Path) -> Path:
    """Make a project whose take is a soft steady tone and whose fragment a loud one: levels tell them apart."""
    from musemate.audio.clip import AudioClip
    from musemate.audio.files import write_wav
    from musemate.project.store import Project

    tone = np.sin(2 * np.pi * 997 * np.arange(20 * RATE_HZ) / RATE_HZ)
    clips = [AudioClip((level * tone).astype(np.float32), RATE_HZ) for level in (0.6, 0.15)]
    with Project.create(folder / "clicks") as project:
        fragment = project.add_fragment(write_wav(folder / "loud.wav", clips[0]))
        project.set_region(fragment.id, 0.0, 20.0)
        facts = {"engine": "frames", "preset": "sketch", "device": "cpu", "seed": 1, "state": "finished"}
        run = project.add_run(fragment.id, **facts, start_s=0.0, length_s=20.0, scales=("sound",), n_finished=1)
        request = {"seconds": 20.0, "mode": "new", "closeness": 0.5, "seed": 1}
        project.add_take(run.id, project.store_clip(clips[1]), request, device="cpu")
        return project.folder


def _record(parec: subprocess.Popen[bytes], window: subprocess.Popen[bytes]) -> tuple[np.ndarray, np.ndarray]:
    """Return when each sample arrived at the latest, and the samples, until the window has ended."""
    assert parec.stdout is not None
    times_s, pieces, rest = [], [], b""
    while window.poll() is None:
        data = rest + parec.stdout.read(1 << 14)
        n = len(data) // 4
        rest, piece = data[4 * n :], np.frombuffer(data[: 4 * n], dtype="<f4")
        times_s.append(time.monotonic() - (n - np.arange(n)) / RATE_HZ)
        pieces.append(piece)
    parec.terminate()
    return np.concatenate(times_s), np.concatenate(pieces)


def _delays_ms(events_s: list[float], times_s: np.ndarray, samples: np.ndarray, low: float, high: float) -> list[float]:
    """Return how long after each event a sample of that strength arrived, where one did."""
    strong = times_s[(np.abs(samples) > low) & (np.abs(samples) < high)]
    delays = []
    for event_s in events_s:
        later = strong[np.searchsorted(strong, event_s) :]
        if later.size and later[0] - event_s < QUIET_S:
            delays.append(1000 * float(later[0] - event_s))
    return delays


def _ms(values: list[float]) -> tuple[str, str]:
    return (f"{statistics.median(values):.0f} ms", f"{max(values):.0f} ms") if values else ("-", "-")


# inside of the window's process ------------------------------------------------------------------------


def _inside(project: Path, clicks: int, buffer_ms: int) -> None:
    """Click on a take and press A again and again; print when that was."""
    from PySide6.QtCore import QEventLoop, Qt, QTimer
    from PySide6.QtTest import QTest

    from musemate.app import make_app
    from musemate.gui.memory import Memory
    from musemate.gui.window import Window

    app, memory = make_app(), Memory()
    for name, value in (("volume", 100), ("output_buffer_ms", buffer_ms), ("match", False)):
        memory.put(name, value)
    window = Window(warm=False)
    window.session.analyse = lambda fragment_id: None  # type: ignore[method-assign]
    window.first_takes.is_wanted = window.estimator.is_wanted = False
    window.show()
    window.open_paths([project])
    audition, listening, button = window.audition, window.listening, window.parts.transport.play

    def wait(milliseconds: int) -> None:
        loop = QEventLoop()  # QTest.qWait would keep Python to itself, and the sound's callback without it
        QTimer.singleShot(milliseconds, loop.quit)
        loop.exec()

    def until(is_so):  # type: ignore[no-untyped-def]
        deadline = time.monotonic() + LIMIT_S
        while not is_so() and time.monotonic() < deadline:
            wait(5)

    until(lambda: audition._is_loaded and not audition.reason)
    window.view._show_take("t1")
    until(lambda: listening.matching.gains_db is not None and audition._is_loaded)
    wait(3_000)  # a buffer that is too short shows in the silence
    played, switched = [], []
    for _ in range(clicks):
        QTest.keyClick(window, Qt.Key.Key_S)
        wait(round(1000 * QUIET_S) + 100)
        played.append(time.monotonic())
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
        wait(round(1000 * QUIET_S) + 50)
        switched.append(time.monotonic())
        QTest.keyClick(window, Qt.Key.Key_A)
        wait(round(1000 * QUIET_S) + 50)
        QTest.keyClick(window, Qt.Key.Key_B)
        wait(200)
    print(json.dumps({"clicks": played, "switches": switched, "buffer_ms": 1000 * audition.output.latency_s}))
    window.close()
    app.quit()


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    main()
