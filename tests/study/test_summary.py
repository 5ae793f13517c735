"""A page of findings says what the answers show and nothing beyond; marks are what the table of takes needs."""

from __future__ import annotations

import numpy as np
import pytest

from musemate.analysis.findings import CHARTS, Findings, Section
from musemate.language import use
from musemate.paths import resource
from musemate.study.marks import Marks, marks_of
from musemate.study.records import Row
from musemate.study.rowsfile import read_csv
from musemate.study.summary import findings_of
from tests.study.made_rows import about, row


def section(findings: Findings, name: str) -> Section:
    return next(section for section in findings.sections if section.name == name)


def sentences(findings: Findings) -> str:
    return "\n".join(sentence for section in findings.sections for sentence in section.sentences)


def listened(n_raters: int, skill: float, n_takes: int = 10, n_real: int = 10, seed: int = 1) -> list[Row]:
    """Return verdicts of listeners who call so many more takes fake than real clips, of a half."""
    dice = np.random.default_rng(seed)
    rows = []
    for rater in range(n_raters):
        for trial in range(n_takes + n_real):
            is_real = trial >= n_takes
            is_fake = dice.random() < (0.5 - skill if is_real else 0.5 + skill)
            verdict = "fake" if is_fake else "real"
            rows += about(f"t{trial}", real=is_real, trial=trial + 1, rater=f"r{rater}", verdict=verdict)
    return rows


@pytest.fixture(scope="module")
def published() -> list[Row]:
    rows, problems = read_csv(resource("studies/examples/songwriter.csv"))
    assert not problems
    return rows


def test_the_published_answers_are_all_there(published: list[Row]) -> None:
    counts = {measures: sum(row.measures == measures for row in published) for measures in ("verdict", "quality")}
    assert counts == {"verdict": 20, "quality": 16}
    assert [row.value for row in published if row.label == "S7_V_2"] == ["real", "difficult", "8", "maybe"]
    assert {row.label for row in published if row.is_real} == {"S1_Ud", "S5_Ud", "S5_Vd", "S7_Vd"}
    assert {row.steps for row in published} == {None, 1500, 2000, 3500}


def test_the_published_answers_are_reported_without_claiming_too_much(published: list[Row]) -> None:
    findings = findings_of(published)
    told = section(findings, "real-or-fake").sentences
    assert told[0].startswith("Too few real clips to say whether takes can be told from them: 4 were judged")
    assert told[1] == "Takes were called real in 1 of 16 answers: 6% (1% to 28%)."
    assert told[2] == "Real clips were called real in 3 of 4 answers: 75% (30% to 95%)."
    assert "too few answers to compare takes and real clips" in section(findings, "quality").sentences[0]
    assert section(findings, "inspiration").sentences[0].startswith("Takes: called inspiring in 0 of 16 answers, 0%")
    assert "cannot be told" not in sentences(findings) and "is above" not in sentences(findings)
    assert findings.about == "1 listener, 20 samples, 73 answers"


def test_means_without_answers_are_shown_without_intervals() -> None:
    findings = findings_of(read_csv(resource("studies/examples/engines.csv"))[0])
    told = section(findings, "published-means")
    assert told.tables[0].rows == (
        ("bilinear", "3.6"), ("2D-conv", "3.4"), ("FC", "3.2"), ("1D-conv", "3.0"), ("multilayer", "2.8"),
        ("base", "2.4"),
    )  # fmt: skip
    best = told.charts[0].bars[0]
    assert (best.value, best.low, best.high) == (3.6, None, None)
    assert "whether any of them truly differ cannot be said" in told.sentences[1]
    assert [section.name for section in findings.sections] == ["published-means", "comments"]


