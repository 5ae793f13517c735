"""Saved presets: their file, their names, and what another version left in it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from musemate.engine.savedpresets import (
    SavedPreset,
    delete_preset,
    find_preset,
    load_presets,
    presets_file,
    rename_preset,
    save_preset,
)
from musemate.errors import SettingsError


@pytest.fixture(autouse=True)
def _own_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MUSEMATE_HOME", str(tmp_path / "home"))


def test_what_is_saved_comes_back_as_changes_of_its_base() -> None:
    assert load_presets("frames") == []
    saved = save_preset("frames", "  Free  Nächte ♪ ", "balanced", {"pyramid_steps": 300, "phases": 4})
    assert saved == SavedPreset("Free Nächte ♪", "balanced", {"pyramid_steps": 300}), "phases is 4 anyway"
    save_preset("frames", "Long", "fine", {"time_scales": [4, 2, 1]})
    assert load_presets("frames") == [saved, SavedPreset("Long", "fine", {"time_scales": (4, 2, 1)})]
    assert load_presets("classic") == [], "each engine has its own"
    assert find_preset("frames", "free nächte ♪") == saved
    assert find_preset("frames", "other") is None
    assert [file.name for file in presets_file("frames").parent.iterdir()] == ["presets-frames.json"]


def test_saving_under_a_known_name_takes_its_place() -> None:
    for steps in (100, 200):
        save_preset("frames", "One", "sketch", {"pyramid_steps": steps})
        save_preset("frames", "Two", "sketch", {})
    assert [(p.name, p.values) for p in load_presets("frames")] == [("One", {"pyramid_steps": 200}), ("Two", {})]


def test_renaming_and_deleting() -> None:
    for name in ("One", "Two"):
        save_preset("classic", name, "code", {"num_layers": 5})
    rename_preset("classic", "one", "ONE")
    with pytest.raises(SettingsError, match='There is a preset "two" already'):
        rename_preset("classic", "ONE", "two")
    delete_preset("classic", "Two")
    assert [p.name for p in load_presets("classic")] == ["ONE"]
    with pytest.raises(SettingsError, match='no saved preset "Two"') as caught:
        delete_preset("classic", "Two")
    assert caught.value.hint == "Choose one of: ONE."


@pytest.mark.parametrize(
    ("name", "words"),
    [("", "no name"), (" \t ", "no name"), ("x" * 41, "no name"), ("a\x07b", "no name"), ("Sketch", "built-in preset")],
)
def test_names_that_are_not_possible(name: str, words: str) -> None:
    with pytest.raises(SettingsError, match=words):
        save_preset("frames", name, "sketch", {})
    assert not presets_file("frames").exists()


def test_what_another_version_wrote_is_left_out_said_and_kept() -> None:
    file = presets_file("frames")
    file.parent.mkdir(parents=True)
    foreign = {
        "name": "Theirs",
        "base": "huge",
        "values": {"wings": 3, "pyramid_steps": 0, "sound_steps": 9},
        "by": "x",
    }
    file.write_text(json.dumps({"format": 7, "presets": [foreign]}))
    (theirs,) = load_presets("frames")
    assert (theirs.base, theirs.values) == ("balanced", {"sound_steps": 9})
    assert theirs.left_out == ("wings", "pyramid_steps", "its base huge")
    assert theirs.warning == (
        'The preset "Theirs" is of another version of MuseMate: without wings, pyramid_steps, its base huge.'
    )
    save_preset("frames", "Mine", "sketch", {})
    assert json.loads(file.read_text())["presets"][0] == foreign


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[1]",
        '{"presets": 3}',
        '{"presets": [{"name": "a"}]}',
        '{"presets": [{"name": 1, "base": "b", "values": {}}]}',
    ],
)
def test_a_damaged_file_is_said_and_never_overwritten(text: str) -> None:
    file = presets_file("frames")
    file.parent.mkdir(parents=True)
    file.write_text(text)
    for attempt in (lambda: load_presets("frames"), lambda: save_preset("frames", "Mine", "sketch", {})):
        with pytest.raises(SettingsError, match="saved presets cannot be read") as caught:
            attempt()
        assert str(file) in caught.value.hint
    assert file.read_text() == text


def test_a_folder_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file where the folder should be")
    with pytest.raises(SettingsError, match="preset could not be stored"):
        save_preset("frames", "Mine", "sketch", {})
