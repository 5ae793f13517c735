"""Several fragments of one song."""

from __future__ import annotations

from PySide6.QtCore import QObject

from musemate.engine.base import MIN_REGION_S
from musemate.gui.fragmenttree import FragmentTree
from musemate.gui.listening import Listening
from musemate.gui.session import Session
from musemate.language import _
from musemate.project.records import Fragment


class Fragments(QObject):
    """Adds fragments of songs that are there already."""

    def __init__(
        self, session: Session, listening: Listening, tree: FragmentTree, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._session, self._listening, self._tree = session, listening, tree
        tree.new_fragment_asked.connect(self.add)

    def add_to_current(self) -> None:
        """Add a fragment of the song that is shown."""
        if self._listening.fragment is None:
            self._session.said.emit(_("Choose a song first."), _("Open one with Ctrl+O."), "warning")
        else:
            self.add(self._listening.fragment.id)

    def add(self, fragment_id: str) -> None:
        """Add a fragment of the same song, the stretch that comes next, and show it."""
        project = self._session.project
        if project is None:
            return
        like = project.fragment(fragment_id)
        added = self._session.try_change(project.add_fragment_like, fragment_id, *next_region(like))
        if added is not None:
            self._session.rows_changed.emit()
            self._session.fragment_added.emit(added.id)
            self._listening.show_fragment(added)
            self._tree.select("fragment", added.id)
            if not added.voice:  # the song is not analysed yet
                self._session.analyse(added.id)


def next_region(fragment: Fragment) -> tuple[float, float]:
    """Return start and length in seconds of the stretch after a region: as long, or up to the end of the song.

    After the last one comes the beginning.
    """
    start_s = fragment.start_s + fragment.length_s
    left_s = fragment.duration_s - start_s
    if left_s < MIN_REGION_S:
        return 0.0, fragment.length_s
    return start_s, min(fragment.length_s, left_s)
