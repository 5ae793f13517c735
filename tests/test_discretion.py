"""What may stand in a log or a bug report, and what not."""

from __future__ import annotations

import getpass
from pathlib import Path

import pytest

from musemate import discretion
from musemate.discretion import without_names, without_person


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ('The project "Yesterday" is read-only.', 'The project "…" is read-only.'),
        ('The project "My "best" song" is read-only.', 'The project "…" is read-only.'),
        ("“Abba” cannot be heard: its sound file is gone.", "“…” cannot be heard: its sound file is gone."),
        ("„Lied“ ist weg", "„…“ ist weg"),
        ("Error opening '/home/a/My song.wav': Format not recognised.", "Error opening '…': Format not recognised."),
        ("No such file: /home/anna/songs/Yesterday all my.wav", "No such file: …"),
        ("cut off: C:\\Users\\Anna\\Lied.wav", "cut off: …"),
        ("cannot be written: ~/Songs/a b", "cannot be written: …"),
        ("'NoneType' object has no attribute 'a'", "'NoneType' object has no attribute 'a'"),
        ("No module named 'torch'", "No module named 'torch'"),
        ("KeyError: 'Abba'", "KeyError: '…'"),
        ("array([0.1, 0.2, -0.3, 1e-3, 0.4, 0.5, 0.5, 0.6, 0.7])", "array([… "),
        ("isn't it? don't, 1/16 of 3/4, 12 of 20 at 3.5 s", "isn't it? don't, 1/16 of 3/4, 12 of 20 at 3.5 s"),
    ],
)
def test_names_paths_and_samples_are_left_out(said: str, kept: str) -> None:
    assert without_names(said) == kept


def test_a_traceback_keeps_its_frames_and_loses_its_values() -> None:
    home = Path.home()
    trace = (
        "Traceback (most recent call last):\n"
        f'  File "{home}/musemate/files.py", line 3, in read\n'
        '    raise ValueError(f"{name} is broken") from "cause"\n'
        "    ^^^^^^^^^^^^^^^^^\n"
        "ValueError: 'Yesterday' is broken"
    )
    assert without_names(trace) == (
        "Traceback (most recent call last):\n"
        '  File "~/musemate/files.py", line 3, in read\n'
        '    raise ValueError(f"{name} is broken") from "cause"\n'
        "    ^^^^^^^^^^^^^^^^^\n"
        "ValueError: '…' is broken"
    )


def test_nobody_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(getpass, "getuser", lambda: "annabel")
    discretion._names_of_user.cache_clear()
    try:
        assert without_person("Annabel's headphones in /media/annabel/x") == "…'s headphones in /media/…/x"
    finally:
        discretion._names_of_user.cache_clear()


@pytest.mark.parametrize("text", ["x" * 4_000, "1" * 4_000, "1." * 2_000, '"x' * 2_000, "“" * 4_000, "a.b" * 1_300])
def test_no_text_takes_long(text: str) -> None:
    """Each of these takes hours where a pattern goes back over what it has read."""
    assert len(without_names(text)) <= len(text) + 1
