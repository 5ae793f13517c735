"""Takes on their way into a DAW, all of the way: what is asked for, in what order, and all that can be in the way."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
import soundfile

from musemate.analysis.metre import Beats
from musemate.audio.clip import AudioClip
from musemate.audio.files import read_clip, write_wav
from musemate.engine.events import Exported, FileRefused, Warned, Working
from musemate.errors import AudioFileError, ExportError, SettingsError, TooShortError
from musemate.project.store import Project
from musemate.tasks.export_takes import export_takes
from tests.reliability.disk import FORBIDDEN, FULL, Disk, Mode, failing
from tests.rights import read_only

RATE_HZ = 8000
N_TAKES = 20
ALL = [f"t{number}" for number in range(1, N_TAKES + 1)]
SURE = Beats(120.0, 0.9, tuple(np.arange(0.0, 4.0, 0.5).tolist()))


def of(events, kind):
    return [event for event in events if isinstance(event, kind)]


def files_of(events):
    return [Path(event.file) for event in of(events, Exported)]


def sound(seed: int, seconds: float = 2.0, n_channels: int = 2) -> AudioClip:
    noise = np.random.default_rng(seed).uniform(-0.5, 0.5, (n_channels, round(seconds * RATE_HZ)))
    return AudioClip(noise.astype(np.float32), RATE_HZ)


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    """Return the folder of a project with twenty takes of a run that learnt the fragment's second second on."""
    folder = tmp_path_factory.mktemp("made")
    write_wav(folder / "song.wav", sound(99, 4.0), "24")
    with Project.create(folder / "project") as store:
        store.add_fragment(folder / "song.wav")
        run = store.add_run(
            "f1", engine="frames", preset="fine", device="cpu", seed=1, start_s=1.0, length_s=2.0, state="finished"
        )
        for seed in range(N_TAKES):
            request = {"seconds": 2.0, "mode": "variation", "closeness": 0.5, "seed": seed}
            store.add_take(run.id, store.store_clip(sound(seed)), request)
    return folder / "project"


@pytest.fixture
def folder(made, tmp_path) -> str:
    """Return the folder of a copy of that project: to make it anew takes a second."""
    return str(shutil.copytree(made, tmp_path / "project"))


@pytest.fixture
def store(folder):
    with Project.open(folder) as store:
        yield store


@pytest.fixture
def export(perform, folder, tmp_path):
    """Return a function that exports takes to a folder "out" and returns the events."""

    def run(takes, **wishes):
        return perform(export_takes, folder, takes, str(tmp_path / "out"), **wishes)

    return run


@pytest.fixture
def out(tmp_path) -> Path:
    return tmp_path / "out"


# What is asked for


@pytest.mark.parametrize(("kind", "container"), [("wav", "WAV"), ("flac", "FLAC"), ("aiff", "AIFF")])
def test_a_take_is_the_same_in_every_kind_of_file(export, kind, container):
    (file,) = files_of(export(["t4"], kind=kind))
    assert (file.suffix, soundfile.info(file).format) == (f".{kind}", container)
    np.testing.assert_allclose(read_clip(file).samples, sound(3).samples, atol=0.5 / 2**23)


@pytest.mark.parametrize(("depth", "subtype"), [("16", "PCM_16"), ("24", "PCM_24"), ("32f", "FLOAT")])
def test_a_take_is_as_exact_as_its_depth(export, depth, subtype):
    (file,) = files_of(export(["t4"], depth=depth))
    assert soundfile.info(file).subtype == subtype
    largest = {"16": 1.5 / 2**15, "24": 0.5 / 2**23, "32f": 0.0}[depth]
    assert np.abs(read_clip(file).samples - sound(3).samples).max() <= largest


def test_every_choice_reaches_the_file(export):
    (file,) = files_of(export(["t4"], rate_hz=16_000, channels="mono", depth="16", template="{take}!"))
    info = soundfile.info(file)
    assert (file.name, info.samplerate, info.channels, info.frames) == ("take-04!.wav", 16_000, 1, 32_000)
    assert info.subtype == "PCM_16"


