"""The page of a study's findings: one HTML file that needs neither network nor script, beside its charts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from musemate.analysis.chartreading import legend, spoken
from musemate.analysis.findings import Chart, Findings, Section, Table
from musemate.export.markup import Html, element
from musemate.export.naming import safe_part
from musemate.export.reportstyle import STYLE
from musemate.language import _, in_use, ngettext

FINDINGS_STYLE = """
main > section > h2 { margin-top: 40px; }
.part { margin: 56px 0 0; padding-top: 24px; border-top: 4px solid var(--line); font-size: 26px; }
main > .part:first-child { border-top: 0; margin-top: 0; padding-top: 0; }
.said { font-size: 18px; line-height: 1.45; }
.chart { max-width: 720px; margin: 24px 0; }
.chart figcaption { margin-bottom: 4px; }
.explained { font-size: 14px; color: var(--muted); }
caption { text-align: left; font-weight: 600; padding-bottom: 4px; font-size: 14px; }
.words { text-align: left; white-space: normal; min-width: 96px; max-width: 64ch; }
@media print { .said { font-size: 11pt; } .part { break-before: page; } .chart { max-width: 150mm; } }
"""
"""What this page has beside the style of all reports."""


@dataclass(frozen=True)
class FindingsReport:
    """All that a page shows.

    Parameters
    ----------
    parts : sequence of Findings
        One a study.
    made : datetime
    version : str
        Of the program.
    pictures : dict of Chart to str
        Address beside the page of each chart's picture.
    files : sequence of str
        Names of further files beside the page.
    problems : sequence of str
        What could not be read.
    """

    parts: Sequence[Findings]
    made: datetime
    version: str
    pictures: Mapping[Chart, str]
    files: Sequence[str] = ()
    problems: Sequence[str] = field(default_factory=tuple)


def picture_names(parts: Sequence[Findings], folder: str) -> dict[Chart, str]:
    """Return an address for the picture of every chart, each once."""
    result: dict[Chart, str] = {}
    for at, findings in enumerate(parts, 1):
        for section in findings.sections:
            for chart in section.charts:
                words = [str(at)] * (len(parts) > 1) + [section.name, chart.name]
                stem = name = safe_part("-".join(words)) or "chart"
                count = 1
                while f"{folder}/{name}.png" in result.values():
                    count += 1
                    name = f"{stem}-{count}"
                result.setdefault(chart, f"{folder}/{name}.png")
    return result


def render_findings(report: FindingsReport) -> bytes:
    """Return the page, UTF-8."""
    title = _title(report)
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("title", _("{title} – MuseMate study").format(title=title)),
        # our own file, not text of the songwriter's: it may not be escaped
        element("style", Html(STYLE + FINDINGS_STYLE)),
    )
    main = element("main", *_parts(report))
    page = element("html", head, element("body", _header(report, title), main, _footer(report)), lang=in_use())
    return f"<!DOCTYPE html>\n{page}\n".encode()


def _title(report: FindingsReport) -> str:
    if len(report.parts) == 1:
        return report.parts[0].title
    return ngettext("One study", "{n} studies", len(report.parts))


def _header(report: FindingsReport, title: str) -> Html:
    about = report.parts[0].about if len(report.parts) == 1 else ""
    made = f"{report.made:%Y-%m-%d %H:%M}"
    return element(
        "header",
        element("p", _("MuseMate · listening study"), class_="eyebrow"),
        element("h1", title),
        element("p", " · ".join(part for part in (about, made) if part), class_="muted"),
        *(element("p", problem, class_="problem") for problem in report.problems),
        _contents(report),
    )


def _contents(report: FindingsReport) -> Html | None:
    links = []
    for at, findings in enumerate(report.parts, 1):
        if len(report.parts) > 1:
            links.append((f"#part-{at}", findings.title))
        else:
            links += [(f"#{_id(at, section)}", section.title) for section in findings.sections]
    if len(links) < 2:
        return None
    items = (element("li", element("a", title, href=address)) for address, title in links)
    return element("nav", element("ul", *items), aria_label=_("Contents"))


def _id(at: int, section: Section) -> str:
    return f"s{at}-{section.name}"


def _parts(report: FindingsReport) -> Iterator[Html]:
    for at, findings in enumerate(report.parts, 1):
        if len(report.parts) > 1:
            yield element("h2", findings.title, class_="part", id=f"part-{at}")
            yield element("p", findings.about, class_="muted")
        if not findings.sections:
            yield element("p", _("There is nothing to say yet: no answers are there."))
        for section in findings.sections:
            yield _section(report, section, at)


def _section(report: FindingsReport, section: Section, at: int) -> Html:
    return element(
        "section",
        element("h2" if len(report.parts) == 1 else "h3", section.title, id=_id(at, section)),
        *(element("p", sentence, class_="said") for sentence in section.sentences),
        *(_chart(report.pictures[chart], chart) for chart in section.charts),
        *(_table(table) for table in section.tables),
        element("p", section.explained, class_="explained") if section.explained else None,
    )


def _chart(address: str, chart: Chart) -> Html:
    note = legend(chart)
    caption = element("figcaption", element("b", chart.title), *((" · ", note) if note else ()))
    picture = element("img", src=address, alt=spoken(chart), loading="lazy")
    return element("figure", caption, picture, class_="chart")


def _table(table: Table) -> Html:
    heads = (element("th", head, scope="col", class_=_look(table, at)) for at, head in enumerate(table.head))
    rows = (element("tr", *(_cell(table, at, cell) for at, cell in enumerate(row))) for row in table.rows)
    shown = element(
        "table",
        element("caption", table.title) if table.title else None,
        element("thead", element("tr", *heads)),
        element("tbody", *rows),
    )
    return element("div", shown, class_="scroll", tabindex=0, role="region", aria_label=table.title or _("Table"))


def _cell(table: Table, at: int, cell: str) -> Html:
    look = _look(table, at)
    return element("th", cell, scope="row", class_=look) if at == 0 else element("td", cell, class_=look)


def _look(table: Table, at: int) -> str | None:
    return "words" if at < table.n_text else None


def _footer(report: FindingsReport) -> Html:
    files = [element("li", element("a", name, href=name)) for name in report.files]
    return element(
        "footer",
        element("p", _("Made by MuseMate {version}.").format(version=report.version)),
        *((element("p", _("The answers for other programs:")), element("ul", *files)) if files else ()),
    )
