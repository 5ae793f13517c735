"""The listening window, by keys and by mouse: nothing is asked unheard, and nothing that was answered is lost."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from made_study import bundled, make_study
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot
from study_listener import RETURN, Listener
from virtual_sound import FakeSound

from musemate.gui.memory import Memory
from musemate.gui.study.answerbutton import AnswerButton
from musemate.gui.study.runner import Runner
from musemate.study.folder import StudyFolder
from musemate.study.records import END, Row
from musemate.study.template import Template

Key = Qt.Key
REPOSITORY = Path(__file__).resolve().parents[3]

THESIS = {
    "S1_U_3": ("fake", "easy", "4", "no"),
    "S1_Ud": ("fake", "", "8", "maybe"),
    "S3_2000_U": ("fake", "easy", "2", "maybe"),
    "S4_1_U": ("fake", "easy", "1", "no"),
    "S4_U_2": ("fake", "easy", "1", "no"),
    "S5_U_4": ("fake", "easy", "5", "maybe"),
    "S5_Ud": ("real", "easy", "", ""),
    "S7_U_8": ("fake", "easy", "7", "maybe"),
    "S9_2000_U": ("fake", "easy", "4", "maybe"),
    "S11_U_3500_1": ("fake", "easy", "1", "no"),
    "J1": ("fake", "easy", "8", "maybe"),
    "J2": ("fake", "easy", "", "maybe"),
    "S3_2000_V": ("fake", "easy", "1", "no"),
    "S1_V_0": ("fake", "easy", "7", "maybe"),
    "S4_3_V": ("fake", "easy", "", "no"),
    "S5_V_6": ("fake", "easy", "4", "maybe"),
    "S5_Vd": ("real", "easy", "", ""),
    "S7_1500_U": ("fake", "easy", "0", "maybe"),
    "S7_V_2": ("real", "difficult", "8", "maybe"),
    "S7_Vd": ("real", "easy", "1", "no"),
}
"""The original study's answers: verdict, how easy, quality, inspiring; "" where there was none."""
ASKED = ("verdict", "ease", "quality", "inspiring")


def rows(folder: Path) -> list[Row]:
    with StudyFolder.open(folder) as study:
        return study.rows()


def answers(folder: Path) -> list[tuple[int, str, str]]:
    return [(row.trial, row.question, row.value) for row in rows(folder)]


def thesis_template() -> Template:
    """Return the original questionnaire: nothing had to be answered, and real ones were called easy too."""
    template = bundled("songwriter", orders="fixed")
    asked = (replace(template.question(name), when="", is_=(), required=False) for name in ASKED)  # type: ignore[type-var]
    return replace(template, questions=tuple(asked))


def test_the_original_studys_answers_by_keyboard(tmp_path: Path, open_study: Callable, heard_at_once: None) -> None:
    folder = tmp_path / "study"
    make_study(folder, thesis_template(), counts=((10, 0), (10, 0)), seconds=0.3, labels=tuple(THESIS)).close()
    listener = open_study(folder)
    listener.begin()
    keys = {"real": "r", "fake": "f", "easy": "e", "difficult": "d", "yes": "y", "maybe": "m", "no": "n"}
    for given in THESIS.values():
        for value in given:
            listener.type(keys.get(value, value)) if value else listener.press(Key.Key_Down)
        listener.go_on()
    window = listener.window
    listener.until(lambda: window.page is window.closing)
    listener.type("1500 epochs sound best")
    listener.press(RETURN, RETURN, RETURN)
    listener.until(lambda: window.page is window.review)
    listener.press(RETURN, control=True)
    listener.until(lambda: window.page is window.thanks)
    listener.press(RETURN)
    listener.until(lambda: not window.isVisible())
    kept = rows(folder)
    by_label = {label: {row.question: row.value for row in kept if row.label == label} for label in THESIS}
    assert by_label == {
        label: {name: value for name, value in zip(ASKED, given, strict=True) if value}
        for label, given in THESIS.items()
    }
    assert [(row.question, row.value) for row in kept if row.trial == END] == [("helps", "1500 epochs sound best")]
    assert all(row.submitted and row.rater_name == "Anna" for row in kept)


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """Return a study of four samples."""
    folder = tmp_path / "study"
    make_study(folder, bundled("songwriter"), counts=((3, 1),), seconds=0.5).close()
    return folder


