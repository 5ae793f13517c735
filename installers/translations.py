"""Brings the catalogues of `resources/translations` up to date: `python installers/translations.py`.

Collects every text that the source marks, merges it into each language's .po file (what is no longer used is dropped),
and compiles the .mo file that MuseMate reads. Says what is left to translate. Needs the test tools (Babel).
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "resources" / "translations"
KEYWORDS = {"_": None, "mark": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2), "described": (2,)}
"""Functions whose arguments are texts, and which of them: `musemate.language` has all but the last one, with which
engines declare their parameters."""


def collected() -> Catalog:
    """Return all marked texts with the modules that they stand in."""
    catalogue = Catalog(project="MuseMate", charset="utf-8")
    found = extract_from_dir(
        ROOT / "musemate", [("**.py", "python")], keywords=KEYWORDS, comment_tags=["For translators:"]
    )
    for file, _line, message, comments, context in sorted(found, key=lambda text: (text[0], text[1])):
        place = (f"musemate/{Path(file).as_posix()}", 0)
        catalogue.add(message, locations=[place], auto_comments=comments, context=context)
    return catalogue


def merged(file: Path, texts: Catalog) -> Catalog:
    """Return a language's catalogue with exactly the texts of the source; nothing is guessed from similar ones."""
    with file.open("rb") as opened:
        catalogue = read_po(opened, locale=file.stem)
    catalogue.update(texts, no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    return catalogue


def po_bytes(catalogue: Catalog) -> bytes:
    """Return the text form, in the order of the source, without dates: the same texts give the same file."""
    file = BytesIO()
    write_po(file, catalogue, width=120, omit_header=False, include_previous=False, include_lineno=False)
    lines = file.getvalue().split(b"\n")
    return b"\n".join(line for line in lines if not line.startswith((b'"POT-Creation-Date', b'"PO-Revision-Date')))


def mo_bytes(catalogue: Catalog) -> bytes:
    """Return the compiled form; Babel puts a date into its head, which has to be the same tomorrow."""
    file = BytesIO()
    catalogue.creation_date = catalogue.revision_date = datetime(2026, 1, 1, tzinfo=UTC)
    write_mo(file, catalogue)
    return file.getvalue()


def missing(catalogue: Catalog) -> list[str]:
    """Return the texts that have no translation."""
    return [str(message.id) for message in catalogue if message.id and not all(_strings(message.string))]


def _strings(string: str | tuple[str, ...] | list[str] | None) -> tuple[str, ...]:
    return (string or "",) if isinstance(string, str | None) else tuple(string)


def main() -> int:
    """Bring all catalogues up to date; the exit code tells whether something is left to translate."""
    texts, n_missing = collected(), 0
    for file in sorted(FOLDER.glob("*.po")):
        catalogue = merged(file, texts)
        file.write_bytes(po_bytes(catalogue))
        with file.open("rb") as opened:  # what the file says, and nothing else
            file.with_suffix(".mo").write_bytes(mo_bytes(read_po(opened, locale=file.stem)))
        left = missing(catalogue)
        n_missing += len(left)
        sys.stdout.write(f"{file.stem}: {len(catalogue)} texts, {len(left)} to translate\n")
        sys.stdout.writelines(f"  {text}\n" for text in left)
    return 1 if n_missing else 0


if __name__ == "__main__":
    sys.exit(main())
