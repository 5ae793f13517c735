"""Copies go out without the truth, answers come home once, and what cannot be opened is only named."""

from __future__ import annotations

import shutil
import zipfile

import pytest
from small_study import REAL, TAKES, small_study

from musemate.engine.events import FileRefused, Packed, StudyMerged, Warned
from musemate.errors import StudyError
from musemate.project.store import Project
from musemate.study.answers import stamp
from musemate.study.folder import StudyFolder
from musemate.study.records import Answer, Truth
from musemate.tasks.studies import study_copy, study_list, study_merge, study_templates


@pytest.fixture
def study(tmp_path):
    """Return the folder of a study in a project."""
    (tmp_path / "made").mkdir()
    files = {token: tmp_path / "made" / token for token in (*TAKES, *REAL)}
    for token, file in files.items():
        file.write_bytes(token.encode())
    truths = {token: Truth(token, token in REAL, "take", "secret name") for token in files}
    Project.create(tmp_path / "P").close()
    folder = tmp_path / "P" / "studies" / "small"
    StudyFolder.create(folder, small_study(files), truths, files).close()
    return folder


def answered(folder, name="Ben"):
    with StudyFolder.open(folder) as copy:
        session = copy.answers.begin(copy.answers.add_rater(name).id)
        copy.answers.put(Answer(session.id, 1, "verdict", "fake", stamp()))
        copy.answers.submit(session.id)
    return folder


def test_answers_of_copies_and_zips_come_home_once_and_bad_ones_are_named(study, tmp_path, perform):
    perform(study_copy, str(study), str(tmp_path / "one"))
    perform(study_copy, str(study), str(tmp_path / "two"))
    answered(tmp_path / "one")
    back = shutil.make_archive(str(tmp_path / "back"), "zip", answered(tmp_path / "two", "Cleo"))
    (tmp_path / "bad.zip").write_bytes(b"PK nothing")
    copies = [str(tmp_path / "one"), back, str(tmp_path / "bad.zip"), str(tmp_path / "nowhere"), back]
    events = [event for event in perform(study_merge, str(study), copies) if event.kind != "working"]
    assert [type(event) for event in events] == [StudyMerged, StudyMerged, FileRefused, FileRefused, StudyMerged]
    assert [(e.n_answers, e.n_known) for e in events if isinstance(e, StudyMerged)] == [(1, 0), (1, 0), (0, 1)]
    assert [e.error.partition(":")[0] for e in events if isinstance(e, FileRefused)] == [
        '"bad.zip" is damaged, or holds no study',
        f'"{tmp_path / "nowhere"}" holds no study',
    ]
    (row,) = perform(study_list, str(study))[0].rows
    assert (row["raters"], row["sessions"], row["submitted"], row["answers"]) == (2, 2, 2, 2)


def test_a_copy_in_a_zip_holds_no_truth(study, tmp_path, perform):
    event = perform(study_copy, str(study), str(tmp_path / "for ben.zip"))[-1]
    assert isinstance(event, Packed) and event.n_files == 8
    with zipfile.ZipFile(tmp_path / "for ben.zip") as archive:
        names = sorted(archive.namelist())
        assert names[0] == "for ben/answers.sqlite" and names[-1] == "for ben/study.json" and len(names) == 8
        assert not any(b"secret" in archive.read(name) for name in names)
    with pytest.raises(StudyError, match="exists already"):
        perform(study_copy, str(study), str(tmp_path / "for ben.zip"))


def test_the_studies_of_a_project_are_listed_and_a_damaged_one_is_named(study, perform):
    shutil.copytree(study, study.with_name("damaged"))
    (study.with_name("damaged") / "study.json").write_text("{}")
    (study.parent / "no study").mkdir()
    rows = perform(study_list, str(study.parents[1]))[0].rows
    assert [(row["name"], row["sounds"], row["problem"]) for row in rows] == [
        ("damaged", None, 'The file "study.json" of the study "damaged" is damaged.'),
        ("small", 6, ""),
    ]


def test_what_is_no_study_is_said(tmp_path, perform):
    with pytest.raises(StudyError, match="holds no study"):
        perform(study_list, str(tmp_path))


def test_questionnaires_are_listed_and_bad_files_are_named(perform, tmp_path, monkeypatch):
    monkeypatch.setenv("MUSEMATE_HOME", str(tmp_path))
    (tmp_path / "studies").mkdir()
    (tmp_path / "studies" / "bad.toml").write_text("x")
    listed, warned = perform(study_templates)
    assert [row["name"] for row in listed.rows] == ["engines", "songwriter", "which_is_real"]
    assert listed.rows[1]["sets"] == {"new_material": [8, 0, 2], "variations": [6, 2, 2]}
    assert isinstance(warned, Warned) and "bad.toml" in warned.message
