"""Measures the statistics of the questionnaire: how often their intervals hold the truth, and how long a report takes.

Listeners with known skill, bias and taste are simulated; `STUDY.md` is the table made of it. Usage:
python benchmarks/study.py [--studies N] [--only coverage|exact|speed]
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

REPOSITORY = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(REPOSITORY), str(REPOSITORY / "tests")]

TABLE = REPOSITORY / "benchmarks" / "STUDY.md"
LEAST, MOST = 0.93, 0.97
SPREAD = {"skill_spread": 0.3, "bias_spread": 0.5, "sample_spread": 0.4}
ALIKE = " (all listeners and samples alike)"
Line = tuple[str, ...]


def main() -> None:
    """Measure, print and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--studies", type=int, default=1000)
    parser.add_argument("--only", choices=("coverage", "exact", "speed"))
    arguments = parser.parse_args()
    parts = {"coverage": lambda: coverage(arguments.studies), "exact": exact, "speed": speed}
    chosen = [arguments.only] if arguments.only else list(parts)
    texts = [parts[name]() for name in chosen]
    print("\n\n".join(texts))
    if not arguments.only:
        TABLE.write_text(_INTRODUCTION + "\n" + "\n\n".join(texts) + "\n", encoding="utf-8")


_INTRODUCTION = """# How far the statistics of the questionnaire can be relied on

Made by `python benchmarks/study.py`. An interval of 95 % should hold what is true in 95 of 100 studies; 93 to 97 % is
the goal. Listeners are simulated whose skill (d'), bias (criterion), level and taste are known, and differ from each
other as stated; truth is what would hold for all listeners and samples there could be.
"""


def _table(head: Line, lines: list[Line]) -> str:
    rows = [head, tuple("---" if at == 0 else "---:" for at in range(len(head))), *lines]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _machine() -> str:
    shared = ", shared" if os.getloadavg()[0] > 1.5 * (os.cpu_count() or 1) else ""
    return f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores{shared}"


# coverage ------------------------------------------------------------------------------------------------


def coverage(n_studies: int) -> str:
    """Simulate studies and return how often the intervals held the truth."""
    from tests.study.coverage import of_ratings, of_verdicts
    from tests.study.simulated import Ratings, Verdicts

    asked = {
        "1 listener, 20 takes, 20 real": Verdicts(1, 20, 20),
        "1 listener, 40 takes, 20 real, d' 2, biased to “fake”": Verdicts(1, 40, 20, 2.0, -0.5),
        "10 listeners, 10 takes, 10 real": Verdicts(10, 10, 10, **SPREAD),
        "20 listeners, 20 takes, 10 real, d' 1.5": Verdicts(20, 20, 10, 1.5, **SPREAD),
        "30 listeners, 10 takes, 10 real, d' 0": Verdicts(30, 10, 10, 0.0, **SPREAD),
        f"20 listeners, 20 takes, 10 real{ALIKE}": Verdicts(20, 20, 10),
        "10 listeners, 16 takes, 4 real": Verdicts(10, 16, 4, **SPREAD),
    }
    lines = [(name, *_shares(of_verdicts(study, n_studies, at))) for at, (name, study) in enumerate(asked.items())]
    head = ("Real or fake", "fooling rate", "real called real", "d'", "criterion")
    rated = {
        "1 listener, 6 engines of 10 samples": Ratings(1, 10),
        "10 listeners, 6 engines of 5 samples": Ratings(10, 5),
        "30 listeners, 6 engines of 5 samples": Ratings(30, 5),
        "10 listeners, 3 engines of 8 samples, nobody and nothing differs": Ratings(
            10, 8, (4.0, 5.0, 6.0), level_spread=0.0, taste_spread=0.0, sample_spread=0.0
        ),
    }
    more = [(name, *_shares(of_ratings(study, n_studies, at))) for at, (name, study) in enumerate(rated.items())]
    rated_head = ("Quality", "engine's mean", "best less worst", "mean rank (standing)", "possible places")
    return "\n\n".join(
        [
            f"## {n_studies:,} studies each\n\nAn exclamation mark: outside 93 to 97 %.",
            _table(head, lines),
            _table(rated_head, more),
            _NOTE,
        ]
    )


