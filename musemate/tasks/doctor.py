"""Collects what a bug report needs: versions, devices with their self-test, outputs, folders, settings, the last crash.

Nothing of it is sent anywhere. Names of songs, of folders above the home folder and of the user are left out.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime

from musemate.discretion import without_person
from musemate.engine.base import Cancelled
from musemate.engine.events import Diagnosed, Event, Working
from musemate.errors import MuseMateError
from musemate.language import _
from musemate.tasks.crashes import last_crash
from musemate.tasks.probes import PROBES, Facts

PROMISE = (
    "This text names no songs, takes, files or tags, and not you: your home folder is shown as ~. "
    "Nothing of it was sent anywhere; read it through before you pass it on."
)
MOST_CRASH_LINES = 60
_logger = logging.getLogger(__name__)


def doctor(leave_out: Sequence[str] = (), with_crash: bool = True, *, cancelled: Cancelled) -> Iterator[Event]:
    """Ask every probe; one that fails, in whatever way, becomes a line that says so.

    Parameters
    ----------
    leave_out : sequence of str
        Titles of `PROBES` that are not to be asked, because they ended the process before.
    with_crash : bool
        Whether the last crash is told too.
    cancelled : callable
        Asked between the probes.

    Yields
    ------
    Event
        `Working`, then one `Diagnosed`.
    """
    sections: dict[str, Facts] = {}
    for number, (title, probe) in enumerate(PROBES.items()):
        if cancelled():
            return
        yield Working(_("Looking at this computer"), number / len(PROBES))
        sections[title] = [("not asked", "it ended the process")] if title in leave_out else answers(probe)
    if with_crash:
        sections["Last crash"] = answers(_crash)
    shown = {title: {name: without_person(value) for name, value in facts} for title, facts in sections.items()}
    yield Diagnosed(text=as_text(shown), sections=shown)


def answers(probe: Callable[[], Facts]) -> Facts:
    """Return a probe's facts, or a line that says why there are none."""
    try:
        return probe()
    # A diagnosis is asked for when something is broken: whatever breaks here is what it has to say.
    except Exception as error:
        if isinstance(error, MuseMateError):
            return [("failed", f"{error.message} {error.detail}".strip())]
        _logger.info("%s could not be asked", probe.__name__, exc_info=error)
        return [("failed", f"{type(error).__name__}: {error}")]


def as_text(sections: dict[str, dict[str, str]]) -> str:
    """Return the sections as lines to read and to paste into a bug report."""
    lines = [f"MuseMate's diagnosis of {datetime.now(UTC):%Y-%m-%d %H:%M} UTC"]
    for title, facts in sections.items():
        width = max(map(len, facts), default=0)
        lines += ["", title]
        lines += [f"  {name:<{width}}  {_indented(value, width + 4)}" for name, value in facts.items()]
    return "\n".join([*lines, "", PROMISE, ""])


def _crash() -> Facts:
    found = last_crash()
    if found is None:
        return [("none", "no crash is noted")]
    lines = found.text.splitlines()
    more = [f"... {len(lines) - MOST_CRASH_LINES} more lines"] if len(lines) > MOST_CRASH_LINES else []
    return [("file", found.file.name), ("says", "\n".join(lines[:MOST_CRASH_LINES] + more))]


def _indented(text: str, width: int) -> str:
    return f"\n{' ' * width}".join(text.splitlines())
