"""What the benchmarks of the engine share; the benchmarks themselves take minutes and are run by hand."""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from types import ModuleType

import pytest
from engine.signals import ticking_clip

FOLDER = Path(__file__).parents[1] / "benchmarks"
NAN = float("nan")

JUDGE = """
import json, pathlib, sys
assert sys.argv[1] == "--json"
real, *fakes = (pathlib.Path(name).read_text() for name in sys.argv[2:])
scores = {pathlib.Path(name).name: {"fd": abs(float(f) - float(real))} for name, f in zip(sys.argv[3:], fakes)}
print(json.dumps({**scores, "floor": {"fd": 9.0}}))
"""

STOPPABLE = """
import json, signal, sys, threading
signal.signal(signal.SIGINT, signal.default_int_handler)  # shells let background jobs ignore it
print(json.dumps({"event": "working"}))
try:
    print(json.dumps({"event": "started"}), flush=True)
    if sys.argv[1] == "quick":
        sys.exit(0)
    threading.Event().wait(60)
except KeyboardInterrupt:
    print(json.dumps({"event": "finished", "args": sys.argv[1:]}))
    sys.exit(int(sys.argv[2]))
"""

FD_BY_FOLDER = """
import json, pathlib, sys
real, *fakes = sys.argv[2:]
fds = {"classic": 2.0, "classic-stopped": 6.0, "frames": 0.5, "frames-balanced": 0.4, "frames-2": 5.0, "frames-4": 1.5}
scores = {pathlib.Path(f).name: {"fd": fds.get(pathlib.Path(f).parent.name, 3.0)} for f in fakes}
print(json.dumps({**scores, "floor": {"fd": 9.0}}))
"""


@pytest.fixture
def load(monkeypatch):
    """Import a module of the folder as its scripts do, and forget it afterwards."""
    monkeypatch.syspath_prepend(str(FOLDER))
    before = set(sys.modules)

    def loaded(name: str) -> ModuleType:
        return importlib.import_module(name)

    yield loaded
    ours = {file.stem for file in FOLDER.glob("*.py")}
    for name in (set(sys.modules) - before) & ours:
        del sys.modules[name]


def test_a_setting_is_read_with_or_without_a_label(load):
    setting = load("measuring").Setting
    wide = setting.parse('wide = {"pyramid_channels": 128, "musemate.engine.frames.model.CONTEXT": 0}')
    assert (wide.label, wide.options) == ("wide", {"pyramid_channels": 128})
    assert wide.attributes == {"musemate.engine.frames.model.CONTEXT": 0}
    assert setting.parse('{"tiny": true}').options == {"tiny": True}
    for wrong in ("wide", "wide=", 'wide=["a"]', "{"):
        with pytest.raises(Exception, match="not a JSON object"):
            setting.parse(wrong)


def test_unknown_figures_are_left_out_and_shown_as_a_dash(load):
    measuring = load("measuring")
    rows = [{"fd": 1.0, "copy": NAN}, {"fd": 4.0}, {"fd": 3.0}]
    found = measuring.medians(rows, ("fd", "copy", "near"))
    assert measuring.table(("a", *found), [("x", *found.values())]).splitlines() == [
        "| a | fd | copy | near |",
        "| --- | --- | --- | --- |",
        "| x | 3.00 | – | – |",
    ]
    assert measuring.worst([0.5, NAN, -2.0, 1.0]) == -2.0
    assert "-0.00" not in measuring.table(("a",), [(-0.001,)])


def test_the_judge_is_asked_about_fragment_or_another_take(load, tmp_path):
    bench = load("measuring").Bench
    (tmp_path / "judge.py").write_text(JUDGE)
    files = [tmp_path / f"{n}.txt" for n in range(3)]
    for n, file in enumerate(files):
        file.write_text(str(10 * n))
    asked = bench(files[0], tmp_path, "sketch", "cpu", tmp_path / "judge.py")
    assert asked.scores(files[1:]) == {"1.txt": {"fd": 10.0}, "2.txt": {"fd": 20.0}, "floor": {"fd": 9.0}}
    assert asked.scores(files[2:], real=files[1])["2.txt"] == {"fd": 10.0}
    assert bench(files[0], tmp_path, "sketch", "cpu", None).scores(files) == {}


