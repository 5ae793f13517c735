"""Sets for a DAW, read back by programs that are not ours: the package rpp, mido and a schema validator."""

from __future__ import annotations

import hashlib
import io
import unicodedata
import zipfile
from collections.abc import Callable
from itertools import accumulate
from pathlib import Path

import mido
import pytest
import rpp
from hypothesis import example, given
from hypothesis import strategies as st
from lxml import etree

from musemate.errors import ExportError, SettingsError
from musemate.export import setplan
from musemate.export.dawproject import render_metadata, render_project
from musemate.export.folder import FreshFolder
from musemate.export.midi import TICKS, render_midi
from musemate.export.piece import Grid
from musemate.export.reaper import render_rpp
from musemate.export.setplan import Mark, Placed, SetPlan
from musemate.export.sets import set_name, write_set

RATE_HZ = 44_100
SCHEMA = Path(__file__).with_name("dawproject_as_written.xsd")
GRID = Grid(126.0, 3, 0.7)
NASTY = "Für \"Elise\" 'n' <co> & `Ωμέγα` 夜曲"
NAMES = st.text(st.characters(codec="utf-8"), max_size=30)
"""With control characters, quotes of all kinds, other planes and what no font has."""


def a_plan(grid: Grid | None = GRID, song: str = NASTY, name: str = "take 3") -> SetPlan:
    sounds = (
        Placed("audio/Fragment.wav", "Fragment", 12.5, 8 * RATE_HZ, RATE_HZ, 2, is_muted=True),
        Placed("audio/夜_take-03.wav", name, 12.5, 10 * RATE_HZ + 1, RATE_HZ, 1),
    )
    return SetPlan(song, sounds, grid, (Mark(12.5, "Fragment", 8.0), Mark(14.0, f"bar {name}")))


@pytest.fixture(scope="module")
def schema() -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(SCHEMA))


# Reaper


def read_rpp(plan: SetPlan) -> rpp.Element:
    return rpp.loads(render_rpp(plan).decode())


def values(element: rpp.Element, name: str) -> list[str]:
    return list(element.find(name)[1:])


def test_reaper_has_one_track_a_sound_at_its_place_with_the_fragment_on_top() -> None:
    tracks = read_rpp(a_plan()).findall("TRACK")
    assert [values(track, "NAME") for track in tracks] == [["Fragment"], ["take 3"]]
    assert [values(track, "MUTESOLO")[0] for track in tracks] == ["1", "0"]
    items = [track.find("ITEM") for track in tracks]
    assert [float(values(item, "POSITION")[0]) for item in items] == [12.5, 12.5]
    assert [float(values(item, "LENGTH")[0]) for item in items] == [8.0, pytest.approx(10 + 1 / RATE_HZ, abs=1e-11)]
    assert [values(item.find("SOURCE"), "FILE") for item in items] == [["audio/Fragment.wav"], ["audio/夜_take-03.wav"]]
    assert all(values(item, "FADEIN")[1] == values(item, "FADEOUT")[1] == "0" for item in items)
    assert all(values(item, "LOOP") == ["0"] and values(item, "PLAYRATE")[0] == "1" for item in items)


def test_reaper_gets_the_tempo_with_a_lead_in_bar_up_to_the_first_bar_line() -> None:
    project = read_rpp(a_plan())
    assert values(project, "TEMPO") == ["126", "3", "4"]
    bar_s = 3 * 60 / 126
    points = [[float(value) for value in point[1:]] for point in project.find("TEMPOENVEX").findall("PT")]
    assert points[0] == [0.0, pytest.approx(180 / (0.7 + bar_s)), 1.0, 4 << 16 | 3]
    assert points[1] == [pytest.approx(0.7 + bar_s), 126.0, 1.0]


def test_reaper_shows_stretches_as_regions_and_places_as_markers() -> None:
    marks = read_rpp(a_plan()).findall("MARKER")
    assert [mark[1:] for mark in marks] == [
        ["1", "12.5", "Fragment", "1"],
        ["1", "20.5", "", "1"],
        ["2", "14", "bar take 3", "0"],
    ]