def test_answers_open_when_the_sample_was_heard(study: Path, open_study: Callable, sound: FakeSound) -> None:
    listener = open_study(study)
    listener.begin()
    trial = listener.window.trial
    assert not trial.form.isEnabled()
    assert "answers open after 1 s more" in trial.gate.text()
    listener.type("f")
    assert "count once you have listened" in listener.window.messages.text
    QTest.mouseClick(trial.form.views["verdict"].buttons["fake"], Qt.MouseButton.LeftButton)
    assert answers(study) == []
    play_on(sound, listener)
    listener.hear()
    listener.type("f")
    listener.until(lambda: answers(study))
    (row,) = rows(study)
    assert (row.trial, row.question, row.value, row.plays) == (1, "verdict", "fake", 1)
    assert 0.3 <= row.heard_s <= 0.51
    assert row.seconds >= row.heard_s - 0.1
    assert row.device == "Speakers"


def play_on(sound: FakeSound, listener: object) -> None:
    """Let the device run until what plays has ended."""
    window = listener.window  # type: ignore[attr-defined]

    def step() -> bool:
        if sound.streams:
            sound.pump(441)
        return not window.audition.is_playing

    listener.until(step)  # type: ignore[attr-defined]


def test_the_next_sample_sounds_when_the_answers_are_kept(
    study: Path, open_study: Callable, heard_at_once: None
) -> None:
    listener = open_study(study)
    listener.begin()
    window = listener.window
    first = window.audition.sound
    assert window.audition.is_playing
    listener.type("f2e5n")
    listener.go_on()
    assert window.audition.sound != first and window.audition.is_playing
    assert len(answers(study)) == 5, "on the disk before the next page"
    assert window.header.place_text == "Sample 2 of 4"
    assert window.trial.form.current == "verdict"


def test_a_missing_answer_is_named_and_led_to(study: Path, open_study: Callable, heard_at_once: None) -> None:
    listener = open_study(study)
    listener.begin()
    window = listener.window
    listener.press(RETURN)
    assert "Is this real or fake?" in window.messages.text
    listener.type("f")
    assert window.trial.form.current == "confidence"
    listener.press(RETURN)
    assert window.trial.form.current == "ease", "what need not be answered is passed over with Enter"
    listener.press(RETURN)
    assert "how easy" in window.messages.text
    assert window.sitting.course.step.number == 1


def test_questions_come_and_go_with_the_answers(study: Path, open_study: Callable, heard_at_once: None) -> None:
    listener = open_study(study)
    listener.begin()
    views = listener.window.trial.form.views
    assert not views["ease"].isVisible()
    listener.type("f2e")
    assert views["ease"].isVisible() and views["ease"].value == "easy"
    listener.press(Key.Key_Up, Key.Key_Up, Key.Key_Up)
    listener.type("r")
    assert not views["ease"].isVisible()
    listener.until(lambda: [row[1:] for row in answers(study)] == [("verdict", "real"), ("confidence", "2")])


def test_answers_by_mouse(study: Path, open_study: Callable, heard_at_once: None, qtbot: QtBot) -> None:
    listener = open_study(study)
    listener.begin()
    window = listener.window
    views = window.trial.form.views
    for question, value in (("verdict", "real"), ("quality", "10"), ("inspiring", "yes")):
        window.trial.form.set_current(question)
        QApplication.processEvents()
        qtbot.mouseClick(views[question].buttons[value], Qt.MouseButton.LeftButton)
    assert window.focusWidget() is window.trial, "keys go on to answer"
    qtbot.mouseClick(window.trial.next, Qt.MouseButton.LeftButton)
    listener.until(lambda: window.sitting.course.step.number == 2)
    qtbot.mouseClick(window.trial.back, Qt.MouseButton.LeftButton)
    listener.until(lambda: window.sitting.course.step.number == 1)
    assert {name: view.value for name, view in views.items() if view.value} == {
        "verdict": "real", "quality": "10", "inspiring": "yes",
    }  # fmt: skip
    assert views["quality"].buttons["10"].isChecked()


