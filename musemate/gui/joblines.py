"""What the job strip says, put into words and figures: no widget here."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from PySide6.QtCore import QLocale

from musemate.engine.events import Progressed, about
from musemate.engine.facts import facts_of
from musemate.engine.presets import label_of
from musemate.engine.registry import ENGINES
from musemate.gui import wording
from musemate.jobs.trainings import Item
from musemate.language import _, mark, ngettext, number
from musemate.project.queue import FAILED, PAUSED, WAITING

TASKS = {
    "import_audio": mark("Loading files"),
    "draw_pictures": mark("Drawing pictures"),
    "analyse_fragment": mark("Finding beats, key and voice"),
    "generate": mark("Making takes"),
    "instant": mark("Making instant takes"),
    "export_takes": mark("Exporting takes"),
    "place_take": mark("Laying a take into its song"),
    "ready_takes": mark("Exporting takes"),
    "report": mark("Writing a report"),
    "study_new": mark("Making a study"),
    "study_copy": mark("Copying a study"),
    "study_merge": mark("Bringing answers back"),
    "study_report": mark("Writing a report on a study"),
    "study_table": mark("Writing answers"),
    "study_list": "",
    "study_findings": "",
    "compare": "",
    "estimate": "",
    "study_marks": "",
    "list_devices": "",
    "get_ready": "",
    "get_ready_to_export": "",
}
"""What quick work is called; "" for what nobody asked for. Other tasks are called by their own names."""
STATES = {
    "running": mark("running"),
    "pausing": mark("pausing"),
    "paused": mark("paused"),
    "stopping": mark("stopping"),
    "waiting": mark("waiting"),
    "failed": mark("failed"),
}
"""How a job's state is called."""
CAN_BE_STOPPED = (
    "import_audio",
    "generate",
    "instant",
    "export_takes",
    "place_take",
    "ready_takes",
    "report",
    "study_new",
    "study_report",
)
"""Work that somebody asked for and may change their mind about."""
DAY_S = 86_400
ROUND_MIN = 5
"""Later than a quarter of an hour from now, an hour is told in steps of so many minutes."""


@dataclass(frozen=True)
class Line:
    """One job as it is shown.

    Parameters
    ----------
    id : str
        The training's, or "lane-number" of other work.
    title, detail, time : str
        What it is, how it stands, how long it takes.
    state : str
        "running", "pausing", "paused", "stopping", "waiting" or "failed".
    fraction : float or None
        What is done, 0-1, None where it is not known.
    is_training : bool
        Whether it can be paused, moved and tried again.
    can_stop : bool
        Whether it can be stopped, or taken off the queue.
    """

    id: str
    title: str
    detail: str
    state: str
    time: str = ""
    fraction: float | None = None
    is_training: bool = True
    can_stop: bool = True

    @property
    def spoken(self) -> str:
        """The whole line for a screen reader."""
        return ", ".join(part for part in (self.title, self.detail, self.time) if part)


def training_line(item: Item, name: str) -> Line:
    """Say a training; `name` is that of its fragment."""
    progress = item.progress
    return Line(
        id=item.id,
        title=f"{name}  ·  {_method(item)}",
        detail=_detail(item),
        state=item.state,
        time=_time(item),
        fraction=progress.fraction if item.job is not None and progress is not None else None,
        can_stop=item.state != "stopping",
    )


def work_line(number: str, task: str, text: str, fraction: float | None) -> Line:
    """Say other work; `text` is what it last said itself."""
    title = _(TASKS.get(task, task.replace("_", " ").capitalize()))
    detail = text if text != title else ""
    can_stop = task in CAN_BE_STOPPED
    return Line(number, title, detail, "running", fraction=fraction, is_training=False, can_stop=can_stop)


def seconds_left(item: Item) -> float | None:
    """Return how long a training will still take, None where nobody knows."""
    if item.progress is not None and item.progress.left_s is not None and item.state != FAILED:
        return item.progress.left_s
    if item.estimate is None:
        return None
    done = item.n_finished / len(item.scales) if item.scales else 0.0
    return item.estimate.seconds * (1.0 - done)


