"""What the benchmarks of the engine share; the benchmarks themselves take minutes and are run by hand."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
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
        [sys.executable, str(FOLDER / "patched.py"), '{"musemate.cli.JSON_INTERVAL_S": 0.5}', "info", "--json", "none"],
        cwd=FOLDER.parent,
        env={**os.environ, "PYTHONPATH": str(FOLDER.parent)},
        capture_output=True,
        text=True,
        timeout=60,
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
