"""The names of the twelve notes in the language in use: German has H where English has B."""

from __future__ import annotations

from musemate.language import pgettext


def note_names() -> tuple[str, ...]:
    """Return the names of the pitch classes, from C up."""
    return (
        pgettext("note", "C"),
        pgettext("note", "C♯"),
        pgettext("note", "D"),
        pgettext("note", "E♭"),
        pgettext("note", "E"),
        pgettext("note", "F"),
        pgettext("note", "F♯"),
        pgettext("note", "G"),
        pgettext("note", "A♭"),
        pgettext("note", "A"),
        pgettext("note", "B♭"),
        pgettext("note", "B"),
    )