_NOTE = """Where listeners and samples do not differ at all, intervals are a little wider than they need be: how much
they differ has to be estimated, and is never taken for less than nothing. “Possible places” come from tests that are
corrected for all pairs, so they hold the true place more often than 95 %, as they must."""


def _shares(found: dict[str, float]) -> Iterator[str]:
    for name, share in found.items():
        is_outside = share < LEAST or (share > MOST and name != "places")
        yield f"{100 * share:.1f} %{' !' * is_outside}"


# one listener, without chance ----------------------------------------------------------------------------


def exact() -> str:
    """Return the coverage of d' and criterion of one listener over all outcomes, ours and the usual one's."""
    from tests.study.coverage import of_one_listener

    head = ("One listener, d' 0 to 3, criterion -0.5 to 0.5", "ours: least", "mean", "usual: least", "mean")
    lines = []
    for n_takes, n_real in ((16, 4), (10, 10), (20, 20), (40, 10), (50, 50)):
        for name, ours, usual in of_one_listener(n_takes, n_real):
            figures = (min(ours), statistics.mean(ours), min(usual), statistics.mean(usual))
            lines.append((f"{n_takes} takes, {n_real} real: {name}", *(f"{100 * share:.1f} %" for share in figures)))
    return f"{_ABOUT_EXACT}\n\n{_table(head, lines)}"


_ABOUT_EXACT = """## Which interval

Every possible outcome weighed with its probability, no simulation. The usual interval is Gourevitch and Galanter's
(1967), a normal one with the variance of z; ours joins Jeffreys' intervals of both shares."""


# speed ---------------------------------------------------------------------------------------------------


def speed() -> str:
    """Return how long the report of 200 listeners takes, and how long its libraries take to be there."""
    code = "import statsmodels.regression.mixed_linear_model, statsmodels.stats.inter_rater"
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True)
    imported_s = time.perf_counter() - began
    from musemate.study.summary import findings_of

    rows = list(_full(200, 30))
    spent = []
    for _ in range(5):
        began = time.perf_counter()
        findings_of(rows)
        spent.append(time.perf_counter() - began)
    middle = statistics.median(spent)
    lines = [
        ("report of 200 listeners × 30 trials (30,000 answers), median of 5", f"{middle:.2f} s", "2 s"),
        ("the same, the slowest", f"{max(spent):.2f} s", ""),
        ("loading scipy and statsmodels, once a process (with Python's own start)", f"{imported_s:.2f} s", ""),
    ]
    return f"## Speed\n\n{_machine()}.\n\n" + _table(("Measured", "Time", "Goal"), lines)


def _full(n_raters: int, n_samples: int) -> Iterator[object]:
    """Yield the answers of the songwriter's questionnaire, all its questions answered."""
    from tests.study.made_rows import about

    dice = np.random.default_rng(1)
    for rater in range(n_raters):
        level = dice.normal()
        for at in range(n_samples):
            is_real, engine = at % 6 == 5, ("frames", "classic", "instant")[at % 3]
            quality = int(np.clip(round(4 + level + at % 3 + dice.normal()), 0, 10))
            yield from about(
                f"t{at}", real=is_real, trial=at + 1, rater=f"r{rater}", rater_name=f"Listener {rater}",
                verdict=str(dice.choice(["real", "fake"])), ease="easy", quality=quality,
                inspiring=str(dice.choice(["yes", "maybe", "no"])), comment="like rain",
                engine="" if is_real else engine, group="" if is_real else engine, preset="" if is_real else "sketch",
                closeness=None if is_real else round(at / 30, 2), seconds=float(3 + dice.random() * 9), plays=1,
                correct=bool(dice.random() < 0.5),
            )  # fmt: skip


if __name__ == "__main__":
    main()
