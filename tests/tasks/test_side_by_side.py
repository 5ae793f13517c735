"""Many things at once, on threads: in order, stopped in time, and nothing that has begun is lost."""

from __future__ import annotations

import threading

import pytest

from musemate.tasks.side_by_side import in_order, n_threads

LIMIT_S = 30.0


def never():
    return False


def test_results_come_in_order_however_long_each_takes():
    last_is_done = threading.Event()

    def work(index, thing):
        if index == 1:
            last_is_done.set()
        elif index == 0:
            assert last_is_done.wait(LIMIT_S), "they are not worked on side by side"
        return 10 * thing

    assert list(in_order(work, [1, 2, 3], 2, never)) == [(1, 10), (2, 20), (3, 30)]


def test_no_more_threads_work_than_are_allowed():
    names = set()

    def work(index, thing):
        names.add(threading.current_thread().name)

    list(in_order(work, range(50), 2, never))
    assert len(names) <= 2
    assert 1 <= n_threads() <= 4


def test_nothing_is_begun_after_a_cancel_and_what_has_begun_is_told():
    begun = []

    def work(index, thing):
        begun.append(thing)
        return thing

    told = [thing for thing, _ in in_order(work, range(100), 2, lambda: len(begun) >= 3)]
    assert told == sorted(begun)
    assert 3 <= len(begun) < 10


def test_a_failure_ends_it_after_what_was_worked_on_beside():
    both = threading.Barrier(2, timeout=LIMIT_S)
    begun = []

    def work(index, thing):
        begun.append(thing)
        if index < 2:
            both.wait()
        if index == 0:
            raise OSError("broken")
        return thing

    told = []
    with pytest.raises(OSError, match="broken"):
        told.extend(thing for thing, _ in in_order(work, range(100), 2, never))
    assert len(begun) < 10
    told_of = in_order(lambda index, thing: thing, [7], 2, never)
    assert list(told_of) == [(7, 7)]


def test_whoever_goes_away_leaves_nothing_running():
    stopped = threading.Event()

    def work(index, thing):
        if index:
            assert stopped.wait(LIMIT_S)
        return thing

    results = in_order(work, range(100), 2, never)
    assert next(results) == (0, 0)
    stopped.set()
    results.close()
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("side-by-side")]
