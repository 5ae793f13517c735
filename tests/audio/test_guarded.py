"""Files from outside: another process decodes them, within limits, and its end is a sentence."""

from __future__ import annotations

import json
import os
import struct
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile
from bad_files import RATE_HZ, lie_about_size, make_bad_files, make_odd_files, make_tone, write_tone

from musemate import language
from musemate.audio import decoderprocess, ffmpeg
from musemate.audio.files import probe, read_clip, read_outside
from musemate.audio.guarded import open_guarded
from musemate.audio.limits import DECODE
from musemate.errors import AudioFileError, TooShortError

START = Path(__file__).resolve().parents[2] / "installers" / "start.py"
"""Where a packaged program starts."""
COPY_HINT = "Copy it again from where it came from, or export it again from your DAW."
FACTS = {
    "rate_hz": RATE_HZ,
    "n_channels": 2,
    "n_frames": RATE_HZ,
    "format": "WAV",
    "subtype": "PCM_16",
    "needs_ffmpeg": False,
}


@pytest.fixture
def song(tmp_path: Path) -> Path:
    return write_tone(tmp_path / "song.wav")


def stand_in(monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    """Let the process run other code than ours, as if a file had taken it over."""
    monkeypatch.setattr(decoderprocess, "_command", lambda: [sys.executable, "-c", code])


def saying(*answers: tuple[bytes, bytes]) -> str:
    """Return code that gives these answers whatever it is asked, and then waits to be ended."""
    data = b"".join(struct.pack("<cI", letter, len(content)) + content for letter, content in answers)
    return f"import sys; sys.stdout.buffer.write({data!r}); sys.stdout.flush(); sys.stdin.read()"


def refusal(path: Path) -> AudioFileError:
    with pytest.raises(AudioFileError) as caught:
        read_outside(path)
    return caught.value


# ---- the same sound and the same sentences


def test_the_sound_is_the_same_bit_for_bit(tmp_path: Path) -> None:
    for name in ("song.wav", "Größe – 曲.flac", "song.mp3"):
        path = tmp_path / name
        soundfile.write(path, make_tone(3.0).T, RATE_HZ)
        info, clip = read_outside(path)
        assert np.array_equal(clip.samples, read_clip(path).samples)
        assert info == probe(path) == probe(path, outside=True)


def test_a_name_that_is_no_text(tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(b"caf\xe9.wav")
    try:
        write_tone(tmp_path / "song.wav").replace(path)
    except (OSError, UnicodeError):
        pytest.skip("this file system only takes names that are text")
    assert read_outside(path)[1].n_frames == RATE_HZ


def test_m4a(tmp_path: Path) -> None:
    if not ffmpeg.has_ffmpeg():
        pytest.skip("ffmpeg is not installed")
    import subprocess

    path = tmp_path / "song.m4a"
    command = ["ffmpeg", "-v", "error", "-nostdin", "-i", str(write_tone(tmp_path / "song.wav")), str(path)]
    subprocess.run(command, check=True, timeout=180)
    info, clip = read_outside(path)
    assert np.array_equal(clip.samples, read_clip(path).samples)
    assert (info.needs_ffmpeg, info.n_frames) == (True, clip.n_frames)


def test_bad_files_are_refused_with_the_same_sentences(tmp_path: Path) -> None:
    wanted = {"missing.wav", "lyrics.wav", "cut.wav", "cut.flac", "nan.wav", "surround.wav", "blip.wav", "silence.wav"}
    bad_files = [bad for bad in make_bad_files(tmp_path) if bad.path.name in wanted]
    assert len(bad_files) == len(wanted)
    assert [bad.path.name for bad in bad_files if not bad.is_said_by(refusal(bad.path))] == []


@pytest.mark.slow
def test_every_bad_and_odd_file(tmp_path: Path) -> None:
    (tmp_path / "bad").mkdir()
    (tmp_path / "odd").mkdir()
    for bad in make_bad_files(tmp_path / "bad"):
        assert bad.is_said_by(refusal(bad.path)), bad.path.name
    for odd in make_odd_files(tmp_path / "odd"):
        assert np.array_equal(read_outside(odd.path)[1].samples, read_clip(odd.path).samples)


def test_it_speaks_the_songwriters_language(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(language.VARIABLE, "de")
    code = (
        "import sys; from musemate import language; language.use_parents(); language_in_use = language.in_use()\n"
        "sys.stderr.write(language_in_use)"
    )
    stand_in(monkeypatch, code)
    assert "de" in refusal(write_tone(tmp_path / "song.wav")).detail.splitlines()[-1]


# ---- limits


def test_a_process_that_crashes_is_a_sentence(song: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(monkeypatch, "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)")
    error = refusal(song)
    assert error.message == '"song.wav" is damaged: the decoder broke down over it.'
    assert error.hint == COPY_HINT


def test_a_process_that_says_nothing_is_given_up(song: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoderprocess, "SILENT_S", 0.2)
    stand_in(monkeypatch, "import sys; sys.stdin.read()")
    assert refusal(song).message == '"song.wav" was given up: decoding it took too long.'


@pytest.mark.skipif(sys.platform != "linux", reason="the limits of other systems are other ones")
def test_memory_is_limited(song: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code = (
        "import json, sys; from musemate.audio import decoderworker as worker\n"
        "worker.open_decoder = lambda path: bytearray(1 << 30)\n"
        "sys.exit(worker.main())"
    )
    monkeypatch.setattr(decoderprocess, "MEMORY_BYTES", 1 << 29)
    stand_in(monkeypatch, code)
    assert refusal(song).message == '"song.wav" was given up: decoding it took too much memory.'


@pytest.mark.skipif(sys.platform != "linux", reason="the limits of other systems are other ones")
def test_computing_time_is_limited(song: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code = (
        "import itertools, sys; from musemate.audio import decoderworker as worker\n"
        "worker.open_decoder = lambda path: sum(0 for _ in itertools.count())\n"
        "sys.exit(worker.main())"
    )
    monkeypatch.setattr(decoderprocess, "CPU_S", 1)
    stand_in(monkeypatch, code)
    assert refusal(song).message == '"song.wav" was given up: decoding it took too long.'


def test_a_process_that_cannot_be_started(song: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoderprocess, "_command", lambda: [str(song.with_name("nothing"))])
    error = refusal(song)
    assert error.message == '"song.wav" could not be decoded: the process for it could not be started.'
    assert error.hint == "Close other programs and try again."


# ---- a process that lies


@pytest.mark.parametrize(
    "answers",
    [
        [(b"f", b"not JSON")],
        [(b"f", b"[" * 50_000)],
        [(b"f", b"{}")],
        [(b"f", json.dumps(FACTS | {"n_channels": 0}).encode())],
        [(b"f", json.dumps(FACTS | {"n_frames": -1}).encode())],
        [(b"f", json.dumps(FACTS | {"rate_hz": 1e300}).encode())],
        [(b"f", json.dumps(FACTS | {"format": ["WAV"]}).encode())],
        [(b"?", json.dumps(FACTS).encode())],
        [(b"r", b'{"message": "x"}')],
        [(b"f", json.dumps(FACTS).encode()), (b"b", b"123")],
        [(b"f", json.dumps(FACTS).encode()), (b"f", b"")],
        [(b"f", b" " * 100_000)],
    ],
    ids=lambda answers: f"{answers[-1][0].decode()} {answers[-1][1][:24].decode()}",
)
def test_an_answer_that_cannot_be(
    song: Path, monkeypatch: pytest.MonkeyPatch, answers: list[tuple[bytes, bytes]]
) -> None:
    monkeypatch.setattr(decoderprocess, "_LAST_S", 0.01)
    stand_in(monkeypatch, saying(*answers))
    assert refusal(song).message == '"song.wav" is damaged: the decoder broke down over it.'


def test_samples_that_are_no_numbers_are_refused_here_too(song: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    block = np.full((2, 100), np.nan, dtype=np.float32).tobytes()
    stand_in(monkeypatch, saying((b"f", json.dumps(FACTS).encode()), (b"b", block)))
    assert refusal(song).message.startswith('"song.wav" holds samples that are not numbers')


def test_less_sound_than_promised_is_too_short(song: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(monkeypatch, saying((b"f", json.dumps(FACTS).encode()), (b"e", b"")))
    assert isinstance(refusal(song), TooShortError)


# ---- what it leaves and what it takes


def test_a_file_that_is_left_early_leaves_no_process(song: Path) -> None:
    with open_guarded(song) as decoder:
        pid = decoder.process.pid
        assert os.getpgid(pid) == pid
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_the_process_starts_without_what_it_does_not_need(fresh_python: Callable[..., str]) -> None:
    unwanted = {"torch", "librosa", "scipy", "matplotlib", "PySide6"}
    code = f"import sys, musemate.audio.decoderworker; print(*({unwanted!r} & set(sys.modules)))"
    assert fresh_python(code).split() == []


def test_code_in_the_current_folder_is_not_taken(song: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "soundfile.py").write_text("raise SystemExit(99)")
    (tmp_path / "json.py").write_text("raise SystemExit(99)")
    monkeypatch.chdir(tmp_path)
    assert read_outside(song)[1].n_frames == RATE_HZ


def test_a_header_that_promises_4_gb_is_refused(tmp_path: Path) -> None:
    path = lie_about_size(write_tone(tmp_path / "lie.wav"), 0xFFFFFFF0)
    assert refusal(path).message.startswith('"lie.wav" is cut off: its header promises 6 h 45 min of sound')


def test_a_packaged_program_starts_itself(song: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    packaged = ["-c", "import runpy, sys; runpy.run_path(sys.argv.pop(1), run_name='__main__')", str(START)]
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    program, *arguments = decoderprocess._command()
    assert arguments == [DECODE]
    monkeypatch.setattr(decoderprocess, "_command", lambda: [program, *packaged, *arguments])
    assert read_outside(song)[1].n_frames == RATE_HZ
