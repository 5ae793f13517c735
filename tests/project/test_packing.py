"""A project in one file: whole there and back, and nothing from anybody else's file where it does not belong."""

from __future__ import annotations

import stat
import struct
import sys
import zipfile

import pytest

from musemate.errors import ProjectError
from musemate.project import packing, zipguard, zipnames
from musemate.project.database import FILE_NAME
from musemate.project.store import Project
from musemate.study.answers import Answers

REQUEST = {"seconds": 3.0, "mode": "new", "closeness": 0.5, "seed": 1, "scale": None}
SAFE = "is no packed project, or not a safe one"
DAMAGED = "is damaged, or no zip file"


def never():
    return False


def packed(project, target):
    list(packing.pack(project.folder, packing.files_of(project.folder)[0], target, never))
    return target


def unpacked(file, folder):
    list(packing.unpack(file, folder, never))
    return folder


@pytest.fixture
def full(project, add_run):
    """Return a project with a song, a training, a take and things that are not packed."""
    run = add_run()
    project.run_path(run.id).mkdir()
    (project.run_path(run.id) / "manifest.json").write_text("{}")
    (project.run_path(run.id) / "training.lock").touch()
    take = project.add_take(run.id, project.fragment("f1").audio, REQUEST)
    project.set_stars(take.id, 4)
    (project.cache_path("x") / "mel.npy").write_bytes(b"picture")
    (project.folder / "audio" / ".0123.part").write_bytes(b"half")
    (project.exports_path / "Song_take-01.wav").write_bytes(b"exported")
    return project


@pytest.fixture
def hostile(full, tmp_path):
    """Return a function that packs the project and then changes the file: entries added, or its bytes."""

    def make(*entries, change=None):
        file = packed(full, tmp_path / "hostile.zip")
        with zipfile.ZipFile(file, "a") as archive:
            for info, content in entries:
                archive.writestr(info, content)
        if change is not None:
            file.write_bytes(change(file.read_bytes()))
        return file

    return make


def refused(file, tmp_path, match):
    """Unpack a file that must be refused; nothing is written anywhere."""
    before = sorted(path for path in tmp_path.rglob("*"))
    with pytest.raises(ProjectError, match=match) as caught:
        unpacked(file, tmp_path / "there" / "out")
    assert caught.value.hint
    assert sorted(tmp_path.rglob("*")) == before
    return caught.value.detail


def test_a_project_comes_back_whole(full, tmp_path):
    file = packed(full, tmp_path / "song.zip")
    assert sorted(zipfile.ZipFile(file).namelist()) == sorted(
        [FILE_NAME, f"audio/{full.fragment('f1').audio}", "runs/r1/manifest.json", "exports/Song_take-01.wav"]
    )
    with Project.open(unpacked(file, tmp_path / "again")) as again:
        assert (again.fragments(), again.runs(), again.takes()) == (full.fragments(), full.runs(), full.takes())
        audio = full.fragment("f1").audio
        assert again.audio_path(audio).read_bytes() == full.audio_path(audio).read_bytes()
        assert (again.exports_path / "Song_take-01.wav").read_bytes() == b"exported"


def test_studies_come_along_with_answers_that_are_being_given(full, tmp_path):
    """Pack while a study is open: its last answers are only in the log beside its database."""
    study = full.folder / "studies" / "one"
    (study / "sounds").mkdir(parents=True)
    for name in ("study.json", "key.json", "sounds/0123456789ab.flac"):
        (study / name).write_bytes(name.encode())
    with Answers.create(study / "answers.sqlite", "ab" * 16, n_orders=3) as answers:
        rater = answers.add_rater("Anna")
        assert (study / "answers.sqlite-wal").stat().st_size
        file = packed(full, tmp_path / "x.zip")
    again = unpacked(file, tmp_path / "again") / "studies" / "one"
    names = sorted(path.relative_to(again).as_posix() for path in again.rglob("*") if path.is_file())
    assert names == ["answers.sqlite", "key.json", "sounds/0123456789ab.flac", "study.json"]
    with Answers.open(again / "answers.sqlite") as answers:
        assert answers.raters() == [rater]


def test_a_damaged_database_of_a_study_is_packed_as_it_is(full, tmp_path):
    (full.folder / "studies" / "one").mkdir(parents=True)
    (full.folder / "studies" / "one" / "answers.sqlite").write_bytes(b"no database" * 100)
    again = unpacked(packed(full, tmp_path / "x.zip"), tmp_path / "again")
    assert (again / "studies" / "one" / "answers.sqlite").read_bytes() == b"no database" * 100


def test_a_folder_that_somebody_packed_is_taken_too(full, tmp_path):
    full.close()
    file = tmp_path / "by hand.zip"
    with zipfile.ZipFile(file, "w") as archive:
        for path in full.folder.rglob("*"):
            archive.write(path, f"Mein Lied ✓/{path.relative_to(full.folder).as_posix()}")
        archive.writestr("__MACOSX/._Mein Lied ✓", b"what a Mac adds")
        archive.writestr("Mein Lied ✓/.DS_Store", b"what a Mac adds")
    with Project.open(unpacked(file, tmp_path / "again")) as again:
        assert again.takes()[0].stars == 4
    assert not (tmp_path / "again" / ".DS_Store").exists()