def test_letters_go_into_a_field_only_while_it_has_the_keyboard(
    study: Path, open_study: Callable, heard_at_once: None
) -> None:
    listener = open_study(study)
    listener.begin()
    window = listener.window
    listener.type("r23n")
    field = window.trial.form.views["feedback"].field
    listener.type("t")
    assert window.focusWidget() is field
    listener.type("far out; real 5")
    listener.press(Key.Key_Space)
    assert window.audition.is_playing, "a space is a space here"
    listener.press(Key.Key_Escape)
    assert window.focusWidget() is window.trial
    listener.press(Key.Key_Space)
    assert not window.audition.is_playing
    listener.until(lambda: (1, "feedback", "far out; real 5") in answers(study))
    assert len(answers(study)) == 5


def test_other_words_of_ones_own(study: Path, open_study: Callable, heard_at_once: None) -> None:
    listener = open_study(study)
    listener.begin()
    listener.type("f2o")
    listener.type("the drums")
    listener.press(RETURN)
    listener.type("5m")
    listener.until(lambda: len(answers(study)) == 5)
    assert (1, "ease", "other: the drums") in answers(study)
    listener.go_on()
    listener.press(Key.Key_Left)
    view = listener.window.trial.form.views["ease"]
    assert view.field.isVisible() and view.field.toPlainText() == "the drums"


def test_back_until_handed_in_and_the_list_of_answers(study: Path, open_study: Callable, heard_at_once: None) -> None:
    listener = open_study(study)
    listener.begin()
    window = listener.window
    for _ in range(4):
        listener.type("r23n")
        listener.go_on()
    assert window.page is window.closing
    listener.press(Key.Key_Escape, Key.Key_Left)
    assert window.page is window.trial and window.sitting.course.step.number == 4
    listener.go_on()
    for _ in range(3):
        listener.press(RETURN)
    listener.until(lambda: window.page is window.review)
    assert [window.review.rows.item(n).text() for n in range(2)] == [
        f"Sample {n}:  real  ·  2  ·  3  ·  no" for n in (1, 2)
    ]
    listener.press(Key.Key_Down, RETURN)
    assert window.sitting.course.step.number == 2
    listener.press(Key.Key_Down, Key.Key_Down)
    window.trial.form.set_current("quality")
    listener.type("x")
    listener.go_on()
    assert window.page is window.review
    assert "10" in window.review.rows.item(1).text()
    listener.press(RETURN, control=True)
    listener.until(lambda: window.page is window.thanks)
    assert all(row.submitted for row in rows(study))
    assert (2, "quality", "10") in answers(study)


def test_a_break_comes_and_the_way_goes_on(tmp_path: Path, open_study: Callable, heard_at_once: None) -> None:
    folder = tmp_path / "study"
    make_study(folder, bundled("engines", break_after=2), counts=((3, 0),)).close()
    listener = open_study(folder)
    listener.begin()
    window = listener.window
    for _ in range(2):
        listener.type("4")
        listener.go_on()
    assert window.page is window.rest
    assert not window.audition.is_playing
    listener.go_on()
    assert window.page is window.trial and window.audition.is_playing


def test_a_session_goes_on_where_it_was(study: Path, open_study: Callable, heard_at_once: None) -> None:
    listener = open_study(study)
    listener.begin()
    listener.type("r23y")
    listener.go_on()
    listener.type("f2t")  # no field is asked for yet: nothing is typed
    listener.window.close()
    again = open_study(study)
    window = again.window
    again.until(lambda: window.start.known.isVisible())
    assert window.start.known.item(0).text() == "Anna, go on after 1 of 4 samples"
    again.press(Key.Key_Down, RETURN)
    again.until(lambda: window.page is window.before.level)
    again.press(RETURN)
    assert window.sitting.course.step.number == 2
    assert window.trial.form.views["verdict"].value == "fake"
    assert window.trial.form.isEnabled(), "what was heard yesterday need not be heard again"


