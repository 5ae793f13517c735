"""Turns numbers into the short texts that the window shows."""

from __future__ import annotations

from musemate.engine.facts import facts_of
from musemate.engine.registry import ENGINES
from musemate.project.records import Beats, Fragment, Run, Take

SHORTEST_GOOD_S = 20.0
LONGEST_GOOD_S = 60.0
VOICE_IS_LIKELY = 0.5


def clock(seconds: float, *, tenths: bool = False) -> str:
    """Return a position such as "1:05" or, with tenths, "1:05.3"."""
    if tenths:
        ticks = max(0, round(seconds * 10))
        return f"{ticks // 600}:{ticks // 10 % 60:02d}.{ticks % 10}"
    whole = max(0, round(seconds))
    return f"{whole // 60}:{whole % 60:02d}"


def time_left(seconds: float | None) -> str:
    """Return a rounded promise such as "about 4 min left"."""
    if seconds is None:
        return "measuring speed…"
    if seconds < 10:
        return "a few seconds left"
    if seconds < 90:
        return f"about {round(seconds / 10) * 10} s left"
    minutes = round(seconds / 60)
    if minutes < 90:
        return f"about {minutes} min left"
    return f"about {minutes / 60:.1f} h left"


def bars(length_s: float, beats: Beats | None) -> str:
    """Return the length in bars when the tempo is sure ("12 bars", "5.3 bars"), else nothing."""
    if beats is None or not beats.is_sure or beats.bpm <= 0:
        return ""
    count = length_s * beats.bpm / 60 / beats.beats_per_bar
    nearest = round(count)
    if nearest and abs(count - nearest) < 0.05:
        return f"{nearest} bar" if nearest == 1 else f"{nearest} bars"
    return f"{count:.1f} bars"


def rate(rate_hz: int) -> str:
    """Return a sample rate such as "44.1 kHz"."""
    return f"{rate_hz / 1000:g} kHz"


def fragment_facts(fragment: Fragment) -> str:
    """Return what is known of a fragment in one line."""
    facts = [
        clock(fragment.duration_s),
        "stereo" if fragment.n_channels == 2 else "mono",
        rate(fragment.rate_hz),
    ]
    if fragment.beats is not None and fragment.beats.is_sure:
        facts.append(f"{fragment.beats.bpm:.0f} bpm")
    if fragment.key:
        facts.append(fragment.key)
    return "  ·  ".join(facts)


def take_facts(take: Take) -> str:
    """Return how a take was made in one line."""
    at_steps = take.request.get("at_steps")
    point = f", after {at_steps:,} steps" if at_steps else ""
    return f"{clock(take.seconds)}  ·  {_kind(take)}{point}"


def _kind(take: Take) -> str:
    if take.mode == "reconstruction":
        return "reconstruction"
    if take.mode == "new":
        arranges = facts_of(take.engine).arranges
        return f"new material, closeness {take.closeness:.0%}" if arranges else "new material"
    scale = take.request.get("scale")
    if scale is None:
        return f"variation, closeness {take.closeness:.0%}"
    return f"variation, real up to {take.layers[scale].name if scale < len(take.layers) else f'scale {scale}'}"


def made_with(run: Run | None) -> str:
    """Return what takes are made with: a training, or (None) nothing but the region itself."""
    if run is None or run.is_instant:
        return "instant, without training"
    return f"with training {run.id[1:]} ({method(run)})"


def method(run: Run) -> str:
    """Return how a run was trained: its preset, and its engine where that is not the usual one."""
    return run.preset if run.engine == ENGINES[0] else f"{run.engine}, {run.preset}"


def run_facts(run: Run) -> str:
    """Return the state of a run in one line."""
    if run.is_instant:
        return f"Instant  ·  {clock(run.start_s)}–{clock(run.start_s + run.length_s)}"
    scales = f"{run.n_finished} of {len(run.scales)} scales" if run.scales else "no scale yet"
    states = {
        "training": "training…",
        "finished": "finished",
        "stopped": f"stopped, {scales}",
        "failed": "failed",
    }
    return f"{method(run)}  ·  {states.get(run.state, run.state)}"


def stretch(run: Run) -> str:
    """Return the region of a run such as "0:05 to 0:35"."""
    return span(run.start_s, run.length_s)


def span(start_s: float, length_s: float) -> str:
    """Return a stretch of time such as "0:05 to 0:35"."""
    return f"{clock(start_s)} to {clock(start_s + length_s)}"


def length_hint(length_s: float) -> str:
    """Return advice when the region is unusually short or long, else nothing."""
    if length_s < SHORTEST_GOOD_S:
        return "This is short: 20 to 60 s work best."
    if length_s > LONGEST_GOOD_S:
        return "This is long: 20 to 60 s are quicker to learn."
    return ""


def voice_hint(voice: tuple[float, ...], start_s: float, length_s: float) -> str:
    """Return a hint when voice is likely in a noticeable part of the region, else nothing.

    Parameters
    ----------
    voice : tuple of float
        Likelihood of voice, 0-1, one value a second of the whole file.
    """
    inside = voice[int(start_s) : max(int(start_s) + 1, round(start_s + length_s))]
    voiced = sum(value >= VOICE_IS_LIKELY for value in inside)
    if voiced < 2 or voiced < 0.15 * len(inside):
        return ""
    return "There seems to be a voice in it; training without vocals works better."
