"""A small study whose sounds need not be heard."""

from __future__ import annotations

import hashlib
from pathlib import Path

from musemate.study.orders import orders
from musemate.study.records import Stimulus, Study
from musemate.study.template import Choice, Question, SetPlan, Template

VERDICT = Question("verdict", "Real?", measures="verdict", choices=(Choice("real", "real"), Choice("fake", "fake")))
EASE = Question(
    "ease", "Easy?", measures="ease", choices=(Choice("easy", "e"), Choice("hard", "h")), when="verdict", is_=("fake",)
)
QUALITY = Question("quality", "Good?", kind="scale", measures="quality")
HELPS = Question("helps", "Does it help?", kind="text", measures="comment", required=False)
TEMPLATE = Template("small", "Small", sets=(SetPlan("one"),), questions=(VERDICT, EASE, QUALITY), closing=(HELPS,))
PAIR_VERDICT = Question("verdict", "Which?", measures="verdict", choices=(Choice("a", "a"), Choice("b", "b")))
PAIRS = Template("pairs", "Pairs", trial="pair", sets=(SetPlan("one"),), questions=(PAIR_VERDICT,))
TAKES, REAL = [f"{number:012x}" for number in range(1, 5)], [f"{number:012x}" for number in range(5, 7)]


def small_study(files: dict[str, Path], template: Template = TEMPLATE) -> Study:
    """Return a study of four takes and two real clips, or of two pairs."""
    if template.trial == "pair":
        trials = dict.fromkeys(zip(TAKES, REAL, strict=False), "pair")
    else:
        trials = {(token,): "real" if token in REAL else "take" for token in files}
    hashes = {token: hashlib.sha256(file.read_bytes()).hexdigest() for token, file in files.items()}
    return Study(
        id="0123456789abcdef" * 2,
        title="Does “it” inspire?",
        created="2026-01-01T00:00:00+00:00",
        version="0.1.0",
        seed=1,
        template=template,
        stimuli=tuple(Stimulus(token, "one", 2.0, -1.5, hashes[token]) for token in sorted(files)),
        orders=orders([("one", trials)], 1),
        rate_hz=8000,
        n_channels=1,
        band_hz=3000.0,
    )
