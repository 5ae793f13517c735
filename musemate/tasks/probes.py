"""What a developer asks first when something goes wrong on a computer: each question a function of its own.

The answers are English, whatever language the window speaks: they are meant for a bug report.
"""

from __future__ import annotations

import dataclasses
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from importlib import metadata
from pathlib import Path

from musemate import __version__, paths
from musemate.log import CRASH_SUFFIX
from musemate.settings import load_settings

Facts = list[tuple[str, str]]
"""Names and values, in the order in which they are read."""

PACKAGES = (
    "torch",
    "PySide6-Essentials",
    "numpy",
    "scipy",
    "librosa",
    "soundfile",
    "sounddevice",
    "soxr",
    "safetensors",
)
VARIABLES = (
    "LANG",
    "XDG_SESSION_TYPE",
    "QT_QPA_PLATFORM",
    "QT_SCALE_FACTOR",
    "OMP_NUM_THREADS",
    "CUDA_VISIBLE_DEVICES",
)
"""Settings of the system that change how MuseMate looks, sounds or computes."""
ASK_S = 5.0
"""How long another program may take to say its version."""
_GIB = 2.0**30


def versions() -> Facts:
    """Return the versions of MuseMate, of Python and of what it is built on."""
    frozen = "packaged" if getattr(sys, "frozen", False) else "from a Python environment"
    bits = 64 if sys.maxsize > 2**32 else 32
    facts = [("MuseMate", f"{__version__}, {frozen}"), ("Python", f"{platform.python_version()}, {bits} bit")]
    return facts + [(name, _installed(name)) for name in PACKAGES]


def libraries() -> Facts:
    """Return the versions of the libraries below: for files, and of the program ffmpeg."""
    import soundfile

    return [("libsndfile", str(soundfile.__libsndfile_version__)), ("ffmpeg", _ffmpeg())]


def machine() -> Facts:
    """Return system, processor and memory."""
    system = f"{platform.system()} {platform.release()}"
    if sys.platform == "linux":
        names = platform.freedesktop_os_release()
        system = f"{names.get('PRETTY_NAME', 'Linux')}, kernel {platform.release()}"
    elif sys.platform == "darwin":
        system = f"macOS {platform.mac_ver()[0]}"
    processor = f"{_processor()}, {platform.machine()}, {os.cpu_count()} cores"
    return [("system", system), ("processor", processor), ("memory", _memory())]


def computing() -> Facts:
    """Return each device that can compute, and whether it computes what it should; loads torch."""
    from musemate.engine.device import list_devices, repeatable
    from musemate.engine.selftest import fault

    facts = []
    for device in list_devices():
        with repeatable(device.name):
            facts.append((device.name, f"{device.label}: {fault(device.name) or 'passes the self-test'}"))
    return facts


def sound() -> Facts:
    """Return what can be played on; starts PortAudio."""
    from musemate.audio.devices import find_device, load_backend, output_names

    backend = load_backend()
    facts = [("PortAudio", str(backend.get_portaudio_version()[1]))]
    default = find_device(backend)
    facts.append(("usual output", f"{default.name}, {default.n_channels} channels, {default.rate_hz} Hz"))
    others = [name for name in output_names(backend) if name != default.name]
    return [*facts, ("other outputs", "; ".join(others) or "none")]


def folders() -> Facts:
    """Return for each folder that is written to whether that is possible and how much room there is."""
    places = {
        "projects": paths.projects_folder(),
        "log": paths.log_folder(),
        "settings": paths.settings_file().parent,
        "temporary": Path(tempfile.gettempdir()),
    }
    return [(name, folder_state(folder)) for name, folder in places.items()]


def settings() -> Facts:
    """Return the settings in use; a preset and names of the songwriter's own are not told."""
    from musemate.engine.presets import preset_names

    chosen = load_settings()
    values = dataclasses.asdict(chosen)
    if chosen.preset not in preset_names(chosen.engine):
        values["preset"] = "one of your own"
    if values["export"].get("template"):
        values["export"]["template"] = "one of your own"
    facts = [(name, str(value)) for name, value in values.items()]
    facts.append(("own folder", "yes" if os.environ.get(paths.HOME_VARIABLE) else "no"))
    return facts + [(name, os.environ[name]) for name in VARIABLES if os.environ.get(name)]


def logs() -> Facts:
    """Return how large the log is, and whether notes of a crash wait to be looked at."""
    folder = paths.log_folder()
    sizes = [(file.name, file.stat().st_size) for file in folder.glob("*.log*")] if folder.is_dir() else []
    notes = [name for name, size in sizes if name.endswith(CRASH_SUFFIX) and size]
    return [("size", f"{sum(size for _, size in sizes) / 1e6:.1f} MB"), ("notes", ", ".join(notes) or "none")]


def folder_state(folder: Path) -> str:
    """Say whether a folder, or the one that it would be made in, can be written, and how much room there is."""
    there = next(place for place in (folder, *folder.parents) if place.exists())
    mode = there.stat().st_mode & 0o777
    words = "" if there == folder else "is made when needed, "
    try:
        with tempfile.TemporaryFile(dir=there):
            words += "can be written"
    except OSError as error:
        words += f"cannot be written ({error.strerror or type(error).__name__})"
    return f"{folder}: {words}, rights {mode:03o}, {shutil.disk_usage(there).free / _GIB:.1f} GiB free"


def _installed(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "not found"


def _ffmpeg() -> str:
    from musemate.audio.ffmpeg import has_ffmpeg

    if not has_ffmpeg():
        return "not installed"
    said = subprocess.run(["ffmpeg", "-version"], capture_output=True, timeout=ASK_S, check=False).stdout
    found = re.match(rb"ffmpeg version (\S+)", said)
    return found[1].decode("ascii", "replace") if found else "does not say"


def _processor() -> str:
    if sys.platform == "linux":
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or "unknown"


def _memory() -> str:
    from musemate.engine.free import held_bytes, room_mib

    room, whole = room_mib("cpu"), _physical_bytes()
    free = None if room is None else room * 2**20 - held_bytes()
    return ", ".join(
        f"{value / _GIB:.1f} GiB {what}" if value is not None else f"{what}: unknown"
        for value, what in ((whole, "built in"), (free, "free"))
    )


def _physical_bytes() -> float | None:
    if sys.platform == "win32":
        from musemate.engine.windows_memory import physical

        return physical()
    return float(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))


PROBES = {
    "Versions": versions,
    "Libraries": libraries,
    "This computer": machine,
    "Computing": computing,
    "Sound": sound,
    "Folders": folders,
    "Settings": settings,
    "Log": logs,
}
"""Title of each section and the function that fills it."""
