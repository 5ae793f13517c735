"""What stands in the tree: songs, under them their fragments, runs and takes. Plain data, no widget."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from musemate.engine.events import FileRefused
from musemate.gui import wording
from musemate.language import _
from musemate.project.records import Fragment, Run, Take


@dataclass(frozen=True)
class Row:
    """One row of the tree.

    Parameters
    ----------
    kind : str
        "song", "fragment", "run", "take", "loading", "refused" or "reason".
    id : str
        Of the record, or what else tells the row from others of its kind.
    text, tip : str
        What is read, and what is read when the mouse rests on it.
    state : str
        Of a training.
    folded : bool
        Whether it begins folded: a run's takes, which the table beside the tree shows better.
    children : tuple of Row
    """

    kind: str
    id: str
    text: str
    tip: str = ""
    state: str = ""
    folded: bool = False
    children: tuple[Row, ...] = ()

    @property
    def key(self) -> tuple[str, str]:
        """What makes it the same row after a change."""
        return self.kind, self.id


def rows_of(
    fragments: Sequence[Fragment],
    runs: Sequence[Run],
    takes: Sequence[Take],
    loading: Sequence[str] = (),
    refused: Sequence[FileRefused] = (),
) -> tuple[Row, ...]:
    """Return the rows of a project; loading and refused files stand at the end."""
    songs: dict[str, list[Fragment]] = {}
    for fragment in fragments:
        songs.setdefault(fragment.audio, []).append(fragment)
    waiting = [Row("loading", file, Path(file).name, _("Loading…")) for file in loading]
    return (*(_song(group, runs, takes) for group in songs.values()), *waiting, *map(_refused, refused))


def every(rows: Sequence[Row]) -> Iterator[Row]:
    """Go through rows and all that is under them."""
    for row in rows:
        yield row
        yield from every(row.children)


def _song(fragments: Sequence[Fragment], runs: Sequence[Run], takes: Sequence[Take]) -> Row:
    first = fragments[0]
    source = _("From {file}").format(file=first.source)
    tip = f"{first.name}\n{wording.fragment_facts(first)}\n{source}"
    return Row("song", first.audio, first.name, tip, children=tuple(_fragment(f, runs, takes) for f in fragments))


def _fragment(fragment: Fragment, runs: Sequence[Run], takes: Sequence[Take]) -> Row:
    text = f"{wording.clock(fragment.start_s)}–{wording.clock(fragment.start_s + fragment.length_s)}"
    if bars := wording.bars(fragment.length_s, fragment.beats):
        text += f" · {bars}"
    mine = [run for run in runs if run.fragment == fragment.id and (run.is_usable or not run.is_instant)]
    under = tuple(_run(run, fragment, takes) for run in reversed(mine))
    tip = _("The region {region} of {song}").format(region=text, song=fragment.name)
    return Row("fragment", fragment.id, text, tip, children=under)


def _run(run: Run, fragment: Fragment, takes: Sequence[Take]) -> Row:
    text = wording.run_facts(run)
    if run.is_instant:
        if (run.start_s, run.length_s) == (fragment.start_s, fragment.length_s):
            text = text.partition("  ")[0]  # the region stands in the row above
        tip = _("Spliced from {region} of the fragment, without any training").format(region=wording.stretch(run))
    else:
        tip = _("Training {n} of {region}, seed {seed}")
        tip = tip.format(n=run.id[1:], region=wording.stretch(run), seed=run.seed)
        tip = f"{tip}\n{_(run.reason)}".strip()
    mine = tuple(_take(take) for take in reversed(takes) if take.run == run.id)
    state = "" if run.is_instant else run.state
    return Row("run", run.id, text, tip, state, folded=True, children=mine)


def _take(take: Take) -> Row:
    stars = f"  {'★' * take.stars}" if take.stars else ""
    return Row("take", take.id, f"{wording.take_title(take, full=False)}{stars}", wording.take_facts(take))


def _refused(refused: FileRefused) -> Row:
    tip = f"{refused.error}\n{refused.hint}".strip()
    reason = Row("reason", refused.file, refused.error, tip)
    return Row("refused", refused.file, Path(refused.file).name, tip, children=(reason,))
