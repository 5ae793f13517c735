"""How long a session will still take: by this rater's own pace, and before there is one by what is to be heard."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

QUESTION_S = 5.0
"""What a question takes before anybody's pace is known."""
_HEARD_TIMES = 1.3
"""How often a sample is heard before anybody's pace is known."""
_SURE_FROM = 3
"""So many trials tell a pace."""


def seconds_left(took_s: Sequence[float], lengths_s: Sequence[float], n_questions: int) -> float:
    """Estimate the seconds that the trials ahead will take.

    Parameters
    ----------
    took_s : sequence of float
        What each finished trial of this session took; their median is the pace, so that a pause in one does not count.
    lengths_s : sequence of float
        What is to be heard in each trial ahead, in seconds.
    n_questions : int
        Of a trial.
    """
    if len(took_s) >= _SURE_FROM:
        return median(took_s) * len(lengths_s)
    return sum(_HEARD_TIMES * length_s + QUESTION_S * n_questions for length_s in lengths_s)
