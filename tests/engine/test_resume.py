"""A training that stops, crashes or is killed at any step and goes on ends as one that never stopped, bit by bit."""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

from musemate.engine import checkpoint as checkpoint_room
from musemate.engine import states
from musemate.engine.base import Engine, TrainRequest
from musemate.engine.checkpoint import Checkpoint
from musemate.engine.classic.climbing import ScaleTraining as ClassicScale
from musemate.engine.classic.engine import ClassicEngine
from musemate.engine.classic.reckoning import Pace
from musemate.engine.events import Event, Progressed, ScaleFinished, StateStored, Warned
from musemate.engine.frames.engine import FramesEngine
from musemate.engine.frames.rendering import RendererTraining
from musemate.engine.states import AIM, LEAST_S, MOST_S, SHARE, next_at
from musemate.project.states import GENERATIONS, has_state
from tests.engine.signals import ticking_clip

CLASSIC = {"tiny": True, "bfloat16": False, "num_epochs": 3, "bank_size": 2, "snapshots": [1, 2]}
ENGINES: dict[str, tuple[Engine, str, dict[str, Any]]] = {
    "frames": (
        FramesEngine(),
        "sketch",
        {"tiny": True, "time_scales": [2, 1], "pyramid_steps": 4, "draft_steps": 2, "sound_steps": 3, "snapshots": [2]},
    ),
    "classic": (ClassicEngine(), "quick", {**CLASSIC, "fs_list": [1000, 2000], "init_sample_rate": 2000}),
    "excerpts": (ClassicEngine(), "quick", {**CLASSIC, "fs_list": [2000], "crop_samples": 512}),
}
N_STEPS = {"frames": 2 + 4 + 4 + 3, "classic": 6, "excerpts": 6}


@pytest.fixture(autouse=True)
def _everything_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("musemate.engine.frames.engine.find_beats", lambda clip: None)
    monkeypatch.setattr("musemate.engine.frames.engine.REPORT_EVERY_S", 0.0)
    monkeypatch.setattr("musemate.engine.classic.engine.REPORT_EVERY_S", 0.0)
    # its steps are counted where they are counted here
    monkeypatch.setattr("musemate.engine.classic.engine.measure_pace", lambda *given: Pace(0.1, 1e9))


@pytest.fixture
def always_stored(monkeypatch: pytest.MonkeyPatch) -> None:
    """Store a state after every step."""
    monkeypatch.setattr(states, "next_at", lambda *times: 0.0)


def events_of(
    name: str, folder: Path, cancelled: Callable[[], bool] = lambda: False, **options: object
) -> Iterator[Event]:
    engine, preset, own = ENGINES[name]
    request = TrainRequest(preset, seed=3, options={**own, **options})
    return engine.train(ticking_clip(2.5), request, folder, cancelled)


def step_of(event: Event) -> tuple[int, int] | None:
    """Return scale and step of a look at a step that was just taken."""
    return (event.scale, event.step) if isinstance(event, Progressed) and event.losses else None


def until(name: str, folder: Path, n_steps: int, **options: object) -> list[tuple[int, int]]:
    """Train until so many steps are taken, as if somebody pressed Stop then; return them."""
    taken: list[tuple[int, int]] = []
    for event in events_of(name, folder, lambda: len(taken) >= n_steps, **options):
        if step := step_of(event):
            taken.append(step)  # noqa: PERF401 - asked for meanwhile
    return taken


def files_of(folder: Path) -> dict[str, bytes]:
    """Return what a training left, byte by byte, but for its manifest."""
    found = {file.name: file.read_bytes() for file in folder.iterdir() if file.name != "manifest.json"}
    return {**found, "manifest": repr(sorted(Checkpoint(folder).manifest["parts"].items())).encode()}


def assert_same(folder: Path, straight: Path) -> None:
    one, other = Checkpoint(folder), Checkpoint(straight)
    assert sorted(one.parts) == sorted(other.parts)
    for part in other.parts:
        found, expected = one.load(part), other.load(part)
        assert found.keys() == expected.keys()
        assert [key for key in expected if not torch.equal(found[key], expected[key])] == [], part
    assert files_of(folder) == files_of(straight)


