"""Names of many files written side by side: each once, in the order of the takes."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from musemate.export.givingnames import GivingNames

LIMIT_S = 30.0


def test_a_name_is_given_once_before_anything_is_written(tmp_path: Path) -> None:
    (tmp_path / "y.wav").touch()
    names = GivingNames()
    wanted = [tmp_path / "x.wav", tmp_path / "y.wav"]
    given = [[path.name for path in names.give(number, wanted)] for number in range(3)]
    assert given == [["x.wav", "y 2.wav"], ["x 2.wav", "y 3.wav"], ["x 3.wav", "y 4.wav"]]


def test_the_first_has_the_first_name_whoever_asks_sooner(tmp_path: Path) -> None:
    names = GivingNames()
    with ThreadPoolExecutor(4) as pool:
        asked = {number: pool.submit(names.give, number, [tmp_path / "x.wav"]) for number in (3, 1, 2)}
        assert not any(answer.done() for answer in asked.values())
        first = names.give(0, [tmp_path / "x.wav"])
        given = [*first, *(asked[number].result(LIMIT_S)[0] for number in (1, 2, 3))]
    assert [path.name for path in given] == ["x.wav", "x 2.wav", "x 3.wav", "x 4.wav"]


def test_one_that_needs_no_name_holds_nobody_up(tmp_path: Path) -> None:
    names = GivingNames()
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(names.give, 2, [tmp_path / "x.wav"])
        names.pass_by(1)
        assert not waiting.done()
        names.pass_by(0)
        assert waiting.result(LIMIT_S) == [tmp_path / "x.wav"]
    names.pass_by(0)  # as often as it likes
    assert names.give(3, [tmp_path / "x.wav"]) == [tmp_path / "x 2.wav"]