def test_mid_and_side_are_two_files_that_make_the_take_again(export):
    mid, side = files_of(export(["t4"], channels="mid_side", depth="32f"))
    assert (mid.stem.rpartition("_")[2], side.stem.rpartition("_")[2]) == ("mid", "side")
    left, right = sound(3).samples
    m, s = read_clip(mid).samples[0], read_clip(side).samples[0]
    np.testing.assert_allclose([m + s, m - s], [left, right], atol=1e-6)


def test_a_file_says_where_in_its_song_it_stands_unless_it_is_to_say_nothing(export):
    wavinfo = pytest.importorskip("wavinfo", reason="the independent reader of BWF notes is not installed")
    (noted,) = files_of(export(["t4"], start_s=0.5, length_s=1.0))
    notes, written = wavinfo.WavInfoReader(noted).bext, read_clip(noted).samples
    first = notes.time_reference - RATE_HZ  # the region of the run starts at 1 s
    middle = slice(100, written.shape[1] - 100)  # the edges are faded
    of_take = sound(3).samples[:, first : first + written.shape[1]]
    np.testing.assert_allclose(written[:, middle], of_take[:, middle], atol=1e-6)
    assert abs(first - 0.5 * RATE_HZ) < 0.01 * RATE_HZ
    assert all(said in notes.description for said in ("engine frames", "preset fine", "run r1", "seed 3"))
    (silent,) = files_of(export(["t4"], start_s=0.5, length_s=1.0, notes=False))
    assert wavinfo.WavInfoReader(silent).bext is None
    assert np.array_equal(read_clip(silent).samples, written)


def test_all_starred_takes_are_exported_but_none_put_aside(export, store):
    store.change_takes({"t2": {"stars": 1}, "t3": {"stars": 5, "rejected": True}, "t4": {"stars": 3}})
    assert [event.take for event in of(export([], starred=True), Exported)] == ["t2", "t4"]
    named_too = of(export(["t4", "t1"], starred=True), Exported)
    assert [event.take for event in named_too] == ["t4", "t1", "t2"]


def test_no_star_and_no_take_are_said(export, out):
    with pytest.raises(SettingsError, match=r"^No take has a star\.$"):
        export([], starred=True)
    with pytest.raises(SettingsError, match=r"^No take was chosen\.$"):
        export([])
    assert not out.exists()


@pytest.mark.parametrize(
    ("wish", "message"),
    [
        ({"kind": "mp3"}, '"mp3" is none of the choices.'),
        ({"depth": "20"}, '"20" is none of the choices.'),
        ({"kind": "flac", "depth": "32f"}, "FLAC holds no 32-bit floats."),
        ({"rate_hz": 99}, "99 Hz is no sample rate for an export."),
        ({"channels": "surround"}, '"surround" is none of the choices.'),
        ({"ending": "reverb"}, '"reverb" is none of the choices.'),
        ({"template": "{mood}"}, "Names of files cannot say {mood}."),
    ],
)
def test_what_is_not_possible_is_said_before_a_folder_is_made(export, out, wish, message):
    with pytest.raises(SettingsError) as caught:
        export(["t1"], **wish)
    assert caught.value.message == message
    assert caught.value.hint
    assert not out.exists()


# Order and names


def test_files_are_named_and_told_in_the_order_of_the_takes(export, store):
    request = {"seconds": 60.0, "mode": "variation", "closeness": 0.5, "seed": 0}
    long = store.add_take("r1", store.store_clip(sound(50, 60.0)), request).id
    takes = [long, *ALL[:6]]
    store.change_takes({take: {"name": "Riff"} for take in takes})
    events = export(takes, rate_hz=11_025)
    assert [event.take for event in of(events, Exported)] == takes
    assert [file.name for file in files_of(events)] == [
        "song_Riff.wav",
        *(f"song_Riff {n}.wav" for n in range(2, 8)),
    ]
    assert soundfile.info(files_of(events)[0]).duration == 60.0
    fractions = [event.fraction for event in of(events, Working)]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1.0


