#!/usr/bin/env python3
"""Starts MuseMate from this folder; the first call installs it into .venv, later calls start at once.

    python3 muse.py                the window
    python3 muse.py demo           trains on the bundled fragment, makes four takes and shows them
    python3 muse.py test [...]     the tests; the rest goes to pytest
    python3 muse.py ANYTHING       the command line, for instance: python3 muse.py info song.wav

On Windows: py muse.py. MUSEMATE_TORCH_INDEX names the index to take torch from: the address that PyTorch's
"Get started" page shows for your system (useful on Windows with an NVIDIA card, and on Linux without one).

Standard library only, and written so that Python 3.6 can read it far enough to say that it is too old.
"""

import hashlib
import importlib.util
import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

if sys.version_info < (3, 11):  # noqa: UP036 - this is where an older one learns about it
    sys.stderr.write(
        f"MuseMate needs Python 3.11 or later, and this is {platform.python_version()}: install a newer one "
        "(python.org, or your system's packages) and start muse.py with it.\n"
    )
    sys.exit(2)

import ctypes
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
LOG = VENV / "setup.log"
PIP_INSTALL = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", "install"]
ALL_TESTS = ["-n", "2", "--dist", "worksteal"]
"""Two processes share out all fast tests. A choice of tests runs in one, which a debugger and a graphics card need."""
QT_LIBRARIES = {
    "libglib-2.0.so.0": "libglib2.0-0",
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
}
"""What Qt needs of a Linux system, with the names of Debian's and Ubuntu's packages."""
X11_LIBRARIES = {
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
}
"""What Qt needs besides on an X11 screen."""

NO_NETWORK = re.compile(
    r"connection broken by|NewConnectionError|NameResolutionError|Failed to establish|getaddrinfo failed"
    r"|name resolution|Network is unreachable|TimeoutError|timed out|ProxyError|Max retries exceeded",
    re.IGNORECASE,
)
DISK_FULL = re.compile(r"No space left on device|Errno 28|not enough space on the disk|Disk quota exceeded")
NO_PACKAGE = re.compile(r"No matching distribution found for (\S+)")
DISK_FULL_SENTENCE = (
    "The disk is full: make room (2 GB; 8 GB on Linux with a GPU), there or in the folder for temporary files, "
    "and call again."
)
VENV_BYTES = 50_000_000
"""What an empty virtual environment takes."""


class SetupError(Exception):
    """A sentence that says why MuseMate cannot be set up, and what to do."""


