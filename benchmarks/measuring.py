"""What all benchmarks of the engine share: training and generating through the command line, the judge, tables.

The judge is any script that, called with `--json REAL FAKE...`, prints a JSON object of scores a fake and a "floor" to
compare them with, such as {"take.wav": {"fd": 1.2}, "floor": {"fd": 3.0}}.
"""

from __future__ import annotations

import argparse
import json
import math
import signal
import statistics
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Timer
from typing import Any

from musemate.audio.clip import AudioClip
from musemate.audio.files import read_clip, write_wav
from musemate.cli import INTERRUPTED_CODE
from musemate.engine.events import RunStarted, ScaleFinished

SCORES = ("fd", "swd.5", "trans", "tonal", "ltas", "rhythm", "copy", "near")
N_TAKES = 4
PATCHED = Path(__file__).with_name("patched.py")

Scores = dict[str, float]


@dataclass(frozen=True)
class Kind:
    """A kind of take: mode and closeness, as `musemate generate` takes them."""

    mode: str
    closeness: float

    def __str__(self) -> str:
        return f"{self.mode}, closeness {self.closeness:g}"

    @classmethod
    def parse(cls, text: str) -> Kind:
        """Read "new:0.5"."""
        mode, _, closeness = text.partition(":")
        return cls(mode, float(closeness))


KINDS = (Kind("new", 0.0), Kind("new", 0.5), Kind("variation", 0.5))


@dataclass(frozen=True)
class Setting:
    """A way to train.

    Parameters
    ----------
    label : str
        Its name in the tables.
    options : mapping
        Parameters of the engine that replace the preset's, as for `musemate train --options`.
    attributes : mapping
        Constants of modules to replace, by dotted name, for levers that have no parameter: see `patched.py`.
    trained : bool
        Whether it matters in training; where it does not, another setting's training serves.
    """

    label: str
    options: Mapping[str, Any] = field(default_factory=dict)
    attributes: Mapping[str, Any] = field(default_factory=dict)
    trained: bool = True

    @classmethod
    def parse(cls, text: str) -> Setting:
        """Read 'LABEL={"name": value}' or the JSON object alone; dotted names are attributes.

        Raises
        ------
        argparse.ArgumentTypeError
            That is no JSON object.
        """
        label, _, values = text.partition("=") if not text.lstrip().startswith("{") else (text, "", text)
        try:
            given = json.loads(values)
        except json.JSONDecodeError as error:
            raise argparse.ArgumentTypeError(f"not a JSON object: {values}") from error
        if not isinstance(given, dict):
            raise argparse.ArgumentTypeError(f"not a JSON object: {values}")
        options = {name: value for name, value in given.items() if "." not in name}
        attributes = {name: value for name, value in given.items() if "." in name}
        return cls(label.strip(), options, attributes)


@dataclass(frozen=True)
class Bench:
    """One fragment in a folder of its own, trained and judged through the command line.

    Parameters
    ----------
    real : Path
        The fragment's file.
    folder : Path
        Where its projects go.
    preset, device : str
        As for `musemate train`.
    judge : Path or None
        The judge's script.
    reuse : bool
        Whether a training that the folder already holds is measured again instead of made again.
    engine : str
        As for `musemate train`.
    """

    real: Path
    folder: Path
    preset: str
    device: str
    judge: Path | None
    reuse: bool = False
    engine: str = "frames"

    @classmethod
    def of(cls, file: Path, folder: Path, options: argparse.Namespace) -> Bench:
        """Cut the fragment out of a file as the options say."""
        folder.mkdir(parents=True, exist_ok=True)
        clip = read_clip(file, 0.0, options.length)
        if options.mono16:
            clip = AudioClip(clip.mono(), clip.rate_hz).resampled(16_000)
        real = write_wav(folder / "fragment.wav", clip, overwrite=True)
        return cls(real, folder, options.preset, options.device, options.judge, options.reuse)

    def clip(self) -> AudioClip:
        """Return the fragment."""
        return read_clip(self.real)

    def train(self, project: str, setting: Setting, limit_s: float | None = None) -> dict[str, Any]:
        """Train in a process of its own, stopped by Ctrl+C where it takes longer than `limit_s`.

        Returns
        -------
        dict
            The last line, with "seconds", "peak_mib" and "device", and as "scales" the names of what was finished.
        """
        known = self.folder / f"{project}.json"
        if self.reuse and known.exists():
            return dict(json.loads(known.read_text(encoding="utf-8")))
        args = ["train", str(self.real), "--project", str(self.folder / project), *self._how(setting)]
        lines = musemate(*args, attributes=setting.attributes, limit_s=limit_s)
        trained = {**lines[-1], "scales": [line["name"] for line in lines if line.get("event") == ScaleFinished.kind]}
        known.write_text(json.dumps(trained), encoding="utf-8")
        return trained

    def expected_s(self, setting: Setting) -> float:
        """Return the seconds that a training should take, as `musemate estimate` reckons."""
        lines = musemate("estimate", str(self.real), *self._how(setting), attributes=setting.attributes)
        return float(lines[-1]["seconds"])

    def _how(self, setting: Setting) -> list[str]:
        """What `musemate train` is told besides the fragment."""
        how = ["--engine", self.engine, "--preset", self.preset, "--device", self.device]
        return [*how, "--options", json.dumps(dict(setting.options))]

    def takes(
        self, project: str, kind: Kind, setting: Setting, count: int = N_TAKES, seconds: float | None = None
    ) -> list[Path]:
        """Make takes with the trained project, as long as the fragment unless said."""
        length_s = self.clip().duration_s if seconds is None else seconds
        args = ["generate", "--project", str(self.folder / project), "--count", str(count), "--seconds", str(length_s)]
        args += ["--mode", kind.mode, "--closeness", str(kind.closeness), "--seed", "1", "--device", self.device]
        return take_files(musemate(*args, attributes=setting.attributes))

    def scores(self, fakes: Sequence[Path], real: Path | None = None) -> dict[str, Scores]:
        """Judge sounds against the fragment, or against another sound; by file name, and "floor"."""
        if self.judge is None:
            return {}
        command = [sys.executable, str(self.judge), "--json", str(real or self.real), *map(str, fakes)]
        printed = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
        return dict(json.loads(printed))


