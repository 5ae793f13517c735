"""Settings: whole, valid, and never a reason not to start."""

from __future__ import annotations

import json

import pytest

from musemate.errors import SettingsError
from musemate.settings import Settings, load_settings, save_settings


def test_settings_come_back_as_they_were_stored(tmp_path):
    settings = Settings("cuda:0", "fine", 8, "16", export={"kind": "flac", "rate_hz": 48_000})
    save_settings(settings, tmp_path / "new" / "settings.json")
    assert load_settings(tmp_path / "new" / "settings.json") == settings
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["settings.json"]


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "null", '{"n_takes": "many"}', '{"n_takes": 0}', '{"depth": 16}', '{"export": []}']
)
def test_a_damaged_file_means_the_defaults(tmp_path, text):
    file = tmp_path / "settings.json"
    file.write_text(text)
    assert load_settings(file) == Settings()


def test_settings_of_a_newer_version_keep_what_is_known(tmp_path):
    file = tmp_path / "settings.json"
    file.write_text(json.dumps({"preset": "fine", "theme": "light"}))
    assert load_settings(file) == Settings(preset="fine")


def test_impossible_settings_are_refused():
    with pytest.raises(SettingsError, match="0 takes at once"):
        Settings(n_takes=0)
    with pytest.raises(SettingsError, match="device"):
        Settings(device=None)


def test_settings_that_cannot_be_stored_are_a_sentence(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(SettingsError) as caught:
        save_settings(Settings(), tmp_path / "file" / "settings.json")
    assert caught.value.message == "Your settings could not be stored."
    assert str(tmp_path) in caught.value.hint
