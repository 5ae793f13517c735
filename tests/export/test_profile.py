"""What exports start from: stored with the settings, and never a reason not to export."""

from __future__ import annotations

from typing import Any

import pytest

from musemate.errors import SettingsError
from musemate.export.profile import ExportProfile, stored_profile
from musemate.export.wishes import Cut, SoundFormat
from musemate.settings import Settings, load_settings, save_settings


def test_a_profile_comes_back_as_it_was_stored(tmp_path):
    profile = ExportProfile("flac", "16", 48_000, "mid_side", False, True, "seam", "{take}", True)
    save_settings(Settings(export=profile.values()), tmp_path / "settings.json")
    assert stored_profile(load_settings(tmp_path / "settings.json")) == profile


def test_a_profile_says_what_file_is_made_of_which_piece():
    profile = ExportProfile("aiff", "32f", 44_100, "mono", False, True, "tail")
    assert profile.sound == SoundFormat("aiff", "32f", 44_100, "mono", False)
    assert profile.cut(1.0, 2.0) == Cut(1.0, 2.0, True, "tail")


def test_the_depth_of_an_earlier_version_is_kept_until_a_profile_is_stored():
    assert stored_profile(Settings(depth="32f")) == ExportProfile(depth="32f")
    assert stored_profile(Settings(depth="32f", export={"depth": "16"})) == ExportProfile(depth="16")


@pytest.mark.parametrize(
    "damaged",
    [{"kind": "mp3"}, {"rate_hz": "fast"}, {"rate_hz": 1}, {"ending": ["seam"]}, {"newer": 1}, {"channels": None}],
)
def test_a_damaged_choice_costs_only_itself(damaged: dict[str, Any]):
    assert stored_profile(Settings(export={"depth": "16", **damaged, "template": "{take}"})) == ExportProfile(
        depth="16", template="{take}"
    )


def test_choices_that_do_not_go_together_are_refused():
    with pytest.raises(SettingsError, match=r"^FLAC holds no 32-bit floats\.$"):
        ExportProfile(kind="flac", depth="32f")
    with pytest.raises(SettingsError, match=r"^The setting notes = 1 is not possible\.$"):
        ExportProfile(notes=1)  # type: ignore[arg-type]
    assert stored_profile(Settings(depth="32f", export={"kind": "flac"})) == ExportProfile(depth="32f")
