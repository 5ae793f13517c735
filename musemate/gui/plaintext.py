"""Keeps names, notes and paths what they are: Qt takes some texts for HTML, and HTML may name files and addresses."""

from __future__ import annotations

import html


def plain(text: str) -> str:
    """Return a text for a tooltip, of which every character is shown as it is.

    Labels can be told that their text is plain; tooltips cannot, and show "<b>x</b>" as a bold x. What has none of the
    characters that make HTML is returned unchanged.
    """
    if "<" not in text and "&" not in text:
        return text
    lines = html.escape(text).replace("\n", "<br>")
    return f"<qt>{lines}</qt>"
