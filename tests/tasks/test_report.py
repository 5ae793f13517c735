"""The analysis report as a task: what it writes, what bad takes do to it, and how it is stopped."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest

from musemate.audio.clip import AudioClip
from musemate.audio.files import read_clip, write_wav
from musemate.engine.events import Reported, Working
from musemate.errors import AudioFileError, ExportError, ProjectError, SettingsError
from musemate.export.reporttext import GROUPS, KINDS
from musemate.paths import resource
from musemate.project.store import Project
from musemate.tasks.report import report
from musemate.tasks.report_work import axis_s

NEVER_BEATS = {"bpm", "tempo", "beat_stray", "bar_offset", "unevenness", "key"}
"""Figures that three seconds of music need not have."""
SECONDS = 3.0


def written(**args):
    *progress, done = report(**args, cancelled=lambda: False)
    assert all(isinstance(event, Working) for event in progress)
    assert isinstance(done, Reported)
    return progress, done


def add_run(store, fragment="f1", start_s=0.0, length_s=SECONDS):
    facts = {"engine": "frames", "preset": "sketch", "device": "cpu", "seed": 1, "state": "finished"}
    return store.add_run(fragment, start_s=start_s, length_s=length_s, **facts)


def add_take(store, run, clip, **more):
    request = {"seconds": clip.duration_s, "mode": "new", "closeness": 0.5, "seed": 7}
    return store.add_take(run.id, store.store_clip(clip), request, **more)


@pytest.fixture(scope="module")
def music():
    """Return six seconds of the demo."""
    return read_clip(resource("demo.flac"), 0.0, 6.0).resampled(22_050)


@pytest.fixture(scope="module")
def made(tmp_path_factory, music):
    """Return a project with takes of all kinds, and the report on them."""
    folder = tmp_path_factory.mktemp("report") / "Lied <ä>"
    song = write_wav(folder.parent / 'Lied "夜" <b>&.wav', music)
    with Project.create(folder) as store:
        store.add_fragment(song)
        run = add_run(store)
        add_take(store, run, music.region(0.0, SECONDS))
        add_take(store, run, music.region(SECONDS, 2.5), name="</td>a rest")
        add_take(store, run, AudioClip(np.zeros((2, 22_050), dtype=np.float32), 22_050))
        add_take(store, run, AudioClip(np.full((1, 400), 0.1, dtype=np.float32), 22_050))
        gone = add_take(store, run, music.region(1.0, SECONDS))
        store.audio_path(gone.audio).unlink()
    return folder, *written(project=str(folder))


@pytest.fixture
def undrawn(monkeypatch):
    """Leave the drawing out, which takes most of the time."""
    monkeypatch.setattr("musemate.tasks.report_work.draw", lambda kind, subject, scales: b"png")


def rows(done):
    return {row.get("id", row["kind"]): row for row in done.rows}


def test_everything_is_written_whole_under_a_name_that_tells(made):
    folder, _, done = made
    (home,) = (folder / "reports").iterdir()
    assert Path(done.page) == home / "report.html"
    assert re.fullmatch(r"Lied-夜-b-& \d{4}-\d\d-\d\d", home.name)
    pictures = {path.name for path in (home / "pictures").iterdir()}
    assert pictures == {f"{label}-{kind}.png" for label in ("fragment", "t1", "t2") for kind in KINDS} | {"map.png"}
    assert all(path.read_bytes().startswith(b"\x89PNG\r\n") for path in (home / "pictures").iterdir())


def test_the_page_shows_each_picture_that_was_written(made):
    page = Path(made[2].page)
    said = page.read_text(encoding="utf-8")
    for picture in (page.parent / "pictures").iterdir():
        assert f'src="pictures/{picture.name}"' in said
    assert '<h1>Lied "夜" &lt;b&gt;&amp;</h1>' in said
    assert "&lt;/td&gt;a rest" in said


def test_a_copy_has_no_distance_and_shares_every_note(made):
    copy = rows(made[2])["t1"]
    for name in ("kl", "kl_reverse", "kl_each", "frechet", "frechet_whitened", "nearness_db", "loudness_lu"):
        assert copy[name] == pytest.approx(0.0, abs=1e-6), name
    assert copy["notes_alike"] == copy["similarity"] == pytest.approx(1.0)
    assert copy["novelty"] == pytest.approx(0.0, abs=0.01)  # float32 rounds the nearest distances
    assert (copy["clicks"], copy["tones"]) == (0, 0)


def test_other_music_lies_apart_and_the_halves_are_there_to_compare(made):
    other, halves = rows(made[2])["t2"], rows(made[2])["halves"]
    for name in ("kl", "kl_each", "frechet", "frechet_whitened", "nearness_db"):
        assert other[name] > 0.0 < halves[name], name
    for name in ("similarity", "novelty"):
        assert 0.0 < other[name] < 1.0 > halves[name], name
    assert -1.0 <= other["notes_alike"] < 1.0


def test_every_figure_that_the_page_explains_is_measured(made):
    wanted = {figure.name for group in GROUPS for figure in group.figures}
    assert wanted - set(rows(made[2])["t2"]) == set()
    values = rows(made[2])["t2"]
    assert {name for name in wanted if values[name] is None} <= NEVER_BEATS


def test_bad_takes_have_one_sentence_and_the_rest_is_there(made):
    found = rows(made[2])
    assert "silent" in found["t3"]["problem"]
    assert "93 ms" in found["t4"]["problem"]
    assert found["t5"]["problem"].startswith('"take 5" was not found.')
    assert len(made[2].problems) == 3
    said = Path(made[2].page).read_text(encoding="utf-8")
    assert said.count('class="problem"') == 3


def test_figures_json_holds_the_same_rows_and_only_json(made):
    page = Path(made[2].page)
    data = json.loads(page.with_name("figures.json").read_text(), parse_constant=pytest.fail)
    assert data["sounds"] == made[2].rows
    assert data["format"] == 1
    assert any("piptrack" in choice for choice in data["choices"])


def test_progress_rises_from_0_to_1(made):
    fractions = [event.fraction for event in made[1]]
    assert fractions == sorted(fractions)
    assert fractions[0] == 0.0
    assert 0.8 <= fractions[-1] < 1.0


def test_a_second_report_takes_the_next_name_and_any_folder_will_do(made, tmp_path, undrawn):
    first, second = (written(project=str(made[0]), takes=[], folder=str(tmp_path / "a b"))[1] for _ in range(2))
    assert Path(second.page).parent.name == f"{Path(first.page).parent.name} 2"
    assert [row["kind"] for row in first.rows] == ["fragment", "halves"]


def test_plain_files_are_compared_without_a_project(tmp_path, music, monkeypatch, undrawn):
    monkeypatch.chdir(tmp_path)
    files = [
        str(write_wav(tmp_path / name, clip))
        for name, clip in (("a.wav", music.region(0, 1)), ("b.wav", music.region(0, 2.2)))
    ]
    _, done = written(files=files)
    assert Path(done.page).is_relative_to(tmp_path / "reports")
    assert [row.get("name") for row in done.rows] == ["a", None, "b"]
    # one second and two: the fragment is drawn on both time axes
    names = {path.name for path in (Path(done.page).parent / "pictures").iterdir()}
    assert {"fragment-mel.png", "fragment-3s-mel.png", "t1-mel.png"} <= names


def test_takes_of_several_regions_are_compared_with_all_of_them(tmp_path, music, undrawn):
    with Project.create(tmp_path / "p") as store:
        store.add_fragment(write_wav(tmp_path / "a.wav", music))
        for start_s in (0.5, 2.0):
            add_take(store, add_run(store, start_s=start_s, length_s=1.0), music.region(start_s, 1.0))
    found = rows(written(project=str(tmp_path / "p"))[1])
    assert found["fragment"]["seconds"] == pytest.approx(2.5, abs=1e-3)
    assert found["t2"]["nearness_db"] < 1.0  # both are in it


def test_cancel_leaves_nothing_behind(made, tmp_path):
    calls = []

    def cancelled():
        calls.append(1)
        return len(calls) > 8

    events = list(report(str(made[0]), takes=["t1"], folder=str(tmp_path), cancelled=cancelled))
    assert all(isinstance(event, Working) for event in events)
    assert list(tmp_path.iterdir()) == []
    assert len(calls) == 9


@pytest.mark.parametrize(
    ("args", "error", "said"),
    [
        ({"takes": ["t99"]}, ProjectError, "t99"),
        ({"fragment": "f99", "takes": []}, ProjectError, "f99"),
        ({"takes": [], "folder": "FILE"}, ExportError, "cannot be made"),
    ],
)
def test_what_cannot_be_reported_on_says_so(made, tmp_path, args, error, said):
    (tmp_path / "file").write_text("x")
    args = {name: str(tmp_path / "file" / "x") if value == "FILE" else value for name, value in args.items()}
    with pytest.raises(error, match=said) as caught:
        written(project=str(made[0]), **args)
    assert caught.value.hint


def test_takes_of_two_fragments_are_refused(tmp_path, music):
    with Project.create(tmp_path / "p") as store:
        for number in (1, 2):
            clip = music.region(number, 2.0)
            store.add_fragment(write_wav(tmp_path / f"{number}.wav", clip))
            add_take(store, add_run(store, f"f{number}"), clip)
    with pytest.raises(SettingsError, match=r"f1, f2"):
        written(project=str(tmp_path / "p"), takes=["t1", "t2"])


def test_a_fragment_that_is_silent_or_gone_is_refused_by_its_name(tmp_path, music):
    silent = write_wav(tmp_path / "quiet.wav", AudioClip(np.zeros((1, 22_050), dtype=np.float32), 22_050))
    with pytest.raises(AudioFileError, match=r'"quiet" cannot be reported on: It is silent'):
        written(files=[str(silent)], folder=str(tmp_path / "r"))
    with pytest.raises(AudioFileError, match="not found"):
        written(files=[str(tmp_path / "gone.wav")], folder=str(tmp_path / "r"))
    with pytest.raises(SettingsError, match="Nothing to report on"):
        written()
    assert list((tmp_path / "r").iterdir()) == []


@pytest.mark.parametrize(("durations", "end"), [((25.0, 25.0), 25), ((25.0, 25.04), 25), ((3.0, 2.5), 3), ((0.2,), 1)])
def test_time_axes_end_at_whole_seconds(durations, end):
    assert axis_s(*durations) == end