def main(arguments: list[str]) -> int:
    """Set up what is missing, then become the program that was asked for; return the exit code."""
    wants_tests = arguments[:1] == ["test"]
    try:
        if wants_tests or opens_window(arguments):
            check_window_libraries(with_x11=not wants_tests)
        extra = "test" if wants_tests else "app"
        if not is_ready(extra):
            with one_at_a_time():
                if not is_ready(extra):
                    set_up(extra)
    except SetupError as error:
        print(f"muse.py: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"muse.py: {sentence_for(str(error))}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nStopped. The next call completes the set-up.", file=sys.stderr)
        return 130
    if wants_tests:
        os.chdir(ROOT)
        return become([str(PYTHON), "-m", "pytest", *(arguments[1:] or ALL_TESTS)])
    return become([str(PYTHON), "-P", "-m", "musemate", *arguments])


def become(command: list[str]) -> int:
    """Turn into the command, so that its exit code, Ctrl+C and signals are its own."""
    if os.name == "posix":
        sys.stdout.flush()
        os.execv(command[0], command)
    process = subprocess.Popen(command)  # Windows has no exec that waits
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:  # the command got the same Ctrl+C and decides itself
            continue


def fingerprint() -> str:
    """Return a hash of everything that a finished installation depends on."""
    digest = hashlib.sha256()
    for name in ("pyproject.toml", "constraints.txt"):
        digest.update((ROOT / name).read_bytes())
    # an editable installation points to this folder, and its packages belong to one interpreter
    digest.update(f"{ROOT}|{os.path.realpath(PYTHON)}".encode())
    return digest.hexdigest()


def stamp_file(extra: str) -> Path:
    """Return the file that says with which fingerprint and torch index an installation was finished."""
    return VENV / f"musemate-{extra}.stamp"


def is_ready(extra: str) -> bool:
    """Tell whether the last set-up with this extra was finished and nothing has changed since."""
    if not PYTHON.exists() or not stamp_file(extra).exists():
        return False
    stamp, _, index = stamp_file(extra).read_text(encoding="utf-8").partition("\n")
    wanted = os.environ.get("MUSEMATE_TORCH_INDEX", index)
    return stamp == fingerprint() and wanted == index


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Wait while another call sets up; the system takes the lock back however that call ends."""
    with Path(__file__).open("rb") as lock:
        if sys.platform == "win32":
            import msvcrt

            lock.seek(1 << 30)  # Windows locks bytes for readers too, so take one that nobody reads
            while True:
                try:
                    msvcrt.locking(lock.fileno(), msvcrt.LK_LOCK, 1)
                    break
                except OSError:  # after ten seconds
                    continue
        else:
            import fcntl

            with suppress(OSError):  # some network folders have no locks
                fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def set_up(extra: str) -> None:
    """Make or complete .venv; stamps come last, so that the next call repairs an interrupted one."""
    print(f"Setting MuseMate up in {VENV}. This happens once and takes a few minutes.", flush=True)
    for name in ("app", "test"):
        stamp_file(name).unlink(missing_ok=True)
    make_venv()
    remove_half_installed()
    install_torch()
    target = f"{ROOT}[test]" if extra == "test" else str(ROOT)
    pip("--prefer-binary", "--constraint", str(ROOT / "constraints.txt"), "--editable", target)
    stamp = f"{fingerprint()}\n{os.environ.get('MUSEMATE_TORCH_INDEX', '')}"
    for name in {"app", extra}:
        stamp_file(name).write_text(stamp, encoding="utf-8")


def make_venv() -> None:
    """Make the virtual environment, unless there is one that works."""
    if PYTHON.exists() and subprocess.run([PYTHON, "-c", "import pip"], capture_output=True).returncode == 0:
        return
    if importlib.util.find_spec("venv") is None or importlib.util.find_spec("ensurepip") is None:
        add_system_packages(["python3-venv"], "This Python cannot make virtual environments")
    done = subprocess.run(
        [sys.executable, "-m", "venv", "--clear", str(VENV)], capture_output=True, text=True, errors="replace"
    )
    if done.returncode == 0:
        return
    if shutil.disk_usage(ROOT).free < VENV_BYTES:
        raise SetupError(DISK_FULL_SENTENCE)  # venv does not say why it failed
    raise SetupError(sentence_for(done.stdout + done.stderr))


def remove_half_installed() -> None:
    """Remove the marks of packages whose installation was interrupted: pip would trust them."""
    for mark in [
        *VENV.glob("lib/python*/site-packages/*.dist-info"),
        *VENV.glob("Lib/site-packages/*.dist-info"),
    ]:
        if not (mark / "RECORD").exists():
            shutil.rmtree(mark)


def install_torch() -> None:
    """Install the torch of constraints.txt ahead of the rest, from where its right build is."""
    pins = (ROOT / "constraints.txt").read_text(encoding="utf-8").split()
    torch = next(pin for pin in pins if pin.startswith("torch=="))
    index = os.environ.get("MUSEMATE_TORCH_INDEX")
    if index:
        pip("--index-url", index, "--no-deps", "--force-reinstall", torch)
        return
    # Only where pip's own configuration names a folder of wheels (test machines) is one found; elsewhere this
    # fails at once, and torch comes from the registry with the rest.
    offline = [*PIP_INSTALL, "--no-index", "--no-deps", torch]
    done = subprocess.run(offline, capture_output=True, text=True, errors="replace")
    if done.returncode != 0 and not NO_PACKAGE.search(done.stderr):
        raise SetupError(sentence_for(done.stderr))


def pip(*arguments: str) -> None:
    """Run pip install: its progress is shown, its complaints go to the log and become one sentence."""
    LOG.unlink(missing_ok=True)
    done = subprocess.run([*PIP_INSTALL, "--log", str(LOG), *arguments], stderr=subprocess.DEVNULL)
    if done.returncode != 0:
        said = LOG.read_text(encoding="utf-8", errors="replace") if LOG.exists() else ""
        raise SetupError(f"{sentence_for(said)} (Details: {LOG})")


def sentence_for(output: str) -> str:
    """Return what the songwriter should know of a failed step, from what it printed."""
    if DISK_FULL.search(output):
        return DISK_FULL_SENTENCE
    if NO_NETWORK.search(output):
        return "The packages cannot be downloaded: check the internet connection and call again."
    missing = NO_PACKAGE.search(output)
    if missing:
        python = f"Python {platform.python_version()} ({platform.architecture()[0]})"
        return f"There is no {missing[1]} for {python} on this system: try Python 3.12, 64-bit."
    if "Permission denied" in output or "Read-only file system" in output:
        return f"{ROOT} cannot be written to: move MuseMate into a folder of your own and call again."
    complaints = [line.strip() for line in output.splitlines() if "error" in line.lower()]
    reason = complaints[-1] if complaints else "no reason was given"
    return f"The set-up failed ({reason}); delete the folder {VENV} and call again."


def opens_window(arguments: list[str]) -> bool:
    """Tell whether these arguments end in a window on this machine."""
    has_screen = not sys.platform.startswith("linux") or "DISPLAY" in os.environ or "WAYLAND_DISPLAY" in os.environ
    return not arguments or (arguments == ["demo"] and has_screen)


def check_window_libraries(with_x11: bool) -> None:
    """See to the system libraries that Qt needs on Linux and that no Python package brings."""
    if not sys.platform.startswith("linux"):
        return
    with_x11 = with_x11 and "DISPLAY" in os.environ and "WAYLAND_DISPLAY" not in os.environ
    wanted = {**QT_LIBRARIES, **(X11_LIBRARIES if with_x11 else {})}
    missing = [package for library, package in wanted.items() if not is_loadable(library)]
    if missing:
        add_system_packages(missing, "The window needs system libraries that are not installed")


def is_loadable(library: str) -> bool:
    """Tell whether the system's loader finds a shared library."""
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def add_system_packages(packages: list[str], reason: str) -> None:
    """Install Debian packages when run by root (a container, a test machine); else say how to."""
    names = " ".join(packages)
    if not shutil.which("apt-get"):
        raise SetupError(f"{reason}: install what your system calls {names} and call again.")
    if os.name != "posix" or os.geteuid() != 0:
        raise SetupError(f"{reason}: sudo apt install {names}")
    print(f"{reason}; installing {names}.", flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for step in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", *packages]):
        done = subprocess.run(["apt-get", *step], env=environment, capture_output=True, text=True)
        if done.returncode != 0:
            raise SetupError(f"{reason}, and apt-get install {names} failed: {sentence_for(done.stderr)}")
    importlib.invalidate_caches()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
