"""What the job strip says, put into words and figures: no widget here."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from musemate.engine.events import Progressed, about
from musemate.engine.registry import ENGINES
from musemate.gui import wording
from musemate.jobs.trainings import Item
from musemate.project.queue import FAILED, PAUSED, WAITING

TASKS = {
    "import_audio": "Loading files",
    "draw_pictures": "Drawing pictures",
    "analyse_fragment": "Finding beats, key and voice",
    "generate": "Making takes",
    "instant": "Making instant takes",
    "export_takes": "Exporting takes",
    "report": "Writing a report",
    "compare": "",
    "estimate": "",
    "list_devices": "",
    "get_ready": "",
}
"""What quick work is called; "" for what nobody asked for. Other tasks are called by their own names."""
CAN_BE_STOPPED = ("import_audio", "generate", "instant", "export_takes", "report")
"""Work that somebody asked for and may change their mind about."""
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
    title = TASKS.get(task, task.replace("_", " ").capitalize())
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
        parts.append("1 waits" if count[WAITING] == 1 else f"{count[WAITING]} wait")
    held = sum(item.state == PAUSED and item.job is None for item in items)
    if held and (len(items) > 1 or count[WAITING]):
        parts.append(f"{held} paused")
    if count[FAILED] and len(items) > 1:
        parts.append(f"{count[FAILED]} failed")
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
    return f"done {clock_time(now, math.fsum(known))}"


def clock_time(now: datetime, seconds: float) -> str:
    """Return when so many seconds are over, as one says it: "at about 21:40", "on Tuesday at about 9:05"."""
    if seconds > 6 * 86_400:
        return f"in {about(seconds)}"
    then = now + timedelta(seconds=seconds)
    step = ROUND_MIN if seconds > 900 else 1
    then = then.replace(second=0, microsecond=0) + timedelta(minutes=-then.minute % step)
    hour = f"at about {then.hour}:{then.minute:02d}"
    if then.date() == now.date():
        return hour
    return f"tomorrow {hour}" if (then.date() - now.date()).days == 1 else f"on {then:%A} {hour}"


def _method(item: Item) -> str:
    training = item.training
    return training.preset if training.engine == ENGINES[0] else f"{training.engine}, {training.preset}"


def _detail(item: Item) -> str:
    region = wording.span(item.training.start_s, item.training.length_s)
    if item.state == FAILED:
        return item.training.reason or "failed"
    if item.job is None:
        begun = f"{item.n_finished} of {len(item.scales)} scales finished" if item.scales else f"region {region}"
        if item.estimate is not None:
            begun = f"{begun}  ·  takes about {item.estimate.mib:.0f} MiB of memory"
        return f"paused  ·  {begun}" if item.state == PAUSED else begun
    where = _where(item.progress, item.scales)
    return f"{item.state}  ·  {where}" if item.state != "running" else where


def _where(progress: Progressed | None, scales: tuple[str, ...]) -> str:
    if progress is None:
        return "preparing"
    name = f" {scales[progress.scale]}" if progress.scale < len(scales) else ""
    return f"scale {progress.scale + 1} of {progress.n_scales}{name}  ·  step {progress.step} of {progress.n_steps}"


def _time(item: Item) -> str:
    if item.state in (FAILED, "stopping"):
        return ""
    if item.job is not None and item.progress is not None:
        return wording.time_left(item.progress.left_s)
    left_s = seconds_left(item)
    return about(left_s) if left_s is not None else ""
