"""Where things lie, and names that every file system takes."""

from __future__ import annotations

import pytest

from musemate import paths
from musemate.audio.files import probe


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv(paths.HOME_VARIABLE, str(tmp_path))
    return tmp_path


@pytest.mark.parametrize(
    ("name", "folder"),
    [
        ("Mein Lied ♪", "Mein Lied ♪"),
        ('a/b\\c:d*e?f"g<h>i|j', "a_b_c_d_e_f_g_h_i_j"),
        ("  . ", "Project"),
        ("..", "Project"),
        ("x" * 300, "x" * 80),
    ],
)
def test_project_names_become_folders_inside_the_projects_folder(home, name, folder):
    assert paths.default_project_folder(name) == home / "projects" / folder


def test_a_name_that_only_begins_like_a_home_folder_is_left_as_it_is(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for variable in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(variable, str(tmp_path / "home"))
    assert paths.absolute("~draft.wav") == tmp_path / "~draft.wav"
    assert paths.absolute("~/x.wav") == tmp_path / "home" / "x.wav"
    assert paths.absolute("x.wav") == tmp_path / "x.wav"


def test_a_fresh_project_folder_never_exists(home):
    expected = [home / "projects" / name for name in ("Song", "Song 2", "Song 3")]
    for folder in expected:
        assert paths.fresh_project_folder("Song") == folder
        folder.mkdir(parents=True)


def test_one_variable_moves_everything_that_is_written(home):
    assert paths.settings_file() == home / "settings.json"
    assert paths.log_folder() == home / "log"
    assert paths.projects_folder() == home / "projects"


def test_without_it_projects_lie_among_the_documents(monkeypatch):
    monkeypatch.delenv(paths.HOME_VARIABLE)
    assert paths.projects_folder().name == "MuseMate"
    assert paths.settings_file().name == "settings.json"


def test_bundled_files_are_found_in_a_checkout():
    assert probe(paths.resource("demo.flac")).duration_s == 24.0
    assert paths.models_folder().is_dir()
