"""The command line: what it prints for people and programs, and how it fails."""

from __future__ import annotations

import io
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from patience import HANG_S, takes_less

from musemate import __version__, cli, console, language
from musemate.audio.clip import AudioClip
from musemate.audio.files import probe, read_clip, write_wav
from musemate.cli import run_cli
from musemate.engine.events import Progressed, RunStarted
from musemate.paths import default_project_folder, resource
from musemate.project.store import Project

TINY = json.dumps({"tiny": True})


@pytest.fixture(autouse=True)
def _hooks_stay_as_they_are(monkeypatch):
    for module in (sys, threading):
        monkeypatch.setattr(module, "excepthook", module.excepthook)
    monkeypatch.setattr(cli, "start_log", lambda name: None)


@pytest.fixture
def song(tmp_path):
    """Write 4 s of stereo that an engine can learn something from."""
    times = np.arange(4 * 8000) / 8000
    tone = 0.3 * np.sin(2 * np.pi * 220 * times) * (1 - times % 0.5)
    noise = np.random.default_rng(0).normal(0, 0.02, times.size)
    return write_wav(tmp_path / "Lied ♪.wav", AudioClip(np.stack([tone, tone + noise]).astype(np.float32), 8000), "24")


@pytest.fixture
def command(capsys):
    """Return a function that runs a command and returns its exit code, its output and its errors."""

    def run(*args, open_window=lambda paths: pytest.fail(f"a window was opened with {paths}")):
        code = run_cli([str(arg) for arg in args], open_window)
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return run


@pytest.fixture
def json_lines(command):
    """Return a function that runs a command with --json and returns its exit code and its objects."""

    def run(*args):
        code, out, _ = command(*args, "--json")
        return code, [json.loads(line) for line in out.splitlines()]

    return run


def test_the_main_job_from_a_file_to_exported_takes(json_lines, song, tmp_path):
    folder = tmp_path / "P"
    train = ["train", song, "--project", folder, "--length", 3, "--preset", "sketch", "--device", "cpu", "--seed", 4]
    code, lines = json_lines(*train, "--options", TINY)
    assert code == 0
    end = lines[-1]
    assert (end["event"], end["run"], end["device"], end["complete"]) == ("finished", "r1", "cpu", True)
    assert end["seconds"] > 0
    assert end["peak_mib"] > 50
    kinds = [line["event"] for line in lines]
    assert lines[kinds.index("estimated")]["device"] == "cpu"
    assert kinds.index("estimated") < kinds.index("started")
    assert kinds.index("fragment") < kinds.index("started") < kinds.index("scale") < kinds.index("finished")

    code, lines = json_lines("generate", "--project", folder, "--count", 2, "--seconds", 2.5, "--seed", 7)
    assert code == 0
    assert [sorted(line) for line in lines] == [["file", "seconds", "seed", "take"]] * 2
    assert [(line["take"], line["seconds"], line["seed"]) for line in lines] == [("t1", 2.5, 7), ("t2", 2.5, 8)]
    takes = [read_clip(line["file"]) for line in lines]
    assert {(take.n_channels, take.rate_hz, take.n_frames) for take in takes} == {(2, 8000, 20000)}
    assert not np.array_equal(takes[0].samples, takes[1].samples)

    code, lines = json_lines("export", "--project", folder, "t1", "t2", "--to", tmp_path / "out", "--depth", "16")
    assert code == 0
    assert [Path(line["file"]).parent for line in lines] == [tmp_path / "out"] * 2
    assert [probe(line["file"]).subtype for line in lines] == ["PCM_16"] * 2

    code, lines = json_lines("list", "--project", folder)
    assert [(line["kind"], line["id"]) for line in lines] == [
        ("fragment", "f1"),
        ("run", "r1"),
        ("take", "t1"),
        ("take", "t2"),
    ]
    assert json_lines("train", song, "--project", folder, "--preset", "best")[0] == 2
    with Project.open(folder) as store:
        assert len(store.fragments()) == 1  # the file was imported once


