"""Checks a project: every file against its hash, every entry against its files; repairs what can be repaired."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from musemate.engine import manifests
from musemate.engine.base import Cancelled
from musemate.engine.events import Checked, Event, Found, Working
from musemate.errors import MuseMateError
from musemate.language import _, mark
from musemate.paths import absolute
from musemate.project import check as store_check
from musemate.project import contents
from musemate.project.contents import Contents
from musemate.project.database import not_a_project
from musemate.project.findings import DAMAGED, MISSING, Finding
from musemate.project.songcopies import copy_findings
from musemate.project.store import is_project
from musemate.tasks.check_studies import study_files, study_findings

_PART_REST = mark(
    "Its takes can be heard. To make more, bring the file back from a copy of the project, or train again."
)
_STATE_REST = mark("It goes on from the state before, or begins that part anew; finished parts stay.")
_PART_WORDS = {
    True: (mark("A part of what training {run} learned is damaged."), _PART_REST),
    False: (mark("A part of what training {run} learned is missing."), _PART_REST),
}
_LIST_WORDS = {
    True: mark("The list of what training {run} has learned is damaged."),
    False: mark("The list of what training {run} has learned is missing."),
}
_COPY_TEXT = mark("The copy of the list of what training {run} has learned is damaged.")
_STATE_WORDS = {
    True: (mark("A state in the middle of training {run} is damaged."), _STATE_REST),
    False: (mark("A state in the middle of training {run} is missing."), _STATE_REST),
}

_SMALL_LOOKS = (store_check.queue_findings, store_check.backup_findings, store_check.leftovers, copy_findings)


def check(project: str, repair: bool = False, *, cancelled: Cancelled) -> Iterator[Event]:
    """Look at all of a project; a `Found` for each thing that is wrong, and a `Checked` at the end.

    Nothing is changed without `repair`, and nothing is ever deleted: what is replaced is kept in the folder `damaged`.
    What was exported and reported is the songwriter's own, to be cut, renamed and thrown away: it is not looked at. It
    can be made again of what is.

    Parameters
    ----------
    project : str
        The project's folder.
    repair : bool
        Put right what can be: the database, sounds whose source is still there, interrupted trainings, pictures.
    cancelled : callable
        Asked between files.

    Raises
    ------
    ProjectError
        There is no such project.
    """
    folder = absolute(project)
    if not is_project(folder):
        raise not_a_project(folder)
    tally = _Tally(folder, repair)
    yield Working(_("Checking the database"), 0.0)
    known, findings = contents.look(folder)
    yield from tally.told(findings)
    if repair and tally.n_repaired:
        known = contents.look(folder)[0]  # what could be saved counts from now on
    yield from _files(folder, known, tally, cancelled)
    if not cancelled():
        yield tally.checked()


@dataclass
class _Tally:
    """Counts what is found, and repairs it where that is wanted; what mends several things at once is done once."""

    folder: Path
    repair: bool
    n_files: int = 1
    n_bytes: int = 0
    n_harmed: int = 0
    n_noted: int = 0
    n_repaired: int = 0
    n_repairable: int = 0
    done: dict[object, str] = field(default_factory=dict)

    def told(self, findings: Iterable[Finding]) -> Iterator[Found]:
        """Yield the event of each finding."""
        for finding in findings:
            repaired, reason = self._mended(finding) if self.repair else ("", "")
            is_harm = finding.is_harm and not repaired
            self.n_repaired += bool(repaired)
            self.n_harmed += is_harm
            self.n_noted += not finding.is_harm and not repaired
            self.n_repairable += is_harm and finding.mend is not None
            rest = f"{finding.rest} {reason}".strip()
            can_be = finding.mend is not None and not repaired
            yield Found(finding.kind, finding.place, finding.text, rest, repaired, is_harm, can_be)

    def _mended(self, finding: Finding) -> tuple[str, str]:
        """Return what was done about a finding, and why nothing could be done."""
        if finding.mend is None:
            return "", ""
        key = str(finding.mend)
        try:
            if key not in self.done:
                self.done[key] = finding.mend()
            return self.done[key], ""
        except (OSError, sqlite3.Error, MuseMateError) as error:
            reason = getattr(error, "message", "") or str(error)
            return "", _("It could not be repaired: {reason}").format(reason=reason)

    def note(self, path: Path) -> None:
        """Count a file that was looked at."""
        self.n_files += 1
        self.n_bytes += _size(path)

    def checked(self) -> Checked:
        """Return the sum of it."""
        return Checked(
            str(self.folder),
            self.n_files,
            self.n_bytes,
            self.n_harmed,
            self.n_noted,
            self.n_repaired,
            self.n_repairable,
        )


def _files(folder: Path, known: Contents, tally: _Tally, cancelled: Cancelled) -> Iterator[Event]:
    audio, trainings = store_check.audio_files(folder), sorted((folder / "runs").glob("*"))
    n_bytes = sum(map(_size, audio)) + sum(map(_size, (folder / "runs").glob("*/*"))) + 1
    done = 0
    for path in audio:
        if cancelled():
            return
        yield Working(_("Checking the sounds"), done / n_bytes)
        yield from tally.told(store_check.audio_findings(folder, path, known))
        tally.note(path)
        done += _size(path)
    yield from tally.told(store_check.missing_audio(folder, known))
    for place in trainings:
        if cancelled():
            return
        yield Working(_("Checking the trainings"), done / n_bytes)
        yield from tally.told(_weights(folder, place))
        for path in place.glob("*"):
            tally.note(path)
            done += _size(path)
    yield from tally.told(store_check.run_findings(folder, known))
    yield Working(_("Checking the rest"), 1.0)
    yield from tally.told(_pictures(folder, known, cancelled))
    for look in _SMALL_LOOKS:
        yield from tally.told(look(folder))
    yield from tally.told(study_findings(folder))
    for path in [
        *study_files(folder),
        *(folder / "cache").glob("*/*"),
        *(folder / "queue").glob("*.json"),
        *(folder / "backup").glob("*"),
    ]:
        tally.note(path)


def _weights(folder: Path, place: Path) -> Iterator[Finding]:
    """Look at what a training has learned."""
    if not place.is_dir() or store_check.is_in_training(place):
        return
    for fault in manifests.faults(place):
        where = f"{place.relative_to(folder).as_posix()}/{fault.file}"
        if fault.is_list:
            yield _list_finding(folder, place, where, fault)
            continue
        text, rest = _STATE_WORDS[fault.is_there] if fault.is_state else _PART_WORDS[fault.is_there]
        text, rest = _(text).format(run=place.name), _(rest)
        yield Finding(DAMAGED if fault.is_there else MISSING, where, text, rest)


def _list_finding(folder: Path, place: Path, where: str, fault: manifests.Fault) -> Finding:
    """Say what a damaged list of parts means: nothing, where the other one of the two is sound."""
    text = _(_COPY_TEXT if fault.file == manifests.COPY else _LIST_WORDS[fault.is_there]).format(run=place.name)
    kind = DAMAGED if fault.is_there else MISSING
    if manifests.is_kept(place):
        rest = _("It is kept twice, and the other one is sound: takes can be made as before.")
        return Finding(kind, where, text, rest, partial(_write_list, folder, place))
    return Finding(kind, where, text, _(_PART_REST))


def _write_list(folder: Path, place: Path) -> str:
    """Write the list of parts again from the one of the two that is sound."""
    return _("It was written again from the other one.") if manifests.restore(place, folder / "damaged") else ""


def _pictures(folder: Path, known: Contents, cancelled: Cancelled) -> Iterator[Finding]:
    for audio, finding in store_check.picture_findings(folder, known):
        mend = partial(_draw, str(folder), audio, Path(finding.place).stem, cancelled) if audio else None
        is_picture = finding.place.endswith(".npy")
        yield Finding(finding.kind, finding.place, finding.text, finding.rest, mend if is_picture else None)


def _draw(folder: str, audio: str, layer: str, cancelled: Cancelled) -> str:
    """Draw a picture again."""
    from musemate.tasks.draw_pictures import draw_pictures

    for _event in draw_pictures(folder, audio, [layer], cancelled=cancelled):
        pass
    return _("It was drawn again.")


def _size(path: Path) -> int:
    try:
        return path.stat().st_size if path.is_file() else 0
    except OSError:
        return 0