def test_every_chart_and_table_can_be_drawn(published: list[Row]) -> None:
    sections = findings_of(published + listened(4, 0.3)).sections
    assert len({section.name for section in sections}) == len(sections) > 8
    charts = [chart for section in sections for chart in section.charts]
    assert len({(section.name, chart.name) for section in sections for chart in section.charts}) == len(charts)
    for chart in charts:
        assert chart.kind in CHARTS and chart.bars
        for bar in chart.bars:
            assert bar.value is None or bar.low is None or bar.high is None or bar.low <= bar.value <= bar.high
    for table in (table for section in sections for table in section.tables):
        assert table.rows and {len(line) for line in table.rows} == {len(table.head)}
        assert not [cell for line in table.rows for cell in line if "nan" in cell or "inf" in cell]


def test_good_listeners_tell_and_guessing_ones_are_not_said_to_be_unable() -> None:
    good, guessing = (section(findings_of(listened(4, skill)), "real-or-fake").sentences[0] for skill in (0.4, 0.0))
    assert good.startswith("Takes were told from real clips: d' is")
    assert guessing.startswith("Whether takes can be told from real clips is not shown either way")


def test_equal_is_said_only_where_the_interval_is_within_the_bound() -> None:
    many = section(findings_of(listened(40, 0.0, 30, 30)), "real-or-fake").sentences[0]
    assert many.startswith("Takes cannot be told from real clips here") and "±0.5" in many


def test_two_real_clips_are_too_few_however_many_listened() -> None:
    told = section(findings_of(listened(30, 0.4, 10, 2)), "real-or-fake").sentences[0]
    assert told.startswith("Too few real clips") and "2 were judged, 60 answers" in told


def test_who_calls_everything_real_leans_to_it() -> None:
    rows = [answer for n in range(10) for answer in about(f"t{n}", real=n > 4, trial=n + 1, verdict="real")]
    assert any("tends to be “real”" in text for text in section(findings_of(rows), "real-or-fake").sentences)


def test_pairs_are_reported_against_guessing() -> None:
    rows = [
        row(token=f"t{n}", trial=n + 1, measures="verdict", value="a" if n < 18 else "b", place="b", beside=f"r{n}")
        for n in range(20)
    ]
    told = section(findings_of(rows), "pairs")
    assert told.sentences[0].startswith("The real one of two was found in 18 of 20 answers: 90%")
    assert told.sentences[1].startswith("Takes were told from real clips")
    assert "real-or-fake" not in {section.name for section in findings_of(rows).sections}


def _engines(n_raters: int = 6) -> list[Row]:
    dice = np.random.default_rng(3)
    rows = []
    for rater in range(n_raters):
        for n in range(18):
            group, closeness = ("frames", "classic", "instant")[n % 3], round(0.05 * n, 2)
            quality = round(float(np.clip(dice.normal((7, 4, 4)[n % 3], 1), 0, 10)))
            said = "yes" if n % 3 == 0 else "no"
            columns = {"group": group, "engine": group, "closeness": closeness, "take": f"take{n}"}
            rows += about(f"t{n}", rater=f"r{rater}", trial=n + 1, quality=quality, inspiring=said, **columns)
    return rows


def test_only_what_varies_is_compared_and_numbers_are_banded() -> None:
    findings = findings_of(_engines())
    names = [section.name for section in findings.sections]
    assert [name for name in names if name.startswith("by-")] == ["by-group", "by-closeness"]
    levels = [line[0] for line in section(findings, "by-closeness").tables[0].rows]
    assert levels == ["0% – 25%", "30% – 55%", "60% – 85%"]
    told = section(findings, "by-group").sentences
    assert (
        told[0] == "Quality: frames is above classic, instant."
        or told[0] == "Quality: frames is above instant, classic."
    )
    tests = section(findings, "by-group").tables[-1]
    assert {line[1].partition(" ")[0] for line in tests.rows} >= {"ranks"}