def test_reaper_claims_no_tempo_that_is_not_sure() -> None:
    project = read_rpp(a_plan(grid=None))
    assert values(project, "TEMPO") == ["120", "4", "4"]
    assert project.find("TEMPOENVEX") is None
    assert values(project, "TIMELOCKMODE") == ["0"]  # nothing moves when the songwriter sets the tempo
    assert float(values(project.findall("TRACK")[1].find("ITEM"), "POSITION")[0]) == 12.5


@given(NAMES)
@example("\"'`")
@example("a \"b\" 'c' `d`")
@example("|pipe")
@example("<TRACK\n>")
def test_no_name_breaks_a_reaper_project(name: str) -> None:
    project = read_rpp(a_plan(name=name, song=name))
    expected = setplan.plain_line(name)
    if all(mark in expected for mark in "\"'`"):
        expected = expected.replace("`", "'")
    assert values(project.findall("TRACK")[1], "NAME") == [expected]
    assert len(project.findall("TRACK")) == 2


def test_the_same_set_is_the_same_project_with_tracks_of_different_identities() -> None:
    assert render_rpp(a_plan()) == render_rpp(a_plan())
    assert len({track.attrib[0] for track in read_rpp(a_plan()).findall("TRACK")}) == 2


# MIDI


def read_midi(plan: SetPlan) -> mido.MidiFile:
    return mido.MidiFile(file=io.BytesIO(render_midi(plan)), charset="utf-8")


def at_seconds(file: mido.MidiFile, kind: str) -> list[tuple[float, mido.MetaMessage]]:
    """Return all events of a kind with their second, as a reader that follows the file's tempo finds them."""
    times = accumulate(message.time for message in file)
    return [(time, message) for time, message in zip(times, file, strict=True) if message.type == kind]


@pytest.mark.parametrize("first_bar_s", [0.0, 0.7, 1.2])
def test_midi_says_tempo_metre_marks_and_end_at_their_second(first_bar_s: float) -> None:
    plan = a_plan(Grid(126.0, 3, first_bar_s))
    file = read_midi(plan)
    assert (file.type, len(file.tracks), file.ticks_per_beat) == (1, 1, TICKS)
    metre = at_seconds(file, "time_signature")
    assert [(time, message.numerator, message.denominator) for time, message in metre] == [(0.0, 3, 4)]
    assert at_seconds(file, "set_tempo")[-1][1].tempo == round(60e6 / 126)
    marks = [(time, message.text) for time, message in at_seconds(file, "marker")]
    assert marks == [(pytest.approx(12.5, abs=5e-4), "Fragment"), (pytest.approx(14.0, abs=5e-4), "bar take 3")]
    assert at_seconds(file, "end_of_track")[0][0] == pytest.approx(22.5 + 1 / RATE_HZ, abs=5e-4)
    assert at_seconds(file, "track_name")[0][1].name == NASTY


@given(st.floats(40.0, 240.0), st.integers(2, 7), st.floats(0.0, 20.0), st.floats(0.0, 600.0))
def test_midi_marks_lie_within_a_tick_of_their_second(
    bpm: float, beats_per_bar: int, first_bar_s: float, time_s: float
) -> None:
    sound = Placed("a.wav", "a", 0.0, RATE_HZ, RATE_HZ, 2)
    plan = SetPlan("s", (sound,), Grid(bpm, beats_per_bar, first_bar_s), (Mark(time_s, "m"),))
    file = read_midi(plan)
    slowest_tick_s = max(message.tempo for _, message in at_seconds(file, "set_tempo")) * 1e-6 / TICKS
    assert at_seconds(file, "marker")[0][0] == pytest.approx(time_s, abs=0.51 * slowest_tick_s)


