"""Hearing a take in its song, and exporting it so: through the task and the command."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from musemate.audio.clip import AudioClip
from musemate.audio.files import read_clip, write_wav
from musemate.cli import run_cli
from musemate.engine.events import Checked, Event, Found, Placed, Warned
from musemate.errors import AudioFileError, ExportError, MuseMateError, ProjectError, SettingsError
from musemate.project import songcopies
from musemate.project.records import Beats
from musemate.project.store import Project
from musemate.tasks.check import check
from musemate.tasks.place_take import place_take

RATE_HZ = 8_000
START_S, LENGTH_S, TAKE_S = 2.0, 3.0, 4.0

Place = Callable[..., list[Event]]


def noise(seconds: float, seed: int, *, channels: int = 2, level: float = 0.1) -> AudioClip:
    samples = level * np.random.default_rng(seed).standard_normal((channels, round(seconds * RATE_HZ)))
    return AudioClip(samples.astype(np.float32), RATE_HZ)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Project]:
    """Return a project whose take t1 of 4 s was learnt from 2 to 5 s of a song of 8 s."""
    with Project.create(tmp_path / "project") as store:
        fragment = store.add_fragment(write_wav(tmp_path / "Für Elise.wav", noise(8.0, 1)), START_S, LENGTH_S)
        store.set_analysis(fragment.id, Beats(120.0, 0.9), "", ())
        region = {"start_s": START_S, "length_s": LENGTH_S}
        run = store.add_run(fragment.id, engine="frames", preset="sketch", device="cpu", seed=1, **region)
        for seed, level in ((2, 0.1), (3, 0.9)):
            request = {"seconds": TAKE_S, "mode": "new", "closeness": 0.5, "seed": seed}
            store.add_take(run.id, store.store_clip(noise(TAKE_S, seed, level=level)), request, device="cpu")
        yield store


@pytest.fixture
def place(store: Project) -> Place:
    """Return a function that runs the task to its end."""

    def run(take: str = "t1", **settings: object) -> list[Event]:
        cancelled = settings.pop("cancelled", lambda: False)
        return list(place_take(str(store.folder), take, cancelled=cancelled, **settings))  # type: ignore[arg-type]

    return run


def only(events: list[Event]) -> Placed:
    (placed,) = (event for event in events if isinstance(event, Placed))
    return placed


def song_of(store: Project) -> AudioClip:
    return read_clip(store.audio_path(store.fragment("f1").audio))


def test_the_song_is_exported_with_the_take_at_its_place(place: Place, store: Project) -> None:
    placed = only(place(match=False, depth="32f"))
    file = Path(placed.file)
    assert file == store.exports_path / "Für-Elise_120bpm_take-01-in-song.wav"
    assert (placed.start_s, placed.end_s, placed.duration_s) == (2.0, 6.0, 8.0)
    song, made = song_of(store).samples, read_clip(file).samples
    start, end = round(2.0 * RATE_HZ), round(6.0 * RATE_HZ)
    assert np.array_equal(made[:, :start], song[:, :start])
    assert np.array_equal(made[:, end:], song[:, end:])
    take = read_clip(store.audio_path(store.take("t1").audio)).samples
    fade = round(0.04 * RATE_HZ)
    assert np.array_equal(made[:, start + fade : end - fade], take[:, fade:-fade])


def test_inserted_the_song_goes_on_behind_the_take(place: Place, store: Project) -> None:
    placed = only(place(match=False, depth="32f", mode="insert", crossfade_ms=10.0))
    assert (placed.end_s, placed.shift_s, placed.duration_s) == (6.0, 1.0, 9.0)
    made, song = read_clip(placed.file).samples, song_of(store).samples
    assert np.array_equal(made[:, 6 * RATE_HZ :], song[:, 5 * RATE_HZ :])


@pytest.mark.parametrize(
    ("request_changes", "at_s"), [({}, 2.25), ({"metre": False}, 2.0), ({"mode": "variation"}, 2.0)]
)
def test_new_material_in_metre_stands_at_the_nearest_bar_line(
    place: Place, store: Project, request_changes: dict[str, object], at_s: float
) -> None:
    times_s = tuple(float(time_s) for time_s in np.arange(0.25, 8.0, 0.5))
    store.set_analysis("f1", Beats(120.0, 0.9, times_s), "", ())
    request = {"seconds": TAKE_S, "mode": "new", "closeness": 0.5, "seed": 9, **request_changes}
    take = store.add_take("r1", store.store_clip(noise(TAKE_S, 9)), request, device="cpu")
    placed = only(place(take.id))
    assert (placed.start_s, placed.end_s) == pytest.approx((at_s, at_s + TAKE_S))


def test_exports_never_overwrite_and_say_what_was_limited(place: Place, tmp_path: Path) -> None:
    folder = str(tmp_path / "to" / "here")
    files = [Path(only(place(folder=folder)).file).name for _ in range(2)]
    assert files == ["Für-Elise_120bpm_take-01-in-song.wav", "Für-Elise_120bpm_take-01-in-song 2.wav"]
    loud = place("t2", match=False, folder=folder)
    assert any(isinstance(event, Warned) and "above full scale and were limited" in event.message for event in loud)
    assert not any(isinstance(event, Warned) for event in place("t2", match=False, folder=folder, depth="32f"))


def test_the_file_says_where_the_take_lies(place: Place) -> None:
    wavinfo = pytest.importorskip("wavinfo")
    info = wavinfo.WavInfoReader(only(place()).file, info_encoding="utf-8")
    assert info.info.title == "Für Elise with take 1"
    assert info.bext.description.endswith("run r1, take t1, new, closeness 0.5, seed 2, from 2.000 to 6.000 s")
    assert info.bext.time_reference == 0
    assert list(info.cues.each_cue()) == [(1, 2 * RATE_HZ), (2, 6 * RATE_HZ)]
    assert [info.cues.label_and_note(number)[0] for number in (1, 2)] == ["take 1", "end of take 1"]


@pytest.mark.parametrize(("kind", "ending"), [("flac", ".flac"), ("aiff", ".aiff")])
def test_the_song_is_written_in_other_formats_too(place: Place, store: Project, kind: str, ending: str) -> None:
    file = Path(only(place(kind=kind, notes=False)).file)
    assert file.suffix == ending
    samples, n = read_clip(file).samples, 2 * RATE_HZ
    assert np.abs(samples[:, :n] - song_of(store).samples[:, :n]).max() <= 0.5 / 2**23


def test_a_copy_for_hearing_is_made_once(place: Place, store: Project) -> None:
    first, again, other = (only(place(hear=True, mode=mode)) for mode in ("replace", "replace", "insert"))
    assert first == again
    assert Path(first.file).parent == store.folder / "cache" / songcopies.FOLDER
    assert other.file != first.file
    assert abs(first.gain_db) < 1.0
    assert not list(store.exports_path.iterdir())


def test_a_damaged_copy_is_named_by_the_check_as_no_loss_and_made_again(place: Place, store: Project) -> None:
    first = only(place(hear=True))
    file = Path(first.file)
    whole = file.read_bytes()
    assert [event for event in check(str(store.folder), cancelled=lambda: False) if isinstance(event, Found)] == []
    file.write_bytes(whole[:-100] + bytes(100))
    *_, found, checked = check(str(store.folder), cancelled=lambda: False)
    assert isinstance(found, Found)
    assert isinstance(checked, Checked)
    assert found.message == "A copy of a song, made to hear a take in it, is damaged."
    assert (checked.n_harmed, checked.n_noted) == (0, 1)
    assert only(place(hear=True)) == first
    assert file.read_bytes() == whole


def test_copies_heard_longest_ago_make_room(place: Place, store: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    files = [Path(only(place(hear=True, crossfade_ms=ms)).file) for ms in (10.0, 20.0)]
    only(place(hear=True, crossfade_ms=10.0))  # the older one is heard again
    monkeypatch.setattr(songcopies, "MOST_BYTES", round(2.5 * files[0].stat().st_size))
    third = Path(only(place(hear=True, crossfade_ms=30.0)).file)
    assert [file.exists() for file in (*files, third)] == [True, False, True]


def test_cancelling_leaves_nothing(place: Place, store: Project) -> None:
    for settings in ({}, {"hear": True}):
        assert not [event for event in place(cancelled=lambda: True, **settings) if isinstance(event, Placed)]
    assert not list(store.exports_path.iterdir())
    assert not list((store.folder / "cache" / songcopies.FOLDER).iterdir())


@pytest.mark.parametrize(
    ("settings", "error", "said"),
    [
        ({"take": "t9"}, ProjectError, 'no take "t9"'),
        ({"mode": "over"}, SettingsError, '"over" is none of the choices'),
        ({"crossfade_ms": -5.0}, SettingsError, "A cross-fade cannot last -5 ms"),
        ({"depth": "8"}, SettingsError, '"8" is none of the choices'),
        ({"kind": "flac", "depth": "32f"}, SettingsError, "FLAC holds no 32-bit floats"),
    ],
)
def test_what_is_not_possible_is_said_before_anything_is_written(
    place: Place, store: Project, settings: dict[str, object], error: type[MuseMateError], said: str
) -> None:
    with pytest.raises(error, match=said):
        place(**settings)
    assert not list(store.exports_path.iterdir())


def test_a_missing_song_and_a_file_in_the_way_are_said(place: Place, store: Project, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(ExportError, match='Nothing can be exported to "file"'):
        place(folder=str(tmp_path / "file"))
    store.audio_path(store.fragment("f1").audio).unlink()
    with pytest.raises(AudioFileError):
        place()


def test_the_command_says_where_the_take_lies(
    store: Project, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["place", str(store.folder), "t1", "--to", str(tmp_path / "out"), "--mode", "insert", "--crossfade", "20"]
    assert run_cli(asked, lambda paths: 0) == 0
    out, error = capsys.readouterr()
    assert out.strip() == str(tmp_path / "out" / "Für-Elise_120bpm_take-01-in-song.wav")
    assert "t1 lies from 2.00 to 6.00 s" in error
    assert "and the song goes on 1.00 s later." in error
    assert run_cli([*asked, "--no-match", "--json"], lambda paths: 0) == 0
    row = json.loads(capsys.readouterr().out)
    assert {key: row[key] for key in ("take", "start_s", "end_s", "shift_s", "gain_db")} == {
        "take": "t1",
        "start_s": 2.0,
        "end_s": 6.0,
        "shift_s": 1.0,
        "gain_db": 0.0,
    }
