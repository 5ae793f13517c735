"""What an interval allows to be said: different, as good as the same, or neither.

"As good as the same" needs the whole interval within a bound that was stated before (two one-sided tests: Schuirmann,
"A comparison of the two one-sided tests procedure and the power approach", 1987). That no difference was found shows
nothing.
"""

from __future__ import annotations

from enum import Enum

from musemate.study.intervals import LEVEL, Interval

TOST_LEVEL = 2 * LEVEL - 1
"""Of the interval: two tests at 5 % each are a 90 % interval."""
D_PRIME_BOUND = 0.5
"""Who leans to neither side and has this d' is right in 60 of 100 answers, guessing in 50."""
SHARE_BOUND = 0.1
"""Ten of a hundred answers."""


class Verdict(Enum):
    """What can be said of a difference."""

    ABOVE = "above"
    BELOW = "below"
    SAME = "same"
    OPEN = "open"


def verdict_on(interval: Interval, narrow: Interval, bound: float) -> Verdict:
    """Say what a difference is.

    Parameters
    ----------
    interval : Interval
        At `LEVEL`, of the difference.
    narrow : Interval
        At `TOST_LEVEL`, of the same difference.
    bound : float
        Less than this is as good as none.
    """
    if narrow.lies_within(-bound, bound):
        return Verdict.SAME
    if interval.low > 0:
        return Verdict.ABOVE
    return Verdict.BELOW if interval.high < 0 else Verdict.OPEN
