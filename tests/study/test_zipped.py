"""A study in one file comes out whole, is gone on with, and what is no study is refused."""

from __future__ import annotations

import contextlib
import zipfile

import pytest
from small_study import TAKES

from musemate.errors import StudyError
from musemate.study import zipped
from musemate.study.folder import StudyFolder


@pytest.fixture
def file(home, tmp_path):
    copy = home.copy_for_raters(tmp_path / "copy")
    zipped.zip_up(copy, tmp_path / "for raters.zip")
    return tmp_path / "for raters.zip"


def test_a_zip_is_unpacked_beside_itself_once_and_answers_stay(home, file, begin, give):
    folder = zipped.study_folder(file)
    assert folder == file.with_suffix("")
    with StudyFolder.open(folder) as study:
        assert study.study == home.study and study.problems() == []
        give(study, begin(study), 1, "quality", "7")
    assert zipped.study_folder(file) == folder
    with StudyFolder.open(folder) as again:
        assert [row.value for row in again.rows()] == ["7"]
    assert not [path for path in file.parent.iterdir() if path.name.startswith(".")]


def test_a_folder_that_is_something_else_stays_as_it_is(file):
    file.with_suffix("").mkdir()
    (file.with_suffix("") / "notes.txt").write_text("mine")
    folder = zipped.study_folder(file)
    assert folder.name == "for raters 2"
    assert (file.with_suffix("") / "notes.txt").read_text() == "mine"


def test_answers_that_were_not_settled_when_it_was_zipped_are_there(home, tmp_path, begin, give):
    with StudyFolder.open(home.copy_for_raters(tmp_path / "copy")) as open_copy:
        give(open_copy, begin(open_copy), 1, "quality", "3")
        assert (tmp_path / "copy" / "answers.sqlite-wal").stat().st_size
        zipped.zip_up(tmp_path / "copy", tmp_path / "back.zip")
    zipped.unzip(tmp_path / "back.zip", tmp_path / "back")
    assert home.merge(tmp_path / "back").n_answers == 1


def test_a_folder_or_its_file_names_a_study(home):
    assert zipped.study_folder(home.folder) == home.folder
    assert zipped.study_folder(home.folder / "study.json") == home.folder


def spoil(file, **entries):
    with zipfile.ZipFile(file, "a") as archive:
        for name, data in entries.values():
            archive.writestr(name, data)


@pytest.mark.parametrize("name", ["../evil", "for raters/../../evil", "/evil", "for raters/study.json"])
def test_names_that_lead_elsewhere_or_come_twice_are_refused(file, name):
    with pytest.warns(UserWarning, match="Duplicate") if name.endswith("study.json") else contextlib.nullcontext():
        spoil(file, x=(name, "x"))
    with pytest.raises(StudyError, match=r'"for raters\.zip" is damaged, or holds no study'):
        zipped.study_folder(file)
    assert sorted(path.name for path in file.parent.iterdir() if "raters" in path.name) == [file.name]


def test_other_files_in_it_stay_in_it(file):
    spoil(file, a=("for raters/run me.exe", "x"), b=("for raters/sounds/notes.txt", "x"), c=("read me.txt", "x"))
    folder = zipped.study_folder(file)
    assert sorted(path.name for path in folder.iterdir()) == ["answers.sqlite", "sounds", "study.json"]
    assert len(list((folder / "sounds").iterdir())) == 6


@pytest.mark.parametrize("content", [b"", b"PK", b"no zip at all" * 100])
def test_what_is_no_zip_is_refused(tmp_path, content):
    (tmp_path / "x.zip").write_bytes(content)
    with pytest.raises(StudyError, match=r'"x\.zip" is damaged, or holds no study') as caught:
        zipped.study_folder(tmp_path / "x.zip")
    assert caught.value.hint
    assert [path.name for path in tmp_path.iterdir()] == ["x.zip"]


def test_a_missing_zip_is_said(tmp_path):
    with pytest.raises(StudyError, match="could not be read or written"):
        zipped.study_folder(tmp_path / "x.zip")


def test_a_flipped_bit_in_a_sound_is_refused(file):
    data = bytearray(file.read_bytes())
    data[data.index(b"fLaC" + TAKES[0].encode()) + 20] ^= 1
    file.write_bytes(data)
    with pytest.raises(StudyError, match="is damaged"):
        zipped.study_folder(file)
