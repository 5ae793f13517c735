"""Whether a training fits the memory that is free, and what is said where it does not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from musemate.engine.base import CPU, Need
from musemate.engine.facts import facts_of
from musemate.engine.free import room_mib
from musemate.errors import DeviceMemoryError


def fits(need: Need) -> bool:
    """Whether there is room for it, as far as anybody knows."""
    return first_fitting([need]) is not None


def first_fitting(needs: Sequence[Need], rooms: Mapping[str, float | None] | None = None) -> Need | None:
    """Return the first that there is room for; None when there is none.

    Parameters
    ----------
    needs : sequence of Need
    rooms : mapping from device to MiB
        From `rooms_of`; asked for now when not given.
    """
    known = rooms_of(needs) if rooms is None else rooms
    return next((need for need in needs if (room := known[need.device]) is None or need.mib <= room), None)


def rooms_of(needs: Sequence[Need]) -> dict[str, float | None]:
    """Return the memory that may be held on each device, None where nobody knows."""
    return {device: room_mib(device) for device in dict.fromkeys(need.device for need in needs)}


def check_fits(needs: Sequence[Need], engine: str, scale: str = "") -> None:
    """Refuse a training, or one of its scales, that fits in none of these ways.

    Parameters
    ----------
    needs : sequence of Need
        From `Engine.needs`, that of the last way the least.
    engine : str
        Whose settings are advised.
    scale : str
        The scale that is refused, "" for the whole training.

    Raises
    ------
    DeviceMemoryError
    """
    rooms = rooms_of(needs)
    if first_fitting(needs, rooms) is None:
        raise _too_large(needs[-1], rooms[needs[-1].device], engine, scale)


def _too_large(least: Need, room: float | None, engine: str, scale: str) -> DeviceMemoryError:
    assert room is not None, "what nobody knows fits"
    what, smaller = f'The scale "{scale}"' if scale else "This training", facts_of(engine).smaller
    kept = f"What is finished is kept: close other programs and go on, or start anew with {smaller}."
    where = "memory" if least.device == CPU else f"memory of {least.device}"
    return DeviceMemoryError(
        f"{what} needs about {gigabytes(least.mib)} of {where}, and {gigabytes(room)} are free for it.",
        hint=kept if scale else f"Choose {smaller}, or close other programs.",
        detail=f"{least.mib:.0f} of {room:.0f} MiB",
    )


def shortage(needs: Sequence[Need], engine: str) -> str:
    """Say beforehand, in a sentence or two, what want of memory will do to a training; "" where it does nothing."""
    rooms, asked = rooms_of(needs), needs[0]
    taken = first_fitting(needs, rooms)
    if taken is None:
        error = _too_large(needs[-1], rooms[needs[-1].device], engine, scale="")
        return f"{error.message} {error.hint}"
    if asked == taken:
        return ""
    where = "" if taken.device == asked.device else f", on {taken.device}"
    return (
        f"Its usual {gigabytes(asked.mib)} of memory are not free: it will make do with "
        f"{gigabytes(taken.mib)}{where}, and take longer."
    )


def gigabytes(mib: float) -> str:
    """Return an amount of memory as one says it: "12 GB", "3.4 GB", "640 MB"."""
    mib = max(0.0, mib)
    if mib < 1000:
        return f"{mib:.0f} MB"
    return f"{mib / 1024:.0f} GB" if mib >= 9.95 * 1024 else f"{mib / 1024:.1f} GB"
