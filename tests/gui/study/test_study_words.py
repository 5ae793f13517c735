"""Every word of the listening window comes out of the catalogue, or out of the questionnaire."""

from __future__ import annotations

import gettext
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from made_study import bundled, make_study
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QListWidget, QWidget
from study_listener import RETURN

from musemate import language
from musemate.study.template import Choice, Question

SPOKEN = ("text", "toolTip", "accessibleName", "accessibleDescription", "placeholderText")
NAMES = {"Anna", "MuseMate", "Tab"}


class Marked(gettext.NullTranslations):
    """A language in which every text that was looked up can be seen."""

    def gettext(self, message: str) -> str:
        return f"⟦{message}⟧"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self.gettext(msgid1 if n == 1 else msgid2)

    def pgettext(self, context: str, message: str) -> str:
        return self.gettext(message)


def words(window: QWidget) -> Iterator[str]:
    for one in window.findChildren(QWidget):
        for name in SPOKEN:
            said = getattr(one, name, None)
            yield said() if callable(said) and isinstance(said(), str) else ""
        if isinstance(one, QListWidget):
            yield from (one.item(row).text() for row in range(one.count()))


def left_over(texts: Iterator[str]) -> set[str]:
    found = set()
    for text in texts:
        left, before = text, ""
        while left != before:  # what was filled in may be looked up too
            left, before = re.sub("⟦[^⟦⟧]*(⟧|$)", "", left), left
        if set(re.findall("[A-Za-z]{2,}", left)) - NAMES:
            found.add(text)
    return found


def marked(question: Question) -> Question:
    choices = tuple(Choice(choice.value, f"⟦{choice.text}⟧", choice.key) for choice in question.choices)
    ends = {"least_text": f"⟦{question.least_text}⟧", "most_text": f"⟦{question.most_text}⟧"}
    return replace(question, text=f"⟦{question.text}⟧", choices=choices, **ends)


def test_every_word_is_translated(
    tmp_path: Path, open_study: Callable, heard_at_once: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    template = bundled("songwriter", headphones=True, break_after=1)
    questions, closing = (tuple(map(marked, asked)) for asked in (template.questions, template.closing))
    sets = tuple(replace(plan, title="⟦set⟧") for plan in template.sets)
    template = replace(template, title="⟦title⟧", about="⟦about⟧", questions=questions, closing=closing, sets=sets)
    make_study(tmp_path / "study", template, counts=((2, 0), (1, 0)), title="⟦study⟧").close()
    monkeypatch.setattr(language, "_catalogue", Marked())
    listener = open_study(tmp_path / "study")
    window = listener.window
    seen = set(words(window))
    listener.begin("Anna")
    for _ in range(3):
        listener.press(RETURN)
        listener.type("1")
        seen |= set(words(window))
        listener.type("f23en4y")
        listener.type("f2e")
        window.trial.form.set_current("quality")
        listener.type("4y")
        listener.go_on()
        if window.page is window.rest:
            seen |= set(words(window))
            listener.go_on()
    listener.press(RETURN, RETURN, RETURN)
    listener.until(lambda: window.page is window.review)
    seen |= set(words(window))
    listener.press(RETURN, control=True)
    listener.until(lambda: window.page is window.thanks)
    listener.press(Qt.Key.Key_N)
    listener.until(lambda: window.page is window.start)
    seen |= set(words(window))
    assert len([text for text in seen if "⟦" in text]) > 80
    assert left_over(iter(seen)) == set()
