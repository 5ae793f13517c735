"""Bits flipped all over a project: each is found and named, and the rest can be used."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from musemate.project.database import FILE_NAME
from tests.reliability.bitflips import (
    FOUND,
    HARMLESS,
    MISSED,
    campaign,
    every_bit,
    files_of,
    findings,
    make_project,
    mended,
    said,
    told,
    trial,
)

N_IN_DATABASE, N_ELSEWHERE = 12, 24


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_project(tmp_path_factory.mktemp("flips") / "project")


def test_there_is_one_of_every_kind_of_file(folder: Path) -> None:
    kinds = {path.relative_to(folder).parts[0] for path in files_of(folder)}
    assert kinds == {FILE_NAME, "audio", "runs", "cache", "queue", "backup"}
    assert findings(folder) == []


def test_a_flipped_bit_in_any_file_is_found_and_named(folder: Path) -> None:
    rng, whole = random.Random(1), said(folder)
    files = [path for path in files_of(folder) if path.name != FILE_NAME]
    chosen = files + [rng.choice(files) for _ in range(N_ELSEWHERE - len(files))]
    missed = []
    for path in chosen:
        bit = rng.randrange(8 * path.stat().st_size)
        if trial(folder, path, bit, whole) == MISSED:
            missed.append((path.name, bit))
    assert missed == []


def test_every_bit_of_every_small_file_is_found_and_named(folder: Path) -> None:
    flips = list(every_bit(folder))
    assert {path.name.rpartition(".")[2] for path, _bit, _named in flips} == {"json", "csv", "SHA256SUMS"}
    assert len(flips) > 10_000
    assert [told(folder, path, bit) for path, bit, is_named in flips if not is_named] == []


def test_a_flipped_bit_in_the_name_of_a_seal_is_found(folder: Path) -> None:
    """A list of parts without a seal is one of an earlier version, and was believed."""
    path = folder / "runs" / "r1" / "manifest.json"
    bit = 8 * (path.read_bytes().rindex(b'"seal"') + 1)
    assert trial(folder, path, bit, said(folder)) == FOUND


def test_a_flipped_bit_of_the_database_is_found_or_changes_nothing(folder: Path) -> None:
    rng, whole = random.Random(2), said(folder)
    path = folder / FILE_NAME
    results = [trial(folder, path, rng.randrange(8 * path.stat().st_size), whole) for _ in range(N_IN_DATABASE)]
    assert set(results) <= {FOUND, HARMLESS}


@pytest.mark.parametrize("text", [b"Try it slower.", b"chorus", b'"width": 8', b"Mus"])
def test_a_flipped_bit_in_what_somebody_said_is_put_right(folder: Path, text: bytes) -> None:
    content = (folder / FILE_NAME).read_bytes()
    place = content.rindex(text) if text != b"Mus" else 69  # the mark of a project, in the head
    assert trial(folder, folder / FILE_NAME, 8 * place, said(folder)) == FOUND
    assert mended(folder, folder / FILE_NAME, 8 * place, said(folder))


@pytest.mark.parametrize("text", [b"CREATE TABLE take", b"note TEXT"])
def test_what_the_tables_are_is_taken_from_the_backup_and_what_they_hold_is_not(folder: Path, text: bytes) -> None:
    place = (folder / FILE_NAME).read_bytes().index(text)
    assert place < 4096  # on the first page
    for bit in (8 * place, 8 * (place + len(text) - 1) + 5):
        assert trial(folder, folder / FILE_NAME, bit, said(folder)) == FOUND
        assert mended(folder, folder / FILE_NAME, bit, said(folder))  # the stars that the backup does not know too


@pytest.mark.campaign
def test_the_campaign_misses_nothing() -> None:
    rows = campaign(400)
    assert sum(row["n"] for row in rows) == 400
    assert [row for row in rows if row.get(MISSED)] == []