@pytest.fixture(scope="module")
def straight(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Return the folder of a training that never stopped."""
    folders: dict[str, Path] = {}

    def trained(name: str) -> Path:
        if name not in folders:
            folders[name] = tmp_path_factory.mktemp(name)
            assert len(until(name, folders[name], 999)) == N_STEPS[name]
        return folders[name]

    return trained


@pytest.mark.parametrize("name", ENGINES)
def test_stopped_after_each_of_its_steps(name: str, tmp_path: Path, straight: Callable[[str], Path]) -> None:
    expected = straight(name)
    taken: list[tuple[int, int]] = []
    for _ in range(N_STEPS[name]):
        taken += until(name, tmp_path, 1)
    assert until(name, tmp_path, 1) == []
    assert (len(taken), taken) == (N_STEPS[name], sorted(set(taken))), "each step once, in order"
    assert_same(tmp_path, expected)
    assert not has_state(tmp_path)


@pytest.mark.parametrize("name", ["frames", "classic"])
def test_a_listener_that_goes_away_is_a_stop(name: str, tmp_path: Path, straight: Callable[[str], Path]) -> None:
    expected = straight(name)
    events = events_of(name, tmp_path)
    while step_of(next(events)) != (1, 2):
        pass
    events.close()
    assert until(name, tmp_path, 1) == [(1, 3)]
    until(name, tmp_path, 99)
    assert_same(tmp_path, expected)


class Crash(BaseException):
    """The process is gone."""


def crash_at(monkeypatch: pytest.MonkeyPatch, kind: type, count: int) -> None:
    """Let the training break in the middle of a step, when so many of its kind were taken."""
    step, taken = kind._step, [0]

    def broken(self: Any, *args: Any, **kwargs: Any) -> Any:
        losses = step(self, *args, **kwargs)
        taken[0] += 1
        if taken[0] > count:
            raise Crash
        return losses

    monkeypatch.setattr(kind, "_step", broken)


@pytest.mark.parametrize(("name", "kind", "count"), [("frames", RendererTraining, 4), ("classic", ClassicScale, 4)])
@pytest.mark.parametrize("damaged", [0, 1, 2])
def test_a_crash_inside_a_step_and_damaged_states(
    name: str,
    kind: type,
    count: int,
    damaged: int,
    tmp_path: Path,
    straight: Callable[[str], Path],
    always_stored: None,
) -> None:
    expected = straight(name)
    with pytest.MonkeyPatch.context() as patch, pytest.raises(Crash):
        crash_at(patch, kind, count)
        list(events_of(name, tmp_path))
    newest = sorted(Checkpoint(tmp_path).states.items(), key=lambda item: -item[1]["number"])
    steps = [facts["step"] for _, facts in newest]
    assert len(steps) >= 1
    assert steps == sorted(steps, reverse=True)
    for file_name, _ in newest[:damaged]:
        file = tmp_path / f"{file_name}.safetensors"
        data = bytearray(file.read_bytes())
        data[len(data) // 2] ^= 4
        file.write_bytes(data)
    events = list(events_of(name, tmp_path))
    first = next(step for event in events if (step := step_of(event)))[1]
    said = [event for event in events if isinstance(event, Warned)]
    assert first == [*steps, 0][min(damaged, len(steps))] + 1
    assert len(said) == min(damaged, len(steps))
    if said:
        assert said[0].message == "The newest state of this training is damaged or does not belong to it."
        expected_hint = "It goes on from the one before" if damaged < len(steps) else "This part begins anew"
        assert said[-1].hint == f"{expected_hint}; the result stays the same."
    assert_same(tmp_path, expected)


def test_two_generations_lie_there_and_go_when_their_part_is_finished(tmp_path: Path, always_stored: None) -> None:
    seen: dict[tuple[int, int], list[int]] = {}
    for event in events_of("classic", tmp_path):
        if isinstance(event, StateStored):
            seen[event.scale, event.step] = sorted(facts["step"] for facts in Checkpoint(tmp_path).states.values())
        if isinstance(event, ScaleFinished):
            assert not has_state(tmp_path)
            assert Checkpoint(tmp_path).states == {}
    assert seen == {(0, 1): [1], (0, 2): [1, 2], (0, 3): [2, 3], (1, 1): [1], (1, 2): [1, 2], (1, 3): [2, 3]}


def test_a_state_of_other_settings_is_refused(tmp_path: Path, straight: Callable[[str], Path]) -> None:
    expected = straight("classic")
    other = tmp_path / "other"
    until("classic", tmp_path / "one", 2)
    until("classic", other, 2, learning_rate=0.01)
    one, strange = Checkpoint(tmp_path / "one"), Checkpoint(other)
    assert strange.states.keys() == one.states.keys() == {GENERATIONS[1]}
    (tmp_path / "one" / "state-b.safetensors").write_bytes((other / "state-b.safetensors").read_bytes())
    one.manifest["states"] = strange.states
    one._write_manifest()
    events = list(events_of("classic", tmp_path / "one"))
    assert next(step for event in events if (step := step_of(event))) == (0, 1)
    assert any(isinstance(event, Warned) and "does not belong to it" in event.message for event in events)
    assert_same(tmp_path / "one", expected)


@pytest.mark.parametrize("name", ["frames", "classic"])
def test_a_full_disk_stops_no_training_and_is_said_once(
    name: str, tmp_path: Path, straight: Callable[[str], Path], always_stored: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = straight(name)
    write = checkpoint_room.write_whole

    def refuse(path: Path, data: bytes) -> None:
        if path.stem in GENERATIONS:
            raise OSError(errno.ENOSPC, "No space left on device")
        write(path, data)

    monkeypatch.setattr(checkpoint_room, "write_whole", refuse)
    events = list(events_of(name, tmp_path))
    said = [event for event in events if isinstance(event, Warned)]
    assert [event.message for event in said] == [
        "Where the training stands could not be stored; it goes on all the same."
    ]
    assert not any(isinstance(event, StateStored) for event in events)
    assert_same(tmp_path, expected)


def test_how_often_follows_from_what_it_takes() -> None:
    def rest(cost_s: float, trained_s: float = 1e6, spent_s: float = 0.0) -> float:
        return next_at(1000.0 - trained_s, 1000.0, spent_s, cost_s) - 1000.0

    assert rest(0.01) == LEAST_S == 15
    assert rest(0.6) == pytest.approx(0.6 / AIM)
    assert rest(2.0) == MOST_S == 120
    # a slow disk: all of it together keeps to the share that is allowed
    assert rest(10.0, trained_s=1000.0, spent_s=20.0) == pytest.approx((20 + 10) / SHARE - 1000)


class Question:
    """What a worker asks with: it can let the training rest, and says so before."""

    def __init__(self) -> None:
        self.acts: list[Callable[[], None]] = []
        self.rests_at: Callable[[], bool] = lambda: False
        self.seen: list[dict[str, Any]] = []
        self.folder = Path()

    def __call__(self) -> bool:
        if self.rests_at():
            for act in self.acts:
                act()
            self.seen.append({name: dict(facts) for name, facts in Checkpoint(self.folder).states.items()})
        return False

    def before_rest(self, act: Callable[[], None]) -> None:
        self.acts.append(act)


@pytest.mark.parametrize("inside", [False, True])
def test_a_pause_is_stored_before_it_begins_inside_a_step_too(
    inside: bool, tmp_path: Path, straight: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("musemate.engine.classic.climbing.SLOW_S", 0.0 if inside else float("inf"))
    expected, question, taken = straight("classic"), Question(), [0]
    question.folder, step = tmp_path, ClassicScale._step
    question.rests_at = lambda: taken[0] == 2 and not question.seen

    def counted(self: ClassicScale) -> dict[str, float]:
        taken[0] += 1 if inside else 0
        losses = step(self)
        taken[0] += 0 if inside else 1
        return losses

    monkeypatch.setattr(ClassicScale, "_step", counted)
    list(events_of("classic", tmp_path, question))
    (stored,) = question.seen
    assert [facts["step"] for facts in stored.values()] == [1 if inside else 2]
    assert_same(tmp_path, expected)


@pytest.mark.parametrize("name", ["classic", "excerpts"])
@pytest.mark.parametrize("at", [5, 60, 200, 333])
def test_cancelled_inside_a_step_or_while_norms_settle(
    name: str, at: int, tmp_path: Path, straight: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("musemate.engine.classic.climbing.SLOW_S", 0.0)
    expected = straight(name)
    for count in (at, at + 77):
        asked = iter(range(count))
        list(events_of(name, tmp_path, lambda asked=asked: next(asked, None) is None))
    until(name, tmp_path, 99)
    assert_same(tmp_path, expected)


def test_a_card_with_a_chance_of_its_own(
    tmp_path: Path, straight: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    until("frames", tmp_path / "moved", 4)

    def of_card(device: torch.device, generator: torch.Generator) -> torch.Generator:
        return torch.Generator().manual_seed(int(torch.randint(2**63 - 1, (), generator=generator)))

    monkeypatch.setattr("musemate.engine.frames.dice._generator_on", of_card)
    until("frames", tmp_path / "straight", 99)
    for _ in range(3):
        until("frames", tmp_path / "stopped", 5)
    assert_same(tmp_path / "stopped", tmp_path / "straight")
    # another device than it began on: it goes on, if not to the same end
    assert until("frames", tmp_path / "moved", 99)[0] == (1, 3)
    assert Checkpoint(tmp_path / "moved").parts == Checkpoint(straight("frames")).parts


@pytest.mark.parametrize(
    "spoilt",
    [
        {},
        {"step": "two"},
        {"facts": {}},
        {"facts": {"rates": {"optimizer": [], "critic_optimizer": ["x"]}}},
        {"about": 1},
    ],
)
def test_nonsense_in_the_manifest_is_no_state(spoilt: dict[str, Any], tmp_path: Path) -> None:
    until("classic", tmp_path, 2)
    checkpoint = Checkpoint(tmp_path)
    ((name, facts),) = checkpoint.states.items()
    checkpoint.manifest["states"] = {name: {**facts, **spoilt} if spoilt else {"part": facts["part"]}, "more": 3}
    checkpoint._write_manifest()
    assert until("classic", tmp_path, 1) == [(0, 1)]