def musemate(
    *args: str, attributes: Mapping[str, Any] | None = None, limit_s: float | None = None
) -> list[dict[str, Any]]:
    """Run a command of MuseMate with `--json` and return its lines.

    Parameters
    ----------
    args : str
        What would be typed.
    attributes : mapping, optional
        See `Setting`.
    limit_s : float, optional
        Seconds after which a training is stopped as by Ctrl+C, counted from where it begins: Python's start, tempo and
        estimate come before.

    Raises
    ------
    subprocess.CalledProcessError
        The command failed; what it said stands on the screen.
    """
    start = [str(PATCHED), json.dumps(dict(attributes))] if attributes else ["-m", "musemate"]
    command = [sys.executable, *start, *args, "--json"]
    lines: list[dict[str, Any]] = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        ctrl_c = Timer(limit_s or 0.0, process.send_signal, (signal.SIGINT,))
        for line in process.stdout:
            lines.append(json.loads(line))
            if limit_s is not None and lines[-1].get("event") == RunStarted.kind:
                ctrl_c.start()
        ctrl_c.cancel()
    if process.returncode and (limit_s is None or process.returncode != INTERRUPTED_CODE):
        raise subprocess.CalledProcessError(process.returncode, command)
    return lines


def take_files(lines: Iterable[Mapping[str, Any]]) -> list[Path]:
    """Return the files of the takes among the lines that a command printed."""
    return [Path(line["file"]) for line in lines if "take" in line]


def medians(rows: Iterable[Mapping[str, float]], names: Sequence[str] = SCORES) -> Scores:
    """Return the median of each figure over some rows, NaN where no row has it."""
    rows = list(rows)
    return {name: median(row[name] for row in rows if name in row) for name in names}


def median(values: Iterable[float]) -> float:
    """Median of what is a number, NaN of nothing."""
    known = [value for value in values if not math.isnan(value)]
    return statistics.median(known) if known else float("nan")


def worst(values: Iterable[float]) -> float:
    """The value farthest from 0, with its sign; NaN of nothing."""
    return max((value for value in values if not math.isnan(value)), key=abs, default=float("nan"))


def table(head: Sequence[str], rows: Iterable[Sequence[str | float]], digits: int = 2) -> str:
    """Return a table in Markdown; unknown numbers are a dash."""
    lines = [head, ["---"] * len(head), *([_cell(value, digits) for value in row] for row in rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _cell(value: str | float, digits: int) -> str:
    if isinstance(value, str):
        return value
    # adding 0 makes a rounded -0.0 a plain 0
    return "–" if math.isnan(value) else f"{round(value, digits) + 0.0:.{digits}f}"


def parser_of(description: str | None) -> argparse.ArgumentParser:
    """Return a parser with the options that all benchmarks of the engine have."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--length", type=float, default=25.0, help="seconds of each file")
    parser.add_argument("--mono16", action="store_true", help="bring files to mono at 16 kHz first")
    parser.add_argument("--preset", default="sketch")
    parser.add_argument("--device", default="auto")
    parser.add_argument("--judge", type=Path, help="script that scores takes")
    parser.add_argument("--keep", type=Path, help="folder for the projects, kept afterwards")
    parser.add_argument("--reuse", action="store_true", help="measure the trainings in that folder, if there are any")
    return parser
