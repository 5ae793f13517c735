"""Spoilt inputs for every reader of ours: some hundreds of each here, a million with `tests.reliability.fuzzing`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.reliability import fuzzing, guided, targets
from tests.reliability.mutations import spoilt_bytes, spoilt_json
from tests.reliability.targets import TARGETS, Target, fed, opened

SLOW = {
    "projects": 25,
    "cells": 60,
    "manifests": 60,
    "presets": 60,
    "models": 0,
    "answer_files": 20,
    "answer_cells": 30,
}
"""Inputs for what takes longer; none where loading what reads them takes longer still."""
USUAL = 150
STUDIES = ("studies", "answer_files", "answer_cells", "questionnaires")


@pytest.fixture(scope="module", params=[name for name in TARGETS if SLOW.get(name, USUAL)])
def target(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Target]]:
    name = request.param
    if name == "manifests":
        pytest.importorskip("torch")
    with opened(name, tmp_path_factory.mktemp("fuzz")) as prepared:
        yield name, prepared


def test_no_input_is_more_than_refused(target: tuple[str, Target]) -> None:
    name, prepared = target

    @settings(max_examples=SLOW.get(name, USUAL), deadline=None, suppress_health_check=list(HealthCheck))
    @given(chance=st.randoms(use_true_random=False))
    def feed(chance: Random) -> None:
        assert fed(prepared, prepared.make(chance)) in ("understood", "refused")

    feed()


def test_what_is_sound_is_understood(tmp_path: Path) -> None:
    """Else the readers would only ever be seen to refuse."""
    understood = set()
    readers = (
        "headers",
        "queues",
        "settings",
        "window",
        "requests",
        "losses",
        "answers",
        "written",
        "tables",
        *STUDIES,
    )
    for name in readers:
        with opened(name, tmp_path) as prepared:
            chance = Random(1)
            if "understood" in {fed(prepared, prepared.make(chance)) for _ in range(40)}:
                understood.add(name)
    assert understood == set(readers)


# ---- the fuzzing itself


def test_inputs_are_spoilt_and_can_be_made_again() -> None:
    sound = bytes(range(200))
    spoilt = [spoilt_bytes(Random(seed), [sound]) for seed in range(200)]
    assert spoilt == [spoilt_bytes(Random(seed), [sound]) for seed in range(200)]
    assert len(set(spoilt)) > 150
    texts = [spoilt_json(Random(seed), [{"a": [1, {"b": "c"}]}]) for seed in range(2000)]
    assert any(text.startswith(b"[" * 500) for text in texts)
    assert any(b"NaN" in text for text in texts)
    assert any(b"\\ud800" in text for text in texts)
    assert any(text.count(b'"a"') > 1 for text in texts)
    assert sum(_is_json(text) for text in texts) > 1000


def _is_json(text: bytes) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _breaking(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, feed: object) -> fuzzing.Row:
    """Run the loop of the campaign's process over a reader that breaks, here."""
    made = Target(lambda chance: bytes([chance.randrange(256)]), feed)  # type: ignore[arg-type]
    monkeypatch.setitem(targets.TARGETS, "breaking", lambda _folder: made)
    monkeypatch.setattr(fuzzing, "_limit_memory", lambda: None)
    fuzzing._child("breaking", 0, 0, 100, tmp_path)
    return fuzzing.Row(**json.loads((tmp_path / "row.json").read_text()))


def test_a_fault_is_counted_and_shown(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def feed(data: bytes) -> None:
        if data[0] >= 240:
            raise KeyError("no door translated this")

    row = _breaking(monkeypatch, tmp_path, feed)
    assert row.inputs == 100
    assert 0 < row.faults < 20
    assert row.understood == 100 - row.faults
    assert "no door translated this" in row.examples[0]


def test_a_target_that_only_breaks_is_given_up(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def feed(_data: bytes) -> None:
        raise KeyError

    assert _breaking(monkeypatch, tmp_path, feed).inputs == fuzzing.MOST_FAULTS


def test_a_process_that_crashes_or_hangs_is_counted(tmp_path: Path) -> None:
    for code, counted in ((-11, "crashes"), (-14, "hangs"), (-27, "hangs")):
        (tmp_path / "errors").write_text("the most recent call first")
        (tmp_path / "reached").write_text("17")
        row = fuzzing.Row("x", inputs=12)
        fuzzing._note_break(row, tmp_path, 10, code)
        assert (row.inputs, getattr(row, counted)) == (8, 1)
        assert row.examples[0].startswith(f"input 17, exit code {code}: the most recent")


@pytest.mark.campaign
@pytest.mark.parametrize("name", list(TARGETS))
def test_a_piece_of_the_campaign(name: str) -> None:
    row = fuzzing.campaign(name, 300, seed=1)
    assert (row.inputs, row.faults, row.hangs, row.crashes) == (300, 0, 0, 0), row.examples[:3]
    assert row.understood + row.refused == 300


@pytest.mark.campaign
@pytest.mark.parametrize("name", ["queues", "answers"])
def test_guided_by_coverage(name: str) -> None:
    pytest.importorskip("atheris", reason="atheris is not installed (the extra fuzz)")
    assert guided.run(name, 5) == 0
