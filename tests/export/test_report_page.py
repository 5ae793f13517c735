"""The page of a report: names that try to break it, what it needs from outside, and how it is written."""

from __future__ import annotations

import gettext
import os
import re
import time
from datetime import datetime
from html.parser import HTMLParser
from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from musemate import language
from musemate.analysis import plots
from musemate.errors import ExportError
from musemate.export.folder import LEFT_S, FreshFolder
from musemate.export.markup import Html, clean, element, join, text
from musemate.export.reportpage import Entry, Report, render
from musemate.export.reportstyle import STYLE
from musemate.export.reporttext import GROUPS, KINDS

HOSTILE = (
    "</style><script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "Ünïcödé 夜曲 🎸",
    "]]> <!-- &amp; &lt;",
    "a\x00b\x1b[31m",
    "\udcff\ud800",
    "\u202egnp.exe",
)
PICTURES = {kind: f"pictures/t1-{kind}.png" for kind in KINDS}
names = st.text(st.characters(), max_size=30)


class Reader(HTMLParser):
    """Notes elements, attributes and text."""

    VOID = ("meta", "img")

    def __init__(self):
        super().__init__()
        self.open, self.seen, self.texts = [], [], []

    def handle_starttag(self, tag, attrs):
        self.seen.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open:
            self.texts.append((self.open[-1], data))

    def all(self, tag):
        return [attributes for name, attributes in self.seen if name == tag]

    def said(self, tag):
        return [data for name, data in self.texts if name == tag]


def page(name="song", take="take 1", note="", problem=""):
    values = {figure.name: 1.5 for group in GROUPS for figure in group.figures} | {"seconds": 2.0, "key": "A minor"}
    fragment = Entry(name, "2.0 s", values, PICTURES)
    good = Entry(take, note, values, PICTURES, PICTURES)
    bad = Entry("take 2", problem=problem or "It is silent.")
    return render(Report(fragment, values, [good, bad], "pictures/map.png", datetime(2026, 1, 2, 3, 4), "0.1"))


def read(data):
    reader = Reader()
    reader.feed(data.decode("utf-8"))
    reader.close()
    assert reader.open == []
    return reader


PLAIN = page()


@given(names, names, names)
@settings(max_examples=20, deadline=None)
@example(*HOSTILE[:3])
@example(*HOSTILE[3:6])
@example(HOSTILE[6], "", "")
def test_no_name_becomes_markup(name, take, said):
    found = read(page(name, take, problem=said))
    assert [tag for tag, _ in found.seen] == [tag for tag, _ in read(PLAIN).seen]
    assert "".join(found.said("h1")) == clean(name)
    alts = [image["alt"] for image in found.all("img")]
    assert any(clean(take) in alt for alt in alts)


@given(st.text(st.characters(), max_size=60))
@example("".join(HOSTILE))
def test_text_comes_back_as_it_was_and_can_be_stored(value):
    reader = Reader()
    reader.feed(element("p", value, title=value))
    reader.close()
    assert "".join(reader.said("p")) == clean(value)
    assert reader.all("p") == [{"title": clean(value)}]
    clean(value).encode("utf-8")


def test_what_no_page_can_hold_is_replaced():
    assert clean("a\x00b\ud800c\ufffed\u202ee") == "a\ufffdb\ufffdc\ufffdd\ufffde"
    assert clean("line\nnext\t夜") == "line\nnext\t夜"


def test_markup_is_kept_and_text_is_not():
    assert join(Html("<b>x</b>"), "<b>", None) == "<b>x</b>&lt;b&gt;"
    assert element("td", text("a & b"), colspan=2, aria_label='"') == (
        '<td colspan="2" aria-label="&quot;">a &amp; b</td>'
    )


class Marked(gettext.NullTranslations):
    """A language in which every text that was looked up can be seen."""

    def gettext(self, message):
        return f"⟦{message}⟧"

    def ngettext(self, msgid1, msgid2, n):
        return self.gettext(msgid1 if n == 1 else msgid2)


