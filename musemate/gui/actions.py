"""Menus and keys: every action of the window, by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMainWindow, QMenu


@dataclass(frozen=True)
class Entry:
    """One line of a menu."""

    name: str
    text: str
    keys: tuple[str, ...] = ()
    """Shortcuts, the one that the menu shows first; "" as name draws a line."""
    choice: str = ""
    """Name of the submenu in which exactly one of several is chosen."""


LINE = Entry("", "")
MENUS: dict[str, tuple[Entry, ...]] = {
    "&File": (
        Entry("open_audio", "&Open audio…", ("Ctrl+O",)),
        LINE,
        Entry("new_project", "&New project…", ("Ctrl+N",)),
        Entry("open_project", "Open &project…", ("Ctrl+Shift+O",)),
        Entry("recent", "&Recent projects"),
        Entry("demo", "Try the &demo"),
        LINE,
        Entry("export", "&Export takes…", ("Ctrl+E", "E")),
        Entry("show_folder", "Show the project's &folder"),
        LINE,
        Entry("quit", "&Quit", ("Ctrl+Q",)),
    ),
    "&Edit": (
        Entry("undo", "&Undo", ("Ctrl+Z",)),
        Entry("redo", "&Redo", ("Ctrl+Shift+Z", "Ctrl+Y")),
    ),
    "&Takes": (
        Entry("reject", "&Reject, or keep again", ("R",)),
        Entry("rename", "Re&name", ("F2",)),
        Entry("edit_tags", "Edit &tags", ("T",)),
        Entry("edit_note", "Edit n&ote", ("N",)),
        LINE,
        Entry("report", "&Analysis report on the takes", ("Ctrl+R",)),
        LINE,
        Entry("filter", "&Filter", ("Ctrl+F",)),
        Entry("show_all", "&Show all takes"),
    ),
    "&Play": (
        Entry("play", "&Play or pause", ("Space",)),
        Entry("stop", "&Stop", ("S",)),
        Entry("loop", "&Loop the region", ("L",)),
        LINE,
        Entry("hear_fragment", "Hear &A", ("A",)),
        Entry("hear_take", "Hear &B", ("B",)),
        Entry("switch", "S&witch between them", ("X",)),
        Entry("pin", "P&in what is heard as A", ("P",)),
        Entry("match", "Play both e&qually loud", ("M",)),
        LINE,
        Entry("next_take", "&Next take", ("Ctrl+Right",)),
        Entry("previous_take", "P&revious take", ("Ctrl+Left",)),
        LINE,
        Entry("louder", "Lou&der", ("Ctrl+Up",)),
        Entry("softer", "S&ofter", ("Ctrl+Down",)),
        Entry("sound_output", "Sound o&utput…", ("Ctrl+D",)),
        Entry("find_sound", "Look for a sound de&vice again", ("Ctrl+Shift+D",)),
    ),
    "&Region": (
        Entry("new_fragment", "&New fragment of this song", ("Ctrl+Shift+F",)),
        LINE,
        Entry("region_start", "Start it at the &cursor", ("[",)),
        Entry("region_end", "End it at the c&ursor", ("]",)),
        LINE,
        Entry("zoom_region", "&Zoom to the region", ("Z",)),
        Entry("zoom_in", "Zoom &in", ("Ctrl++", "Ctrl+=")),
        Entry("zoom_out", "Zoom &out", ("Ctrl+-",)),
        Entry("zoom_all", "Show &everything", ("Ctrl+0",)),
    ),
    "&View": (
        Entry("view_alone", "&Only what is chosen", ("Alt+1",)),
        Entry("view_above", "Fragment and take o&ne above the other", ("Alt+2",)),
        Entry("view_overlaid", "Fragment and take over&laid", ("Alt+3",)),
        Entry("view_difference", "&Difference of fragment and take", ("Alt+4",)),
        LINE,
        Entry("picture_peaks", "&Waveform", ("Alt+5",)),
        Entry("picture_mel", "&Mel spectrogram", ("Alt+6",)),
        Entry("picture_stft", "&STFT with logarithmic frequency", ("Alt+7",)),
        Entry("picture_mfcc", "MFC&C, the outline of the timbre", ("Alt+8",)),
        Entry("picture_chroma", "C&hromagram", ("Alt+9",)),
        LINE,
        Entry("grid", "Beats and ba&rs", ("G",)),
        Entry("follow", "Follow the c&ursor", ("F",)),
        LINE,
        Entry("zone_left", "&Fragments at the left", ("Ctrl+1",)),
        Entry("zone_right", "&Training and new takes at the right", ("Ctrl+2",)),
        Entry("zone_below", "Takes &below the pictures", ("Ctrl+3",)),
        LINE,
        Entry("appearance_system", "As the &system", ("Ctrl+Shift+1",), choice="&Appearance"),
        Entry("appearance_light", "&Light", ("Ctrl+Shift+2",), choice="&Appearance"),
        Entry("appearance_dark", "&Dark", ("Ctrl+Shift+3",), choice="&Appearance"),
    ),
    "&Train": (
        Entry("train", "&Train variations", ("Ctrl+T",)),
        Entry("advanced", "&Advanced settings", ("Ctrl+Shift+T",)),
        Entry("pause_training", "&Pause the training, or go on", ("Ctrl+P",)),
        Entry("stop_training", "&Stop training", ("Ctrl+.",)),
        Entry("show_jobs", "Show all &jobs, or fold them", ("Ctrl+J",)),
        Entry("show_losses", "Show the l&osses", ("Ctrl+L",)),
        LINE,
        Entry("make_takes", "&Make takes", ("Ctrl+M",)),
        Entry("make_instant_takes", "Make &instant takes of the region", ("Ctrl+I",)),
    ),
    "&Help": (
        Entry("shortcuts", "&Keyboard shortcuts", ("F1",)),
        Entry("about", "&About MuseMate"),
    ),
}
KEYS_WITHOUT_MENU = (
    ("Drag", "Move the region or one of its ends; outside of it, or with Shift, draw a new one"),
    ("Wheel", "Zoom around the mouse; with Shift, scroll"),
    ("Left, Right", "Move the cursor by a second; with Shift, scroll (in the pictures)"),
    ("Home, End", "Move the cursor to the start or the end (in the pictures)"),
    ("Enter", "Press the focused button; in the list of takes, play"),
    ("0 to 5", "Give stars (in the list of takes)"),
    ("Ctrl+A", "Choose all takes (in the list of takes)"),
    ("Delete", "Take a fragment, a take or a waiting training off its list"),
    ("Alt+Up, Alt+Down", "Move a waiting training (in the list of jobs)"),
)


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
        for title, entries in MENUS.items():
            menu = window.menuBar().addMenu(title)
            for entry in entries:
                if entry.name == "recent":
                    self.recent = menu.addMenu(entry.text)
                elif entry.name:
                    self._menu_of(menu, entry).addAction(self._made(window, entry, handlers[entry.name]))
                else:
                    menu.addSeparator()

    def __getitem__(self, name: str) -> QAction:
        return self._actions[name]

    def __contains__(self, name: object) -> bool:
        return name in self._actions

    def _menu_of(self, menu: QMenu, entry: Entry) -> QMenu:
        """Return the menu that an entry belongs in: its choice's own, which is made for the first of them."""
        if not entry.choice:
            return menu
        if entry.choice not in self._choices:
            self._choices[entry.choice] = (menu.addMenu(entry.choice), QActionGroup(menu))
        return self._choices[entry.choice][0]

    def _made(self, window: QMainWindow, entry: Entry, handler: Callable[[], object]) -> QAction:
        action = QAction(entry.text, window)
        action.setShortcuts([QKeySequence(key) for key in entry.keys])
        action.triggered.connect(lambda: handler())
        if entry.choice:
            action.setCheckable(True)
            self._choices[entry.choice][1].addAction(action)
        self._actions[entry.name] = action
        return action


def shortcut_table() -> list[tuple[str, str]]:
    """Return all keys and what they do, for the help."""
    rows = [
        (entry.keys[0], f"{entry.choice}: {entry.text}".removeprefix(": ").replace("&", "").rstrip("…"))
        for entries in MENUS.values()
        for entry in entries
        if entry.keys
    ]
    return rows + list(KEYS_WITHOUT_MENU)
