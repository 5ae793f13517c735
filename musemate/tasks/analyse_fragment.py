"""Finds tempo, bars, key and voice of a fragment's whole file and stores them in the project."""

from __future__ import annotations

from collections.abc import Iterator

from musemate.audio.files import read_clip
from musemate.engine.base import Cancelled
from musemate.engine.events import Analysed, Event, Working
from musemate.language import _
from musemate.project.store import Project


def analyse_fragment(project: str, fragment: str, *, cancelled: Cancelled) -> Iterator[Event]:
    """Analyse one fragment.

    Parameters
    ----------
    project : str
        The project's folder.
    fragment : str
        Id of the fragment.
    cancelled : callable
        Asked between the steps; nothing is stored when it stops them.

    Raises
    ------
    ProjectError
        There is no such project or fragment.
    AudioFileError
        Its file is missing or damaged.
    """
    from musemate.analysis.harmony import find_key
    from musemate.analysis.rhythm import find_beats
    from musemate.analysis.voice import voice_likelihood

    with Project.open(project) as store:
        clip = read_clip(store.audio_path(store.fragment(fragment).audio))
        yield Working(_("Listening for the beat"), 0.0)
        beats = find_beats(clip)
        if cancelled():
            return
        yield Working(_("Listening for the key"), 0.4)
        key = find_key(clip)
        if cancelled():
            return
        yield Working(_("Listening for voice"), 0.7)
        voice = voice_likelihood(clip)
        store.set_analysis(fragment, beats, key, voice)
    yield Analysed(fragment)
