"""The page of a study's findings: what it says, names that try to break it, and that it stands alone."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from html.parser import HTMLParser

import pytest

from musemate.analysis.findings import Bar, Chart, Findings, Section, Table
from musemate.export.findingspage import FindingsReport, picture_names, render_findings

CHART = Chart("fooled", "Taken for real", "bars", "share", (Bar("frames", 0.4, 0.3, 0.5, 9),), 0.0, 1.0, is_share=True)
TABLE = Table("Comments", ("sample", "comment", "quality"), (("take 1", "A bridge!", "7"),), 2)
PAGE = Findings(
    "Does it inspire?",
    "4 raters, 20 samples each",
    (
        Section("fooling", "Taken for real?", ("Less often than real clips.",), (CHART,), (), "Wilson's interval."),
        Section("comments", "What was said", tables=(TABLE,)),
    ),
)
HOSTILE = ("</style><script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "]]> &amp;", "a\x00b", "\ud800")


class Reader(HTMLParser):
    """Notes elements, attributes and text, and that all are closed."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag not in ("meta", "img"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open:
            self.texts.append((self.open[-1], data))

    def text_of(self, tag: str) -> list[str]:
        return [text for where, text in self.texts if where == tag]


def read(*parts: Findings, **more: object) -> Reader:
    report = FindingsReport(parts, datetime(2026, 11, 21, 9, 5), "1.2", picture_names(parts, "pictures"), **more)
    reader = Reader()
    reader.feed(render_findings(report).decode())
    assert reader.open == []
    return reader


def test_the_page_says_what_was_found() -> None:
    page = read(PAGE, files=("answers.csv",))
    assert page.text_of("h1") == ["Does it inspire?"]
    assert page.text_of("h2") == ["Taken for real?", "What was said"]
    said = [text for _, text in page.texts]
    for text in ("4 raters, 20 samples each · 2026-11-21 09:05", "Less often than real clips.", "Wilson's interval."):
        assert text in said
    assert said.index("Less often than real clips.") < said.index("Taken for real"), "conclusions come first"
    assert [a["href"] for tag, a in page.seen if tag == "a"] == ["#s1-fooling", "#s1-comments", "answers.csv"]


def test_a_chart_is_a_picture_whose_text_says_the_values() -> None:
    pictures = [attributes for tag, attributes in read(PAGE).seen if tag == "img"]
    assert [picture["src"] for picture in pictures] == ["pictures/fooling-fooled.png"]
    assert "frames: 40%, interval 30% to 50%, from 9 answers." in str(pictures[0]["alt"])


def test_words_are_set_as_words_and_numbers_as_numbers() -> None:
    cells = [(tag, attributes.get("class")) for tag, attributes in read(PAGE).seen if tag in ("td", "th")]
    assert cells == [("th", "words"), ("th", "words"), ("th", None), ("th", "words"), ("td", "words"), ("td", None)]


def test_several_studies_share_a_page() -> None:
    page = read(PAGE, replace(PAGE, title="Which engine?"))
    assert page.text_of("h1") == ["2 studies"]
    assert page.text_of("h2") == ["Does it inspire?", "Which engine?"]
    ids = [attributes["id"] for _, attributes in page.seen if "id" in attributes]
    assert len(ids) == len(set(ids)) == 6


def test_every_chart_has_a_picture_of_its_own() -> None:
    other = replace(CHART, title="Another of the same name")
    page = replace(PAGE, sections=(replace(PAGE.sections[0], charts=(CHART, other)),))
    assert list(picture_names([page], "p").values()) == ["p/fooling-fooled.png", "p/fooling-fooled-2.png"]


def test_an_empty_study_says_so() -> None:
    page = read(Findings("New", "", ()), problems=("Line 3 was left out.",))
    said = [text for _, text in page.texts]
    assert "There is nothing to say yet: no answers are there." in said
    assert "Line 3 was left out." in said


@pytest.mark.parametrize("name", HOSTILE)
def test_no_name_becomes_markup(name: str) -> None:
    chart = replace(CHART, title=name, axis=name, bars=(Bar(name, 0.5),), reference=0.5, reference_text=name)
    table = Table(name, (name, name), ((name, name),), 1)
    page = read(Findings(name, name, (Section("a", name, (name,), (chart,), (table,), name),)), problems=(name,))
    assert {tag for tag, _ in page.seen} <= {
        *("html", "head", "meta", "title", "style", "body", "main", "header", "footer", "section", "figure"),
        *("p", "h1", "h2", "img", "figcaption", "b", "div", "table", "caption", "thead", "tbody", "tr", "th", "td"),
    }


def test_nothing_comes_from_elsewhere() -> None:
    report = FindingsReport([PAGE], datetime(2026, 11, 21), "1.2", picture_names([PAGE], "pictures"))
    text = render_findings(report).decode()
    assert not re.search(r"(https?:|//|<script|url\()", text)
    assert text == render_findings(report).decode()
