"""What each lever of the engine is worth: trainings with one lever off, beside one with all on.

    python benchmarks/ablation.py FILE --judge SCRIPT [--only "input noise"] [--lever 'LABEL={"name": value}']

A lever is a parameter of the engine, or, with a dotted name, a constant of a module (see `patched.py`). To measure
another one, add it to `LEVERS` or name it with `--lever`. Levers that only matter when takes are made use the training
with all on.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from measuring import KINDS, SCORES, Bench, Kind, Setting, medians, parser_of, table

ALL_ON = Setting("all levers on")
LEVERS = (
    Setting("renderer hears no noise", {"input_noise": 0.0}),
    Setting("weak gradient penalty (0.1)", {"gradient_penalty": 0.1}),
    Setting("no fixed-noise reconstruction", {"reconstruction_weight": 0.0}),
    Setting("no detail by retrieval: all components made", {"n_generated": 192}),
    Setting("96 components", {"n_components": 96}),
    Setting("whole frames only", {"phases": 1}),
    Setting("patches not compared as distributions", {"sliced_weight": 0.0}),
    Setting("coarsest scale 1/4 instead of 1/16", {"time_scales": [4, 2, 1]}),
    Setting("hardly any critics of sound", {"sound_steps": 1, "draft_steps": 1_500}),
    Setting("half the pyramid's channels", {"pyramid_channels": 48}),
    *(
        Setting(label, attributes={f"musemate.engine.frames.{name}": value}, trained=False)
        for label, name, value in (
            ("what was made not drawn towards what fits", "model.DRAWN", 0.0),
            ("retrieval without context", "model.CONTEXT", 0),
            ("retrieval does not mind the moment of a beat", "model.TICK_WEIGHT", 0.0),
            ("new material keeps as many real scales as a variation", "model.NEW_POWER", 1.0),
            ("variations replace whatever they drew", "arranger.RHYTHM_KEPT", -1.0),
        )
    ),
)


def main() -> None:
    """Train every variant and print a table in Markdown, a row as soon as it is known on the error output."""
    parser = parser_of(__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--only", action="append", help="part of a lever's label, as often as needed")
    parser.add_argument("--lever", action="append", type=Setting.parse, default=[], help="LABEL=JSON of another lever")
    parser.add_argument("--kind", action="append", type=Kind.parse, help="mode:closeness; all usual ones if not given")
    parser.add_argument("--options", type=Setting.parse, default=ALL_ON, help="JSON that all variants share")
    options = parser.parse_args()
    levers = [lever for lever in LEVERS if not options.only or any(part in lever.label for part in options.only)]
    rows: list[tuple[str | float, ...]] = []
    with tempfile.TemporaryDirectory() as scratch:
        bench = Bench.of(options.file, (options.keep or Path(scratch)) / options.file.stem, options)
        for number, lever in enumerate([ALL_ON, *levers, *options.lever]):
            variant = replace(
                lever,
                options={**options.options.options, **lever.options},
                attributes={**options.options.attributes, **lever.attributes},
            )
            project = f"variant-{number if lever.trained else 0}"
            rows += _variant(bench, project, variant, options.kind or KINDS)
    print(table(("lever", "take", "training s", *SCORES), rows))


def _variant(bench: Bench, project: str, setting: Setting, kinds: Sequence[Kind]) -> list[tuple[str | float, ...]]:
    seconds = f"{bench.train(project, setting)['seconds']:.0f}" if setting.trained else "–"
    rows: list[tuple[str | float, ...]] = []
    for kind in kinds:
        files = bench.takes(project, kind, setting)
        scores = bench.scores(files)
        found = medians(scores.get(file.name, {}) for file in files)
        rows.append((setting.label, str(kind), seconds, *found.values()))
        print(*rows[-1], file=sys.stderr, flush=True)
    return rows


if __name__ == "__main__":
    main()
