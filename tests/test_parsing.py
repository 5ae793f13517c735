"""JSON that somebody else wrote: every way to be wrong is one error, at every door that reads it."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import pytest

from musemate.cli_presets import parsed_options
from musemate.engine.base import TakeRequest
from musemate.engine.checkpoint import Checkpoint
from musemate.engine.points import points_in
from musemate.engine.savedpresets import load_presets, presets_file, save_preset
from musemate.errors import CheckpointError, SettingsError, WorkerError
from musemate.gui.memory import Memory
from musemate.jobs.messages import error_from_json
from musemate.parsing import MOST_DEPTH, parsed_json
from musemate.paths import HOME_VARIABLE
from musemate.project.queue import QueuedTraining, QueueFile, queued
from musemate.settings import Settings, load_settings

DEEP = "[" * 20_000
LONG = "9" * 5_000
QUITE_DEEP = '{"a":' * 500 + "0" + "}" * 500
"""Python reads it, but cannot copy a record that holds it."""
BAD = pytest.mark.parametrize("text", [DEEP, LONG, QUITE_DEEP], ids=["deep", "long", "quite deep"])


@pytest.mark.parametrize("text", [DEEP, LONG, QUITE_DEEP, "", "[1", b"\xff\xfe\xff"])
def test_what_cannot_be_read_is_one_error(text: str | bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        parsed_json(text)


def test_as_deep_as_allowed_and_one_more() -> None:
    value = parsed_json("[" * MOST_DEPTH + "]" * MOST_DEPTH)
    assert json.dumps(value) == "[" * MOST_DEPTH + "]" * MOST_DEPTH
    with pytest.raises(ValueError, match="too deeply"):
        parsed_json("[" * (MOST_DEPTH + 1) + "]" * (MOST_DEPTH + 1))


@BAD
def test_settings(tmp_path: Path, text: str) -> None:
    (tmp_path / "settings.json").write_text(text)
    assert load_settings(tmp_path / "settings.json") == Settings()


@BAD
def test_what_the_window_remembers(tmp_path: Path, text: str) -> None:
    (tmp_path / "window.json").write_text(text)
    assert Memory(tmp_path / "window.json").get("volume", 0.5) == 0.5


def test_a_remembered_project_whose_name_is_endless(tmp_path: Path) -> None:
    (tmp_path / "window.json").write_text(json.dumps({"recent": ["x" * 5000, "a\0b"]}))
    assert Memory(tmp_path / "window.json").recent_projects() == []


@BAD
def test_saved_presets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path))
    presets_file("frames").write_text(text)
    with pytest.raises(SettingsError, match=r"^Your saved presets cannot be read\.$"):
        load_presets("frames")


@BAD
def test_options(text: str) -> None:
    with pytest.raises(SettingsError, match=r"^--options is not a JSON object\.$"):
        parsed_options(text)


def test_a_queue_whose_options_are_nested(tmp_path: Path) -> None:
    (tmp_path / "queue").mkdir()
    row = json.dumps([asdict(QueuedTraining("f1", 0.0, 10.0, "frames", "sketch"))])
    (tmp_path / "queue" / "left.json").write_text(row.replace('"options": null', f'"options": {QUITE_DEEP}'))
    assert queued(tmp_path) == []
    own = QueueFile(tmp_path)
    assert own.adopt() == []
    own.close()


@BAD
def test_a_manifest(tmp_path: Path, text: str) -> None:
    (tmp_path / "manifest.json").write_text(text)
    assert points_in(tmp_path) == []
    with pytest.raises(CheckpointError):
        Checkpoint(tmp_path)


@pytest.mark.parametrize(
    "wrong",
    [{"seconds": "3"}, {"closeness": None}, {"seed": 1.5}, {"seed": 10**400}, {"scale": "0"}, {"at_steps": {}}],
)
def test_a_request_of_another_kind(wrong: dict[str, object]) -> None:
    with pytest.raises(SettingsError, match=r"^The take's \w+ is not possible\.$"):
        TakeRequest(**{"seconds": 3.0, **wrong})  # type: ignore[arg-type]


@pytest.mark.parametrize("told", [{}, {"type": "BaseException"}, {"type": ["x"]}, {"type": "Path", "hint": None}])
def test_an_error_that_nobody_sent(told: dict[str, object]) -> None:
    assert type(error_from_json(told)) is WorkerError


def test_a_saved_preset_whose_name_is_half_a_character(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path))
    presets_file("frames").write_text('{"presets": [{"name": "\\ud800", "base": "sketch", "values": {}}]}')
    save_preset("frames", "mine", "sketch", {})
    assert [preset.name for preset in load_presets("frames")] == ["?", "mine"]
