"""Sound devices for tests: a fake one that is pumped by hand, and a real one that is only software.

`FakeSound` stands in for the module sounddevice: `Player(backend=FakeSound())`. `null_sink` starts a private PulseAudio
whose only device plays into nothing and can be recorded. PortAudio reads its environment when it starts, so what plays
into the null sink has to be a new process with `NullSink.env`.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest

SINK_RATE_HZ = 44_100
_PROGRAMS = ("pulseaudio", "pactl", "parec")
_HANG_S = 180.0
"""No import from beside: processes of other folders read this file too."""


class FakeSound:
    """The part of sounddevice that the player uses, with a device that asks for sound only when told to.

    Parameters
    ----------
    rates_hz : tuple of int
        Sample rates that the device plays; the first is its own.
    n_channels : int
        Output channels; 0 is a machine without a sound device.
    """

    class PortAudioError(Exception):
        """What PortAudio's failures are."""

    class CallbackStop(Exception):  # noqa: N818 - sounddevice's own name
        """Raised by a callback that wants to stop."""

    def __init__(
        self,
        rates_hz: tuple[int, ...] = (44_100, 48_000),
        n_channels: int = 2,
        names: tuple[str, ...] = ("Speakers",),
    ) -> None:
        self.rates_hz = rates_hz
        self.n_channels = n_channels
        self.names = names
        self.refused_on_opening: tuple[int, ...] = ()
        """Rates that the device promises to play, and then does not."""
        self.streams: list[FakeStream] = []
        self.restarts = 0

    def query_devices(self, kind: str = "") -> Any:
        """Describe the default device, or all of them."""
        if kind and self.n_channels == 0:
            raise self.PortAudioError("Error querying device -1")
        entries = [
            {
                "name": name,
                "index": index,
                "hostapi": 0,
                "max_output_channels": self.n_channels,
                "default_samplerate": float(self.rates_hz[0]),
            }
            for index, name in enumerate(self.names)
        ]
        return entries[0] if kind else entries

    def check_output_settings(self, device: int | None, channels: int, dtype: str, samplerate: int) -> None:
        """Refuse what the device cannot play."""
        if samplerate not in self.rates_hz:
            raise self.PortAudioError("Invalid sample rate [PaErrorCode -9997]")

    def OutputStream(self, **settings: Any) -> FakeStream:  # noqa: N802 - sounddevice's own name
        """Open a device."""
        if self.n_channels == 0:
            raise self.PortAudioError("Device unavailable [PaErrorCode -9985]")
        if settings["samplerate"] in self.refused_on_opening:
            raise self.PortAudioError("Invalid sample rate [PaErrorCode -9997]")
        self.streams.append(FakeStream(self, **settings))
        return self.streams[-1]

    def _terminate(self) -> None:
        self.restarts += 1

    def _initialize(self) -> None:
        pass

    def unplug(self, *names: str) -> None:
        """Pull these devices out, or all: streams stop, and what is gone cannot be opened."""
        self.names = tuple(name for name in self.names if name not in names) if names else self.names
        self.n_channels = self.n_channels if names and self.names else 0
        for stream in self.streams:
            stream.active = False

    def pump(self, n_frames: int, block: int = 512) -> np.ndarray:
        """Let the last opened stream play so many frames; return them, shape (frames, channels)."""
        return self.streams[-1].pump(n_frames, block)


@dataclass
class FakeStream:
    """A stream that never runs by itself."""

    sound: FakeSound
    device: int | None
    samplerate: int
    channels: int
    dtype: str
    latency: float
    callback: Callable[..., None]
    active: bool = False
    closed: bool = False
    status: bool = False
    """What the callback is told: True for a device that ran out of sound."""
    calls: list[str] = field(default_factory=list)

    def start(self) -> None:
        """Run."""
        if self.sound.n_channels == 0:
            raise self.sound.PortAudioError("Device unavailable [PaErrorCode -9985]")
        self.calls.append("start")
        self.active = True

    def stop(self) -> None:
        """Stop after what is buffered."""
        self.calls.append("stop")
        self.active = False

    def abort(self) -> None:
        """Stop at once."""
        self.calls.append("abort")
        self.active = False

    def close(self) -> None:
        """Free the device."""
        self.closed = True

    def pump(self, n_frames: int, block: int = 512) -> np.ndarray:
        """Ask the callback for frames until there are enough, or until it stops."""
        blocks = []
        while n_frames > 0 and self.active:
            out = np.full((min(block, n_frames), self.channels), np.nan, dtype=np.float32)
            try:
                self.callback(out, len(out), None, self.status)
            except self.sound.CallbackStop:
                self.active = False
            blocks.append(out)
            n_frames -= len(out)
        return np.concatenate(blocks) if blocks else np.zeros((0, self.channels), dtype=np.float32)