def summary(items: Sequence[Item], now: datetime) -> str:
    """Say how much is to come, and when it will be done: "2 wait  ·  done at about 21:40"."""
    count = {state: sum(item.state == state for item in items) for state in (WAITING, PAUSED, FAILED)}
    parts = []
    if count[WAITING]:
        parts.append(ngettext("{n} waits", "{n} wait", count[WAITING]))
    held = sum(item.state == PAUSED and item.job is None for item in items)
    if held and (len(items) > 1 or count[WAITING]):
        parts.append(_("{n} paused").format(n=held))
    if count[FAILED] and len(items) > 1:
        parts.append(_("{n} failed").format(n=count[FAILED]))
    done = done_at(items, now)
    return "  ·  ".join([*parts, done] if done else parts)


def done_at(items: Sequence[Item], now: datetime) -> str:
    """Say when everything that runs or waits will be done, "" where that is not known or something rests."""
    coming = [item for item in items if item.state not in (FAILED, PAUSED, "stopping")]
    rests = any(item.job is not None and item.state in (PAUSED, "pausing") for item in items)
    left = [seconds_left(item) for item in coming]
    known = [seconds for seconds in left if seconds is not None]
    if not coming or rests or len(known) < len(left):
        return ""
    return _("done {when}").format(when=clock_time(now, math.fsum(known)))


def clock_time(now: datetime, seconds: float) -> str:
    """Return when so many seconds are over, as one says it: "at about 21:40", "on Tuesday at about 9:05"."""
    if seconds > 6 * DAY_S:
        return ngettext("in about {n} day", "in about {n} days", round(seconds / DAY_S))
    then = now + timedelta(seconds=seconds)
    step = ROUND_MIN if seconds > 900 else 1
    then = then.replace(second=0, microsecond=0) + timedelta(minutes=-then.minute % step)
    hour = f"{then.hour}:{then.minute:02d}"
    if then.date() == now.date():
        return _("at about {hour}").format(hour=hour)
    if (then.date() - now.date()).days == 1:
        return _("tomorrow at about {hour}").format(hour=hour)
    day = QLocale().dayName(then.isoweekday())
    return _("on {day} at about {hour}").format(day=day, hour=hour)


def _method(item: Item) -> str:
    training = item.training
    preset = _(label_of(training.engine, training.preset))
    return preset if training.engine == ENGINES[0] else f"{_(facts_of(training.engine).label)}, {preset}"


def _detail(item: Item) -> str:
    region = wording.span(item.training.start_s, item.training.length_s)
    if item.state == FAILED:
        return _(item.training.reason) or _(STATES[FAILED])
    if item.job is None:
        parts = [_(STATES[PAUSED])] if item.state == PAUSED else []
        finished = _("{n} of {total} scales finished").format(n=item.n_finished, total=len(item.scales))
        parts.append(finished if item.scales else _("region {span}").format(span=region))
        if item.estimate is not None:
            parts.append(_("takes about {n} MiB of memory").format(n=number(item.estimate.mib, ".0f")))
        return "  ·  ".join(parts)
    where = _where(item.progress, item.scales)
    return f"{_(STATES[item.state])}  ·  {where}" if item.state != "running" else where


def _where(progress: Progressed | None, scales: tuple[str, ...]) -> str:
    if progress is None:
        return _("preparing")
    scale = _("scale {n} of {total}").format(n=progress.scale + 1, total=progress.n_scales)
    if progress.scale < len(scales):
        scale = f"{scale} {wording.scale(scales[progress.scale])}"
    return f"{scale}  ·  " + _("step {n} of {total}").format(n=progress.step, total=progress.n_steps)


def _time(item: Item) -> str:
    if item.state in (FAILED, "stopping"):
        return ""
    if item.job is not None and item.progress is not None:
        return wording.time_left(item.progress.left_s)
    left_s = seconds_left(item)
    return about(left_s) if left_s is not None else ""