def test_every_word_of_the_page_is_translated(monkeypatch):
    monkeypatch.setattr(language, "_catalogue", Marked())
    found = read(page(name="1", take="2", problem="3"))
    words = [data for tag, data in found.texts if tag != "style"] + [image["alt"] for image in found.all("img")]
    left, before = "\n".join(words), ""
    while left != before:  # what was filled in may be translated too
        left, before = re.sub("⟦[^⟦⟧]*⟧", "", left), left
    assert set(re.findall("[A-Za-z]{2,}", left)) == {"take"}, "the name of the second take"


def test_the_page_speaks_german(monkeypatch):
    monkeypatch.setenv(language.VARIABLE, "de")
    language.use("de")
    try:
        found = read(page())
    finally:
        language.use("en")
    assert found.all("html") == [{"lang": "de"}]
    assert "2 Takes" in "".join(found.said("p"))
    assert "1,50" in found.said("td")
    assert "a-Moll" in found.said("td")
    assert {"Ähnlichkeit", "Neuheit"} <= set(found.said("dt"))


def test_the_page_needs_nothing_from_outside():
    found = read(page())
    assert found.all("script") == found.all("link") == found.all("iframe") == []
    assert b"url(" not in page()
    assert b"@import" not in page()
    for address in (*(i["src"] for i in found.all("img")), *(a["href"] for a in found.all("a"))):
        assert address.startswith(("pictures/", "#", "figures.json")), address


