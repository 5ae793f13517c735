"""A disk that fails at any moment: nothing that was there is lost, and what failed is said. See `faults`."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing

import pytest

from musemate.audio.safe_write import write_safely
from musemate.engine.events import Working
from musemate.errors import ExportError
from tests.reliability.disk import BROKEN, FULL, MODES, Disk, Mode, failing
from tests.reliability.faults import Bench, campaign
from tests.reliability.operations import OPERATIONS, Operation
from tests.reliability.verdicts import nothing

N_TRIES = {"train, frames": 4, "train, classic": 4, "go on with a stopped training": 4, "write a report": 0}
"""How often each operation is tried here; the others ten times. All of it is a campaign."""
BY_NAME = {operation.name: operation for operation in OPERATIONS}
ONCE_FULL = Mode("once", FULL)


@pytest.fixture(scope="module")
def bench(tmp_path_factory):
    return Bench(tmp_path_factory.mktemp("faults").resolve())


@pytest.mark.parametrize("name", [name for name in BY_NAME if N_TRIES.get(name, 1)])
def test_nothing_is_lost_whatever_fails(bench, name):
    operation, n_tries = BY_NAME[name], N_TRIES.get(name, 10)
    n_wishes = len(bench.count(operation))
    stride = max(1, n_wishes // n_tries)
    tries = [bench.attempt(operation, MODES[i % len(MODES)], n) for i, n in enumerate(range(1, n_wishes + 1, stride))]
    assert len(tries) >= min(n_tries, n_wishes)
    assert [str(tried) for tried in tries if tried.problems] == []
    assert all(tried.refused for tried in tries)
    assert any(tried.error for tried in tries)


@pytest.mark.campaign
def test_nothing_is_lost_at_any_wish():
    tries = campaign(rotate=0)
    assert len(tries) > 500
    assert [str(tried) for tried in tries if tried.problems] == []


# The harness itself


def write(path, data=b"0123456789"):
    with path.open("wb") as file:
        file.write(data)


def test_every_door_of_the_disk_is_counted(tmp_path):
    disk = Disk(tmp_path)
    with failing(disk):
        (tmp_path / "a").mkdir()
        with (tmp_path / "a" / "x").open("wb") as file:
            file.write(b"x")
            file.flush()
            os.fsync(file.fileno())
        (tmp_path / "a" / "x").replace(tmp_path / "y")
        os.link(tmp_path / "y", tmp_path / "z")
        (tmp_path / "z").unlink()
        with closing(sqlite3.connect(tmp_path / "db")) as database:
            database.execute("CREATE TABLE t (x)")
        (tmp_path / "y").read_bytes()
    kinds = [wish.split()[0] for wish in disk.wishes]
    assert kinds == ["mkdir", "open", "write", "fsync", "rename", "rename", "unlink", "sql"]


def test_elsewhere_nothing_is_counted_and_nothing_fails(tmp_path):
    disk = Disk(tmp_path / "here", 1, MODES[-1])
    with failing(disk):
        write(tmp_path / "there")
    assert (disk.wishes, (tmp_path / "there").read_bytes()) == ([], b"0123456789")


@pytest.mark.parametrize(
    ("mode", "left"),
    [(ONCE_FULL, b""), (Mode("short", FULL, is_short=True), b"01234"), (Mode("late", BROKEN, is_late=True), None)],
)
def test_a_write_fails_whole_half_or_late(tmp_path, mode, left):
    path = tmp_path / "x"
    with failing(Disk(tmp_path, 2, mode)), pytest.raises(OSError, match=os.strerror(mode.number)):
        write(path)
    assert path.read_bytes() == (b"0123456789" if left is None else left)


def test_what_a_failed_fsync_held_is_lost(tmp_path):
    with failing(Disk(tmp_path, 3, ONCE_FULL)), (tmp_path / "x").open("wb") as file:
        file.write(b"0123456789")
        file.flush()
        with pytest.raises(OSError, match="space"):
            os.fsync(file.fileno())
    assert (tmp_path / "x").stat().st_size == 5


def test_a_full_disk_still_deletes_and_reads(tmp_path):
    with closing(sqlite3.connect(tmp_path / "db")) as database:
        database.execute("CREATE TABLE t (x)")
    write(tmp_path / "x")
    full = next(mode for mode in MODES if mode.frees)
    with failing(Disk(tmp_path, 1, full)):
        with pytest.raises(OSError, match="space"):
            write(tmp_path / "y")
        (tmp_path / "x").unlink()
        with closing(sqlite3.connect(tmp_path / "db")) as database:
            assert database.execute("SELECT count(*) FROM t").fetchone() == (0,)
            with pytest.raises(sqlite3.OperationalError, match="full"):
                database.execute("INSERT INTO t VALUES (1)")


def careless(folder):
    """Write in place: what was there is gone when that fails."""
    audio = next((folder / "project" / "audio").glob("*.wav"))
    data = audio.read_bytes()
    write(audio, data)
    yield Working("done", 1.0)


def untidy(folder):
    """Leave a file behind, and fail without a sentence."""
    write(folder / "project" / "audio" / ".half")
    write(folder / "project" / "audio" / ".whole")
    yield Working("done", 1.0)


def silent(folder):
    """Swallow the failure and claim to have reached the end."""
    try:
        write_safely(folder / "project" / "exports" / "x.wav", lambda file: file.write(b"x"))
    except ExportError:
        yield Working("done", 1.0)


def never_there(folder, before, after, events, at_end):
    if at_end and "exports/x.wav" not in after.files:
        yield "the export is missing"


@pytest.mark.parametrize(
    ("work", "verdict", "n", "found"),
    [
        (careless, nothing, 2, "missing or not whole"),
        (untidy, nothing, 3, "no sentence for the songwriter"),
        (untidy, nothing, 3, "left over"),
        (silent, never_there, 1, "the export is missing"),
    ],
)
def test_what_is_done_carelessly_is_found(bench, work, verdict, n, found):
    tried = bench.attempt(Operation(work.__name__, work, verdict), ONCE_FULL, n)
    assert any(found in problem for problem in tried.problems), tried