class Recording:
    """What the null sink played, read from parec on a thread of its own."""

    def __init__(self, env: dict[str, str]) -> None:
        command = ["parec", "-d", "musemate.monitor", "--format=float32le", f"--rate={SINK_RATE_HZ}"]
        self._parec = subprocess.Popen(
            [*command, "--channels=2", "--latency-msec=20"], env=env, stdout=subprocess.PIPE, bufsize=0
        )
        self._pieces: list[bytes] = []
        self._begun = threading.Event()
        self._thread = threading.Thread(target=self._collect, name="parec")
        self._thread.start()

    def wait_for_first_bytes(self) -> None:
        """Return once the recorder runs."""
        assert self._begun.wait(_HANG_S), "parec recorded nothing"

    def end(self) -> None:
        """Stop recording."""
        self._parec.terminate()
        self._thread.join()
        self._parec.wait()
        assert self._parec.stdout is not None
        self._parec.stdout.close()

    @property
    def samples(self) -> np.ndarray:
        """The sound so far, shape (2, frames), float32, 44.1 kHz."""
        data = b"".join(self._pieces)
        return np.frombuffer(data[: len(data) // 8 * 8], dtype="<f4").reshape(-1, 2).T

    def _collect(self) -> None:
        assert self._parec.stdout is not None
        while data := self._parec.stdout.read(1 << 16):
            self._pieces.append(data)
            self._begun.set()


@dataclass(frozen=True)
class NullSink:
    """A running private PulseAudio: the environment that leads to it."""

    env: dict[str, str]

    def control(self, *words: str) -> None:
        """Call pactl."""
        subprocess.run(["pactl", *words], env=self.env, check=True, capture_output=True, timeout=_HANG_S)

    @contextlib.contextmanager
    def recording(self) -> Iterator[Recording]:
        """Record what the device plays while the block runs."""
        recording = Recording(self.env)
        try:
            recording.wait_for_first_bytes()
            yield recording
        finally:
            recording.end()


@contextlib.contextmanager
def null_sink() -> Iterator[NullSink]:
    """Start a private PulseAudio with a null sink as its default device; skip the test where that is not possible."""
    missing = [program for program in _PROGRAMS if shutil.which(program) is None]
    if missing:
        pytest.skip(f"no virtual sound device: {', '.join(missing)} is not installed")
    if not _alsa_plugin_is_there():
        pytest.skip("no virtual sound device: ALSA's pulse plugin (libasound2-plugins) is not installed")
    with tempfile.TemporaryDirectory(prefix="musemate-sound-") as name:  # short: a socket's path is limited to 107
        folder = Path(name)
        env = _environment(folder)
        with (folder / "log").open("wb") as log, _ended(_pulseaudio(folder, env, log)) as server:
            _wait_until_up(server, env, folder / "log")
            subprocess.run(["pactl", "set-default-sink", "musemate"], env=env, check=True, timeout=_HANG_S)
            yield NullSink(env)


def _alsa_plugin_is_there() -> bool:
    return any(Path("/usr/lib").glob("**/alsa-lib/libasound_module_pcm_pulse.so"))


def _environment(folder: Path) -> dict[str, str]:
    alsa = folder / "alsa.conf"
    alsa.write_text(
        "</usr/share/alsa/alsa.conf>\npcm.!default { type pulse }\nctl.!default { type pulse }\n", encoding="utf-8"
    )
    return {
        **os.environ,
        "HOME": str(folder),
        "XDG_RUNTIME_DIR": str(folder),
        "XDG_CONFIG_HOME": str(folder),
        "PULSE_SERVER": f"unix:{folder}/pulse.sock",
        "ALSA_CONFIG_PATH": str(alsa),
    }


def _pulseaudio(folder: Path, env: dict[str, str], log: Any) -> subprocess.Popen[bytes]:
    manners = ["--daemonize=no", "--exit-idle-time=-1", "--disallow-exit", "--use-pid-file=no"]
    modules = [
        f"module-native-protocol-unix socket={folder}/pulse.sock auth-anonymous=1",
        f"module-null-sink sink_name=musemate rate={SINK_RATE_HZ} channels=2 format=float32le",
    ]
    loads = [word for module in modules for word in ("-L", module)]
    command = ["pulseaudio", "-n", *manners, "--realtime=no", "--high-priority=no", *loads]
    return subprocess.Popen(command, env=env, stdout=log, stderr=log)


def _wait_until_up(server: subprocess.Popen[bytes], env: dict[str, str], log: Path) -> None:
    deadline = time.monotonic() + _HANG_S
    while subprocess.run(["pactl", "info"], env=env, capture_output=True, timeout=_HANG_S, check=False).returncode != 0:
        if server.poll() is not None or time.monotonic() > deadline:
            pytest.fail(f"pulseaudio did not start:\n{log.read_text(errors='replace')}")


@contextlib.contextmanager
def _ended(process: subprocess.Popen[bytes]) -> Iterator[subprocess.Popen[bytes]]:
    """End a process on the way out and collect it."""
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
