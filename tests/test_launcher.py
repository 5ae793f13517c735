"""The launcher: when it sets up again, what it says when it cannot, and that it becomes what it starts.

The whole way from a fresh clone is gone by .ci/run, which starts the tests with it.
"""

from __future__ import annotations

import ast
import importlib.util
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

REPOSITORY = Path(__file__).resolve().parents[1]
POSIX = pytest.mark.skipif(os.name != "posix", reason="signals and exec are POSIX")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Make a copy of the launcher with a small project of its own, under a name with spaces and umlauts."""
    folder = tmp_path / "My songs ünd more"
    package = folder / "musemate"
    package.mkdir(parents=True)
    for name in ("muse.py", "constraints.txt"):
        shutil.copy(REPOSITORY / name, folder)
    (folder / "pyproject.toml").write_text('[project]\nname = "musemate"\nversion = "1"\n')
    (package / "__init__.py").write_text("")
    return folder


def load(folder: Path) -> ModuleType:
    """Import the launcher that lies in `folder`."""
    spec = importlib.util.spec_from_file_location("muse_under_test", folder / "muse.py")
    assert spec is not None and spec.loader is not None
    muse = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(muse)
    return muse


def installed(folder: Path) -> ModuleType:
    """Import the launcher as if it had just set itself up for the window."""
    muse = load(folder)
    muse.PYTHON.parent.mkdir(parents=True)
    muse.PYTHON.symlink_to(sys.executable)
    muse.stamp_file("app").write_text(f"{muse.fingerprint()}\n")
    return muse


def call(folder: Path, *arguments: str, code: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the launcher in a new interpreter, after `code`."""
    start = "import runpy, sys; sys.argv[0] = 'muse.py'; runpy.run_path('muse.py', run_name='__main__')"
    run = f"{code}\n{start}"
    return subprocess.run(
        [sys.executable, "-c", run, *arguments],
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )


class TestStamp:
    def test_nothing_is_ready_at_first(self, folder: Path) -> None:
        assert not load(folder).is_ready("app")

    def test_a_finished_set_up_is_ready_for_what_it_installed(self, folder: Path) -> None:
        muse = installed(folder)
        assert muse.is_ready("app")
        assert not muse.is_ready("test")

    @pytest.mark.parametrize("name", ["pyproject.toml", "constraints.txt"])
    def test_changed_requirements_are_installed(self, folder: Path, name: str) -> None:
        muse = installed(folder)
        with (folder / name).open("a") as file:
            file.write("\n# changed\n")
        assert not muse.is_ready("app")

    def test_other_files_do_not_matter(self, folder: Path) -> None:
        muse = installed(folder)
        (folder / "README.md").write_text("new")
        assert muse.is_ready("app")

    def test_a_moved_folder_is_set_up_again(self, folder: Path) -> None:
        installed(folder)
        moved = folder.rename(folder.with_name("elsewhere"))
        assert not load(moved).is_ready("app")

    def test_a_vanished_python_is_set_up_again(self, folder: Path) -> None:
        muse = installed(folder)
        muse.PYTHON.unlink()
        muse.PYTHON.symlink_to(folder / "python3.99")
        assert not muse.is_ready("app")

    def test_another_torch_index_is_set_up_again(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        muse = installed(folder)
        monkeypatch.setenv("MUSEMATE_TORCH_INDEX", "https://example.org/cu128")
        assert not muse.is_ready("app")
        muse.stamp_file("app").write_text(f"{muse.fingerprint()}\nhttps://example.org/cu128")
        assert muse.is_ready("app")
        monkeypatch.delenv("MUSEMATE_TORCH_INDEX")  # asked for once is enough
        assert muse.is_ready("app")

    def test_a_failed_set_up_leaves_no_stamp(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        muse = installed(folder)
        monkeypatch.setattr(muse, "make_venv", lambda: None)
        monkeypatch.setattr(muse, "install_torch", lambda: None)
        monkeypatch.setattr(muse, "pip", lambda *_: (_ for _ in ()).throw(muse.SetupError("no")))
        with pytest.raises(muse.SetupError):
            muse.set_up("test")
        assert not muse.is_ready("app")

    def test_a_set_up_for_tests_serves_the_window_too(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        muse = installed(folder)
        calls: list[tuple[str, ...]] = []
        monkeypatch.setattr(muse, "make_venv", lambda: None)
        monkeypatch.setattr(muse, "install_torch", lambda: None)
        monkeypatch.setattr(muse, "pip", lambda *arguments: calls.append(arguments))
        muse.set_up("test")
        assert calls[-1][-2:] == ("--editable", f"{folder}[test]")
        assert muse.is_ready("app")
        assert muse.is_ready("test")


def test_half_installed_packages_are_forgotten(folder: Path) -> None:
    muse = load(folder)
    packages = muse.VENV / "lib" / "python3.11" / "site-packages"
    for name, files in (("whole-1.dist-info", ["METADATA", "RECORD"]), ("half-1.dist-info", ["METADATA"])):
        (packages / name).mkdir(parents=True)
        for file in files:
            (packages / name / file).write_text("")
    muse.remove_half_installed()
    assert [path.name for path in packages.iterdir()] == ["whole-1.dist-info"]


class TestSentences:
    @pytest.mark.parametrize(
        ("output", "sentence"),
        [
            (
                "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device",
                "disk is full",
            ),
            ("OSError: [WinError 112] There is not enough space on the disk", "disk is full"),
            (
                "WARNING: Retrying (...) after connection broken by 'NewConnectionError(...)': /simple/\n"
                "ERROR: No matching distribution found for setuptools>=77",
                "check the internet connection",
            ),
            ("socket.gaierror: [Errno 11001] getaddrinfo failed", "check the internet connection"),
            (
                "ERROR: No matching distribution found for torch==2.13.0",
                "There is no torch==2.13.0 for Python 3.",
            ),
            ("OSError: [Errno 30] Read-only file system: '/opt/x'", "cannot be written to"),
            ("a\nERROR: the moon is full\nRemoved x\n", "(ERROR: the moon is full); delete the folder"),
            ("", "no reason was given"),
        ],
    )
    def test_what_pip_says_becomes_a_sentence(self, folder: Path, output: str, sentence: str) -> None:
        text = load(folder).sentence_for(output)
        assert sentence in text
        assert "\n" not in text

    def test_an_old_python_is_told(self, folder: Path) -> None:
        done = call(folder, "info", code="import sys; sys.version_info = (3, 10, 13, 'final', 0)")
        assert done.returncode == 2
        assert done.stderr.startswith("MuseMate needs Python 3.11 or later")
        assert done.stderr.count("\n") == 1

    def test_an_old_python_can_read_the_file(self) -> None:
        ast.parse((REPOSITORY / "muse.py").read_text(encoding="utf-8"), feature_version=(3, 6))

    def test_a_missing_venv_package_is_named(self, folder: Path) -> None:
        code = "import os, shutil, sys; sys.modules['ensurepip'] = None; os.geteuid = lambda: 1000"
        done = call(folder, "info", code=f"{code}; shutil.which = lambda name: '/usr/bin/' + name")
        assert done.returncode == 2
        assert done.stderr == ("muse.py: This Python cannot make virtual environments: sudo apt install python3-venv\n")

    @pytest.mark.skipif(sys.platform != "linux", reason="only Linux leaves Qt's libraries to the system")
    def test_missing_window_libraries_are_named(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        muse = load(folder)
        monkeypatch.setattr(muse, "is_loadable", lambda name: name not in ("libEGL.so.1", "libGL.so.1"))
        monkeypatch.setattr(muse.shutil, "which", lambda name: f"/usr/bin/{name}")
        monkeypatch.setattr(muse.os, "geteuid", lambda: 1000)
        with pytest.raises(muse.SetupError, match=r"libraries.*: sudo apt install libegl1 libgl1$"):
            muse.check_window_libraries(with_x11=False)

    def test_the_command_line_needs_no_window_libraries(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        muse = installed(folder)
        started: list[list[str]] = []
        monkeypatch.setattr(muse, "is_loadable", lambda name: False)
        monkeypatch.setattr(muse, "become", lambda command: started.append(command) or 0)
        assert muse.main(["info", "a song.wav"]) == 0
        assert started == [[str(muse.PYTHON), "-P", "-m", "musemate", "info", "a song.wav"]]

    def test_no_network_is_said_in_a_sentence(self, folder: Path) -> None:
        """Really makes a virtual environment and asks pip, which finds no registry behind a closed port."""
        environment = {
            "PIP_CONFIG_FILE": os.devnull,
            "PIP_INDEX_URL": "http://127.0.0.1:9/simple",
            "PIP_FIND_LINKS": str(folder),
            "PIP_RETRIES": "1",
        }
        done = call(folder, "info", **environment)
        assert done.returncode == 2
        assert "muse.py: The packages cannot be downloaded: check the internet connection" in done.stderr
        assert "Traceback" not in done.stderr
        assert not load(folder).is_ready("app")


class TestBecoming:
    @POSIX
    def test_exit_code_and_arguments_pass_through(self, folder: Path) -> None:
        (folder / "musemate" / "__main__.py").write_text("import sys; print(sys.argv[1:]); sys.exit(7)")
        installed(folder)
        done = call(folder, "info", "a song.wav", PYTHONPATH=str(folder))
        assert (done.returncode, done.stdout) == (7, "['info', 'a song.wav']\n")

    @POSIX
    def test_ctrl_c_reaches_the_program(self, folder: Path) -> None:
        (folder / "musemate" / "__main__.py").write_text(
            "import signal, sys\n"
            "signal.signal(signal.SIGINT, lambda *_: sys.exit(5))\n"
            "print('ready', flush=True)\n"
            "signal.pause()\n"
        )
        installed(folder)
        with subprocess.Popen(
            [sys.executable, "muse.py", "train"],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(folder)},
            stdout=subprocess.PIPE,
            text=True,
        ) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            process.send_signal(signal.SIGINT)
            assert process.wait(180) == 5

    @pytest.mark.parametrize(
        ("chosen", "passed_on"),
        [(["-k", "clip"], ["-k", "clip"]), ([], ["-n", "2", "--dist", "worksteal"])],
    )
    def test_tests_run_in_the_repository(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch, chosen: list[str], passed_on: list[str]
    ) -> None:
        muse = installed(folder)
        muse.stamp_file("test").write_text(muse.stamp_file("app").read_text())
        started: list[list[str]] = []
        monkeypatch.chdir(folder.parent)
        monkeypatch.setattr(muse, "check_window_libraries", lambda with_x11: None)
        monkeypatch.setattr(muse, "become", lambda command: started.append([str(Path.cwd()), *command]) or 0)
        assert muse.main(["test", *chosen]) == 0
        assert started == [[str(folder), str(muse.PYTHON), "-m", "pytest", *passed_on]]