def test_an_empty_folder_is_filled_and_a_full_one_is_not(full, tmp_path):
    file = packed(full, tmp_path / "song.zip")
    (tmp_path / "empty").mkdir()
    unpacked(file, tmp_path / "empty")
    with pytest.raises(ProjectError, match=r'"empty" exists already and was left as it is'):
        unpacked(file, tmp_path / "empty")
    with pytest.raises(ProjectError, match=r'"song\.zip" exists already and was left as it is'):
        packed(full, file)


def test_cancelling_leaves_nothing(full, tmp_path):
    file = packed(full, tmp_path / "song.zip")
    answers = iter([False, False])
    list(packing.unpack(file, tmp_path / "out", lambda: next(answers, True)))
    list(packing.pack(full.folder, [], tmp_path / "other.zip", lambda: True))
    assert sorted(path.name for path in tmp_path.iterdir()) == [full.folder.name, "song.wav", "song.zip"]


def test_names_that_not_every_system_writes_are_named_before(full):
    (full.exports_path / "what?.wav").write_bytes(b"x")
    packed, left = packing.files_of(full.folder)
    assert [path.name for path in left] == ["what?.wav"]
    assert "what?.wav" not in [path.name for path in packed]


HOSTILE_NAMES = [
    "../evil.wav",
    "audio/../../evil.wav",
    "/etc/evil.wav",
    "C:/evil.wav",
    "C:evil.wav",
    "audio\\..\\evil.wav",
    "\\\\host\\share\\evil.wav",
    "audio//evil.wav",
    "audio/./evil.wav",
    "audio/evil.wav\x00.txt",
    "audio/CON",
    "audio/nul.wav",
    "audio/LPT1.tar.gz",
    "audio/evil.wav.",
    "audio/evil ",
    "audio/a:b",
    "audio/new\nline.wav",
    f"audio/{'x' * 201}.wav",
    "/".join(["audio"] * 9),
    "audio/" + "/".join(["y" * 150] * 3),
]


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_names_that_lead_elsewhere_are_refused(hostile, tmp_path, name):
    info = zipfile.ZipInfo("placeholder")
    info.filename = name  # the constructor would mend some
    assert refused(hostile((info, b"evil")), tmp_path, SAFE)


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFCHR, stat.S_IFBLK, stat.S_IFIFO, stat.S_IFSOCK])
def test_links_and_devices_are_refused(hostile, tmp_path, kind):
    info = zipfile.ZipInfo("audio/link.wav")
    info.create_system = 3
    info.external_attr = (kind | 0o777) << 16
    assert "link or a device" in refused(hostile((info, b"/etc/passwd")), tmp_path, SAFE)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("audio/a.wav", "audio/a.wav"),
        ("audio/a.wav", "audio/A.WAV"),
        ("audio/Größe.wav", "audio/gro\u0308SSe.wav"),
        ("audio/ﬁne.wav", "audio/fine.wav"),
        ("audio/a", "audio/a/b.wav"),
    ],
)
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_names_that_meet_are_refused(hostile, tmp_path, first, second):
    assert refused(hostile((first, b"1"), (second, b"2")), tmp_path, SAFE)


def test_bombs_are_refused(hostile, tmp_path, monkeypatch):
    bomb = zipfile.ZipInfo("audio/bomb.wav")
    bomb.compress_type = zipfile.ZIP_DEFLATED
    file = hostile((bomb, bytes(40 << 20)))
    assert "times its size" in refused(file, tmp_path, SAFE)
    monkeypatch.setattr(zipguard, "MOST_BYTES", 1000)
    assert "absurdly large" in refused(file, tmp_path, SAFE)
    monkeypatch.setattr(zipguard, "MOST_ENTRIES", 3)
    assert "absurdly many" in refused(file, tmp_path, SAFE)
    monkeypatch.setattr(zipguard, "MOST_DIRECTORY_BYTES", 100)
    assert "absurdly long" in refused(file, tmp_path, SAFE)


def test_files_that_share_their_bytes_are_refused(hostile, tmp_path):
    def overlap(data):
        """Let the last entry of the directory point at the data of the first."""
        data, at = bytearray(data), data.rfind(b"PK\x01\x02")
        data[at + 42 : at + 46] = struct.pack("<L", 0)
        return bytes(data)

    assert "shares its bytes" in refused(hostile(("audio/a.wav", b"1"), change=overlap), tmp_path, SAFE)


def test_encrypted_files_and_rare_methods_are_refused(hostile, tmp_path):
    rare = zipfile.ZipInfo("audio/rare.wav")
    rare.compress_type = zipfile.ZIP_BZIP2
    assert "method" in refused(hostile((rare, b"x" * 99)), tmp_path, SAFE)
    (tmp_path / "hostile.zip").unlink()

    def encrypt(data):
        data, at = bytearray(data), data.rfind(b"PK\x01\x02")
        data[at + 8] |= 1
        return bytes(data)

    assert "encrypted" in refused(hostile(("audio/a.wav", b"1"), change=encrypt), tmp_path, SAFE)


