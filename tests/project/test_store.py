"""The project folder: what is stored, what survives, and what is refused with which words."""

from __future__ import annotations

import hashlib
import os
import sqlite3
import sys
from pathlib import Path, PurePosixPath, PureWindowsPath

import numpy as np
import pytest

from musemate.audio.clip import AudioClip
from musemate.audio.files import read_clip
from musemate.errors import AudioFileError, ProjectError, SettingsError
from musemate.project import schema
from musemate.project.locks import RunLock
from musemate.project.records import Beats
from musemate.project.store import Project

REQUEST = {"seconds": 3.0, "mode": "variation", "closeness": 0.25, "seed": 11}


def reopened(project):
    project.close()
    return Project.open(project.folder)


def test_a_fragment_is_a_byte_for_byte_copy_under_its_hash(project, make_wav):
    source = make_wav("Größe ♪.WAV", seconds=2.5, rate_hz=48_000, channels=1)
    fragment = project.add_fragment(source)
    kept = project.audio_path(fragment.audio)
    assert kept.read_bytes() == source.read_bytes()
    assert kept.name == hashlib.sha256(source.read_bytes()).hexdigest() + ".wav"
    assert (fragment.id, fragment.name, fragment.source) == ("f1", "Größe ♪", str(source))
    assert (fragment.rate_hz, fragment.n_channels, fragment.duration_s) == (48_000, 1, 2.5)
    assert (fragment.start_s, fragment.length_s) == (0.0, 2.5)
    assert (fragment.beats, fragment.key, fragment.voice) == (None, "", ())


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no names that are no text")
def test_a_name_that_is_no_text_is_taken(project, make_wav, tmp_path):
    source = make_wav().rename(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.wa\xff"))
    fragment = project.add_fragment(source)
    assert (fragment.name, Path(fragment.source).name) == ("caf?", "caf?.wa?")
    assert project.find_fragment(source) == fragment


def test_an_ending_that_is_none_of_a_sound_is_not_kept(project, make_wav, tmp_path):
    source = make_wav().rename(tmp_path / f"Song feat. {'x' * 230}")
    fragment = project.add_fragment(source)
    assert project.audio_path(fragment.audio).read_bytes() == source.read_bytes()
    assert Path(fragment.audio).suffix == ""
    assert read_clip(project.audio_path(fragment.audio)).duration_s == 1.0
    assert project.find_fragment(source) == fragment


def test_a_song_may_have_several_fragments(project, make_wav):
    first = project.add_fragment(make_wav(seconds=6.0), 1.0, 2.0)
    project.set_analysis(first.id, None, "A minor", (0.5, 0.25))
    second = project.add_fragment_like(first.id, 3.0, 30.0)
    assert (second.id, second.start_s, second.length_s) == ("f2", 3.0, 3.0)
    assert (second.audio, second.key, second.voice) == (first.audio, "A minor", (0.5, 0.25))
    assert (second.name, second.source, second.duration_s) == (first.name, first.source, first.duration_s)
    project.set_region(second.id, 0.0, 1.0)
    assert project.fragment(first.id).start_s == 1.0
    project.remove_fragment(first.id)
    assert [fragment.id for fragment in project.fragments()] == ["f2"]
    with pytest.raises(SettingsError):
        project.add_fragment_like(first.id, 7.0, 1.0)


def test_everything_is_there_after_reopening(project, make_wav, add_run):
    run = add_run(options={"width": 8})
    project.update_run(run.id, scales=("a", "b"), n_finished=2, state="finished", seconds=4.5, peak_mib=100.5)
    beats = Beats(120.5, 0.9, (0.0, 0.5, 1.0), 1, 3)
    project.set_analysis("f1", beats, "A minor", (0.0, 0.25))
    project.add_take(run.id, "x.wav", REQUEST, device="cpu")
    project.set_stars("t1", 4)
    before = project.fragments(), project.runs(), project.takes()
    with reopened(project) as again:
        assert (again.fragments(), again.runs(), again.takes()) == before
    fragment, run, take = (rows[0] for rows in before)
    assert (fragment.beats, fragment.key, fragment.voice) == (beats, "A minor", (0.0, 0.25))
    assert (run.scales, run.n_finished, run.state, run.options) == (("a", "b"), 2, "finished", {"width": 8})
    assert (take.id, take.name, take.stars, take.device) == ("t1", "take 1", 4, "cpu")
    assert (take.seconds, take.mode, take.closeness, take.seed) == (3.0, "variation", 0.25, 11)
    assert take.request == REQUEST


def test_another_connection_sees_every_action_at_once(project, add_run):
    with Project.open(project.folder) as other:
        run = add_run()
        assert other.run(run.id) == run
        other.update_run(run.id, n_finished=1)
        assert project.run(run.id).n_finished == 1


def test_a_closed_project_is_one_file_beside_folders(project, add_run):
    add_run()
    project.close()
    assert sorted(p.name for p in project.folder.iterdir()) == ["audio", "cache", "exports", "project.sqlite", "runs"]


def test_a_copied_folder_is_a_whole_project(project, add_run, tmp_path):
    import shutil

    add_run()
    project.close()
    copy = shutil.copytree(project.folder, tmp_path / "copy")
    with Project.open(copy) as again:
        assert again.name == "copy"
        assert read_clip(again.audio_path(again.fragment("f1").audio)).duration_s == 1.0


def test_the_default_region_is_at_most_thirty_seconds(project, make_wav):
    assert project.add_fragment(make_wav(seconds=31.0, channels=1)).length_s == 30.0


@pytest.mark.parametrize(
    ("start_s", "length_s", "expected"),
    [(0.25, 0.5, (0.25, 0.5)), (-1.0, 1.5, (0.0, 0.5)), (0.75, 9.0, (0.75, 0.25))],
)
def test_a_region_is_limited_to_the_file(project, make_wav, start_s, length_s, expected):
    fragment = project.add_fragment(make_wav())
    changed = project.set_region(fragment.id, start_s, length_s)
    assert (changed.start_s, changed.length_s) == expected
    assert project.add_fragment(make_wav("b.wav"), start_s, length_s).length_s == expected[1]


@pytest.mark.parametrize(("start_s", "length_s"), [(1.0, 1.0), (0.5, 0.0), (0.5, float("nan"))])
def test_a_region_outside_is_refused(project, make_wav, start_s, length_s):
    fragment = project.add_fragment(make_wav())
    with pytest.raises(SettingsError, match="outside the file"):
        project.set_region(fragment.id, start_s, length_s)
    assert project.fragment(fragment.id) == fragment


def test_a_bad_file_leaves_nothing_behind(project, tmp_path):
    bad = tmp_path / "text.wav"
    bad.write_text("no sound")
    with pytest.raises(AudioFileError, match="text"):
        project.add_fragment(bad)
    assert project.fragments() == []
    assert list((project.folder / "audio").iterdir()) == []


def test_a_file_is_found_again_by_its_content(project, make_wav):
    fragment = project.add_fragment(make_wav("a.wav"))
    assert project.find_fragment(make_wav("b.wav")) == fragment
    assert project.find_fragment(make_wav("c.wav", seed=1)) is None
    assert project.find_fragment("missing.wav") is None


def test_the_same_content_is_kept_once(project, make_wav):
    first, second = project.add_fragment(make_wav("a.wav")), project.add_fragment(make_wav("b.wav"))
    assert first.audio == second.audio
    assert (first.id, second.id) == ("f1", "f2")
    assert len(list((project.folder / "audio").iterdir())) == 1


def test_a_stored_clip_comes_back_exactly(project):
    samples = np.random.default_rng(1).normal(0, 1, (2, 4321)).astype(np.float32)
    name = project.store_clip(AudioClip(samples, 44_100))
    path = project.audio_path(name)
    assert path.stem == hashlib.sha256(path.read_bytes()).hexdigest()
    again = read_clip(path, min_s=0.0)
    assert again.rate_hz == 44_100
    np.testing.assert_array_equal(again.samples, samples)


def test_removed_rows_are_hidden_and_come_back(project, add_run):
    run = add_run()
    take = project.add_take(run.id, "x.wav", REQUEST)
    project.remove_take(take.id)
    assert project.takes() == []
    project.restore_take(take.id)
    assert project.takes() == [take]
    project.remove_fragment("f1")
    assert (project.fragments(), project.runs(), project.takes()) == ([], [], [])
    project.restore_fragment("f1")
    assert project.takes() == [take]


def test_rows_are_filtered_by_their_owner(project, add_run):
    first, second = add_run(), add_run()
    takes = [project.add_take(run.id, "x.wav", REQUEST) for run in (first, second, second)]
    assert project.runs(fragment="f2") == [second]
    assert project.takes(run="r2") == takes[1:]
    assert project.takes(fragment="f1") == takes[:1]
    assert project.takes(run="nonsense") == []


def test_numbers_of_removed_rows_are_not_used_again(project, make_wav):
    project.remove_fragment(project.add_fragment(make_wav()).id)
    assert project.add_fragment(make_wav()).id == "f2"


@pytest.mark.parametrize("take_id", ["t9", "r1", "", "t", "t-1", "t1; DROP TABLE take", "t99999999999999999999"])
def test_an_unknown_id_is_named(project, add_run, take_id):
    project.add_take(add_run().id, "x.wav", REQUEST)
    with pytest.raises(ProjectError) as caught:
        project.take(take_id)
    assert caught.value.message == f'There is no take "{take_id}" in the project "Mein Lied ✓".'
    assert "t1" in caught.value.hint
    assert len(project.takes()) == 1


@pytest.mark.parametrize("stars", [-1, 6])
def test_stars_are_zero_to_five(project, add_run, stars):
    take = project.add_take(add_run().id, "x.wav", REQUEST)
    with pytest.raises(SettingsError, match="stars are not possible"):
        project.set_stars(take.id, stars)
    assert project.take(take.id).stars == 0


def test_only_fields_of_a_run_can_be_changed(project, add_run):
    run = add_run()
    for field in ("id", "fragment", "nonsense"):
        with pytest.raises(TypeError, match=field):
            project.update_run(run.id, **{field: "f2"})


def test_a_take_needs_a_run_that_exists(project):
    with pytest.raises(ProjectError, match="no run"):
        project.add_take("r5", "x.wav", REQUEST)


# Runs and the processes that train them


def test_a_run_in_training_is_left_alone_while_its_process_lives(project, add_run):
    run = add_run()
    with project.training(run.id) as folder:
        assert folder == project.run_path(run.id)
        with Project.open(project.folder) as other:
            assert other.run(run.id).state == "training"
            with pytest.raises(ProjectError, match="is being trained right now"), other.training(run.id):
                pass


@pytest.mark.parametrize(("n_finished", "state"), [(0, "failed"), (2, "stopped")])
def test_the_run_of_a_dead_process_is_settled_when_it_is_seen(project, add_run, n_finished, state):
    run = add_run()
    with project.training(run.id):
        project.update_run(run.id, n_finished=n_finished, scales=("a", "b", "c"))
    settled = project.run(run.id)  # the lock is gone, the state was never changed: as after a kill
    assert settled.state == state
    assert bool(settled.reason) == (state == "failed")
    with Project.open(project.folder) as other:
        assert other.runs() == [settled]


def test_a_run_that_ends_between_two_looks_keeps_its_own_word(project, add_run):
    run = add_run()
    with project.training(run.id):
        seen = project.run(run.id)
        project.update_run(run.id, state="finished", n_finished=3, scales=("a", "b", "c"))
    assert seen.state == "training"
    assert project._settled(seen).state == "finished"  # what a reader does who looked before the end
    assert project.run(run.id).state == "finished"


def test_a_lock_that_is_only_looked_at_does_not_keep_a_training_from_starting(project, add_run):
    import threading

    run = add_run()
    glance = RunLock(project.run_path(run.id))
    timer = threading.Timer(0.05, glance.release)
    timer.start()
    with project.training(run.id):
        assert project.run(run.id).state == "training"
    timer.join()


# What cannot be opened


def test_a_folder_without_project_is_refused(tmp_path):
    with pytest.raises(ProjectError) as caught:
        Project.open(tmp_path)
    assert caught.value.message == f'"{tmp_path}" is not a MuseMate project.'
    assert list(tmp_path.iterdir()) == []


def test_projects_on_a_network_drive_of_windows_have_an_address():
    assert schema.uri_of(PureWindowsPath(r"\\nas\music\a b\p.sqlite")) == "file:////nas/music/a%20b/p.sqlite"
    assert schema.uri_of(PureWindowsPath(r"C:\music\p.sqlite")) == "file:///C:/music/p.sqlite"
    assert schema.uri_of(PurePosixPath("/music/p.sqlite")) == "file:///music/p.sqlite"


def test_a_path_that_is_too_long_is_a_sentence(tmp_path):
    for way in (Project.open, Project.create, Project.open_or_create):
        with pytest.raises(ProjectError):
            way(tmp_path / ("x" * 300))


def test_a_project_whose_making_broke_off_is_made_after_all(tmp_path):
    tmp_path.joinpath("project.sqlite").touch()
    with Project.open_or_create(tmp_path) as project:
        assert project.fragments() == []


def test_a_file_that_cannot_be_read_is_no_known_fragment(project, make_wav, tmp_path):
    project.add_fragment(make_wav())
    assert project.find_fragment(tmp_path / "gone.wav") is None
    assert project.find_fragment(tmp_path / ("x" * 300)) is None


def test_a_project_is_not_made_twice(project):
    with pytest.raises(ProjectError, match="already a project"):
        Project.create(project.folder)
    with Project.open_or_create(project.folder) as again:
        assert again.folder == project.folder


def _overwritten(content):
    return b"no database at all" * 100


def _cut_off(content):
    return content[: len(content) // 2]


def _scribbled_on(content):
    return content[:4096] + b"?" * 4096 + content[8192:]


@pytest.mark.parametrize("damage", [_overwritten, _cut_off, _scribbled_on])
def test_a_damaged_project_file_is_refused_without_being_changed(project, add_run, damage):
    add_run()
    project.close()
    file = project.folder / "project.sqlite"
    content = damage(file.read_bytes())
    file.write_bytes(content)
    with pytest.raises(ProjectError) as caught:
        Project.open(project.folder)
    assert "damaged" in caught.value.message
    assert '"audio"' in caught.value.hint
    assert file.read_bytes() == content


@pytest.mark.parametrize("prepare", ["", "CREATE TABLE note (text)"])
def test_another_programs_database_is_no_project(tmp_path, prepare):
    connection = sqlite3.connect(tmp_path / "project.sqlite")
    connection.executescript(f"{prepare}; VACUUM")
    connection.close()
    with pytest.raises(ProjectError, match="is not a MuseMate project"):
        Project.open(tmp_path)


def test_a_folder_that_cannot_be_made_is_refused(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ProjectError, match="cannot be written"):
        Project.create(tmp_path / "file" / "project")


def test_a_full_disk_is_a_sentence(project, make_wav, monkeypatch):
    def full(*args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("musemate.project.keep.shutil.copyfileobj", full)
    with pytest.raises(ProjectError) as caught:
        project.add_fragment(make_wav())
    assert "could not be stored" in caught.value.message
    assert "free space" in caught.value.hint
    assert list((project.folder / "audio").iterdir()) == []


def test_a_project_that_is_kept_busy_is_a_sentence(project, make_wav, monkeypatch):
    project.close()
    monkeypatch.setattr(schema, "BUSY_S", 0.05)
    with Project.open(project.folder) as impatient:
        blocker = sqlite3.connect(project.folder / "project.sqlite", isolation_level=None)
        blocker.execute("BEGIN IMMEDIATE")
        try:
            with pytest.raises(ProjectError, match="Another program keeps"):
                impatient.add_fragment(make_wav())
        finally:
            blocker.close()
        assert impatient.add_fragment(make_wav()).id == "f1"