def test_what_is_typed_is_kept_when_the_window_is_closed(
    study: Path, open_study: Callable, heard_at_once: None
) -> None:
    listener = open_study(study)
    listener.begin()
    listener.type("r23yt")
    listener.type("half a thou")
    listener.window.close()
    assert (1, "feedback", "half a thou") in answers(study)


def test_the_next_person_hears_another_order(study: Path, open_study: Callable, heard_at_once: None) -> None:
    listener = open_study(study)
    orders = []
    window = listener.window
    for name in ("Anna", "Anna"):
        listener.begin(name)
        orders.append([trial.tokens for trial in window.sitting.course.trials])
        for _ in range(4):
            listener.type("r23n")
            listener.go_on()
        listener.press(RETURN, RETURN, RETURN)
        listener.until(lambda: window.page is window.review)
        listener.press(RETURN, control=True)
        listener.until(lambda: window.page is window.thanks)
        listener.press(Key.Key_N)
        listener.until(lambda: window.page is window.start and window.sitting.desk is not None)
    assert orders[0] != orders[1]
    assert {row.rater_name for row in rows(study)} == {"Anna", "Anna (2)"}


def test_a_sample_that_was_changed_is_left_out_and_said(study: Path, open_study: Callable, heard_at_once: None) -> None:
    with StudyFolder.open(study) as opened:
        token = opened.study.trials_of(0)[0].tokens[0]
        opened.sound(token).write_bytes(b"not what it was")
    listener = open_study(study)
    listener.begin()
    window = listener.window
    assert "1 sample cannot be heard" in window.messages.text
    assert window.header.place_text == "Sample 1 of 3"
    assert window.sitting.course.step.number == 2


def test_a_sample_that_vanishes_meanwhile_is_left_out(study: Path, open_study: Callable, heard_at_once: None) -> None:
    listener = open_study(study)
    listener.begin()
    window = listener.window
    token = window.sitting.course.trials[2].tokens[0]
    window.sitting.folder.sound(token).unlink()
    for _ in range(2):
        listener.type("r23n")
        listener.go_on()
    listener.until(lambda: window.sitting.course.step.number == 4)
    assert "1 sample cannot be heard" in window.messages.text
    assert window.header.place_text == "Sample 3 of 3"


def test_the_trial_stays_when_the_device_is_lost(
    study: Path, open_study: Callable, sound: FakeSound, qtbot: QtBot
) -> None:
    listener = open_study(study)
    listener.begin()
    window = listener.window
    listener.until(lambda: sound.streams and sound.pump(441).any() and window.audition.position_s > 0.05)
    sound.unplug()
    window.audition._on_watch()
    listener.until(lambda: window.audition.reason)
    assert "sound device is gone" in window.messages.text
    assert "sound device is gone" in window.trial.gate.text()
    assert (window.page, window.sitting.course.step.number) == (window.trial, 1)
    sound.n_channels = 2
    window.audition.retry()
    listener.until(lambda: window.audition.is_playing)
    play_on(sound, listener)
    listener.hear()
    assert window.page is window.trial


