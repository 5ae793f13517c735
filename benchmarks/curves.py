"""Step curves: how a clip's takes get better with more steps, for one or more settings side by side.

    python benchmarks/curves.py FILE --judge SCRIPT [--steps 250 500 1000] [--kind new:0.5]
        [--options 'plain={"pyramid_channels": 96}' --options 'wide={"pyramid_channels": 128}']

Each point is a training of its own with that many steps a scale of the pyramid, for the renderer's draft and for its
sound. Without `--options` the preset is measured as it is.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from measuring import KINDS, Bench, Kind, Setting, medians, parser_of, table

STEPS = (250, 500, 1_000)
COUNTED = ("pyramid_steps", "draft_steps", "sound_steps")
SHOWN = ("fd", "swd.5", "tonal", "copy")


def main() -> None:
    """Train every point and print a table in Markdown, a row as soon as it is known on the error output."""
    parser = parser_of(__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--steps", nargs="+", type=int, default=list(STEPS))
    parser.add_argument("--kind", action="append", type=Kind.parse, help="mode:closeness; all usual ones if not given")
    parser.add_argument("--options", action="append", type=Setting.parse, help="LABEL=JSON, as often as needed")
    options = parser.parse_args()
    settings, kinds = options.options or [Setting(options.preset)], options.kind or KINDS
    with tempfile.TemporaryDirectory() as scratch:
        bench = Bench.of(options.file, (options.keep or Path(scratch)) / options.file.stem, options)
        rows: list[tuple[str | float, ...]] = []
        for number, setting in enumerate(settings):
            for n_steps in options.steps:
                rows += _point(bench, f"curve-{number}-{n_steps}", setting, n_steps, kinds)
    print(table(("setting", "steps", "training s", "take", *SHOWN), rows))


def _point(
    bench: Bench, project: str, setting: Setting, n_steps: int, kinds: Sequence[Kind]
) -> list[tuple[str | float, ...]]:
    counted = replace(setting, options={**setting.options, **dict.fromkeys(COUNTED, n_steps)})
    seconds = bench.train(project, counted)["seconds"]
    rows: list[tuple[str | float, ...]] = []
    for kind in kinds:
        files = bench.takes(project, kind, counted)
        scores = bench.scores(files)
        found = medians((scores.get(file.name, {}) for file in files), SHOWN)
        rows.append((setting.label, str(n_steps), f"{seconds:.0f}", str(kind), *found.values()))
        print(*rows[-1], file=sys.stderr, flush=True)
    return rows


if __name__ == "__main__":
    main()