def test_names_that_are_taken_are_left_to_whoever_has_them(export, out):
    out.mkdir()
    (out / "song_take-01.wav").write_text("mine")
    (file,) = files_of(export(["t1"]))
    assert file.name == "song_take-01 2.wav"
    assert (out / "song_take-01.wav").read_text() == "mine"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ('a/b\\c:d*e?f"g<h>i|j', "a-b-c-d-e-f-g-h-i-j.wav"),
        ("../../up", "up.wav"),
        ("CON", "CON_.wav"),
        ("Für Elise \N{MUSICAL SYMBOL G CLEF}", "Für-Elise-\N{MUSICAL SYMBOL G CLEF}.wav"),
        ("?\a?", "take.wav"),
    ],
)
def test_what_a_file_system_refuses_is_not_in_a_name(export, store, out, name, expected):
    store.change_takes({"t1": {"name": name}})
    (file,) = files_of(export(["t1"], template="{take}"))
    assert file == out / expected
    assert read_clip(file).n_frames == 2 * RATE_HZ


def test_a_name_that_is_too_long_gives_way_and_stays_its_own(export, store):
    store.change_takes({take: {"name": "曲" * 80} for take in ALL[:3]})
    files = files_of(export(ALL[:3], template="{song}_{take}_{take}"))
    assert len({file.name for file in files}) == 3
    assert all(file.name.startswith("song_曲") and len(file.name.encode()) <= 255 for file in files)


def test_a_name_keeps_to_plain_letters_where_that_is_asked_for(export, store):
    store.change_takes({"t1": {"name": "Für Elise"}})
    (file,) = files_of(export(["t1"], template="{take}", ascii_only=True))
    assert file.name == "Fur-Elise.wav"


# Tempo


def test_an_unsure_tempo_is_no_grid_and_that_is_said_once(export, store):
    store.set_analysis("f1", Beats(97.0, 0.3, SURE.beat_times_s), "", ())
    events = export(ALL[:3], on_bars=True, start_s=0.1, length_s=1.23)
    (warned,) = of(events, Warned)
    assert "song" in warned.message
    assert warned.hint
    assert all(abs(soundfile.info(file).duration - 1.23) < 0.01 for file in files_of(events))
    assert not any("bpm" in file.name or "bar" in file.name for file in files_of(events))


def stroked(bpm: float, seconds: float) -> AudioClip:
    """Return strokes on every beat, the first of four the strongest."""
    samples = np.zeros(round(seconds * RATE_HZ), np.float32)
    burst = np.random.default_rng(1).uniform(-1, 1, 400).astype(np.float32) * np.linspace(1, 0, 400, dtype=np.float32)
    for beat, at_s in enumerate(np.arange(0.0, seconds - 0.05, 60.0 / bpm)):
        first = round(at_s * RATE_HZ)
        samples[first : first + 400] += burst * (0.9 if beat % 4 == 0 else 0.3)
    return AudioClip(samples[None], RATE_HZ)


@pytest.fixture
def in_time(store, tmp_path) -> str:
    """Return a take that keeps to the bars of its song of 150 bpm."""
    write_wav(tmp_path / "even.wav", stroked(150.0, 24.0), "24")
    fragment = store.add_fragment(tmp_path / "even.wav")
    beats = tuple(np.arange(0.0, 24.0, 0.4).tolist())
    store.set_analysis(fragment.id, Beats(150.0, 0.9, beats), "A minor", ())
    run = store.add_run(fragment.id, engine="frames", preset="fine", device="cpu", seed=1, start_s=3.2, length_s=16.0)
    request = {"seconds": 16.0, "mode": "variation", "closeness": 0.5, "seed": 7}
    return store.add_take(run.id, store.store_clip(stroked(150.0, 16.0)), request).id


