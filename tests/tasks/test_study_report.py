"""What studies' answers become: findings for the window, a page with charts, a table; of a study, a project, a CSV."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from answered_study import make_study

from musemate.analysis.findingsvalues import findings_from
from musemate.cli import run_cli
from musemate.engine.events import Event, Exported, Reported, StudyFound, Working
from musemate.errors import StudyError
from musemate.project.store import Project
from musemate.study.folder import StudyFolder
from musemate.study.records import Row
from musemate.study.zipped import zip_up
from musemate.tasks.study_report import study_findings, study_report, study_table

Perform = Callable[..., list[Event]]


@pytest.fixture
def study(tmp_path: Path) -> Path:
    return make_study(tmp_path / "one")


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "A project"
    Project.create(folder).close()
    make_study(folder / "studies" / "first", "First <b>", 1)
    make_study(folder / "studies" / "second", "Second", 2)
    yield folder


def written(perform: Perform, source: Path, to: Path | None = None) -> tuple[Reported, Path]:
    *progress, done = perform(study_report, str(source), str(to) if to else "")
    assert all(isinstance(event, Working) for event in progress)
    assert isinstance(done, Reported)
    return done, Path(done.page).parent


def test_a_study_becomes_a_page_with_its_charts_and_answers(perform: Perform, study: Path, tmp_path: Path) -> None:
    done, folder = written(perform, study, tmp_path / "out")
    assert sorted(path.name for path in folder.iterdir()) == ["answers.csv", "answers.json", "pictures", "report.html"]
    page = Path(done.page).read_text(encoding="utf-8")
    pictures = sorted((folder / "pictures").iterdir())
    assert pictures
    assert all(f'src="pictures/{picture.name}"' in page for picture in pictures)
    assert page.count("<img") == len(pictures)
    assert "<h1>Does it inspire?</h1>" in page
    with (folder / "answers.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert tuple(rows[0]) == Row.columns()
    assert len(rows) == 15
    values = json.loads((folder / "answers.json").read_text())
    assert [answer["value"] for answer in values["answers"]] == [row["value"] for row in rows]
    assert done.rows[0]["answers"] == 15
    assert done.rows[0]["raters"] == 1
    assert all(sentence in page for section in done.rows[0]["conclusions"].values() for sentence in section[:1])


def test_the_window_and_the_page_say_the_same(perform: Perform, study: Path, tmp_path: Path) -> None:
    (found,) = perform(study_findings, str(study))
    assert isinstance(found, StudyFound)
    parts = [findings_from(part) for part in json.loads(json.dumps(found.parts))]
    _done, folder = written(perform, study, tmp_path / "out")
    assert [findings_from(part) for part in json.loads((folder / "answers.json").read_text())["findings"]] == parts
    assert parts[0].title == "Does it inspire?"


def test_a_project_s_page_holds_all_its_studies(perform: Perform, project: Path) -> None:
    done, folder = written(perform, project)
    assert folder.parent == project / "reports"
    page = Path(done.page).read_text(encoding="utf-8")
    assert "<h1>2 studies</h1>" in page
    assert [row["title"] for row in done.rows] == ["First <b>", "Second"]
    assert page.index("First &lt;b&gt;") < page.index("Second")


def test_a_study_of_a_project_is_reported_beside_the_others(perform: Perform, project: Path) -> None:
    _done, folder = written(perform, project / "studies" / "second")
    assert folder.parent == project / "reports"
    assert folder.name.startswith("Second ")
    again = written(perform, project / "studies" / "second")[1]
    assert again != folder, "nothing is overwritten"


def test_a_damaged_study_stops_no_other(perform: Perform, project: Path) -> None:
    (project / "studies" / "first" / "study.json").write_text("{", encoding="utf-8")
    done, _folder = written(perform, project)
    assert [row.get("title") for row in done.rows] == ["Second", None]
    assert done.problems
    assert done.problems[0] in Path(done.page).read_text(encoding="utf-8").replace("&quot;", '"')
    (project / "studies" / "second" / "study.json").write_text("{", encoding="utf-8")
    with pytest.raises(StudyError):
        written(perform, project)


def test_the_table_comes_back_as_it_was(perform: Perform, study: Path, tmp_path: Path) -> None:
    (first,) = perform(study_table, str(study), str(tmp_path / "all.csv"))
    assert isinstance(first, Exported)
    (second,) = perform(study_table, first.file, first.file)
    assert isinstance(second, Exported)
    assert Path(second.file).name == "all 2.csv"
    assert Path(second.file).read_bytes() == Path(first.file).read_bytes()
    done, _folder = written(perform, Path(first.file), tmp_path / "out")
    assert done.rows[0]["answers"] == 15


def test_a_packed_study_is_read_too(perform: Perform, study: Path, tmp_path: Path) -> None:
    zip_up(study, tmp_path / "sent.zip")
    done, _folder = written(perform, tmp_path / "sent.zip", tmp_path / "out")
    assert done.rows[0]["answers"] == 15


def test_the_command_writes_the_page_and_says_where(
    study: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def no_window(_args: list[str]) -> int:
        raise AssertionError("no window is asked for")

    assert run_cli(["study", "report", str(study), "--to", str(tmp_path / "out"), "--json"], no_window) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["kind"] for line in lines] == ["study", "report"]
    assert Path(lines[-1]["page"]).is_file()
    assert lines[0]["conclusions"]
    assert run_cli(["study", "report", str(tmp_path / "nothing")], no_window) == 2
    assert "There is no study in nothing." in capsys.readouterr().err


def test_without_a_study_there_is_a_sentence(perform: Perform, tmp_path: Path) -> None:
    Project.create(tmp_path / "empty").close()
    for source, said in (
        (tmp_path / "empty", "There is no study in the project empty yet."),
        (tmp_path, f"There is no study in {tmp_path.name}."),
        (tmp_path / "nothing", "There is no study in nothing."),
    ):
        with pytest.raises(StudyError) as caught:
            perform(study_report, str(source), str(tmp_path / "out"))
        assert caught.value.message == said
        assert caught.value.hint
    assert not (tmp_path / "out").exists()


def test_cancelling_leaves_nothing(perform: Perform, study: Path, tmp_path: Path) -> None:
    events = perform(study_report, str(study), str(tmp_path / "out"), cancelled=lambda: True)
    assert not any(isinstance(event, Reported) for event in events)
    assert list((tmp_path / "out").iterdir()) == []


def test_a_study_that_nobody_heard_says_so(perform: Perform, study: Path, tmp_path: Path) -> None:
    with StudyFolder.open(study) as opened:
        copy = opened.copy_for_raters(tmp_path / "copy")
    done, _folder = written(perform, copy, tmp_path / "out")
    assert done.rows[0]["answers"] == 0
    assert Path(done.page).is_file()