def test_an_estimate_is_given_without_a_training(json_lines, command, song, tmp_path):
    args = ["estimate", song, "--device", "cpu", "--options", TINY]
    code, (line,) = json_lines(*args, "--length", 3)
    assert code == 0
    assert sorted(line) == ["device", "mib", "seconds", "shortage"]
    assert line["shortage"] == ""
    assert (line["device"], 0 < line["seconds"] < 600, line["mib"] > 100) == ("cpu", True, True)
    code, out, _ = command(*args)
    assert re.fullmatch(r"This will take .* on cpu, and \d+ MiB of memory\.\n", out)
    assert list(tmp_path.iterdir()) == [song]


def test_too_little_memory_is_said_before_a_training_and_refuses_it(command, song, tmp_path, monkeypatch):
    monkeypatch.setattr("musemate.engine.fitting.room_mib", lambda device: 300.0)
    args = [song, "--length", 3, "--engine", "classic", "--device", "cpu", "--options", '{"tiny": true}']
    code, out, _ = command("estimate", *args)
    refusal = r"This training needs about \d+ MB of memory, and 300 MB are free for it\. Choose a shorter region or a "
    assert code == 0
    assert re.search(rf"MiB of memory\. {refusal}lower init_sample_rate, or close other programs\.\n", out)
    code, _, err = command("train", *args, "--project", tmp_path / "P")
    assert code == 2
    assert re.search(rf"^{refusal}", err, re.MULTILINE)
    with Project.open(tmp_path / "P") as store:
        assert store.runs() == []


def test_instant_takes_come_without_training(json_lines, command, song, tmp_path):
    folder = tmp_path / "P"
    args = ["instant", song, "--project", folder, "--count", 2, "--seconds", 2, "--seed", 5]
    code, lines = json_lines(*args, "--mode", "variation", "--closeness", 0.3, "--no-metre")
    assert code == 0
    assert [(line["take"], line["seconds"], line["seed"]) for line in lines] == [("t1", 2.0, 5), ("t2", 2.0, 6)]
    with Project.open(folder) as store:
        requests = [take.request for take in store.takes()]
        assert store.fragment("f1").beats is not None  # analysed too, for the names of exports
    assert [(r["mode"], r["closeness"], r["metre"]) for r in requests] == [("variation", 0.3, False)] * 2
    assert "instant" in command("list", "--project", folder)[1]
    code, _, err = command("generate", "--project", folder)
    assert code == 2
    assert "Nothing is trained yet" in err
    code, lines = json_lines("generate", "--project", folder, "--run", "r1", "--count", 1, "--no-metre")
    assert (code, lines[0]["take"]) == (0, "t3")
    with Project.open(folder) as store:
        assert store.take("t3").request["metre"] is False


def test_instant_takes_need_no_project_to_be_named(json_lines, song, tmp_path, monkeypatch):
    monkeypatch.setenv("MUSEMATE_HOME", str(tmp_path / "home"))
    for take in ("t1", "t2"):
        assert json_lines("instant", song, "--count", 1)[1][0]["take"] == take
    with Project.open(default_project_folder(song.stem)) as store:
        assert (len(store.fragments()), len(store.runs())) == (1, 1)
    code, lines = json_lines("instant", tmp_path / "gone.wav")
    assert code == 2
    assert "gone.wav" in lines[0]["error"]
    assert not default_project_folder("gone").exists()


def test_people_get_sentences(command, song, tmp_path):
    folder = tmp_path / "P"
    code, out, err = command("train", song, "--project", folder, "--options", TINY, "--device", "cpu")
    assert code == 0
    assert out.startswith("r1 is finished after ")
    assert "Note: The region is 4.0 s long" in err
    assert "Training r1 on cpu: " in err
    code, out, err = command("generate", "--project", folder, "--count", 1, "--seconds", 1)
    assert out.split()[:4] == ["t1", "1.0", "s", "seed"]
    code, out, err = command("list", "--project", folder)
    assert [word for word in ("fragments", "runs", "takes", "Lied ♪", "finished") if word in out] == [
        "fragments",
        "runs",
        "takes",
        "Lied ♪",
        "finished",
    ]