@pytest.mark.parametrize("rate_hz", [0, 11_025])
def test_bars_are_exact_named_and_told(in_time, export, rate_hz):
    wavinfo = pytest.importorskip("wavinfo", reason="the independent reader of BWF notes is not installed")
    events = export([in_time], on_bars=True, start_s=1.7, length_s=3.0, rate_hz=rate_hz)
    (file,) = files_of(events)
    assert of(events, Warned) == []
    assert file.name == "even_150bpm_Am_take-21_2bars.wav"
    info = soundfile.info(file)
    assert info.frames == round(2 * 4 * 60 / 150 * (rate_hz or RATE_HZ))
    read = wavinfo.WavInfoReader(file)
    assert read.bext.time_reference == round((3.2 + 1.6) * info.samplerate), "in the song, not in the take"
    assert [cue.position for cue in read.cues.cues] == [0, round(1.6 * info.samplerate)]


def test_new_material_stands_on_the_bar_line_nearest_to_its_region(in_time, export, store):
    wavinfo = pytest.importorskip("wavinfo", reason="the independent reader of BWF notes is not installed")
    run = store.add_run("f2", engine="frames", preset="fine", device="cpu", seed=1, start_s=3.7, length_s=14.0)
    take = store.add_take(
        run.id, store.store_clip(stroked(150.0, 8.0)), {"seconds": 8.0, "mode": "new", "closeness": 0.5, "seed": 8}
    )
    (file,) = files_of(export([take.id]))
    assert wavinfo.WavInfoReader(file).bext.time_reference / RATE_HZ == pytest.approx(3.2, abs=0.005)


def test_bars_without_a_grid_are_said_and_cost_nothing_where_nobody_asks(in_time, export, store):
    store.audio_path(store.fragment("f2").audio).unlink()
    events = export([in_time], on_bars=True)
    assert [warned.message for warned in of(events, Warned)] == [
        "The fragment's sound cannot be read, so the take's bar lines are not sure."
    ]
    assert len(files_of(events)) == 1
    assert of(export([in_time]), Warned) == []


# What can be in the way


def test_one_take_that_is_gone_does_not_stop_the_others(export, store):
    store.audio_path(store.take("t2").audio).unlink()
    events = export(ALL[:4])
    assert [event.take for event in of(events, Exported)] == ["t1", "t3", "t4"]
    (refused,) = of(events, FileRefused)
    assert (refused.file, refused.error) == ("t2", '"take 2" was not found.')
    assert refused.hint


def test_where_nothing_can_be_exported_the_reason_is_the_first_one(export, store):
    takes = ALL[:3]
    for take in takes:
        store.audio_path(store.take(take).audio).unlink()
    with pytest.raises(AudioFileError, match=r'^"take 1" was not found\.$'):
        export(takes)
    with pytest.raises(AudioFileError, match=r'^"take 3" was not found\.$'):
        export(takes[2:])


def test_a_take_without_a_sound_in_it_is_said_by_its_name(export, store):
    path = store.audio_path(store.take("t1").audio)
    path.chmod(0o644)
    path.write_bytes(path.read_bytes()[:20])
    with pytest.raises(AudioFileError) as caught:
        export(["t1"])
    assert '"take 1"' in caught.value.message
    assert path.stem not in caught.value.message


def test_a_silent_take_is_exported(export, store):
    silence = AudioClip(np.zeros((1, RATE_HZ), dtype=np.float32), RATE_HZ)
    request = {"seconds": 1.0, "mode": "new", "closeness": 0.5, "seed": 0}
    (file,) = files_of(export([store.add_take("r1", store.store_clip(silence), request).id], depth="16"))
    assert soundfile.info(file).frames == RATE_HZ


