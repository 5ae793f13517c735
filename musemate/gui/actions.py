"""Menus and keys: every action of the window, by name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import QSize
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMainWindow, QMenu, QMenuBar, QToolButton

from musemate.gui import icons, palette
from musemate.gui.plaintext import plain as as_plain
from musemate.gui.widgets import describe
from musemate.language import LANGUAGES, _, mark, pgettext


@dataclass(frozen=True)
class Entry:
    """One line of a menu."""

    name: str
    text: str
    """In English, marked for the catalogue, as the menus' titles are."""
    keys: tuple[str, ...] = ()
    """Shortcuts, the one that the menu shows first; "" as name draws a line."""
    choice: str = ""
    """Name of the submenu in which exactly one of several is chosen."""

    @property
    def words(self) -> str:
        """What it does, in the language in use, with the name of its submenu."""
        return plain(f"{_(self.choice)}: {_(self.text)}".removeprefix(": "))


LINE = Entry("", "")
APPEARANCE, LANGUAGE = mark("&Appearance"), mark("Lan&guage")
MENUS: dict[str, tuple[Entry, ...]] = {
    mark("&File"): (
        Entry("open_audio", mark("&Open audio…"), ("Ctrl+O",)),
        LINE,
        Entry("new_project", mark("&New project…"), ("Ctrl+N",)),
        Entry("open_project", mark("Open &project…"), ("Ctrl+Shift+O",)),
        Entry("recent", mark("&Recent projects")),
        Entry("demo", mark("Try the &demo")),
        LINE,
        Entry("export", mark("&Export takes…"), ("Ctrl+E", "E")),
        Entry("export_set", mark("Export &a set for the DAW…"), ("Ctrl+Shift+E",)),
        Entry("export_in_song", mark("E&xport in the song…"), ("Ctrl+Shift+H",)),
        Entry("copy_files", mark("Cop&y takes as files"), ("Ctrl+C",)),
        Entry("send", mark("&Send takes to the folder of the last time"), ("Ctrl+Shift+C",)),
        Entry("send_elsewhere", mark("Send takes &to another folder…"), ("Ctrl+Alt+C",)),
        Entry("show_files", mark("Sho&w takes in their folder"), ("Ctrl+Shift+R",)),
        LINE,
        Entry("show_folder", mark("Show the project's &folder")),
        Entry("check_project", mark("&Check the project")),
        Entry("pack_project", mark("Pac&k the project into one file…")),
        Entry("open_packed", mark("Open a packed pro&ject…")),
        LINE,
        Entry("quit", mark("&Quit"), ("Ctrl+Q",)),
    ),
    mark("&Edit"): (
        Entry("undo", mark("&Undo"), ("Ctrl+Z",)),
        Entry("redo", mark("&Redo"), ("Ctrl+Shift+Z", "Ctrl+Y")),
    ),
    mark("&Takes"): (
        Entry("reject", mark("&Reject, or keep again"), ("R",)),
        Entry("rename", mark("Re&name"), ("F2",)),
        Entry("edit_tags", mark("Edit &tags"), ("T",)),
        Entry("edit_note", mark("Edit n&ote"), ("N",)),
        LINE,
        Entry("more_like", mark("&More like these"), ("Ctrl+K",)),
        Entry("more_inspiring", mark("More like the &inspiring takes"), ("Ctrl+Shift+K",)),
        LINE,
        Entry("report", mark("&Analysis report on the takes"), ("Ctrl+R",)),
        Entry("new_study", mark("New stud&y of the takes…"), ("Ctrl+Shift+U",)),
        Entry("studies", mark("&Listening studies…"), ("Ctrl+U",)),
        LINE,
        Entry("filter", mark("&Filter"), ("Ctrl+F",)),
        Entry("show_all", mark("&Show all takes")),
    ),
    mark("&Play"): (
        Entry("play", mark("&Play or pause"), ("Space",)),
        Entry("stop", mark("&Stop"), ("S",)),
        Entry("loop", mark("&Loop the region"), ("L",)),
        LINE,
        Entry("hear_fragment", mark("Hear &A"), ("A",)),
        Entry("hear_take", mark("Hear &B"), ("B",)),
        Entry("switch", mark("S&witch between them"), ("X",)),
        Entry("pin", mark("P&in what is heard as A"), ("P",)),
        Entry("hear_in_song", mark("&Hear the take in its song, or alone"), ("H",)),
        Entry("match", mark("Play both e&qually loud"), ("M",)),
        LINE,
        Entry("next_take", mark("&Next take"), ("Ctrl+Right",)),
        Entry("previous_take", mark("P&revious take"), ("Ctrl+Left",)),
        LINE,
        Entry("louder", mark("Lou&der"), ("Ctrl+Up",)),
        Entry("softer", mark("S&ofter"), ("Ctrl+Down",)),
        Entry("sound_output", mark("Sound o&utput…"), ("Ctrl+D",)),
        Entry("find_sound", mark("Look for a sound de&vice again"), ("Ctrl+Shift+D",)),
    ),
    mark("&Region"): (
        Entry("new_fragment", mark("&New fragment of this song"), ("Ctrl+Shift+F",)),
        LINE,
        Entry("region_start", mark("Start it at the &cursor"), ("[",)),
        Entry("region_end", mark("End it at the c&ursor"), ("]",)),
        LINE,
        Entry("zoom_region", mark("&Zoom to the region"), ("Z",)),
        Entry("zoom_in", mark("Zoom &in"), ("Ctrl++", "Ctrl+=")),
        Entry("zoom_out", mark("Zoom &out"), ("Ctrl+-",)),
        Entry("zoom_all", mark("Show &everything"), ("Ctrl+0",)),
    ),
    mark("&View"): (
        Entry("view_alone", mark("&Only what is chosen"), ("Alt+1",)),
        Entry("view_above", mark("Fragment and take o&ne above the other"), ("Alt+2",)),
        Entry("view_overlaid", mark("Fragment and take over&laid"), ("Alt+3",)),
        Entry("view_difference", mark("&Difference of fragment and take"), ("Alt+4",)),
        LINE,
        Entry("picture_peaks", mark("&Waveform"), ("Alt+5",)),
        Entry("picture_mel", mark("&Mel spectrogram"), ("Alt+6",)),
        Entry("picture_stft", mark("&STFT with logarithmic frequency"), ("Alt+7",)),
        Entry("picture_mfcc", mark("MFC&C, the outline of the timbre"), ("Alt+8",)),
        Entry("picture_chroma", mark("C&hromagram"), ("Alt+9",)),
        LINE,
        Entry("grid", mark("Beats and ba&rs"), ("G",)),
        Entry("follow", mark("Follow the c&ursor"), ("F",)),
        LINE,
        Entry("zone_left", mark("&Fragments at the left"), ("Ctrl+1",)),
        Entry("zone_right", mark("&Training and new takes at the right"), ("Ctrl+2",)),
        Entry("zone_below", mark("Takes &below the pictures"), ("Ctrl+3",)),
        LINE,
        Entry("appearance_system", mark("As the &system"), ("Ctrl+Shift+1",), choice=APPEARANCE),
        Entry("appearance_light", mark("&Light"), ("Ctrl+Shift+2",), choice=APPEARANCE),
        Entry("appearance_dark", mark("&Dark"), ("Ctrl+Shift+3",), choice=APPEARANCE),
        Entry("language_auto", mark("As the &system"), choice=LANGUAGE),
        *(Entry(f"language_{code}", f"&{own_name}", choice=LANGUAGE) for code, own_name in LANGUAGES.items()),
    ),
    mark("Tr&ain"): (
        Entry("train", mark("&Train variations"), ("Ctrl+T",)),
        Entry("advanced", mark("&Advanced settings"), ("Ctrl+Shift+T",)),
        Entry("pause_training", mark("&Pause the training, or go on"), ("Ctrl+P",)),
        Entry("stop_training", mark("&Stop training"), ("Ctrl+.",)),
        Entry("show_jobs", mark("Show all &jobs, or fold them"), ("Ctrl+J",)),
        Entry("show_losses", mark("Show the l&osses"), ("Ctrl+L",)),
        LINE,
        Entry("make_takes", mark("&Make takes"), ("Ctrl+M",)),
        Entry("make_instant_takes", mark("Make &instant takes of the region"), ("Ctrl+I",)),
    ),
    mark("&Help"): (
        Entry("shortcuts", mark("&Keyboard shortcuts"), ("F1",)),
        Entry("diagnosis", mark("&Diagnosis…")),
        Entry("about", mark("&About MuseMate")),
    ),
}