def test_names_are_shown_as_they_are(command, song, tmp_path):
    with Project.create(tmp_path / "P") as store:
        store.add_fragment(song.rename(tmp_path / "[live] [bold] song.wav"))
    assert "[live] [bold] song" in command("list", "--project", tmp_path / "P")[1]
    shown = command("info", tmp_path / "[live] [bold] song.wav")[1]
    assert "".join(str(tmp_path / "[live][bold]song.wav").split()) in "".join(shown.split())


def test_what_the_terminal_cannot_show_becomes_question_marks(song, monkeypatch):
    terminal = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stdout", terminal)
    assert run_cli(["info", str(song)], open_window=lambda paths: 1) == 0
    terminal.flush()
    assert b"?.wav" in terminal.buffer.getvalue()


def test_info_describes_a_file(command, json_lines, song):
    code, (row,) = json_lines("info", song)
    assert code == 0
    assert {name: row[name] for name in ("rate_hz", "channels", "seconds", "format", "subtype")} == {
        "rate_hz": 8000,
        "channels": 2,
        "seconds": 4.0,
        "format": "WAV",
        "subtype": "PCM_24",
    }
    assert row["peak_db"] == pytest.approx(20 * np.log10(read_clip(song).peak), abs=0.01)
    code, out, _ = command("info", song)
    assert "PCM_24" in out


def test_a_report_of_plain_files_is_written(json_lines, command, song, tmp_path, monkeypatch):
    monkeypatch.setattr("musemate.tasks.report_work.draw", lambda kind, subject, scales: b"png")
    code, found = json_lines("report", song, song, tmp_path / "gone.wav", "--to", tmp_path / "out")
    assert code == 0
    assert [row["kind"] for row in found] == ["fragment", "halves", "take", "take", "report"]
    assert found[2]["frechet"] == pytest.approx(0.0, abs=1e-6)
    assert "not found" in found[3]["problem"]
    page = Path(found[4]["page"])
    assert page.parent.parent == tmp_path / "out"
    code, out, err = command("report", song, tmp_path / "gone.wav", "--to", tmp_path / "out")
    assert (code, Path(out.strip()).parent.name) == (0, f"{page.parent.name} 2")
    assert 'Note: "gone" was not found.' in err
    code, _, err = command("report")
    assert (code, err.startswith("Nothing to report on was given.")) == (2, True)


def test_devices_are_listed(json_lines):
    code, rows = json_lines("devices")
    assert (code, rows[-1]["name"]) == (0, "cpu")


# Failures