@pytest.mark.parametrize("inside", ["", "inside"])
def test_a_file_in_the_folder_s_place_is_said(export, out, inside, perform, folder):
    out.write_text("in the way")
    with pytest.raises(ExportError, match=r"it is, or lies inside, a file\.$"):
        perform(export_takes, folder, ["t1"], str(out / inside))
    assert out.read_text() == "in the way"


def test_a_folder_that_cannot_be_made_is_said(perform, folder, out):
    out.mkdir()
    with read_only(out), pytest.raises(ExportError) as caught:
        perform(export_takes, folder, ["t1"], str(out / "inside"))
    assert caught.value.message == 'The folder "inside" cannot be made.'
    assert caught.value.hint == "Choose a folder of your own."


def test_a_region_after_the_end_is_said(export):
    with pytest.raises(TooShortError, match="9\\.00 s lies outside the sound of 2\\.00 s"):
        export(["t1"], start_s=9.0)


def test_samples_above_full_scale_are_said_where_they_are_limited(export, store):
    loud = AudioClip(np.array([[0.5, 1.5, -1.5, 0.5] * RATE_HZ], dtype=np.float32), RATE_HZ)
    request = {"seconds": 4.0, "mode": "variation", "closeness": 0.5, "seed": 0}
    take = store.add_take("r1", store.store_clip(loud), request).id
    (warned,) = of(export([take]), Warned)
    assert warned.message.startswith('16000 samples of "song_take-21')
    assert warned.hint == "Export it as 32-bit float to keep them."
    assert of(export([take], depth="32f"), Warned) == []


def test_a_disk_that_fills_up_half_way_keeps_whole_files_only(folder, out):
    disk = Disk(out, 40, Mode("full from now on", FULL, stays=True, frees=True))
    events = []
    with failing(disk), pytest.raises(ExportError, match="no room left on the disk"):
        for event in export_takes(folder, ALL, str(out), cancelled=lambda: False):
            events.append(event)  # noqa: PERF402 (what came before the failure is looked at)
    assert disk.refused
    assert 0 < len(files_of(events)) < N_TAKES
    assert sorted(out.iterdir()) == sorted(files_of(events))
    for event in of(events, Exported):
        expected = sound(ALL.index(event.take)).samples
        np.testing.assert_allclose(read_clip(event.file).samples, expected, atol=1e-6)


def test_a_folder_that_becomes_read_only_is_said(export, out):
    disk = Disk(out, 1, Mode("read-only", FORBIDDEN, stays=True))
    out.mkdir()
    with failing(disk), pytest.raises(ExportError, match='the folder "out" is protected'):
        export(ALL[:3])
    assert list(out.iterdir()) == []


def test_a_folder_that_may_not_be_written_is_said(export, out):
    out.mkdir()
    with read_only(out), pytest.raises(ExportError) as caught:
        export(["t1"])
    assert caught.value.message.endswith('cannot be written: the folder "out" is protected.')


def test_a_folder_that_vanishes_meanwhile_is_said(folder, out):
    events = export_takes(folder, ALL, str(out), cancelled=lambda: False)
    with pytest.raises(ExportError, match='the folder "out" does not exist'):
        for event in events:
            if isinstance(event, Exported):
                shutil.rmtree(out, ignore_errors=True)


def test_what_a_cancelled_export_has_begun_is_told(folder, out):
    told: list[Path] = []
    for event in export_takes(folder, ALL, str(out), cancelled=lambda: len(told) > 3):
        told.extend(files_of([event]))
    assert 3 < len(told) < N_TAKES
    assert sorted(out.iterdir()) == sorted(told)


def test_an_export_that_nobody_hears_any_more_leaves_nothing_half(folder, out):
    events = export_takes(folder, ALL, str(out), cancelled=lambda: False)
    next(event for event in events if isinstance(event, Exported))
    events.close()
    assert {read_clip(file).n_frames for file in out.iterdir()} == {2 * RATE_HZ}
    assert len(list(out.iterdir())) < N_TAKES