def test_a_training_is_stopped_when_its_time_is_over(load, tmp_path, monkeypatch):
    measuring = load("measuring")
    (tmp_path / "musemate").mkdir()
    (tmp_path / "musemate" / "__init__.py").touch()
    (tmp_path / "musemate" / "__main__.py").write_text(STOPPABLE)
    monkeypatch.chdir(tmp_path)  # where python -m looks first
    lines = measuring.musemate("train", "130", limit_s=0.0)
    assert [line["event"] for line in lines] == ["working", "started", "finished"]
    assert lines[-1]["args"] == ["train", "130", "--json"]
    with pytest.raises(subprocess.CalledProcessError, match="exit status 2"):
        measuring.musemate("train", "2", limit_s=0.0)
    assert len(measuring.musemate("quick", limit_s=60.0)) == 2


TRAINING_S = {"classic": 100.0, "frames": 10.0, "frames-balanced": 80.0, "classic-stopped": 11.0}
EXPECTED_S = {"sketch": 1.0, "balanced": 9.0, "fine": 11.0}


class FakeProgram:
    """Stands for `musemate`: knows how long everything takes, and writes noise where takes are asked for."""

    def __init__(self):
        self.trained = {}

    def __call__(self, command, *args, attributes=None, limit_s=None):
        asked = dict(pairwise(args))
        if command == "estimate":
            return [{"seconds": EXPECTED_S[asked["--preset"]]}]
        project = Path(asked["--project"])
        if command == "train":
            self.trained[project.name] = (asked["--engine"], asked["--preset"], asked["--options"], limit_s)
            end = {"event": "finished", "seconds": TRAINING_S.get(project.name, 4.0), "peak_mib": 500.0}
            if limit_s is not None and limit_s < 1:
                return [end]
            return [{"event": "scale", "name": "320 Hz"}, {"event": "scale", "name": "400 Hz"}, end]
        mode = f"{asked['--mode']}{asked['--closeness']}"
        return [self._take(project / f"{mode}-{n}.wav", n) for n in range(int(asked["--count"]))]

    def _take(self, file, seed):
        import numpy as np

        from musemate.audio.clip import AudioClip
        from musemate.audio.files import write_wav

        noise = 0.1 * np.random.default_rng(seed).standard_normal((1, 8_000)).astype(np.float32)
        file.parent.mkdir(exist_ok=True)
        return {"take": seed, "file": str(write_wav(file, AudioClip(noise, 8_000), overwrite=True))}


@pytest.fixture
def compare(load, tmp_path, monkeypatch, capsys):
    """Run the comparison of engines with a program that takes no time, and return that program and what was printed."""
    from musemate.audio.files import write_wav

    fragment = write_wav(tmp_path / "song.wav", ticking_clip(2.0))
    published = write_wav(tmp_path / "theirs.wav", ticking_clip(4.0, bpm=90))
    (tmp_path / "judge.py").write_text(FD_BY_FOLDER)

    def compared(*args):
        program = FakeProgram()
        given = [str(fragment), "--judge", str(tmp_path / "judge.py"), "--published", str(published)]
        monkeypatch.setattr(load("measuring"), "musemate", program)
        monkeypatch.setattr(sys, "argv", ["classic.py", *given, "--keep", str(tmp_path / "kept"), *args])
        load("classic").main()
        return program, capsys.readouterr().out.splitlines()

    return compared


def test_classic_is_compared_at_equal_time_and_at_equal_fd(compare, tmp_path):
    program, said = compare("--steps", "4", "2", "9", "--options", '{"num_epochs": 7}')
    counted = {n: json.dumps(dict.fromkeys(("pyramid_steps", "draft_steps", "sound_steps"), n)) for n in (2, 4)}
    assert program.trained == {
        "classic": ("classic", "quick", '{"num_epochs": 7}', None),
        "frames": ("frames", "sketch", "{}", None),
        "frames-balanced": ("frames", "balanced", "{}", None),
        "classic-stopped": ("classic", "quick", '{"num_epochs": 7}', 10.0),
        "frames-2": ("frames", "sketch", counted[2], None),
        "frames-4": ("frames", "sketch", counted[4], None),  # is good enough: nine steps are not tried
    }
    rows = [[cell.strip() for cell in line.split("|")[2:8]] for line in said if line.startswith("| song")]
    assert [row[:4] for row in rows[:4]] == [
        ["second half, beside the first", "", "–", "–"],
        ["published", "", "–", "–"],
        ["classic, quick", "new, closeness 0", "100", "500"],
        ["classic, quick", "variation, closeness 0", "100", "500"],
    ]
    assert [row[5] for row in rows[:4]] == ["9.00", "3.00", "2.00", "2.00"]
    assert [
        "classic, stopped: as long as frames, 400 Hz",
        "variation, closeness 0",
        "11",
        "500",
        "6.00-6.00",
        "6.00",
    ] in rows
    assert [line for line in said if line.startswith("- ")] == [
        "- song: frames, fine, would take about 110 s, longer than the 100 s of classic.",
        *(
            f"- song: new, closeness {closeness}, frames, 4 steps a part, reaches the fd of 2.00 that classic has "
            "after 100 s, in 4 s: 25.0 times as fast (fd 1.50)."
            for closeness in ("0", "0.5")
        ),
    ]
    kept = json.loads((tmp_path / "kept" / "song" / "figures.json").read_text())
    assert (len(kept["rows"]), len(kept["notes"])) == (len(rows), 3)


