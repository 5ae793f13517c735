"""Builds dist/musemate_VERSION_ARCH.deb: PyInstaller's one folder with Python and torch, for Debian and Ubuntu.

Run it with an environment that has MuseMate's requirements, a CPU build of torch, and PyInstaller
(the extra "installers"): .venv/bin/python installers/linux/build_deb.py
"""

from __future__ import annotations

import ctypes.util
import importlib.util
import os
import platform
import shutil
import subprocess
import sys
import sysconfig
import tomllib
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
BUILD = REPOSITORY / "build"
DIST = REPOSITORY / "dist"
PROGRAM = Path("usr/lib/musemate")
DEPENDS = (
    "fonts-dejavu-core | fonts-liberation | fonts-noto-core",
    "libdbus-1-3",
    "libegl1",
    "libfontconfig1",
    "libgl1",
    "libglib2.0-0",
    "libportaudio2",
    "libxcb-cursor0",
    "libxcb-icccm4",
    "libxcb-keysyms1",
    "libxkbcommon-x11-0",
    "libxkbcommon0",
)
"""What Qt and sounddevice take from the system."""
CONTROL = """\
Package: musemate
Version: {version}
Architecture: {architecture}
Maintainer: The MuseMate developers <noreply@example.org>
Installed-Size: {size_kib}
Depends: {depends}
Suggests: ffmpeg
Section: sound
Priority: optional
Description: {summary}
 Load a fragment of a song, train on nothing else, and listen to takes: new
 material and variations in the fragment's own sound. Works offline, on the CPU.
"""


def main() -> None:
    """Build the package and print where it is."""
    check_tools()
    with (REPOSITORY / "pyproject.toml").open("rb") as file:
        project = tomllib.load(file)["project"]
    freeze()
    root = stage()
    write_control(root, project["version"], project["description"])
    package = DIST / f"musemate_{project['version']}_{architecture()}.deb"
    # zstd 12 packs in a minute what xz takes ten for, and Debian 12 and Ubuntu 22.04 read it
    run("dpkg-deb", "--root-owner-group", "-Zzstd", "-z12", "--build", root, package)
    print(f"{package} ({package.stat().st_size / 1e6:.0f} MB)")


def check_tools() -> None:
    """End with a sentence when something is missing that PyInstaller or dpkg would miss minutes later."""
    python = f"python{sys.version_info.major}.{sys.version_info.minor}"
    own_library = Path(sysconfig.get_config_var("LIBDIR") or "/", sysconfig.get_config_var("LDLIBRARY") or "-")
    found = {
        "pyinstaller (pip)": importlib.util.find_spec("PyInstaller") is not None,
        "binutils": shutil.which("objdump") is not None,
        "dpkg": shutil.which("dpkg-deb") is not None,
        f"lib{python}": own_library.exists() or ctypes.util.find_library(python) is not None,
    }
    if missing := [name for name, is_there in found.items() if not is_there]:
        sys.exit(f"Install these first: {', '.join(missing)}")


def run(*command: str | Path) -> None:
    """Run a command in the build folder; an exit code other than 0 ends the build."""
    print("+", *command, flush=True)
    subprocess.run([str(part) for part in command], cwd=BUILD, check=True)


def freeze() -> None:
    """Make dist/musemate with PyInstaller, from the package as users get it."""
    package = BUILD / "package"
    shutil.rmtree(BUILD, ignore_errors=True)  # setuptools would pack modules left from an earlier build too
    BUILD.mkdir()
    run(sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", package, REPOSITORY)
    # PyInstaller looks for modules and data on Python's own import path, and must not find the repository there
    os.environ["PYTHONPATH"] = str(package)
    spec = REPOSITORY / "installers" / "musemate.spec"
    work = BUILD / "pyinstaller"
    run(sys.executable, "-m", "PyInstaller", "--noconfirm", "--distpath", DIST, "--workpath", work, spec)


def stage() -> Path:
    """Lay the files out as they will be on the system; return the folder that stands for its root."""
    root = BUILD / "deb"
    shutil.copytree(DIST / "musemate", root / PROGRAM, symlinks=True)
    command = root / "usr/bin/musemate"
    command.parent.mkdir(parents=True)
    command.symlink_to(Path("..", "lib", "musemate", "musemate"))
    icon = REPOSITORY / "resources" / "musemate.svg"
    for source, folder in (
        (HERE / "musemate.desktop", "usr/share/applications"),
        (icon, "usr/share/icons/hicolor/scalable/apps"),
        (REPOSITORY / "CHANGELOG.md", "usr/share/doc/musemate"),
    ):
        (root / folder).mkdir(parents=True, exist_ok=True)
        shutil.copy(source, root / folder)
        (root / folder / source.name).chmod(0o644)
    return root


def write_control(root: Path, version: str, summary: str) -> None:
    """Write what dpkg needs to know."""
    libc = platform.libc_ver()[1]
    size = sum(path.lstat().st_size for path in root.rglob("*") if not path.is_dir())
    control = CONTROL.format(
        version=version,
        architecture=architecture(),
        size_kib=size // 1024,
        depends=", ".join((f"libc6 (>= {libc})", *DEPENDS)),
        summary=summary,
    )
    (root / "DEBIAN").mkdir()
    (root / "DEBIAN" / "control").write_text(control, encoding="utf-8")


def architecture() -> str:
    """Return Debian's name of this machine's architecture."""
    done = subprocess.run(["dpkg", "--print-architecture"], capture_output=True, text=True, check=True)
    return done.stdout.strip()


if __name__ == "__main__":
    main()