def test_midi_bar_lines_are_whole_bars_of_ticks() -> None:
    plan = a_plan()
    changes = [tick for tick, message in _ticks(read_midi(plan)) if message.type == "set_tempo"]
    assert changes == [0, 3 * TICKS]


def _ticks(file: mido.MidiFile) -> list[tuple[int, mido.MetaMessage]]:
    track = file.tracks[0]
    return list(zip(accumulate(message.time for message in track), track, strict=True))


def test_midi_claims_no_tempo_that_is_not_sure() -> None:
    file = read_midi(a_plan(grid=None))
    assert not at_seconds(file, "set_tempo") and not at_seconds(file, "time_signature")
    assert at_seconds(file, "marker")[0][0] == pytest.approx(12.5, abs=5e-4)


@given(NAMES)
def test_no_name_breaks_a_midi_file(name: str) -> None:
    file = read_midi(a_plan(name=name, song=name))
    assert at_seconds(file, "track_name")[0][1].name == setplan.plain_line(name)
    assert at_seconds(file, "end_of_track")


# .dawproject


def project_of(plan: SetPlan, schema: etree.XMLSchema) -> etree._Element:
    project, metadata = etree.fromstring(render_project(plan)), etree.fromstring(render_metadata(plan))
    schema.assertValid(project)
    schema.assertValid(metadata)
    return project


def test_dawproject_places_plain_clips_in_beats_of_the_tempo_map(schema: etree.XMLSchema) -> None:
    project = project_of(a_plan(), schema)
    assert float(project.find("Transport/Tempo").get("value")) == 126.0
    assert project.find("Transport/TimeSignature").get("numerator") == "3"
    bar_s = 3 * 60 / 126
    start = 3 + (12.5 - 0.7 - bar_s) * 126 / 60
    clips = project.findall("Arrangement/Lanes/Lanes/Clips/Clip")
    assert [float(clip.get("time")) for clip in clips] == [pytest.approx(start)] * 2
    assert [float(clip.get("duration")) for clip in clips] == pytest.approx([8 * 2.1, (10 + 1 / RATE_HZ) * 2.1])
    assert [float(audio.get("duration")) for audio in project.iter("Audio")] == pytest.approx([8.0, 10 + 1 / RATE_HZ])
    assert [(a.get("channels"), a.get("sampleRate")) for a in project.iter("Audio")] == [("2", "44100"), ("1", "44100")]
    points = project.findall("Arrangement/TempoAutomation/RealPoint")
    assert [float(point.get("time")) for point in points] == [0.0, 3.0]
    assert [float(point.get("value")) for point in points] == [pytest.approx(180 / (0.7 + bar_s)), 126.0]


def test_dawproject_lanes_belong_to_their_tracks_and_tracks_to_the_master(schema: etree.XMLSchema) -> None:
    project = project_of(a_plan(), schema)
    tracks = project.findall("Structure/Track")
    assert [track.get("name") for track in tracks] == ["Fragment", "take 3", "Master"]
    assert [track.find("Channel").get("destination") for track in tracks] == ["master-channel", "master-channel", None]
    assert [track.find("Channel/Mute").get("value") for track in tracks] == ["true", "false", "false"]
    lanes = project.findall("Arrangement/Lanes/Lanes")
    assert [lane.get("track") for lane in lanes] == [track.get("id") for track in tracks[:2]]


def test_dawproject_claims_no_tempo_that_is_not_sure(schema: etree.XMLSchema) -> None:
    project = project_of(a_plan(grid=None), schema)
    assert project.find("Transport") is None and project.find("Arrangement/TempoAutomation") is None
    assert project.find("Arrangement/Lanes").get("timeUnit") == "seconds"
    assert [float(clip.get("time")) for clip in project.iter("Clip")] == [12.5, 12.5]
    assert [float(mark.get("time")) for mark in project.iter("Marker")] == [12.5, 14.0]


def test_dawproject_without_marks_has_no_empty_list_of_them(schema: etree.XMLSchema) -> None:
    plan = a_plan()
    assert project_of(SetPlan(plan.song, plan.sounds, plan.grid), schema).find("Arrangement/Markers") is None