def test_a_comparison_says_what_could_not_be_had(compare, tmp_path, monkeypatch):
    monkeypatch.setitem(TRAINING_S, "classic", 9.0)
    program, said = compare("--steps", "2", "--longer", "balanced", "--frames", "fine")
    assert "classic-stopped" not in program.trained
    notes = [line for line in said if line.startswith("- ")]
    assert notes[0] == "- song: classic took 9 s, and frames no less: 10 s."
    assert "frames, fine, reaches the fd of 2.00 that classic has after 9 s, in 10 s: 0.9 times" in notes[1]
    program, _ = compare("--reuse", "--steps", "2", "--longer")
    assert program.trained == {}
    monkeypatch.setitem(TRAINING_S, "classic", 90.0)
    monkeypatch.setitem(TRAINING_S, "frames", 0.1)
    _, said = compare("--steps", "--longer")
    assert "- song: classic has finished no scale after the 0.1 s of frames." in said
    for wrong in (["--longer", "huge"], ["--published", str(tmp_path / "none.wav")], ["--judge", str(tmp_path)]):
        with pytest.raises(SystemExit):
            compare(*wrong)


def test_the_sheet_shows_all_sounds_at_one_level(load, tmp_path):
    import numpy as np
    from PIL import Image

    from musemate.audio.clip import AudioClip
    from musemate.audio.files import write_wav

    sheet = load("sheet")
    clip = ticking_clip(2.0)
    fragment = write_wav(tmp_path / "song.wav", clip)
    longer = np.concatenate([clip.samples, clip.samples], axis=1) / 8
    quiet = write_wav(tmp_path / "quiet.wav", AudioClip(longer, clip.rate_hz))
    heard = [sheet.Heard(name, "", file, fragment) for name, file in (("fragment", fragment), ("take", quiet))]
    beside = sheet._beside(heard[1])
    assert beside.n_frames == clip.n_frames
    assert np.abs(beside.samples - clip.samples).max() < 1e-3
    sheet.draw(tmp_path / "pictures" / "sheet.png", heard)
    with Image.open(tmp_path / "pictures" / "sheet.png") as drawn:
        assert drawn.mode == "P"
        assert len(drawn.getcolors()) > 100  # no empty page
        assert (drawn.width, drawn.height) == (1430, 627)


def test_every_lever_exists(load):
    from musemate.engine.frames.config import make_config

    levers = load("ablation").LEVERS
    assert len({lever.label for lever in levers}) == len(levers) > 5
    for lever in levers:
        assert lever.options or lever.attributes
        if lever.options:
            assert make_config("sketch", dict(lever.options)) != make_config("sketch", None)
        for name, value in lever.attributes.items():
            module, _, attribute = name.rpartition(".")
            assert getattr(importlib.import_module(module), attribute) != value


def test_a_constant_is_replaced_before_the_command_runs(load, monkeypatch):
    patched = load("patched")
    import musemate.cli

    monkeypatch.setattr(musemate.cli, "INTERRUPTED_CODE", 130)  # put back afterwards
    patched.replace("musemate.cli.INTERRUPTED_CODE", 7)
    assert musemate.cli.INTERRUPTED_CODE == 7
    with pytest.raises(SystemExit, match=r"musemate\.cli has no NONSENSE"):
        patched.replace("musemate.cli.NONSENSE", 0)


