"""Builds HTML from elements; every text is escaped, so that no name can become markup."""

from __future__ import annotations

import html
import unicodedata

VOID = frozenset({"meta", "img", "br", "hr", "link"})
_KEPT = "\n\t"


class Html(str):
    """Text that is markup already; anything else is escaped."""

    __slots__ = ()


def element(name: str, /, *children: str | None, **attributes: str | int | None) -> Html:
    """Make an element.

    Parameters
    ----------
    name : str
        Of the element, for instance "td".
    *children : str or None
        `Html` as it is, other text escaped, None left out.
    **attributes : str, int or None
        Values are escaped, None is left out. "class_" and "for_" lose their underscore, others become hyphens.

    Returns
    -------
    Html
    """
    shown = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{html.escape(clean(str(value)), quote=True)}"'
        for key, value in attributes.items()
        if value is not None
    )
    if name in VOID:
        return Html(f"<{name}{shown}>")
    return Html(f"<{name}{shown}>{join(*children)}</{name}>")


def join(*children: str | None) -> Html:
    """Put markup and text behind one another; text is escaped."""
    return Html("".join(child if isinstance(child, Html) else text(child) for child in children if child is not None))


def text(value: str) -> Html:
    """Escape text."""
    return Html(html.escape(clean(value), quote=False))


def clean(value: str) -> str:
    """Return a text without what HTML and UTF-8 cannot hold: control characters, halves of pairs, non-characters.

    File names may hold all of them; U+FFFD stands in their place.
    """
    return "".join("\ufffd" if _is_unfit(character) else character for character in value)


def _is_unfit(character: str) -> bool:
    if character in _KEPT:
        return False
    is_noncharacter = ord(character) & 0xFFFE == 0xFFFE or 0xFDD0 <= ord(character) <= 0xFDEF
    # directional overrides could turn the text behind a name round
    is_turning = "\u202a" <= character <= "\u202e" or "\u2066" <= character <= "\u2069"
    return is_noncharacter or is_turning or unicodedata.category(character) in ("Cc", "Cs")
