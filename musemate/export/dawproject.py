"""Writes a set as .dawproject, the open format that Bitwig, Studio One, Cubase and others read.

A ZIP with project.xml, metadata.xml and the sounds, so that one file is all. Tracks and plain clips of an arrangement,
nothing else: what is richer gets lost between programs. Clips are not warped, so that a sound keeps its speed. (Facts
from the format's reference and its schema, version 1.0; Bitwig, MIT licence.)
"""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO
from xml.etree import ElementTree as ET

from musemate import __version__
from musemate.export.setplan import Placed, SetPlan, plain_line
from musemate.export.tempomap import TempoMap

FORMAT = "1.0"
_LONGEST_COPY = 1 << 20
_WHEN = (1980, 1, 1, 0, 0, 0)
"""Of every file in the ZIP: the same set is the same file."""


def write_dawproject(file: BinaryIO, plan: SetPlan, folder: Path) -> None:
    """Write a set into an open file.

    Parameters
    ----------
    file : binary file
        Open for writing.
    plan : SetPlan
    folder : Path
        Where the files lie that it names.
    """
    with zipfile.ZipFile(file, "w", allowZip64=True) as archive:
        archive.writestr(_entry("project.xml", zipfile.ZIP_DEFLATED), render_project(plan))
        archive.writestr(_entry("metadata.xml", zipfile.ZIP_DEFLATED), render_metadata(plan))
        for sound in plan.sounds:
            entry = _entry(sound.file, zipfile.ZIP_STORED)
            entry.file_size = (folder / sound.file).stat().st_size
            with (folder / sound.file).open("rb") as source, archive.open(entry, "w") as target:
                shutil.copyfileobj(source, target, _LONGEST_COPY)


def render_project(plan: SetPlan) -> bytes:
    """Return project.xml."""
    root = ET.Element("Project", version=FORMAT)
    ET.SubElement(root, "Application", name="MuseMate", version=__version__)
    if plan.grid:
        transport = ET.SubElement(root, "Transport")
        bpm = _number(plan.grid.bpm)
        ET.SubElement(transport, "Tempo", id="tempo", name="Tempo", unit="bpm", value=bpm, min="20", max="666")
        beats = str(plan.grid.beats_per_bar)
        ET.SubElement(transport, "TimeSignature", id="metre", numerator=beats, denominator="4")
    structure = ET.SubElement(root, "Structure")
    for index, sound in enumerate(plan.sounds):
        _add_track(structure, index, sound)
    _add_master(structure)
    _add_arrangement(root, plan)
    return _text_of(root)


def render_metadata(plan: SetPlan) -> bytes:
    """Return metadata.xml."""
    root = ET.Element("MetaData")
    ET.SubElement(root, "Title").text = plain_line(plan.song)
    ET.SubElement(root, "Comment").text = f"MuseMate {__version__}"
    return _text_of(root)


def _add_track(structure: ET.Element, index: int, sound: Placed) -> None:
    track = ET.SubElement(structure, "Track", contentType="audio", loaded="true", id=f"track{index}")
    track.set("name", plain_line(sound.name))
    channel = ET.SubElement(track, "Channel", role="regular", destination="master-channel", id=f"channel{index}")
    channel.set("audioChannels", "2")
    _add_mixer(channel, f"channel{index}", sound.is_muted)


def _add_master(structure: ET.Element) -> None:
    track = ET.SubElement(structure, "Track", contentType="audio", loaded="true", id="master", name="Master")
    channel = ET.SubElement(track, "Channel", role="master", audioChannels="2", id="master-channel")
    _add_mixer(channel, "master", False)


def _add_mixer(channel: ET.Element, owner: str, is_muted: bool) -> None:
    ET.SubElement(channel, "Mute", id=f"{owner}-mute", name="Mute", value=str(is_muted).lower())
    pan = ET.SubElement(channel, "Pan", id=f"{owner}-pan", name="Pan", unit="normalized", value="0.5")
    pan.attrib.update(min="0", max="1")
    volume = ET.SubElement(channel, "Volume", id=f"{owner}-volume", name="Volume", unit="linear", value="1")
    volume.attrib.update(min="0", max="2")


def _add_arrangement(root: ET.Element, plan: SetPlan) -> None:
    unit, place = _timeline(plan)
    arrangement = ET.SubElement(root, "Arrangement", id="arrangement")
    lanes = ET.SubElement(arrangement, "Lanes", timeUnit=unit, id="lanes")
    for index, sound in enumerate(plan.sounds):
        lane = ET.SubElement(lanes, "Lanes", track=f"track{index}", id=f"lane{index}")
        clips = ET.SubElement(lane, "Clips", id=f"clips{index}")
        _add_clip(clips, index, sound, place)
    if plan.marks:
        marks = ET.SubElement(arrangement, "Markers", timeUnit=unit, id="markers")
        for mark in plan.marks:
            ET.SubElement(marks, "Marker", name=plain_line(mark.label), time=_number(place(mark.time_s)))
    if plan.grid:
        _add_lead_in(arrangement, TempoMap(plan.grid))


def _timeline(plan: SetPlan) -> tuple[str, Callable[[float], float]]:
    """Return the unit of the arrangement's time, and what turns seconds into it."""
    return ("beats", TempoMap(plan.grid).beats) if plan.grid else ("seconds", float)


def _add_clip(clips: ET.Element, index: int, sound: Placed, place: Callable[[float], float]) -> None:
    start, end = place(sound.start_s), place(sound.end_s)
    clip = ET.SubElement(clips, "Clip", time=_number(start), duration=_number(end - start))
    clip.attrib.update(contentTimeUnit="seconds", playStart="0", fadeTimeUnit="seconds")
    clip.attrib.update(fadeInTime="0", fadeOutTime="0", name=plain_line(sound.name))
    length = _number(sound.length_s)
    audio = ET.SubElement(clip, "Audio", timeUnit="seconds", duration=length, id=f"audio{index}", algorithm="raw")
    audio.attrib.update(channels=str(sound.n_channels), sampleRate=str(sound.rate_hz))
    ET.SubElement(audio, "File", path=sound.file)


def _add_lead_in(arrangement: ET.Element, tempo: TempoMap) -> None:
    """Say the tempo of the lead-in bar, and the song's own from its end on.

    A program that leaves this out shows every sound on its bar, but starts the lead-in bar in its own tempo.
    """
    if not tempo.lead_s:
        return
    points = ET.SubElement(arrangement, "TempoAutomation", unit="bpm", timeUnit="beats", id="tempo-map")
    ET.SubElement(points, "Target", parameter="tempo")
    for beats, bpm in ((0.0, tempo.lead_bpm), (float(tempo.grid.beats_per_bar), tempo.grid.bpm)):
        ET.SubElement(points, "RealPoint", time=_number(beats), value=_number(bpm), interpolation="hold")


def _entry(name: str, compression: int) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, _WHEN)
    entry.compress_type = compression
    entry.create_system = 3  # the same on every system
    entry.external_attr = 0o644 << 16
    return entry


def _text_of(root: ET.Element) -> bytes:
    ET.indent(root)
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode").encode()


def _number(value: float) -> str:
    return f"{value:.12f}".rstrip("0").rstrip(".")
