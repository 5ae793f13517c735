"""The page of a report: one HTML file that needs neither network nor script, beside a folder with its pictures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from musemate.export.figure import Group
from musemate.export.markup import Html, element
from musemate.export.reportstyle import STYLE
from musemate.export.reporttext import CHOICES, GROUPS, KINDS
from musemate.language import _, in_use, mark, ngettext, number

READ_TOGETHER = mark(
    "Fidelity and copying have to be read together. Every figure that says how near a take is to the fragment has its "
    "best value for a plain copy, so a take is a find where its sound is near and its passages are not."
)
NO_EARS = mark(
    "No figure here knows what is good music: they help to choose what to hear first and to see what changed, and your "
    "ears decide."
)


@dataclass(frozen=True)
class Entry:
    """One sound of a report.

    Parameters
    ----------
    title : str
        Its name, as it stands.
    note : str
        What else is to be said of it, for instance how it was made.
    values : dict
        Figures by their names in `reporttext`; empty where there is a problem.
    pictures : dict of str to str
        Address of each picture beside the page, by its kind in `reporttext.KINDS`.
    beside : dict of str to str
        The fragment's pictures on the same time axis, for a take.
    problem : str
        Why it could not be measured, "" where it could.
    label : str
        A few characters that stand for it in the map.
    """

    title: str
    note: str = ""
    values: dict[str, Any] = field(default_factory=dict)
    pictures: dict[str, str] = field(default_factory=dict)
    beside: dict[str, str] = field(default_factory=dict)
    problem: str = ""
    label: str = ""


@dataclass(frozen=True)
class Report:
    """All that a page shows.

    Parameters
    ----------
    fragment : Entry
    halves : dict
        Figures of the fragment's second half beside its first.
    takes : sequence of Entry
    map_picture : str
        Address of the picture of fidelity and copying, "" where there is none.
    made : datetime
    version : str
        Of the program.
    """

    fragment: Entry
    halves: dict[str, Any]
    takes: Sequence[Entry]
    map_picture: str
    made: datetime
    version: str


def render(report: Report) -> bytes:
    """Return the page, UTF-8."""
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("title", _("{title} – MuseMate report").format(title=report.fragment.title)),
        # our own file, not text of the songwriter's: it may not be escaped
        element("style", Html(STYLE)),
    )
    main = element("main", _first(report), _figures(report), *_pictures(report))
    page = element("html", head, element("body", _header(report), main, _footer(report)), lang=in_use())
    return f"<!DOCTYPE html>\n{page}\n".encode()


def _header(report: Report) -> Html:
    count = len(report.takes)
    takes = ngettext("one take", "{n} takes", count) if count else _("the fragment alone")
    made = f"{report.made:%Y-%m-%d %H:%M}"
    return element(
        "header",
        element("p", _("MuseMate · analysis report"), class_="eyebrow"),
        element("h1", report.fragment.title),
        element("p", " · ".join(part for part in (report.fragment.note, takes, made) if part), class_="muted"),
        _contents(report) if count else None,
    )


def _contents(report: Report) -> Html:
    links = [("#figures", _("Figures"))] + [(f"#take-{i}", take.title) for i, take in enumerate(report.takes, 1)]
    items = (element("li", element("a", title, href=address)) for address, title in links)
    return element("nav", element("ul", *items), aria_label=_("Contents"))


def _first(report: Report) -> Html | None:
    if not report.takes:
        return element("section", element("p", _("No take is compared here; the figures are the fragment's own.")))
    shown = None
    if report.map_picture:
        alt = _("Each take as a point, similarity across and novelty up, as in the first table.")
        caption = element(
            "figcaption",
            _(
                "To the right: sounds like the fragment. At the bottom: copied from it. The dashed lines are the "
                "fragment's second half beside its first: what lies to the right of their crossing and about as high "
                "is as near and as new as your own music is to itself."
            ),
        )
        shown = element("figure", _image(report.map_picture, alt, 720), caption, class_="map")
    return element(
        "section",
        element("h2", _("Read this first"), id="first"),
        element("p", _(READ_TOGETHER)),
        element("p", _(NO_EARS)),
        shown,
    )


def _figures(report: Report) -> Html:
    parts = [part for group in GROUPS for part in _group(group, report)]
    return element("section", element("h2", _("Figures"), id="figures"), *parts)


def _group(group: Group, report: Report) -> Iterator[Html]:
    yield element("h3", _(group.title))
    yield element("p", _(group.intro))
    heads = [
        element("th", _(figure.title), element("small", _(figure.unit)) if figure.unit else None, scope="col")
        for figure in group.figures
    ]
    rows = [_row(group, report.fragment, "fragment")]
    if any(figure.name in report.halves for figure in group.figures):
        rows.append(_row(group, Entry(_("its second half beside its first"), values=report.halves), "halves"))
    rows += [_row(group, take, "take") for take in report.takes]
    table = element(
        "table",
        element("caption", _("{group}: fragment and takes").format(group=_(group.title)), class_="unseen"),
        element("thead", element("tr", element("th", _("Sound"), scope="col"), *heads)),
        element("tbody", *rows),
    )
    yield element("div", table, class_="scroll", tabindex=0, role="region", aria_label=_(group.title))
    terms = (part for figure in group.figures for part in (
        element("dt", _(figure.title)),
        element("dd", _(figure.meaning), " ", element("b", _("Where it misleads:")), " ", _(figure.misleads)),
    ))  # fmt: skip
    yield element("dl", *terms)


def _row(group: Group, entry: Entry, kind: str) -> Html:
    label = element("small", entry.label) if entry.label else None
    head = element("th", label, entry.title, scope="row", class_=kind if kind != "halves" else None)
    if entry.problem:
        said = entry.problem if group is GROUPS[0] else _("not measured")
        return element("tr", head, element("td", said, colspan=len(group.figures)))
    cells = (element("td", figure.shown(entry.values.get(figure.name))) for figure in group.figures)
    return element("tr", head, *cells, class_="halves" if kind == "halves" else None)


def _pictures(report: Report) -> Iterator[Html]:
    yield element(
        "section",
        element("h2", _("Pictures"), id="pictures"),
        element(
            "p",
            _(
                "Levels and colours have the same scale in all pictures, and fragment and take beside each other have "
                "the same time axis; darker (on a dark screen: brighter) is more."
            ),
        ),
    )
    if not report.takes:
        yield element("section", _pair(report.fragment, report.fragment), class_="sound")
    for place, take in enumerate(report.takes, 1):
        parts: tuple[Html, ...] = (element("p", take.problem, class_="problem"),)
        if not take.problem:
            parts = (_pair(report.fragment, take),)
        head = element("h3", take.title, class_="take", id=f"take-{place}")
        note = element("p", take.note, class_="muted") if take.note else None
        yield element("section", head, note, *parts, class_="sound")


def _pair(fragment: Entry, sound: Entry) -> Html:
    """The pictures of a sound, each beside the fragment's."""
    figures = []
    for kind, words in KINDS.items():
        title, what = (_(text) for text in words)
        if sound.beside:
            caption = element("figcaption", element("b", _("Fragment:")), " ", title)
            figures.append(element("figure", _image(sound.beside[kind], _alt(title, what, fragment), 400), caption))
        caption = element("figcaption", element("b", f"{title}: "), what)
        figures.append(element("figure", _image(sound.pictures[kind], _alt(title, what, sound), 400), caption))
    return element("div", *figures, class_="pairs" if sound.beside else "pairs alone")


def _alt(title: str, what: str, entry: Entry) -> str:
    seconds = entry.values.get("seconds")
    said = _("{picture} of {sound}: {what}.")
    if seconds is not None:
        said = _("{picture} of {sound}, {seconds} s: {what}.")
    return said.format(picture=title, sound=entry.title, seconds=number(seconds or 0.0, ".1f"), what=what)


def _image(address: str, alt: str, height: int) -> Html:
    return element("img", src=address, alt=alt, width=1160, height=height, loading="lazy")


def _footer(report: Report) -> Html:
    choices = element("ul", *(element("li", _(choice)) for choice in CHOICES))
    said = _("Made by MuseMate {version}. The figures are in {file} for other programs.")
    before, after = said.replace("{version}", report.version).split("{file}")
    return element(
        "footer",
        element("h2", _("How it was measured"), id="choices"),
        choices,
        element("p", before, element("a", "figures.json", href="figures.json"), after),
    )
