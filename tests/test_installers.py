"""What packaging can get wrong without the long build: the package's layout, its facts, and the worker check."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

REPOSITORY = Path(__file__).resolve().parents[1]


def load(path: Path) -> ModuleType:
    """Import a script by its path."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.skipif(not shutil.which("dpkg-deb"), reason="dpkg-deb is not on this system")
def test_the_deb_puts_everything_in_its_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    build_deb = load(REPOSITORY / "installers" / "linux" / "build_deb.py")
    frozen = tmp_path / "dist" / "musemate"
    frozen.mkdir(parents=True)
    (frozen / "musemate").write_text("#!/bin/sh\necho frozen\n")
    (frozen / "musemate").chmod(0o755)
    monkeypatch.setattr(build_deb, "BUILD", tmp_path / "build")
    monkeypatch.setattr(build_deb, "DIST", tmp_path / "dist")
    monkeypatch.setattr(build_deb, "check_tools", lambda: None)
    monkeypatch.setattr(build_deb, "freeze", lambda: None)
    build_deb.main()

    (package,) = (tmp_path / "dist").glob("musemate_*.deb")
    fields = subprocess.run(
        ["dpkg-deb", "--field", package, "Package", "Architecture"], capture_output=True, text=True, check=True
    ).stdout
    assert fields == f"Package: musemate\nArchitecture: {build_deb.architecture()}\n"
    subprocess.run(["dpkg-deb", "--extract", package, tmp_path / "root"], check=True)
    started = subprocess.run([tmp_path / "root/usr/bin/musemate"], capture_output=True, text=True, check=True)
    assert started.stdout == "frozen\n"
    for file in ("applications/musemate.desktop", "icons/hicolor/scalable/apps/musemate.svg"):
        assert (tmp_path / "root/usr/share" / file).stat().st_mode & 0o777 == 0o644


def test_the_worker_check_runs_a_task_in_another_process(tmp_path: Path) -> None:
    """Goes through installers/start.py as a package does, without freezing."""
    demo = str(REPOSITORY / "resources" / "demo.flac")
    arguments = json.dumps({"project": str(tmp_path / "P"), "files": [demo]})
    done = subprocess.run(
        [sys.executable, REPOSITORY / "installers" / "start.py", "--check-worker", "import_audio", arguments],
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0, done.stdout + done.stderr
    assert lines[-1] == {"job": 1, "end": "succeeded"}
    assert {"event": "fragment", "fragment": "f1", "file": demo} in [line.get("event") for line in lines]