def test_the_page_can_be_read_without_seeing_it():
    found = read(page())
    assert found.all("html") == [{"lang": "en"}]
    assert len(found.all("h1")) == 1
    assert all(len(image["alt"]) > 20 for image in found.all("img"))
    assert {head.get("scope") for head in found.all("th")} == {"row", "col"}
    assert len(found.all("caption")) == len(found.all("table")) == len(GROUPS)
    ids = [attributes["id"] for _, attributes in found.seen if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert {a["href"][1:] for a in found.all("a") if a["href"].startswith("#")} <= set(ids)


def test_every_figure_says_what_it_means_and_where_it_misleads():
    found = read(page())
    figures = [figure for group in GROUPS for figure in group.figures]
    assert found.said("dt") == [figure.title for figure in figures]
    assert found.said("b").count("Where it misleads:") == len(figures)
    for figure in figures:
        for sentence in (figure.meaning, figure.misleads):
            assert sentence.endswith(".")
            assert any(sentence in said for said in found.said("dd")), figure.name


def test_fidelity_and_copying_are_read_together_first():
    said = page().decode()
    assert said.index("have to be read together") < said.index("<table")


def test_a_take_that_could_not_be_measured_says_why_and_the_rest_is_there():
    found = read(page(problem="It is silent."))
    assert found.said("td").count("It is silent.") == 1
    assert found.said("td").count("not measured") == len(GROUPS) - 1
    assert found.said("p").count("It is silent.") == 1
    assert len(found.all("img")) == 2 * len(KINDS) + 1


def test_a_fragment_alone_has_a_page():
    report = Report(Entry("song", "", {"seconds": 1.0}, PICTURES), {}, [], "", datetime(2026, 1, 2), "0.1")
    found = read(render(report))
    assert len(found.all("img")) == len(KINDS)
    assert found.all("nav") == []


def test_values_are_written_with_their_digits_and_a_real_minus():
    by_name = {figure.name: figure for group in GROUPS for figure in group.figures}
    assert by_name["pitches"].shown(82543) == "82,543"
    assert by_name["lufs"].shown(-19.333) == "\u221219.3"
    assert by_name["lufs"].shown(-0.04) == "0.0"
    assert by_name["key"].shown("Eb major") == "Eb major"
    assert by_name["bpm"].shown(None) == "–"


# The folder


def test_a_folder_appears_whole_or_not_at_all(tmp_path):
    with FreshFolder(tmp_path / "reports") as folder:
        folder.write("pictures/a.png", b"a")
        assert [path.suffix for path in (tmp_path / "reports").iterdir()] == [".part"]
        assert folder.finish("song") == tmp_path / "reports" / "song"
    assert (tmp_path / "reports" / "song" / "pictures" / "a.png").read_bytes() == b"a"
    with FreshFolder(tmp_path / "reports") as folder:
        folder.write("b", b"b")
    assert [path.name for path in (tmp_path / "reports").iterdir()] == ["song"]


def test_nothing_is_overwritten(tmp_path):
    for expected in ("song 2026", "song 2026 2", "song 2026 3"):
        with FreshFolder(tmp_path) as folder:
            assert folder.finish("song 2026").name == expected


def test_what_a_killed_process_left_is_swept_away_and_nothing_else(tmp_path):
    long_ago = time.time() - 2 * LEFT_S
    for name in (".musemate-1.part", ".musemate-2.part", "song"):
        (tmp_path / name / "pictures").mkdir(parents=True)
        (tmp_path / name / "pictures" / "a.png").write_bytes(b"a")
    (tmp_path / ".musemate-3.part").write_bytes(b"a file on its way")
    for path in tmp_path.rglob("*"):
        os.utime(path, (long_ago, long_ago))
    os.utime(tmp_path / ".musemate-2.part" / "pictures" / "a.png")  # another process writes here just now
    with FreshFolder(tmp_path) as folder:
        folder.write("b", b"b")
    assert sorted(path.name for path in tmp_path.iterdir()) == [".musemate-2.part", ".musemate-3.part", "song"]


def test_a_folder_that_cannot_be_made_says_so(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(ExportError, match="cannot be made or written"):
        FreshFolder(tmp_path / "file" / "reports")


# Colours


def luminance(rgb):
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in rgb]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(a, b):
    light, dark = sorted((luminance(a), luminance(b)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def rgb(hex_colour):
    return tuple(int(hex_colour[i : i + 2], 16) / 255 for i in (1, 3, 5))


def turned_over(colour):
    """What `filter: invert(.91) hue-rotate(180deg)` makes of a colour (Filter Effects Module, matrix of hue-rotate)."""
    inverted = [0.91 - 0.82 * c for c in colour]
    grey = 2 * sum(w * c for w, c in zip((0.213, 0.715, 0.072), inverted, strict=True))
    return tuple(min(max(grey - c, 0.0), 1.0) for c in inverted)


def schemes():
    """Return the colours of light screens, dark screens and paper by name."""
    blocks = re.findall(r":root \{(.*?)\}", STYLE, re.DOTALL)
    return [dict(re.findall(r"--(\w+): (#\w{6});", block)) for block in blocks]


@pytest.mark.parametrize("scheme", schemes(), ids=["light", "dark", "print"])
def test_text_can_be_read_in_both_schemes_and_on_paper(scheme):
    for text_colour in ("text", "muted", "fragment", "take", "accent"):
        for ground in ("paper", "raised"):
            assert contrast(rgb(scheme[text_colour]), rgb(scheme[ground])) >= 4.5, (text_colour, ground)


def test_the_ink_of_the_pictures_can_be_read_turned_over_too():
    assert "invert(.91) hue-rotate(180deg)" in STYLE
    dark = turned_over(rgb(plots.PAPER))
    assert contrast(dark, rgb(schemes()[1]["paper"])) < 1.02  # the pictures have no edge on a dark page
    for name in ("TEXT", "FRAGMENT", "TAKE"):
        ink = rgb(getattr(plots, name))
        assert contrast(ink, rgb(plots.PAPER)) >= 4.5, name
        assert contrast(turned_over(ink), dark) >= 4.5, name


def test_the_colour_map_only_ever_grows_darker():
    shades = [luminance(rgb(colour)) for colour in plots.COLOURS]
    assert all(before - after > 0.02 for before, after in pairwise(shades))