def test_presets_are_listed_saved_and_trained_with(json_lines, command, song, tmp_path, monkeypatch):
    monkeypatch.setenv("MUSEMATE_HOME", str(tmp_path / "home"))
    options = {"draft_steps": 2, "pyramid_steps": 4, "sound_steps": 4, "snapshots": [2], "time_scales": [1]}
    options |= {"renderer_channels": 16, "renderer_blocks": 1, "pyramid_channels": 8, "n_components": 8}
    options |= {"n_generated": 4, "renderer_crop": 12, "pyramid_crop": 24}
    code, saved = json_lines("presets", "--save", "Tiny one", "--preset", "sketch", "--options", json.dumps(options))
    assert (code, saved[0]["name"], saved[0]["values"]["pyramid_steps"]) == (0, "Tiny one", 4)
    _, out, _ = command("presets", "--engine", "frames")
    assert "Tiny one" in out
    assert "pyramid_steps" in out
    project = tmp_path / "project"
    code, events = json_lines(
        "train", song, "--project", project, "--length", 2.5, "--preset", "tiny one", "--device", "cpu"
    )
    assert (code, events[-1]["event"]) == (0, "finished")
    listed = json_lines("list", "--project", project)[1]
    (run,) = [row for row in listed if row["kind"] == "run"]
    assert (run["preset"], run["options"], run["points"]) == ("sketch", options, [2])
    made = ("generate", "--project", project, "--count", 1, "--seconds", 1, "--seed", 5, "--closeness", 0)
    takes = [json_lines(*made, *point)[1][0]["file"] for point in ((), ("--at-steps", 2), ("--at-steps", 2))]
    assert takes[1] == takes[2] != takes[0], "the same sound is the same file"
    assert json_lines(*made, "--at-steps", 3) == (2, [{
        "error": "This training was not kept as it was after 3 steps.", "hint": "Choose one of: 2, or its end."
    }])  # fmt: skip
    again = ("train", song, "--project", project, "--length", 2.5, "--like", "r1", "--device", "cpu")
    assert json_lines(*again, "--options", '{"sound_steps": 3}')[0] == 0
    with Project.open(project) as store:
        assert store.run("r2").options == {**options, "sound_steps": 3}
    assert json_lines("presets", "--rename", "Tiny one", "--to", "Small")[1][0]["name"] == "Small"
    assert json_lines("presets", "--delete", "Small") == (0, [])
    assert json_lines("presets", "--delete", "Small", "--save", "x")[0] == 2


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["list", "--project", "{tmp}/none"], "is not a MuseMate project"),
        (["generate", "--project", "{tmp}/none"], "is not a MuseMate project"),
        (["train", "{tmp}/gone.wav", "--project", "{tmp}/P"], "gone.wav"),
        (["train", "{tmp}", "--project", "{tmp}/P"], ""),
        (["train", "{song}", "--project", "{tmp}/P", "--length", "1"], "too short"),
        (["train", "{song}", "--project", "{tmp}/P", "--start", "9"], "outside the file"),
        (["train", "{song}", "--project", "{tmp}/P", "--preset", "best"], 'no preset "best"'),
        (["train", "{song}", "--project", "{tmp}/P", "--engine", "magic"], 'no engine "magic"'),
        (["train", "{song}", "--project", "{tmp}/P", "--engine", "classic", "--preset", "fine"], 'no preset "fine"'),
        (["estimate", "{song}", "--engine", "frames", "--preset", "paper"], 'no preset "paper"'),
        (["estimate", "{song}", "--length", "1"], "too short"),
        (["estimate", "{tmp}/gone.wav"], "gone.wav"),
        (["train", "{song}", "--project", "{tmp}/P", "--device", "tpu"], 'no device "tpu"'),
        (["train", "{song}", "--project", "{tmp}/P", "--seed", "-1"], "seed -1"),
        (["train", "{song}", "--project", "{tmp}/P", "--seed", str(2**64)], f"seed {2**64}"),
        (["train", "{song}", "--project", "{tmp}/P", "--options", "{"], "--options"),
        (["train", "{song}", "--project", "{tmp}/P", "--options", "[]"], "--options"),
        (["train", "--project", "{tmp}/P"], "Nothing to train on"),
        (["info", "{tmp}/gone.wav"], "gone.wav"),
        (["info", "~gone.wav"], "gone.wav"),
        (["list", "--project", "x" * 300], "is not a MuseMate project"),
        (["train", "{song}", "--project", "x" * 300], "cannot be written"),
        (["x" * 300], "No such command"),
        (["train", "{song}"], "--project"),
        (["train", "{song}", "--project", "{tmp}/P", "--length", "long"], "--length"),
        (["sing"], "sing"),
        (["list", "--project", "{tmp}/none", "--loud"], "--loud"),
    ],
)
def test_every_failure_is_one_sentence_and_exit_code_two(command, song, tmp_path, args, words):
    args = [arg.format(tmp=tmp_path, song=song) if "{" in arg[:5] and len(arg) > 1 else arg for arg in args]
    code, out, err = command(*args)
    assert (code, out) == (2, "")
    assert words in err
    assert "Traceback" not in err
    assert len(err.strip().splitlines()) == 1
    code, out, err = command(*args, "--json")
    failure = json.loads(out.splitlines()[-1])
    assert code == 2
    assert list(failure) == ["error", "hint"]
    assert words in failure["error"]
    assert failure["hint"]
    assert "Traceback" not in err