class Actions:
    """Builds the menus.

    Parameters
    ----------
    window : QMainWindow
        Gets the menu bar.
    handlers : dict
        What each action calls, by the action's name.
    """

    def __init__(self, window: QMainWindow, handlers: dict[str, Callable[[], object]]) -> None:
        self._actions: dict[str, QAction] = {}
        self._choices: dict[str, tuple[QMenu, QActionGroup]] = {}
        self._show_more_button(window.menuBar())
        for title, entries in MENUS.items():
            menu = window.menuBar().addMenu(_(title))
            for entry in entries:
                if entry.name == "recent":
                    self.recent = menu.addMenu(_(entry.text))
                elif entry.name:
                    self._menu_of(menu, entry).addAction(self._made(window, entry, handlers[entry.name]))
                else:
                    menu.addSeparator()

    def __getitem__(self, name: str) -> QAction:
        return self._actions[name]

    def __contains__(self, name: object) -> bool:
        return name in self._actions

    def show_recent(self, folders: Sequence[Path], opens: Callable[[Path], object]) -> None:
        """Offer these projects to be opened."""
        self.recent.clear()
        for folder in folders:
            action = self.recent.addAction(folder.name)
            action.setToolTip(as_plain(str(folder)))
            action.triggered.connect(partial(opens, folder))
        self.recent.setEnabled(bool(folders))

    @staticmethod
    def _show_more_button(bar: QMenuBar) -> None:
        """Let the button for the menus that have no room be seen, on paper of any colour."""
        more = bar.findChild(QToolButton, "qt_menubar_ext_button")
        if more is not None:
            more.setIcon(icons.icon("down", palette.TEXT))
            more.setIconSize(QSize(12, 12))  # all the room that Qt gives it
            describe(more, _("More menus"))

    def _menu_of(self, menu: QMenu, entry: Entry) -> QMenu:
        """Return the menu that an entry belongs in: its choice's own, which is made for the first of them."""
        if not entry.choice:
            return menu
        if entry.choice not in self._choices:
            self._choices[entry.choice] = (menu.addMenu(_(entry.choice)), QActionGroup(menu))
        return self._choices[entry.choice][0]

    def _made(self, window: QMainWindow, entry: Entry, handler: Callable[[], object]) -> QAction:
        action = QAction(_(entry.text), window)
        action.setShortcuts([QKeySequence(key) for key in entry.keys])
        action.triggered.connect(lambda: handler())
        if entry.choice:
            action.setCheckable(True)
            self._choices[entry.choice][1].addAction(action)
        self._actions[entry.name] = action
        return action


