"""Answers in a CSV file come back as they were; what is wrong is said with its line, and the rest is kept."""

from __future__ import annotations

import csv
import dataclasses
import io
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musemate.errors import StudyError
from musemate.paths import resource
from musemate.study.records import Row
from musemate.study.rowcells import cell_of
from musemate.study.rowsfile import MOST_PROBLEMS, read_csv, write_csv
from musemate.study.template import Template, template_from
from tests.study.made_rows import about, row

NEEDED = "session,trial,question,measures,value"


@pytest.fixture
def songwriter() -> dict[str, Template]:
    text = resource("studies/songwriter.toml").read_text(encoding="utf-8")
    return {"songwriter": template_from(tomllib.loads(text), "songwriter.toml")}


def _read(tmp_path: Path, text: str, **kind: dict[str, Template]) -> tuple[list[Row], list[str]]:
    (tmp_path / "answers.csv").write_bytes(text.encode())
    return read_csv(tmp_path / "answers.csv", **kind)


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    rows = [
        row(question="feedback", measures="comment", value='Grüße, “quoted”, "this"; and\nanother line'),
        row(trial=2, closeness=0.1, steps=3000, seed=-1, gain_db=-3.25, correct=False, is_real=None, submitted=False),
        row(trial=3, label="=1+1", set="'tis", value="-1", measures="quality", seconds=0.1 + 0.2),
        row(trial=4, label="@SUM(A1)", group="+x", engine="-x", preset="\tx", mode="'=x", run="\rx"),
    ]
    (tmp_path / "answers.csv").write_bytes(write_csv(rows))
    assert read_csv(tmp_path / "answers.csv") == (rows, [])


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=20))
def test_any_text_comes_back(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    file = tmp_path_factory.mktemp("csv") / "answers.csv"
    rows = [row(measures="comment", value=text, label=text)]
    file.write_bytes(write_csv(rows))
    assert read_csv(file) == (rows, [])


def test_no_cell_is_run_by_a_spreadsheet() -> None:
    written = write_csv([row(label=text) for text in ("=1", "+1", "-a", "@a", "\t=1", "\r=1")]).decode()
    cells = [cell for line in csv.reader(io.StringIO(written, newline="")) for cell in line]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
    assert cell_of(-3.5) == "-3.5" and cell_of("-12") == "-12"  # numbers stay numbers


def test_the_header_is_the_columns_in_order() -> None:
    assert write_csv([]).decode() == ",".join(field.name for field in dataclasses.fields(Row)) + "\r\n"


def test_bad_lines_are_said_and_the_others_kept(tmp_path: Path, songwriter: dict[str, Template]) -> None:
    head = "template,session,trial,question,measures,value,is_real,token,mood"
    lines = [
        "songwriter,s,1,quality,quality,11,no,t,x",
        "songwriter,s,1,quality,quality,10,no,t,x",
        "songwriter,s,one,quality,quality,5,no,t,x",
        "songwriter,s,3,verdict,verdict,perhaps,no,t,x",
        "songwriter,s,4,verdict,verdict,fake,maybe,t,x",
        ",s,5,inspiring,inspiring,other: a riff,no,t,x",
        ",,5,inspiring,inspiring,yes,no,t,x",
        ",s,6,q,loudness,1,no,t,x",
    ]
    rows, problems = _read(tmp_path, "\n".join([head, *lines]), templates=songwriter)
    assert [(row.trial, row.value) for row in rows] == [(1, "10"), (5, "other: a riff")]
    assert problems == [
        "The column “mood” is not known and was left out.",
        "Line 2: 11 is not on the scale.",
        "Line 4: “one” is no value of “trial”.",
        "Line 5: perhaps is none of the answers.",
        "Line 6: “maybe” is no value of “is_real”.",
        "Line 8: session or question is missing.",
        "Line 9: “loudness” is no value of “measures”.",
    ]


def test_a_later_answer_to_the_same_question_counts_and_is_said(tmp_path: Path) -> None:
    rows, problems = _read(tmp_path, f"{NEEDED}\ns,1,quality,quality,3\ns,1,quality,quality,4\n")
    assert [row.value for row in rows] == ["4"]
    assert problems == ["Line 3: the question “quality” is answered again; this answer counts."]


def test_a_table_from_a_german_spreadsheet_is_read(tmp_path: Path) -> None:
    text = "\ufeff" + NEEDED.replace(",", ";") + ";closeness\r\ns;1;q;quality;3;0,25\r\n"
    rows, problems = _read(tmp_path, text)
    assert (rows[0].closeness, rows[0].value, rows[0].rater, problems) == (0.25, "3", "s", [])


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "there is no column “session”"),
        (b"a,b\n1,2\n", "there is no column “session”"),
        (b"session,trial\n", "there is no column “question”"),
        (b"\xff\xfe\x00", "is no text in UTF-8"),
    ],
)
def test_what_is_no_table_of_answers_is_refused(tmp_path: Path, data: bytes, message: str) -> None:
    (tmp_path / "answers.csv").write_bytes(data)
    with pytest.raises(StudyError, match=message):
        read_csv(tmp_path / "answers.csv")


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StudyError, match=r"answers\.csv cannot be read"):
        read_csv(tmp_path / "answers.csv")


def test_many_problems_are_counted(tmp_path: Path) -> None:
    lines = [f"s,{n},q,quality,no number" for n in range(MOST_PROBLEMS + 5)]
    rows, problems = _read(tmp_path, "\n".join([NEEDED, *lines]))
    assert rows == [] and len(problems) == MOST_PROBLEMS + 1
    assert problems[-1] == "The same is so of 5 more lines."


def test_numbers_that_cannot_be_are_refused(tmp_path: Path) -> None:
    text = f"{NEEDED},closeness,seconds\ns,1,q,,a,1.5,\ns,2,q,,a,nan,\ns,3,q,,a,,-1\ns,4,q,,a,1e400,\ns,5,q,,a,1,2\n"
    rows, problems = _read(tmp_path, text)
    assert [row.trial for row in rows] == [5]
    assert len(problems) == 4


def test_what_a_rater_says_twice_about_a_take_is_kept_apart_by_trial(tmp_path: Path) -> None:
    rows = about("t1", quality=3, trial=1) + about("t1", quality=5, trial=2)
    (tmp_path / "answers.csv").write_bytes(write_csv(rows))
    assert read_csv(tmp_path / "answers.csv") == (rows, [])
