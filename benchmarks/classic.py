"""The engine `classic` beside takes that others published, and beside `frames` at equal time and at equal fd.

    python benchmarks/classic.py FILE... --judge SCRIPT [--published TAKE...] [--options '{"num_epochs": 100}']
        [--steps 25 50 100 250] [--longer balanced fine] [--to classic.png] [--keep FOLDER] [--reuse]

Each file is a fragment; the first `--published` belongs to the first file, the second to the second. `classic` and
`frames` are trained through the command line, in processes of their own, and make four takes of each kind: new material
from noise at every scale (closeness 0) in both engines, variations as each engine is meant to make them (of `classic`
with the coarsest scale real, as published), and what `frames` usually does (closeness 0.5). Then

- equal time: the longest preset of `frames` that fits into the time that `classic` took, and a second training of
  `classic`, stopped by Ctrl+C after the time that `frames` took: its takes are what its finest finished scale makes;
- equal fd: `frames` with few steps of each part, more and more, until the median fd of its takes is not above that of
  new material by `classic`.

Times and memory are those of the training processes. What the table does not say: published takes may come from more
steps and be longer than the fragment, as ours are not, and the longer a take, the more chances it has to follow the
fragment for long (`copy`); each engine is trained once, so the spread is that of four takes, not of trainings; and
figures are no listeners.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from curves import COUNTED
from judged import HEAD, Row, as_good, first_as_good
from measuring import KINDS, Bench, Kind, Setting, parser_of, table
from sheet import Heard, draw

from musemate.engine.presets import default_preset, preset_names

NEW = Kind("new", 0.0)
CLASSIC_KINDS = (NEW, Kind("variation", 0.0))
NEW_KINDS = (NEW, Kind("new", 0.5))
STEPS = (25, 50, 100, 250)


def main() -> None:
    """Compare on each file and print its table in Markdown; what is found on the way, on the error output."""
    parser = parser_of(__doc__)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--published", nargs="+", action="append", type=Path, default=[], help="takes, once a file")
    parser.add_argument("--options", type=Setting.parse, default=Setting(""), help="parameters of classic as JSON")
    parser.add_argument("--frames", default="sketch", help="preset of frames")
    parser.add_argument("--frames-options", type=Setting.parse, default=Setting(""), help="the same of frames")
    parser.add_argument("--longer", nargs="*", default=["balanced", "fine"], help="its presets for equal time")
    parser.add_argument("--steps", nargs="*", type=int, default=list(STEPS), help="of each part, for equal fd")
    parser.add_argument("--to", type=Path, help="PNG file for a picture of the sounds; an old one is replaced")
    parser.set_defaults(preset=default_preset("classic"))
    options = parser.parse_args()
    _check(parser, options)
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.keep or Path(scratch)
        published = [*options.published, *([[]] * len(options.files))]
        compared = [
            Comparison(file, folder / file.stem, takes, options)
            for file, takes in zip(options.files, published, strict=False)
        ]
        for comparison in compared:
            comparison.run()
            print(comparison.told(), flush=True)
        if options.to:
            draw(options.to, [sound for c in compared for sound in c.heard()])


def _check(parser: argparse.ArgumentParser, options: argparse.Namespace) -> None:
    """Refuse what would be found out after hours."""
    if options.judge is None:
        parser.error("the comparison needs a --judge")
    if len(options.published) > len(options.files):
        parser.error("there are more --published than files")
    asked = [*options.files, options.judge, *(take for takes in options.published for take in takes)]
    if missing := [str(path) for path in asked if not path.is_file()]:
        parser.error(f"no such file: {', '.join(missing)}")
    if unknown := {options.frames, *options.longer} - set(preset_names("frames")):
        parser.error(f"frames has no preset {', '.join(sorted(unknown))}")


@dataclass
class Comparison:
    """All rows of one fragment, and what is to be said about them.

    Parameters
    ----------
    file, folder : Path
        The fragment's file, and where trainings go.
    published : sequence of Path
    options : Namespace
        What was typed.
    """

    file: Path
    folder: Path
    published: Sequence[Path]
    options: argparse.Namespace
    rows: list[Row] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.name = self.file.stem
        self.classic = replace(Bench.of(self.file, self.folder, self.options), engine="classic")
        self.frames = replace(self.classic, engine="frames", preset=self.options.frames)
        self._setting: dict[str, Setting] = {"classic": self.options.options, "frames": self.options.frames_options}

    def run(self) -> None:
        """Train everything and judge it."""
        if self.published:
            self._add("published", "", self.published)
        classic, *_ = self._trained(self.classic, "classic", CLASSIC_KINDS)
        frames, *_ = self._trained(self.frames, "frames", KINDS)
        self._frames_as_long(classic, frames)
        self._classic_as_long(classic, frames)
        self._frames_as_good(classic)
        self._keep()

    def told(self) -> str:
        """Return the table and the notes, in Markdown."""
        notes = "".join(f"- {self.name}: {note}\n" for note in self.notes)
        return f"{table(HEAD, [row.cells(self.name) for row in self.rows])}\n\n{notes}"

    def heard(self) -> list[Heard]:
        """Return what the picture shows: the fragment and the first of the takes from noise, nothing chosen."""
        kept = [row for row in self.rows if row.label in (*self._usual_labels(), "published")]
        shown = [row for row in kept if row.kind in ("", str(NEW))]
        takes = [Heard(f"{self.name}: {row.label}", row.kind, Path(row.files[0]), self.classic.real) for row in shown]
        return [Heard(f"{self.name}: fragment", "", self.classic.real, self.classic.real), *takes]

    def _usual_labels(self) -> tuple[str, str]:
        return f"classic, {self.classic.preset}", f"frames, {self.frames.preset}"

    def _add(self, label: str, kind: str, files: Sequence[Path], trained: dict[str, Any] | None = None) -> Row:
        """Judge takes; the first judgement adds the floor."""
        scores = self.classic.scores(files)
        if not self.rows:
            self.rows.append(Row.of("second half, beside the first", "", [self.classic.real], [scores["floor"]]))
        self.rows.append(Row.of(label, kind, files, [scores[file.name] for file in files], trained))
        print(f"{self.name}: {label} ({kind or 'as they are'}): fd {self.rows[-1].fd:.2f}", file=sys.stderr, flush=True)
        self._keep()
        return self.rows[-1]

    def _keep(self) -> None:
        """Write down what is known: hours of training are not lost when a later one fails."""
        told = {"rows": [asdict(row) for row in self.rows], "notes": self.notes}
        (self.folder / "figures.json").write_text(json.dumps(told, indent=1), encoding="utf-8")

    def _trained(
        self, bench: Bench, project: str, kinds: Sequence[Kind], label: str = "", counted: dict[str, int] | None = None
    ) -> list[Row]:
        """Train, make takes and judge them."""
        setting = self._setting[bench.engine]
        setting = replace(setting, options={**setting.options, **(counted or {})})
        trained = bench.train(project, setting)
        label = label or f"{bench.engine}, {bench.preset}"
        return [self._add(label, str(kind), bench.takes(project, kind, setting), trained) for kind in kinds]

    def _frames_as_long(self, classic: Row, frames: Row) -> None:
        """Find out what `frames` does with the time that `classic` takes."""
        if not self.options.longer:
            return
        setting = self._setting["frames"]
        reckoned_s = self.frames.expected_s(setting)
        fitting, refused = None, ""
        for preset in self.options.longer:
            bench = replace(self.frames, preset=preset)
            # both were reckoned at the same hour; how busy the machine is shows in the measured time
            expected_s = frames.seconds * bench.expected_s(setting) / reckoned_s
            if expected_s <= classic.seconds:
                fitting = bench
            else:
                refused = refused or f"frames, {preset}, would take about {expected_s:.0f} s"
        if fitting is not None:
            label = f"frames, {fitting.preset}: as long as classic"
            self._trained(fitting, f"frames-{fitting.preset}", NEW_KINDS, label)
        if refused:
            self.notes.append(f"{refused}, longer than the {classic.seconds:.0f} s of classic.")

    def _classic_as_long(self, classic: Row, frames: Row) -> None:
        """Find out how far `classic` gets in the time that `frames` takes."""
        if classic.seconds <= frames.seconds:
            self.notes.append(f"classic took {classic.seconds:.0f} s, and frames no less: {frames.seconds:.0f} s.")
            return
        setting, project = self._setting["classic"], "classic-stopped"
        trained = self.classic.train(project, setting, frames.seconds)
        scales = trained["scales"]
        if not scales:
            self.notes.append(f"classic has finished no scale after the {frames.seconds:.3g} s of frames.")
            return
        for kind in CLASSIC_KINDS[: len(scales)]:  # a variation needs a second scale
            takes = self.classic.takes(project, kind, setting)
            self._add(f"classic, stopped: as long as frames, {scales[-1]}", str(kind), takes, trained)

    def _frames_as_good(self, classic: Row) -> None:
        """Find the fewest of the given steps with which `frames` is as near to the fragment as `classic`."""
        found: list[Row] = []
        for n_steps in sorted(self.options.steps):
            label, counted = f"frames, {n_steps} steps a part", dict.fromkeys(COUNTED, n_steps)
            found += self._trained(self.frames, f"frames-{n_steps}", NEW_KINDS, label, counted)
            if all(first_as_good(found, kind, classic.fd) for kind in NEW_KINDS):
                break
        found += [row for row in self.rows if row not in found and row.label.startswith("frames")]
        for kind in NEW_KINDS:
            row = first_as_good(found, kind, classic.fd)
            self.notes.append(f"{kind}, {as_good(row, classic)}.")


if __name__ == "__main__":
    main()