def test_no_permission_is_said_with_a_way_out(command, song, monkeypatch):
    def refuse(path, *_):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(os, "access", lambda path, mode: False)
    monkeypatch.setattr(Path, "open", refuse)
    code, _, err = command("info", song)
    assert code == 2
    assert err.endswith("permission was denied. Change its permissions, or copy it to a folder of your own.\n")


def test_a_missing_file_makes_no_project(command, tmp_path):
    assert command("train", tmp_path / "gone.wav", "--project", tmp_path / "P")[0] == 2
    assert not (tmp_path / "P").exists()


# The window


def test_no_command_opens_the_window(command, monkeypatch):
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    opened = []
    code, _, _ = command(open_window=lambda paths: opened.append(paths) or 5)
    assert (code, opened) == (5, [[]])


def test_paths_alone_open_the_window_with_them(command, song, tmp_path):
    opened = []
    code, _, _ = command(song, tmp_path, open_window=lambda paths: opened.append(paths) or 0)
    assert (code, opened) == (0, [[str(song), str(tmp_path)]])


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems always have a screen")
def test_without_a_screen_the_window_is_refused_in_a_sentence(command, monkeypatch):
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    code, _, err = command()
    assert code == 2
    assert err.startswith("There is no screen")


def test_the_version_and_the_help_are_shown(command):
    assert command("--version")[:2] == (0, f"{__version__}\n")
    code, out, _ = command("--help")
    assert code == 0
    assert all(name in out for name in ("train", "generate", "export", "list", "info", "demo", "devices"))


def test_the_command_line_never_loads_qt_and_starts_without_torch(fresh_python):
    code = (
        "import sys\n"
        "from musemate.cli import run_cli\n"
        "assert run_cli(['list', '--project', 'nowhere'], None) == 2\n"
        "print(sorted({m.partition('.')[0] for m in sys.modules} & {'PySide6', 'torch', 'librosa'}))"
    )
    assert fresh_python(code).strip() == "[]"


# Ctrl+C


def interrupted_training(song, tmp_path):
    """Stop a training with Ctrl+C, see what is left, and return how long it took to stop."""
    endless = json.dumps({"tiny": True, "pyramid_steps": 1_000_000})
    args = ["train", str(song), "--project", str(tmp_path / "P"), "--device", "cpu", "--options", endless, "--json"]
    process = subprocess.Popen(
        [sys.executable, "-m", "musemate", *args],
        cwd=Path(__file__).parents[1],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdout
        lines = []
        for line in process.stdout:
            lines.append(json.loads(line))
            if [event["event"] for event in lines][-2:] == ["scale", "progress"]:
                break
        before = time.monotonic()
        process.send_signal(signal.SIGINT)
        rest, errors = process.communicate(timeout=HANG_S)
        took_s = time.monotonic() - before
    end = json.loads(rest.splitlines()[-1])
    assert (end["event"], end["complete"]) == ("finished", False)
    assert (process.returncode, errors) == (130, "")
    with Project.open(tmp_path / "P") as store:
        run = store.run(end["run"])
        assert (run.state, run.n_finished) == ("stopped", 1)
    return took_s


@pytest.mark.skipif(sys.platform == "win32", reason="Windows cannot send Ctrl+C to one process alone")
def test_ctrl_c_stops_a_training_and_keeps_what_is_finished(song, tmp_path):
    takes_less(5.0, lambda: interrupted_training(song, tmp_path))


def test_the_second_ctrl_c_ends_at_once():
    with console.until_interrupted() as cancelled:
        assert not cancelled()
        os.kill(os.getpid(), signal.SIGINT)
        assert cancelled()
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)


