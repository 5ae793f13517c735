"""Turns numbers into the short texts that the window shows."""

from __future__ import annotations

from musemate.analysis.marks import Marks
from musemate.engine.facts import facts_of
from musemate.engine.presets import label_of
from musemate.engine.registry import ENGINES
from musemate.language import _, mark, ngettext, number
from musemate.project.records import Beats, Fragment, Run, Take

SHORTEST_GOOD_S = 20.0
LONGEST_GOOD_S = 60.0
VOICE_IS_LIKELY = 0.5
_STATES = {"training": mark("training…"), "finished": mark("finished"), "failed": mark("failed")}


def clock(seconds: float, *, tenths: bool = False) -> str:
    """Return a position such as "1:05" or, with tenths, "1:05.3"."""
    if tenths:
        ticks = max(0, round(seconds * 10))
        return f"{ticks // 600}:{number(ticks % 600 / 10, '04.1f')}"
    whole = max(0, round(seconds))
    return f"{whole // 60}:{whole % 60:02d}"


def time_left(seconds: float | None) -> str:
    """Return a rounded promise such as "about 4 min left"."""
    if seconds is None:
        return _("measuring speed…")
    if seconds < 10:
        return _("a few seconds left")
    if seconds < 90:
        return _("about {n} s left").format(n=round(seconds / 10) * 10)
    minutes = round(seconds / 60)
    if minutes < 90:
        return _("about {n} min left").format(n=minutes)
    return _("about {n} h left").format(n=number(minutes / 60, ".1f"))


def bars(length_s: float, beats: Beats | None) -> str:
    """Return the length in bars when the tempo is sure ("12 bars", "5.3 bars"), else nothing."""
    if beats is None or not beats.is_sure or beats.bpm <= 0:
        return ""
    count = length_s * beats.bpm / 60 / beats.beats_per_bar
    nearest = round(count)
    if nearest and abs(count - nearest) < 0.05:
        return ngettext("{n} bar", "{n} bars", nearest)
    return _("{n} bars").format(n=number(count, ".1f"))


def rate(rate_hz: int) -> str:
    """Return a sample rate such as "44.1 kHz"."""
    return f"{number(rate_hz / 1000, 'g')} kHz"


def percent(part: float) -> str:
    """Return a share of 0-1 such as "35%"."""
    # For translators: a share; many languages set a space before the sign
    return _("{n}%").format(n=round(100 * part))


def scale(name: str) -> str:
    """Return the name of a scale: of one that is a sample rate the short form, such as "16 kHz"."""
    hertz, _space, unit = name.partition(" ")
    if unit == "Hz" and hertz.isdigit() and int(hertz) >= 1000:
        return rate(int(hertz))
    return _(name)


def fragment_facts(fragment: Fragment) -> str:
    """Return what is known of a fragment in one line."""
    facts = [
        clock(fragment.duration_s),
        _("stereo") if fragment.n_channels == 2 else _("mono"),
        rate(fragment.rate_hz),
    ]
    if fragment.beats is not None and fragment.beats.is_sure:
        facts.append(_("{n} bpm").format(n=round(fragment.beats.bpm)))
    if fragment.key:
        facts.append(_(fragment.key))
    return "  ·  ".join(facts)


def take_name(take: Take, *, full: bool = True) -> str:
    """Return a take's name as it stands in a sentence; the full one tells instant takes from trained ones."""
    return take.shown_name if full else take.short_name


def take_title(take: Take, *, full: bool = True) -> str:
    """Return a take's name as a title; the songwriter's own names stay as they were typed."""
    name = take_name(take, full=full)
    is_ours = take.has_usual_name or (full and take.is_instant)
    return name[:1].upper() + name[1:] if is_ours else name


def take_facts(take: Take) -> str:
    """Return how a take was made in one line."""
    kinds = {"reconstruction": _("reconstruction"), "new": _("new material")}
    facts = [kinds.get(take.mode, _("variation")), *_closeness_of(take)]
    if at_steps := take.request.get("at_steps"):
        facts.append(_("after {n} steps").format(n=number(at_steps, ",")))
    return f"{clock(take.seconds)}  ·  {', '.join(facts)}"


def take_marks(marks: Marks) -> str:
    """Return what listeners said about a take, in a sentence or three."""
    said = []
    if marks.n_asked:
        text = _("Does it inspire? Yes {yes}, maybe {maybe}, no {no}.")
        said.append(text.format(yes=marks.n_yes, maybe=marks.n_maybe, no=marks.n_no))
    if marks.quality_mean is not None:
        said.append(_("Quality {mean} on average.").format(mean=number(marks.quality_mean, ".1f")))
    if marks.n_verdicts:
        said.append(_("Taken for real {n} of {total} times.").format(n=marks.n_fooled, total=marks.n_verdicts))
    return " ".join(said)


def short_closeness(take: Take) -> str:
    """Return how close to its fragment a take was asked for in a word or two, "" where that is no question."""
    if _real_up_to(take):
        return _real_up_to(take)
    return percent(take.closeness) if _closeness_of(take) else ""


def _closeness_of(take: Take) -> list[str]:
    """Return how close to its fragment a take was asked for, nothing where that is no question."""
    if take.mode == "reconstruction" or (take.mode == "new" and not facts_of(take.engine).arranges):
        return []
    return [_real_up_to(take) or _("closeness {share}").format(share=percent(take.closeness))]


def _real_up_to(take: Take) -> str:
    """Return up to which scale a variation is real, "" where closeness says it."""
    finest = take.request.get("scale")
    if take.mode != "variation" or finest is None:
        return ""
    if finest < len(take.layers):
        return _("real up to {scale}").format(scale=scale(take.layers[finest].name))
    return _("real up to scale {n}").format(n=finest)


def made_with(run: Run | None) -> str:
    """Return what takes are made with: a training, or (None) nothing but the region itself."""
    if run is None or run.is_instant:
        return _("instant, without training")
    return _("with training {n} ({method})").format(n=run.id[1:], method=method(run))


def method(run: Run) -> str:
    """Return how a run was trained: its preset, and its engine where that is not the usual one."""
    preset = _(label_of(run.engine, run.preset))
    return preset if run.engine == ENGINES[0] else f"{_(facts_of(run.engine).label) or run.engine}, {preset}"


def run_facts(run: Run) -> str:
    """Return the state of a run in one line."""
    if run.is_instant:
        return "  ·  ".join([_("Instant"), f"{clock(run.start_s)}–{clock(run.start_s + run.length_s)}"])
    return f"{method(run)}  ·  {_stopped(run) if run.state == 'stopped' else _(_STATES.get(run.state, run.state))}"


def _stopped(run: Run) -> str:
    if not run.scales:
        return _("stopped, no scale yet")
    return _("stopped, {n} of {total} scales").format(n=run.n_finished, total=len(run.scales))


def stretch(run: Run) -> str:
    """Return the region of a run such as "0:05 to 0:35"."""
    return span(run.start_s, run.length_s)


def span(start_s: float, length_s: float) -> str:
    """Return a stretch of time such as "0:05 to 0:35"."""
    return _("{start} to {end}").format(start=clock(start_s), end=clock(start_s + length_s))


def length_hint(length_s: float) -> str:
    """Return advice when the region is unusually short or long, else nothing."""
    if length_s < SHORTEST_GOOD_S:
        return _("This is short: 20 to 60 s work best.")
    if length_s > LONGEST_GOOD_S:
        return _("This is long: 20 to 60 s are quicker to learn.")
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
    return _("There seems to be a voice in it; training without vocals works better.")