@given(NAMES)
@example("\x00\ufffe&<>\"'\r\n\t")
def test_no_name_breaks_a_dawproject(schema: etree.XMLSchema, name: str) -> None:
    project = project_of(a_plan(name=name, song=name), schema)
    assert project.findall("Structure/Track")[1].get("name") == setplan.plain_line(name)


def test_names_keep_their_letters_and_lose_what_no_file_can_hold() -> None:
    assert setplan.plain_line(NASTY) == NASTY
    assert setplan.plain_line("  a\x00b\n\tc\ud800\ufffe ") == "ab c"
    assert setplan.plain_line(unicodedata.normalize("NFD", "Für")) == "Für"


# All together


@pytest.fixture
def written(tmp_path: Path) -> Callable[..., Path]:
    def write(kinds: tuple[str, ...] = setplan.KINDS, folder: str = "sets", plan: SetPlan | None = None) -> Path:
        plan = plan or a_plan()
        with FreshFolder(tmp_path / folder) as target:
            for number, sound in enumerate(plan.sounds):
                target.write(sound.file, bytes([number]) * 1000)
            write_set(target, kinds, plan)
            return target.finish("A set")

    return write


def test_a_set_holds_what_is_asked_and_names_only_files_that_it_holds(written: Callable[..., Path]) -> None:
    folder = written()
    stem = set_name(NASTY)
    names = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    sounds = {"audio/Fragment.wav", "audio/夜_take-03.wav"}
    assert names == {f"{stem}.RPP", f"{stem}.dawproject", f"{stem}.mid"} | sounds
    tracks = rpp.loads((folder / f"{stem}.RPP").read_text("utf-8")).findall("TRACK")
    assert {values(track.find("ITEM").find("SOURCE"), "FILE")[0] for track in tracks} == sounds


def test_a_dawproject_holds_its_sounds_byte_for_byte(written: Callable[..., Path], schema: etree.XMLSchema) -> None:
    folder = written(("dawproject",))
    with zipfile.ZipFile(folder / f"{set_name(NASTY)}.dawproject") as archive:
        assert archive.testzip() is None
        project = etree.fromstring(archive.read("project.xml"))
        schema.assertValid(project)
        schema.assertValid(etree.fromstring(archive.read("metadata.xml")))
        for file in project.iter("File"):
            assert archive.read(file.get("path")) == (folder / file.get("path")).read_bytes()


def test_the_same_set_is_the_same_bytes(written: Callable[..., Path]) -> None:
    def sums(folder: Path) -> list[str]:
        files = sorted(path for path in folder.rglob("*") if path.is_file())
        return [hashlib.sha256(path.read_bytes()).hexdigest() for path in files]

    assert sums(written()) == sums(written(folder="again"))


def test_a_kind_that_does_not_exist_is_refused_with_those_that_do(written: Callable[..., Path]) -> None:
    with pytest.raises(SettingsError, match='"als"') as refused:
        written(("als",))
    assert "rpp, dawproject, midi" in refused.value.hint


def test_a_set_without_a_sound_is_refused() -> None:
    with pytest.raises(SettingsError, match="no take"):
        SetPlan("Song", ())


def test_a_disk_that_is_full_half_way_leaves_nothing(
    written: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(folder: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("musemate.export.dawproject.shutil.copyfileobj", lambda *args: full(tmp_path))
    with pytest.raises(ExportError, match="no room left"):
        written()
    assert list((tmp_path / "sets").iterdir()) == []


@pytest.mark.parametrize(
    ("song", "name"),
    [("", "MuseMate"), ("a/b:c", "a-b-c"), ("x" * 200, "x" * 55), ("Für Elise", "Für-Elise"), ("con", "con_")],
)
def test_a_set_is_named_after_its_song(song: str, name: str) -> None:
    assert set_name(song) == name