# The demo


def test_the_demo_makes_takes_exports_and_a_sheet(command, tmp_path, monkeypatch):
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    opened = []
    with Project.create(tmp_path / "demo") as store:
        store.add_fragment(resource("demo.flac"), 0.0, 4.0)  # a second demo; the whole fragment takes long
    args = ["demo", "--to", tmp_path / "demo", "--options", TINY, "--json"]
    code, out, _ = command(*args, open_window=lambda paths: opened.append(paths) or 0)
    assert (code, opened) == (0, [[str(tmp_path / "demo")]])
    end = json.loads(out.splitlines()[-1])
    assert end["project"] == str(tmp_path / "demo")
    assert len(end["files"]) == 4
    for file in end["files"]:
        clip = read_clip(file)
        assert (clip.n_channels, clip.rate_hz) == (2, 44100)
        assert clip.duration_s == pytest.approx(4.0, abs=0.1)
        assert "120bpm" in Path(file).name
    assert Path(end["picture"]).read_bytes()[:4] == b"\x89PNG"


# How it looks


@pytest.mark.parametrize(
    ("seconds", "shown"), [(0.4, "0 s"), (59.4, "59 s"), (61, "1 min 1 s"), (3599.6, "1 h 0 min"), (7260, "2 h 1 min")]
)
def test_times_are_shown_as_one_reads_them(seconds, shown):
    assert console.shown_time(seconds) == shown


def test_the_bar_shows_part_step_and_time_left(monkeypatch):
    from rich.console import Console

    monkeypatch.setattr(console, "RichConsole", lambda **_: Console(file=io.StringIO(), force_terminal=True))
    person = console.PersonConsole()
    person.show(RunStarted("r1", "cpu", ["sound", "structure"]))
    person.show(Progressed(1, 2, 30, 60, {"loss": 1.0}, 0.75, 90.0))
    (line,) = person._bar.tasks
    assert (line.description, line.completed, line.fields["left"]) == ("structure 30/60", 0.75, "1 min 30 s left")
    person.close()


def test_takes_are_compared_and_rated(json_lines, command, song, tmp_path):
    folder = tmp_path / "P"
    code, made = json_lines("instant", song, "--project", folder, "--length", 4, "--count", 2, "--seed", 3)
    assert (code, len(made)) == (0, 2)
    code, rows = json_lines("compare", "--project", folder, "--order", "closest")
    assert code == 0
    assert sorted(row["id"] for row in rows) == ["t1", "t2"]
    apart = [row["novelty"] - row["similarity"] for row in rows]
    assert apart == sorted(apart)
    assert all(0 < row["similarity"] <= 1 and row["lufs"] < 0 for row in rows)
    code, rows = json_lines("rate", "--project", folder, "t2", "--stars", 4, "--tags", "dark, slow", "--reject")
    assert (code, [(row["id"], row["stars"], row["tags"], row["rejected"]) for row in rows]) == (
        0,
        [("t2", 4, ["dark", "slow"], True)],
    )
    code, lines = json_lines("list", "--project", folder)
    assert [line["stars"] for line in lines if line["kind"] == "take"] == [0, 4]
    code, _, error = command("rate", "--project", folder, "t2", "--stars", 9)
    assert (code, error) == (2, "9 stars are not possible. Give 0 to 5 stars.\n")


def test_the_command_line_speaks_english_whatever_the_window_speaks(command, tmp_path, monkeypatch):
    monkeypatch.setenv(language.VARIABLE, "de")
    file = tmp_path / "notes.wav"
    file.write_text("no sound")
    code, _, err = command("info", file)
    assert (code, "holds text, not sound" in err) == (2, True)