def test_the_patched_command_line_runs():
    done = subprocess.run(
        [
            sys.executable,
            str(FOLDER / "patched.py"),
            '{"musemate.cli_session.JSON_INTERVAL_S": 0.5}',
            "info",
            "--json",
            "none",
        ],
        cwd=FOLDER.parent,
        env={**os.environ, "PYTHONPATH": str(FOLDER.parent)},
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert done.returncode == 2
    assert '"error"' in done.stdout


def test_faults_are_summed_and_other_figures_show_the_worst_take(load, tmp_path, monkeypatch):
    import numpy as np

    from musemate.audio.clip import AudioClip
    from musemate.audio.files import write_wav

    beside = load("beside")
    monkeypatch.setattr(beside, "second_opinion", lambda clip: 0.02)  # librosa compiles itself for seconds
    random = np.random.default_rng(0)
    fragment = AudioClip(0.05 * random.standard_normal((1, 4 * 16_000)).astype(np.float32), 16_000)
    clicking = fragment.samples.copy()
    clicking[0, [20_000, 40_000]] = 0.9
    files = [
        write_wav(tmp_path / "quiet.wav", AudioClip(0.5 * clicking, 16_000)),
        write_wav(tmp_path / "same.wav", AudioClip(clicking, 16_000)),
    ]
    row = beside.measured(files, fragment)
    assert row["clicks"] == 4
    assert row["loudness LU"] == pytest.approx(-6.0, abs=0.3)
    assert "| noise | new | 0.00 | 0.00 | -" in beside.short_table({("noise", "new"): row})


def test_the_table_of_a_graphics_card_can_be_tried_out_on_the_cpu(load, monkeypatch, capsys):
    from musemate.engine.frames.config import make_config
    from musemate.errors import TrainingError

    gpu = load("gpu")
    monkeypatch.setattr("musemate.engine.frames.engine.find_beats", lambda clip: None)
    monkeypatch.setitem(gpu.PRESETS, "sketch", make_config("sketch", {"tiny": True, "time_scales": (2, 1)}))
    rows, measure = [], gpu._measure
    monkeypatch.setattr(gpu, "_measure", lambda *args: rows.append(measure(*args)) or rows[0])
    options = ["--device", "cpu", "--seconds", "2", "--take", "1", "--share", "0.4"]
    monkeypatch.setattr(sys, "argv", ["gpu.py", *options, "--presets", "sketch"])
    gpu.main()
    said = capsys.readouterr().out
    assert "Self-test: passed" in said
    assert "| preset, 44.1 kHz, 2 channels, 2 s | training | peak MiB |" in said
    assert "| preset | sound draft | structure 1/2 | structure 1 | sound |" in said
    figures = next(line for line in said.splitlines() if line.startswith("| sketch |")).split("|")[2:-1]
    training_s, peak_mib, _, first_s, later_s = (float(cell.split()[0]) for cell in figures)
    assert training_s > 0.1
    assert peak_mib > 50
    assert 0 < later_s < 30
    assert 0 < first_s < 30

    def fail_or_repeat(clip, preset, *rest):
        if preset == "fine":
            raise TrainingError("It stopped.", hint="Try again.")
        return rows[0]

    monkeypatch.setattr(gpu, "_measure", fail_or_repeat)
    monkeypatch.setattr(sys, "argv", ["gpu.py", *options, "--presets", "fine", "sketch"])
    with pytest.raises(SystemExit, match=r"^fine failed: It stopped\.") as ended:
        gpu.main()
    assert ended.value.code != 0
    assert "| sketch |" in capsys.readouterr().out


@pytest.mark.slow
def test_the_way_of_the_data_is_drawn_from_a_run(load, tmp_path, monkeypatch):
    from PIL import Image

    from musemate.audio.files import write_wav
    from musemate.engine.base import TrainRequest
    from musemate.engine.registry import get_engine

    clip = ticking_clip(6.0, channels=2)
    fragment = write_wav(tmp_path / "fragment.wav", clip)
    request = TrainRequest("sketch", options={"tiny": True})
    for _ in get_engine("frames").train(clip, request, tmp_path / "run", lambda: False):
        pass
    picture = tmp_path / "docs" / "engine.png"
    args = ["flow.py", str(tmp_path / "run"), str(fragment), "--to", str(picture), "--seconds", "4"]
    monkeypatch.setattr(sys, "argv", args)
    load("flow").main()
    with Image.open(picture) as drawn:
        assert drawn.width > 1_800
        assert drawn.width / drawn.height > 2
        assert len(drawn.getcolors()) > 100  # no empty page
    assert picture.stat().st_size < 300_000