def test_settings_that_inspire_come_first_and_are_said_with_their_certainty() -> None:
    told = section(findings_of(_engines()), "settings-that-inspire")
    assert told.tables[0].rows[0][0].startswith("frames")
    assert told.sentences[0].startswith("Most inspiring so far: frames")
    few = [answer for n in range(4) for answer in about(
        f"t{n}", trial=n + 1, inspiring="yes" if n == 0 else "no", group="ab"[n % 2]
    )]  # fmt: skip
    assert "too few answers to rely on" in section(findings_of(few), "settings-that-inspire").sentences[1]


def test_comments_stand_beside_their_sample_and_the_end_apart() -> None:
    rows = about("t1", verdict="fake", quality=3, comment="like rain", inspiring="other: a film")
    rows.append(row(trial=0, token="", question="needed", measures="comment", value="longer ones"))
    told = section(findings_of(rows), "comments")
    assert told.sentences == ("3 comments.",)
    assert told.tables[0].rows == (("t1", "fake, 3", "Anna", "a film"), ("t1", "fake, 3", "Anna", "like rain")) or set(
        told.tables[0].rows
    ) == {("t1", "fake, 3", "Anna", "a film"), ("t1", "fake, 3", "Anna", "like rain")}
    assert told.tables[1].rows == (("Anna", "longer ones"),)


def test_times_are_of_the_first_answer() -> None:
    rows = [
        answer
        for n in range(8)
        for answer in about(f"t{n}", trial=n + 1, verdict="fake", quality=5, seconds=4.0 + n, plays=2, correct=True)
    ]
    told = section(findings_of(rows), "times")
    assert told.sentences[0] == "Half of the first answers came within 7.5 s of the sample's start."
    assert told.charts[0].bars[0].label == "True verdicts" and told.charts[0].bars[0].n == 8


def _sure(of_true: int, of_false: int) -> list[Row]:
    dice = np.random.default_rng(5)
    return [
        answer
        for n in range(20)
        for answer in about(
            f"t{n}", trial=n + 1, verdict="fake" if n % 2 else "real", correct=bool(n % 2),
            confidence=(of_true if n % 2 else of_false) + int(dice.integers(0, 2)),
        )
    ]  # fmt: skip


def test_who_is_surer_when_right_is_said_to_be() -> None:
    surer, same = (section(findings_of(_sure(*levels)), "confidence").sentences[0] for levels in ((3, 1), (2, 2)))
    assert surer.startswith("Listeners were surer when they were right, by 2")
    assert same.startswith("It is not shown that listeners knew")


def test_without_the_key_it_is_said_that_nothing_is_known_of_the_samples() -> None:
    rows = [answer for n in range(9) for answer in about(
        f"t{n}", trial=n + 1, verdict="fake", quality=3, is_real=None, origin="", label=""
    )]  # fmt: skip
    findings = findings_of(rows)
    assert "What the samples are is not known here" in section(findings, "listening").sentences[1]
    assert not {"real-or-fake", "quality"} & {section.name for section in findings.sections}


def test_nobody_answered() -> None:
    assert findings_of([]).sections[0].sentences == ("Nobody has answered yet.",)


def test_it_is_written_in_the_language_in_use(published: list[Row]) -> None:
    use("de")
    try:
        assert "3,79" in str(findings_of(published))
    finally:
        use("en")


def test_marks_of_takes() -> None:
    rows = about("a", take="t1", verdict="real", quality=8, inspiring="yes") + about(
        "a", take="t1", rater="r2", verdict="fake", quality=5, inspiring="maybe"
    )
    rows += about("b", take="t2", rating=4, inspiring="other: hm") + about("c", real=True, verdict="real", take="")
    rows += [row(token="d", take="t3", measures="verdict", value="b", place="b")]
    rows += about("e", real=True, origin="anchor", take="t9", quality=1)
    assert marks_of(rows) == {
        "t1": Marks(1, 1, 0, 6.5, 1, 2),
        "t2": Marks(0, 0, 0, 4.0, 0, 0),
        "t3": Marks(0, 0, 0, None, 1, 1),
    }