def shortcut_table() -> list[tuple[str, str]]:
    """Return all keys and what they do, for the help."""
    rows = [(entry.keys[0], entry.words) for entries in MENUS.values() for entry in entries if entry.keys]
    return rows + keys_without_menu()


def keys_without_menu() -> list[tuple[str, str]]:
    """Return keys and gestures that stand in no menu, and what they do."""
    return [
        (
            pgettext("key", "Drag"),
            _("Move the region or one of its ends; outside of it, or with Shift, draw a new one"),
        ),
        (
            pgettext("key", "Drag a take"),
            _("Put it into your DAW or a folder; in its picture: by the grip in the region, or with Ctrl"),
        ),
        (pgettext("key", "Wheel"), _("Zoom around the mouse; with Shift, scroll")),
        (pgettext("key", "Left, Right"), _("Move the cursor by a second; with Shift, scroll (in the pictures)")),
        (pgettext("key", "Home, End"), _("Move the cursor to the start or the end (in the pictures)")),
        (pgettext("key", "Enter"), _("Press the focused button; in the list of takes, play")),
        (pgettext("key", "0 to 5"), _("Give stars (in the list of takes)")),
        (pgettext("key", "Ctrl+A"), _("Choose all takes (in the list of takes)")),
        (pgettext("key", "Delete"), _("Take a fragment, a take or a waiting training off its list")),
        (pgettext("key", "Alt+Up, Alt+Down"), _("Move a waiting training (in the list of jobs)")),
    ]


def plain(text: str) -> str:
    """Return a menu's text without the signs that only menus need."""
    return text.replace("&", "").rstrip("…")
