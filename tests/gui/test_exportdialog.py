"""What the export dialogue offers, what it says beforehand, and what it remembers."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QApplication, QScrollArea
from pytestqt.qtbot import QtBot

from musemate.audio.files import probe
from musemate.export.naming import DEFAULT_TEMPLATE
from musemate.export.profile import ExportProfile
from musemate.gui.exportdialog import Answer, ExportDialog, Offer
from musemate.gui.window import Window
from musemate.project.records import Beats, Fragment, Take

SURE = Beats(120.0, 0.9, (0.0, 0.5, 1.0, 1.5))
SONG = Fragment("f1", "Für Elise", "", "a.wav", 44_100, 2, 60.0, 0.0, 20.0, "", SURE, "A minor")
TAKE = Take("t3", "r1", "b.wav", 16.5, "new", 0.5, 3, "", "take 3")


@pytest.fixture
def make(qtbot: QtBot, style: None, tmp_path: Path):
    """Return a function that shows the dialogue for takes of these songs."""

    def show(*songs: Fragment, span: tuple[float, float] | None = None, **profile: object) -> ExportDialog:
        takes = tuple(replace(TAKE, id=f"t{3 + number}", name=f"take {3 + number}") for number in range(len(songs)))
        dialog = ExportDialog(Offer(takes, songs, span), tmp_path, ExportProfile(**profile))  # type: ignore[arg-type]
        qtbot.addWidget(dialog)
        dialog.show()
        return dialog

    return show


def test_the_name_is_shown_as_it_will_be(make) -> None:
    dialog = make(SONG, span=(2.0, 10.1))
    assert dialog.name.preview.text() == "Für-Elise_120bpm_Am_take-03.wav"
    dialog.choices.bars.click()
    assert dialog.name.preview.text() == "Für-Elise_120bpm_Am_take-03_4bars.wav"
    dialog.choices.region.click()
    dialog.choices.kind.value = "aiff"
    dialog.name.plain_letters.click()
    assert dialog.name.preview.text() == "Fur-Elise_120bpm_Am_take-03_8bars.aiff"
    dialog.name.field.setText("{take} {song}")
    assert dialog.name.preview.text() == "take-03-Fur-Elise.aiff"
    dialog.choices.channels.setCurrentIndex(3)
    dialog.choices.channels.activated.emit(3)
    assert dialog.name.preview.text() == "take-03-Fur-Elise_mid.aiff"


def test_a_name_that_cannot_be_made_is_said_at_once_and_not_exported(make) -> None:
    dialog = make(SONG)
    dialog.name.field.setText("{singer}")
    assert dialog.name.fault.text() == (
        "Names of files cannot say {singer}. They know: {song}, {bpm}, {key}, {take}, {bars}."
    )
    assert (dialog.name.fault.isVisible(), dialog.name.preview.isVisible(), dialog.export.isEnabled()) == (1, 0, 0)
    dialog.name.field.clear()
    assert (dialog.name.fault.isVisible(), dialog.name.preview.isVisible(), dialog.export.isEnabled()) == (0, 1, 1)
    assert dialog.answer.profile.template == "", "the usual one"


def test_flac_offers_no_floats(make) -> None:
    dialog = make(SONG, depth="32f")
    dialog.choices.kind.value = "flac"
    assert dialog.choices.bit_depth.value == "24"
    assert not dialog.choices.bit_depth.button("32f").isEnabled()
    assert dialog.choices.bit_depth.button("32f").toolTip() == "FLAC holds no 32-bit floats."
    dialog.choices.kind.value = "wav"
    assert dialog.choices.bit_depth.button("32f").isEnabled()


@pytest.mark.parametrize("beats", [None, replace(SURE, confidence=0.4)])
def test_an_unsure_tempo_claims_no_bars_and_says_so(make, beats: Beats | None) -> None:
    dialog = make(replace(SONG, beats=beats), on_bars=True)
    assert not dialog.choices.bars.isEnabled()
    assert dialog.choices.why.isVisible()
    assert dialog.choices.why.text() == 'The tempo of "Für Elise" is not sure, so no bars are claimed.'
    assert dialog.name.preview.text() == "Für-Elise_Am_take-03.wav"
    assert dialog.answer.profile.on_bars, "the wish is kept for a song whose tempo is sure"


def test_takes_of_sure_and_unsure_songs_are_told_apart(make) -> None:
    dialog = make(SONG, replace(SONG, id="f2", name="Rubato", beats=None), on_bars=True)
    assert dialog.choices.bars.isEnabled()
    assert dialog.choices.why.text() == 'The tempo of "Rubato" is not sure: takes of it are exported as they are.'
    assert not make(SONG).choices.why.isVisible()


@pytest.mark.x11
def test_what_is_chosen_is_answered(make, qtbot: QtBot, tmp_path: Path) -> None:
    dialog = make(SONG, span=(1.0, 3.5), rate_hz=22_050)
    choices = dialog.choices
    assert choices.rate.currentText() == "22.05 kHz", "of the command line"
    qtbot.mouseClick(choices.kind.button("flac"), Qt.MouseButton.LeftButton)
    qtbot.mouseClick(choices.bit_depth.button("16"), Qt.MouseButton.LeftButton)
    qtbot.keyClicks(choices.rate, "48")
    qtbot.keyClicks(choices.channels, "Mono")
    qtbot.mouseClick(choices.end.button("tail"), Qt.MouseButton.LeftButton)
    choices.bars.click()
    choices.notes.click()
    with qtbot.waitSignal(dialog.export_asked) as done:
        qtbot.mouseClick(dialog.export, Qt.MouseButton.LeftButton)
    profile = ExportProfile("flac", "16", 48_000, "mono", False, True, "tail", "", False)
    assert done.args == [Answer(str(tmp_path), profile, (1.0, 2.5), False)]


@pytest.mark.x11
def test_on_a_small_screen_the_choices_scroll_above_the_buttons(make) -> None:
    dialog = make(SONG, replace(SONG, name="Rubato", beats=None))
    dialog.resize(QSize(600, 320))
    QApplication.processEvents()
    area = dialog.findChild(QScrollArea)
    assert area is not None and area.verticalScrollBar().isVisible()
    assert not area.horizontalScrollBar().isVisible()
    assert dialog.rect().contains(dialog.export.geometry())


@pytest.mark.x11
def test_the_last_choices_are_those_of_the_next_time(
    window: Window, project_with_takes: Path, qtbot: QtBot, tmp_path: Path
) -> None:
    window.open_paths([project_with_takes])
    qtbot.waitUntil(lambda: len(window.parts.takes.ids) == 3)
    window.exporting.ask(["t2"])
    dialog = window.exporting.dialog
    assert dialog is not None
    dialog.choices.kind.value = "aiff"
    dialog.choices.bit_depth.value = "16"
    dialog.choices.channels.setCurrentIndex(1)
    dialog.name.field.setText("My {take}")
    dialog.folder.setText(str(tmp_path / "out"))
    with qtbot.waitSignal(window.exporting.exported) as done:
        dialog.export.click()
    (file,) = map(Path, done.args[0])
    assert file == tmp_path / "out" / "My-take-02.aiff"
    assert probe(file).n_channels == 1
    window.exporting.ask(["t1"])
    again = window.exporting.dialog
    assert again is not None
    assert again.answer.profile == ExportProfile("aiff", "16", channels="mono", template="My {take}")
    assert again.folder.text() == str(tmp_path / "out")
    again.name.field.setText(DEFAULT_TEMPLATE)
    assert again.answer.profile.template == ""
    again.reject()
    wish = window.carrying._wish(["t2"])
    assert dict(wish.profile) == ExportProfile("aiff", "16", channels="mono", template="My {take}").values()
