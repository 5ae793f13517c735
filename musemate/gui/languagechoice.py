"""Which language the window speaks: the system's or the songwriter's own choice, from the next start on."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QLocale, QObject

from musemate import language
from musemate.gui.actions import Actions
from musemate.gui.messagebar import MessageBar
from musemate.gui.session import Session
from musemate.language import LANGUAGES, mark
from musemate.settings import load_settings

AUTO = "auto"
NAMES = (AUTO, *LANGUAGES)
TELLS = mark("MuseMate will speak {language} from its next start on.")


class LanguageChoice(QObject):
    """Keeps the menu "Language" and the setting together.

    Texts that are shown already cannot all change at once: some are stored, some come from workers.

    Parameters
    ----------
    session : Session
        Stores the choice.
    messages : MessageBar
        Where the songwriter is told when it counts.
    """

    def __init__(self, session: Session, messages: MessageBar, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session, self._messages = session, messages

    def handlers(self) -> dict[str, Callable[[], object]]:
        """Return what each action of the menu does."""
        return {f"language_{name}": partial(self.choose, name) for name in NAMES}

    def adopt(self, actions: Actions) -> None:
        """Let these actions show what is chosen."""
        chosen = load_settings().language
        actions[f"language_{chosen if chosen in NAMES else AUTO}"].setChecked(True)

    def choose(self, name: str) -> None:
        """Store "auto" or a code, and say so in the language that will be spoken: whoever wants it reads it."""
        self._session.remember(language=name)
        code = systems() if name == AUTO else name
        self._messages.say(language.translated(TELLS, code).format(language=LANGUAGES[code]))


def systems() -> str:
    """Return the language that is there and that the system prefers."""
    return language.best(QLocale.system().uiLanguages())