@pytest.mark.parametrize("cut", [0.0, 0.01, 0.5, 0.9, 0.999])
def test_a_file_that_is_cut_off_is_refused(hostile, tmp_path, cut):
    assert refused(hostile(change=lambda data: data[: int(len(data) * cut)]), tmp_path, DAMAGED)


def test_a_flipped_bit_is_refused(hostile, tmp_path):
    def flip(data):
        data = bytearray(data)
        data[5000] ^= 1  # in the middle of what is packed
        return bytes(data)

    assert "CRC" in refused(hostile(change=flip), tmp_path, DAMAGED)


@pytest.mark.parametrize(
    "content", [b"", b"no zip at all" * 99, b"PK\x05\x06" + bytes(18), b"PK\x05\x06" + b"\xff" * 40]
)
def test_what_is_no_packed_project_is_refused(tmp_path, content):
    file = tmp_path / "odd.zip"
    file.write_bytes(content)
    refused(file, tmp_path, f"{SAFE}|{DAMAGED}")


def test_another_database_or_one_that_acts_by_itself_is_refused(full, tmp_path):
    import sqlite3

    def with_database(*statements):
        file, database = tmp_path / "odd.zip", tmp_path / "odd.sqlite"
        file.unlink(missing_ok=True)
        connection = sqlite3.connect(database)
        for statement in statements:
            connection.execute(statement)
        connection.close()
        with zipfile.ZipFile(file, "w") as archive:
            archive.write(database, FILE_NAME)
        database.unlink()
        return file

    assert "no project's" in refused(with_database("CREATE TABLE note (text)"), tmp_path, SAFE)
    ours = ("PRAGMA application_id = 0x4D75734D", "PRAGMA user_version = 4", "CREATE TABLE take (number)")
    evil = "CREATE TRIGGER evil AFTER UPDATE ON take BEGIN DELETE FROM take; END"
    assert "trigger" in refused(with_database(*ours, evil), tmp_path, SAFE)


def test_two_projects_in_a_file_and_none_are_refused(full, tmp_path):
    file = tmp_path / "two.zip"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("a/project.sqlite", b"1")
        archive.writestr("b/project.sqlite", b"2")
    assert "2 projects" in refused(file, tmp_path, SAFE)
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("a/b/project.sqlite", b"1")
    assert "0 projects" in refused(file, tmp_path, SAFE)


def test_what_belongs_to_no_project_stays_in_the_file(hostile, tmp_path):
    extra = ["run.exe", "audio/.hidden", "queue/x.json", "window.json", "elsewhere/a.wav", "runs/r1/training.lock"]
    out = unpacked(hostile(*((name, b"x") for name in extra)), tmp_path / "out")
    assert not [name for name in extra if (out / name).exists()]
    assert (out / "runs" / "r1" / "manifest.json").exists()


def test_too_little_room_is_said_before_anything_is_written(hostile, tmp_path, monkeypatch):
    monkeypatch.setattr(packing.shutil, "disk_usage", lambda path: type("Usage", (), {"free": 1000}))
    refused(hostile(), tmp_path, "needs .* are free")


def test_a_full_disk_leaves_nothing(hostile, tmp_path, monkeypatch):
    def full_disk(path):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(packing, "sync", full_disk)
    refused(hostile(), tmp_path, "could not be read or written")


def test_what_a_killed_unpacking_left_is_removed_a_day_later(full, tmp_path):
    import os
    import time

    file = packed(full, tmp_path / "song.zip")
    old, young = tmp_path / f"{packing.PREFIX}old", tmp_path / f"{packing.PREFIX}young"
    for path in (old, young):
        path.mkdir()
    two_days_ago = time.time() - 48 * 3600
    os.utime(old, (two_days_ago, two_days_ago))
    unpacked(file, tmp_path / "out")
    assert (old.exists(), young.exists()) == (False, True)


@pytest.mark.skipif(sys.platform == "win32", reason="needs links")
def test_links_in_a_project_are_not_followed_into_the_file(full, tmp_path):
    (tmp_path / "secret").write_text("secret")
    (full.exports_path / "link.wav").symlink_to(tmp_path / "secret")
    assert "link.wav" not in [path.name for path in packing.files_of(full.folder)[0]]


def test_a_directory_that_lies_about_its_count_is_no_harm(hostile, tmp_path):
    def lie(data):
        data, at = bytearray(data), data.rfind(b"PK\x05\x06")
        data[at + 8 : at + 12] = b"\xff\xff\xff\xff"
        return bytes(data)

    file = hostile(change=lie)
    try:
        unpacked(file, tmp_path / "out")
    except ProjectError as error:
        assert "zip" in error.message or "safe" in error.message


def test_allowed_names_are_plain():
    assert zipnames.is_allowed("audio/Größe ♪ (2).wav")
    assert not zipnames.is_allowed("")
    assert not zipnames.is_allowed("audio/\ud800.wav")
