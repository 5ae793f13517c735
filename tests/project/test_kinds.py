"""Records hold what they declare, all the way down."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from musemate.analysis.figures import Figures
from musemate.errors import ProjectError
from musemate.project.kinds import check_kinds
from musemate.project.records import Beats, Fragment, Layer, Run, Take
from musemate.project.store import Project

FRAGMENT = Fragment("f1", "song", "/song.wav", "a.wav", 44_100, 2, 10.0, 0.0, 10, "2026", Beats(120.0, 0.9, (0.0, 1)))
RUN = Run("r1", "f1", 0.0, 10.0, "frames", "sketch", "cpu", 1, "finished", ("1/4",), 1, 5.0, 100.0, "2026")
TAKE = Take("t1", "r1", "b.wav", 3.0, "new", 0.5, 7, "2026", "take 1", layers=(Layer("320 Hz", "c.wav", 320),))
FIGURES = Figures(0.5, 0.5, None, -20.0, (1.0, 2.0))
RATED = replace(TAKE, tags=("loud",), figures=FIGURES, request={"seconds": 3.0})


@pytest.mark.parametrize("record", [FRAGMENT, RUN, TAKE, RATED], ids=lambda record: record.id)
def test_what_is_sound(record: Any) -> None:
    check_kinds(record)


@pytest.mark.parametrize(
    ("record", "wrong"),
    [
        (FRAGMENT, {"name": 5}),
        (FRAGMENT, {"name": None}),
        (FRAGMENT, {"rate_hz": 44_100.0}),
        (FRAGMENT, {"rate_hz": True}),
        (FRAGMENT, {"duration_s": "10"}),
        (FRAGMENT, {"duration_s": float("nan")}),
        (FRAGMENT, {"length_s": float("inf")}),
        (FRAGMENT, {"length_s": 10**400}),
        (FRAGMENT, {"beats": {"bpm": 120}}),
        (FRAGMENT, {"beats": Beats("fast", 0.9)}),  # type: ignore[arg-type]
        (FRAGMENT, {"beats": Beats(120.0, 0.9, (0.0, "1"))}),  # type: ignore[arg-type]
        (FRAGMENT, {"voice": [0.5]}),
        (FRAGMENT, {"voice": (None,)}),
        (RUN, {"options": []}),
        (RUN, {"scales": (1,)}),
        (RUN, {"seed": None}),
        (RATED, {"request": 0.5}),
        (RATED, {"tags": ("loud", {})}),
        (RATED, {"rejected": 1}),
        (RATED, {"layers": (Layer("320 Hz", 5, 320),)}),  # type: ignore[arg-type]
        (RATED, {"figures": Figures(0.5, 0.5, "slow", None)}),  # type: ignore[arg-type]
    ],
    ids=lambda value: value.id if hasattr(value, "id") else str(value)[:40],
)
def test_what_is_not(record: Any, wrong: dict[str, Any]) -> None:
    with pytest.raises(TypeError, match=r"is \w+$"):
        check_kinds(replace(record, **wrong))


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    with Project.create(tmp_path / "project") as store:
        fragment = {"name": "song", "source": "/song.wav", "audio": "a.wav", "created": "2026", "rate_hz": 44_100}
        store._database.insert(
            "fragment", fragment | {"n_channels": 2, "duration_s": 10.0, "start_s": 0, "length_s": 9}
        )
        store.set_analysis("f1", FRAGMENT.beats, "A minor", (0.5,))
        values = {"engine": "frames", "preset": "sketch", "device": "cpu", "seed": 1, "start_s": 0.0, "length_s": 9.0}
        store.add_run("f1", **values)  # type: ignore[arg-type]
        for _ in range(2):
            store.add_take("r1", "b.wav", {"seconds": 3.0, "mode": "new", "closeness": 0.5, "seed": 7})
        yield store


def spoil(project: Project, table: str, column: str, text: str) -> None:
    project._database._connection.execute(f"UPDATE {table} SET {column} = ? WHERE number = 1", (text,))


@pytest.mark.parametrize(
    ("column", "text"),
    [
        ("request", "0.5"),
        ("request", "[" * 20_000),
        ("tags", "[5]"),
        ("layers", '[{"name": 5, "audio": "a", "rate_hz": 1}]'),
        ("layers", "[5]"),
    ],
)
def test_a_take_that_cannot_be_read_is_left_out(project: Project, column: str, text: str) -> None:
    spoil(project, "take", column, text)
    assert [take.id for take in project.takes()] == ["t2"]
    with pytest.raises(ProjectError, match=r'^The entry "t1" of the project is damaged\.$'):
        project.take("t1")


@pytest.mark.parametrize("text", ["5", '{"bpm": "fast", "confidence": 1, "beat_times_s": []}', '{"bpm": NaN}', "[[["])
def test_a_metre_that_cannot_be_read_is_not_known(project: Project, text: str) -> None:
    assert project.fragment("f1").beats == FRAGMENT.beats
    spoil(project, "fragment", "beats", text)
    assert project.fragment("f1").beats is None


@pytest.mark.parametrize("text", ["5", '{"definition": 1}', '{"definition": 1, "traits": 5}'])
def test_figures_that_cannot_be_read_are_not_known(project: Project, text: str) -> None:
    project.set_figures("t1", FIGURES)
    assert project.take("t1").figures == FIGURES
    spoil(project, "take", "figures", text)
    assert project.take("t1").figures is None
