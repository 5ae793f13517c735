"""What the songwriter says of takes and fragments: kept in the project, shown at once, and undone on request."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, Signal

from musemate.gui import wording
from musemate.gui.history import History, Step
from musemate.gui.session import Session
from musemate.gui.takelist import TakeList
from musemate.language import _, ngettext
from musemate.project.records import Take

Changes = Mapping[str, Mapping[str, Any]]


class Choosing(QObject):
    """Changes what the project says of takes and fragments."""

    said = Signal(str, object)
    """What was done, and the `Step` that can be undone, where it is worth a message."""
    told = Signal(str)
    """What was undone or done again."""
    gone = Signal(list)
    """Takes or fragments that were removed."""
    region_back = Signal(str)
    """The fragment whose region was set by undoing or doing again."""

    def __init__(self, session: Session, takes: TakeList, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session, self._takes = session, takes
        self.history = History(self)
        session.project_changed.connect(self.history.clear)
        takes.stars_chosen.connect(self.give_stars)
        takes.reject_asked.connect(self.reject)
        takes.edited.connect(self.edit)
        takes.remove_asked.connect(self.remove_takes)

    # takes ---------------------------------------------------------------------------------------------

    def give_stars(self, ids: list[str], stars: int) -> None:
        """Give takes 0 to 5 stars."""
        text = _("giving {stars} to {takes}") if stars else _("taking the stars from {takes}")
        given = ngettext("{n} star", "{n} stars", stars)
        self._change(text.format(stars=given, takes=self._named(ids)), ids, stars=stars)

    def reject(self, ids: list[str]) -> None:
        """Put takes aside, or bring them back where all of them are aside."""
        takes = self._records(ids)
        if takes:
            rejected = not all(take.rejected for take in takes)
            what = _("rejecting {takes}") if rejected else _("keeping {takes} again")
            self._change(what.format(takes=self._named(ids)), ids, rejected=rejected)

    def edit(self, ids: list[str], field: str, text: str) -> None:
        """Change name, tags or note of the first of these takes; tags that it gains or loses, the others do too."""
        if field != "tags":
            what = {"name": _("renaming {takes}"), "note": _("the note on {takes}")}[field]
            self._change(what.format(takes=self._named(ids[:1])), ids[:1], **{field: text})
            return
        takes = self._records(ids)
        typed = [word.strip() for word in text.split(",") if word.strip()]
        gained = [tag for tag in typed if tag not in takes[0].tags]
        lost = [tag for tag in takes[0].tags if tag not in typed]
        after = {take.id: {"tags": [tag for tag in take.tags if tag not in lost] + gained} for take in takes}
        after[takes[0].id] = {"tags": typed}
        self._change_each(_("the tags of {takes}").format(takes=self._named(ids)), takes, after)

    def remove_takes(self, ids: list[str]) -> None:
        """Take takes off the list; their files stay."""
        what = self._named(ids)
        step = self._change(_("removing {takes}").format(takes=what), ids, removed=True)
        if step is not None:  # what it concerns is out of sight
            self.said.emit(_("Removed {what} from the list.").format(what=what), step)

    def _change(self, text: str, ids: list[str], **values: Any) -> Step | None:
        takes = self._records(ids)
        return self._change_each(text, takes, {take.id: values for take in takes})

    def _change_each(self, text: str, takes: list[Take], after: Changes) -> Step | None:
        before = {take.id: {name: _value(take, name) for name in after[take.id]} for take in takes}
        if not takes or before == after:
            return None
        return self.history.do(text, partial(self._apply, after), partial(self._apply, before))

    def _apply(self, changes: Changes) -> bool:
        project = self._session.project
        if project is None or self._session.try_change(_done, project.change_takes, changes) is None:
            return False
        if any("removed" in values for values in changes.values()):
            self.gone.emit([take_id for take_id, values in changes.items() if values["removed"]])
            self._session.rows_changed.emit()
        else:
            self._session.takes_changed.emit(list(changes))
        return True

    def _records(self, ids: Iterable[str]) -> list[Take]:
        project = self._session.project
        return [] if project is None else project.these_takes(list(ids))

    def _named(self, ids: list[str]) -> str:
        if len(ids) != 1:
            return ngettext("{n} take", "{n} takes", len(ids))
        return wording.take_name(self._records(ids)[0], full=False)

    # fragments -----------------------------------------------------------------------------------------

    def remove_fragment(self, fragment_id: str) -> None:
        """Take a fragment with its runs and takes off the lists; every file stays."""
        project = self._session.project
        if project is None:
            return
        name = project.fragment(fragment_id).name

        def apply(change: Callable[[str], None], gone: list[str]) -> bool:
            if self._session.try_change(_done, change, fragment_id) is None:
                return False
            self.gone.emit(gone)
            self._session.rows_changed.emit()
            return True

        away = partial(apply, project.remove_fragment, [fragment_id])
        step = self.history.do(
            _("removing {takes}").format(takes=name), away, partial(apply, project.restore_fragment, [])
        )
        if step is not None:
            self.said.emit(_("Removed {what} from the list.").format(what=name), step)

    def set_region(self, fragment_id: str, start_s: float, length_s: float) -> bool:
        """Choose the region of a fragment; False when that failed."""
        project = self._session.project
        if project is None:
            return False
        before = project.fragment(fragment_id)
        is_shown = True  # at first the songwriter's hand has moved it already

        def apply(start_s: float, length_s: float) -> bool:
            nonlocal is_shown
            if self._session.try_change(_done, project.set_region, fragment_id, start_s, length_s) is None:
                return False
            if not is_shown:
                self.region_back.emit(fragment_id)
            is_shown = False
            return True

        back = partial(apply, before.start_s, before.length_s)
        text = _("the region of {fragment}").format(fragment=before.name)
        again = partial(apply, start_s, length_s)
        return self.history.do(text, again, back, key=f"region {fragment_id}") is not None

    # back and forth ------------------------------------------------------------------------------------

    def undo(self, step: Step | None = None) -> None:
        """Undo a step, the last one if none is given."""
        undone = self.history.undo(step)
        if undone is not None:
            self.told.emit(_("Undone: {what}.").format(what=undone.text))

    def redo(self) -> None:
        """Do again what was undone last."""
        redone = self.history.redo()
        if redone is not None:
            self.told.emit(_("Done again: {what}.").format(what=redone.text))


def _done(change: Callable[..., object], *args: Any) -> bool:
    """Make a change and say that it went well: what it returns may be nothing."""
    change(*args)
    return True


def _value(take: Take, name: str) -> Any:
    """Return what a take says now, as it is written back."""
    if name == "removed":
        return False  # only what is on the list is removed
    if name == "name":
        return "" if take.name == f"take {take.id[1:]}" else take.name
    return list(take.tags) if name == "tags" else getattr(take, name)
