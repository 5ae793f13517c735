"""Whether a training fits the memory that is free, and what is said where it does not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from musemate.engine.base import CPU, Need
from musemate.engine.facts import facts_of
from musemate.engine.free import room_mib
from musemate.errors import DeviceMemoryError
from musemate.language import _, number


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
    where = _("memory") if least.device == CPU else _("memory of {device}").format(device=least.device)
    message = _("This training needs about {needed} of {where}, and {free} are free for it.")
    hint = _("Choose {smaller}, or close other programs.")
    if scale:
        message = _('The scale "{scale}" needs about {needed} of {where}, and {free} are free for it.')
        hint = _("What is finished is kept: close other programs and go on, or start anew with {smaller}.")
    return DeviceMemoryError(
        message.format(scale=_(scale), needed=gigabytes(least.mib), where=where, free=gigabytes(room)),
        hint=hint.format(smaller=_(facts_of(engine).smaller)),
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
    said = _("Its usual {usual} of memory are not free: it will make do with {less}, and take longer.")
    if taken.device != asked.device:
        said = _("Its usual {usual} of memory are not free: it will make do with {less}, on {device}, and take longer.")
    return said.format(usual=gigabytes(asked.mib), less=gigabytes(taken.mib), device=taken.device)


def gigabytes(mib: float) -> str:
    """Return an amount of memory as one says it: "12 GB", "3.4 GB", "640 MB"."""
    mib = max(0.0, mib)
    if mib < 1000:
        return f"{mib:.0f} MB"
    return f"{number(mib / 1024, '.0f' if mib >= 9.95 * 1024 else '.1f')} GB"