def test_a_disk_that_is_full_stops_the_way_and_loses_nothing(
    study: Path, open_study: Callable, heard_at_once: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    from musemate.errors import StudyError

    listener = open_study(study)
    listener.begin()
    window = listener.window
    real_put = window.sitting.folder.answers.put

    def refuse(answer: object) -> None:
        raise StudyError("The disk is full.")

    monkeypatch.setattr(window.sitting.folder.answers, "put", refuse)
    listener.type("r23n")
    listener.until(lambda: "The disk is full" in window.messages.text)
    listener.press(RETURN)
    window.sitting._thread._pool.waitForDone()
    QApplication.processEvents()
    assert window.sitting.course.step.number == 1
    monkeypatch.setattr(window.sitting.folder.answers, "put", real_put)
    listener.go_on()
    assert [row[2] for row in answers(study)] == ["real", "2", "3", "no"]


def test_a_pair_is_switched_at_the_same_place_and_answered_by_number(
    tmp_path: Path, open_study: Callable, sound: FakeSound
) -> None:
    folder = tmp_path / "study"
    make_study(folder, bundled("which_is_real"), counts=((2, 2),), seconds=0.6).close()
    listener = open_study(folder)
    listener.begin()
    window = listener.window
    listener.until(lambda: window.audition.clips.kept(window.sound._sounds[window.sound._tokens[1]]) is not None)
    listener.until(lambda: sound.streams and sound.pump(441).any() and window.audition.position_s > 0.2)
    before_s = window.audition.position_s
    listener.type("b")
    assert window.sound.side == 1
    assert window.audition.position_s >= before_s - 0.01, "at the same place"
    play_on(sound, listener)
    assert not window.trial.form.isEnabled(), "one of them was not heard whole"
    for side in "ab":
        listener.type(side)
        play_on(sound, listener)
    listener.hear()
    listener.type("2")
    listener.until(lambda: answers(folder) == [(1, "verdict", "b")])
    (row,) = rows(folder)
    assert row.plays == 4


def check_headphones(listener: Listener, name: str, n_right: int) -> None:
    """Go through the check with so many answers right, and close the window."""
    window = listener.window
    listener.until(lambda: window.page is window.start and window.sitting.desk is not None)
    listener.type(name)
    listener.press(RETURN)
    listener.until(lambda: window.page is window.before.headphones)
    assert not window.before.headphones.buttons[0].isEnabled(), "all three must sound first"
    for place, (_file, _length_s, softest) in enumerate(window.before.sounds.tones):
        window.sound.opened.emit()
        listener.type(str(1 + (softest if place < n_right else (softest + 1) % 3)))
    assert window.page is window.before.level
    window.close()


def test_the_headphones_are_checked_and_never_in_the_way(
    tmp_path: Path, open_study: Callable, sound: FakeSound
) -> None:
    folder = tmp_path / "study"
    make_study(folder, bundled("engines", headphones=True), counts=((2, 0),)).close()
    for name, right in (("Anna", 5), ("Ben", 4)):
        check_headphones(open_study(folder), name, right)
    with StudyFolder.open(folder) as study:
        assert [session.headphones for session in study.answers.sessions()] == ["passed", "failed"]


def test_the_volume_is_set_by_keys_and_remembered(study: Path, open_study: Callable) -> None:
    listener = open_study(study)
    window = listener.window
    listener.until(lambda: window.page is window.start and window.sitting.desk is not None)
    listener.type("Anna")
    listener.press(RETURN)
    listener.until(lambda: window.page is window.before.level)
    before = window.before.level.volume.value()
    listener.press(Key.Key_Down, Key.Key_Down, Key.Key_Up)
    assert window.before.level.volume.value() == before - 5
    assert window.memory.get("volume", 0) == before - 5
    assert window.audition.volume == pytest.approx((before - 5) / 100)


def test_silence_is_remembered_too(study: Path, open_study: Callable) -> None:
    Memory().put("volume", 0)
    window = open_study(study).window
    assert window.audition.volume == 0.0
    window.before.level.step(1)
    assert window.audition.volume == pytest.approx(0.05)


def test_a_key_that_stays_down_runs_through_nothing(
    study: Path, open_study: Callable, heard_at_once: None, qtbot: QtBot
) -> None:
    from PySide6.QtCore import QEvent
    from PySide6.QtGui import QKeyEvent

    listener = open_study(study)
    listener.begin()
    listener.type("r23n")
    again = QKeyEvent(QEvent.Type.KeyPress, RETURN, Qt.KeyboardModifier.NoModifier, "\r", True)
    QApplication.sendEvent(listener.window, again)
    listener.until(lambda: len(answers(study)) == 4)
    QApplication.processEvents()
    assert listener.window.sitting.course.step.number == 1


def test_a_study_that_is_none_is_one_sentence(tmp_path: Path, open_study: Callable) -> None:
    (tmp_path / "none").mkdir()
    listener = open_study(tmp_path / "none")
    listener.until(lambda: listener.window.messages.text)
    assert listener.window.start.title.text() == "This questionnaire cannot be opened."
    listener.press(RETURN)
    assert listener.window.page is listener.window.start


def test_what_was_answered_survives_a_kill(study: Path, open_study: Callable, heard_at_once: None) -> None:
    path = os.pathsep.join([str(REPOSITORY), str(REPOSITORY / "tests"), os.environ.get("PYTHONPATH", "")])
    command = [sys.executable, str(REPOSITORY / "tests/gui/study/answer_until_killed.py"), str(study)]
    with subprocess.Popen(command, env={**os.environ, "PYTHONPATH": path}, stdout=subprocess.PIPE, text=True) as window:
        assert window.stdout is not None
        for line in window.stdout:
            if line == "kept 8\n":
                window.kill()
    assert len(answers(study)) == 8
    listener = open_study(study)
    reopened = listener.window
    listener.until(lambda: reopened.start.known.isVisible())
    listener.press(Key.Key_Down, RETURN)
    listener.until(lambda: reopened.page is reopened.before.level)
    listener.press(RETURN)
    assert reopened.sitting.course.step.number == 2
    assert reopened.trial.form.views["ease"].value == "easy"
    listener.type("7")
    assert reopened.trial.form.views["quality"].value == "7"


# How it looks


def shown_words(window: Runner) -> set[str]:
    words = {one.text() for one in window.findChildren(QLabel) if one.isVisible()}
    for button in window.findChildren(AnswerButton):
        words |= {button.text(), button.toolTip(), button.accessibleName()} if button.isVisible() else set()
    return {*words, window.windowTitle()} - {window.header.place_text, window.header.left_text}


def test_nothing_tells_one_sample_from_another(study: Path, open_study: Callable, heard_at_once: None) -> None:
    listener = open_study(study)
    listener.begin()
    window = listener.window
    seen = []
    for _ in range(4):
        trial = window.sitting.course.step.trial
        window.audition.pause()
        QApplication.processEvents()
        seen.append(shown_words(window))
        assert not any(token in " ".join(seen[-1]) for token in trial.tokens)
        listener.type("r23n")
        listener.go_on()
    assert [words ^ seen[0] for words in seen] == [set()] * 4


@pytest.mark.parametrize("size", [QSize(480, 320), QSize(640, 360), QSize(1024, 640), QSize(1920, 1080)])
def test_everything_has_room_or_scrolls(study: Path, open_study: Callable, heard_at_once: None, size: QSize) -> None:
    listener = open_study(study)
    listener.begin()
    window: Runner = listener.window
    window.resize(size)
    listener.type("f2e5n")
    QApplication.processEvents()
    assert window.size() == size
    for button in window.trial.findChildren(AnswerButton):
        if button.isVisible():
            assert button.width() >= button.sizeHint().width(), button.text()
    for widget in (window.trial.next, window.trial.back, window.trial.play):
        assert widget.visibleRegion().boundingRect().size() == widget.size()
    field = window.trial.form.views["feedback"]
    assert not field.visibleRegion().isEmpty(), "the question that the keys answer is in sight"


def test_a_chosen_answer_is_drawn_as_chosen(study: Path, open_study: Callable, heard_at_once: None) -> None:
    from musemate.gui import palette

    listener = open_study(study)
    listener.begin()
    listener.type("f")
    button = listener.window.trial.form.views["verdict"].buttons["fake"]
    QApplication.processEvents()
    assert button.grab().toImage().pixelColor(6, button.height() // 2) == QColor(palette.ACCENT)


def test_a_screen_reader_is_told_question_answer_and_key(study: Path, open_study: Callable) -> None:
    listener = open_study(study)
    listener.begin()
    views = listener.window.trial.form.views
    spoken = views["verdict"].buttons["fake"].accessibleName()
    assert spoken == "Is this real or fake?: fake, key F"
    assert views["quality"].buttons["10"].accessibleName().endswith("10, key X")
    assert listener.window.trial.accessibleName() == "Sample 1 of 4"
    assert listener.window.trial.play.accessibleName() == "Pause"


def test_full_screen_comes_and_goes(study: Path, open_study: Callable, heard_at_once: None) -> None:
    listener = open_study(study)
    listener.begin()
    window = listener.window
    listener.press(Key.Key_F11)
    assert window.isFullScreen()
    listener.type("r")
    listener.press(Key.Key_Escape)
    assert not window.isFullScreen()
    assert window.trial.form.views["verdict"].value == "real"
