"""Lays a take into a copy of its song, to hear it there at once or to export the song with it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from musemate.audio.files import probe, read_clip, write_wav
from musemate.audio.safe_write import name_limit
from musemate.engine.base import Cancelled
from musemate.engine.events import Event, Placed, Warned, Working
from musemate.errors import ProjectError
from musemate.export.folder import make_folder
from musemate.export.naming import DEFAULT_TEMPLATE, Named, export_name
from musemate.export.noting import describe
from musemate.export.overs import overs_said
from musemate.export.piece import Notes, Piece
from musemate.export.placing import REPLACE, Joining, Placement, placed, usual_crossfade_s
from musemate.export.songgrid import in_song, stands_at
from musemate.export.soundwriting import ENDINGS, write_sound
from musemate.export.steadiness import known_grid
from musemate.export.wishes import WAV, SoundFormat
from musemate.language import _
from musemate.paths import absolute
from musemate.project import songcopies
from musemate.project.keep import sweep_foreign
from musemate.project.records import Fragment, Run, Take
from musemate.project.store import Project

FORMAT = 1
"""Raised when takes are laid otherwise: copies of before are not heard any more."""


@dataclass(frozen=True)
class Wish:
    """A take, its song, and how they are joined."""

    take: Take
    run: Run
    fragment: Fragment
    joining: Joining

    @property
    def at_s(self) -> float:
        """Where in the song the take stands: at its region's start, new material in metre at the nearest bar line."""
        start_s, beats = self.run.start_s, self.fragment.beats
        grid = known_grid(beats, start_s, self.run.length_s).grid
        at_s = stands_at(self.take, None, in_song(grid, start_s) if grid else None, start_s)
        return at_s if at_s < self.fragment.duration_s else start_s

    @property
    def key(self) -> str:
        """What the copy is made of, in 16 letters."""
        parts = [FORMAT, self.fragment.audio, self.take.audio, self.at_s, self.run.length_s]
        text = json.dumps([*parts, asdict(self.joining)])
        return hashlib.sha256(text.encode()).hexdigest()[:16]


def place_take(
    project: str,
    take: str,
    folder: str = "",
    mode: str = REPLACE,
    crossfade_ms: float | None = None,
    match: bool = True,
    kind: str = WAV,
    depth: str = "24",
    notes: bool = True,
    hear: bool = False,
    *,
    cancelled: Cancelled,
) -> Iterator[Event]:
    """Lay a take where its run learnt from, and write the song with it; nothing is ever overwritten.

    Where the tempo is sure, new material that begins with a bar stands at the bar line nearest to its region's start.

    Parameters
    ----------
    project : str
        The project's folder.
    take : str
        Id of the take.
    folder : str
        Where to; the project's own folder for exports when empty. It is made when missing.
    mode : str
        "replace": the take lies over the song for as long as it is. "insert": it stands in place of the region that it
        was learnt from, and the song goes on behind it.
    crossfade_ms : float, optional
        Length of both cross-fades; one that fits the tempo when not given.
    match : bool
        Make the take as loud as the stretch of the song that it replaces.
    kind, depth : str
        Of the file; see `musemate.export.wishes.SoundFormat`. Rate and channels are the song's.
    notes : bool
        Whether the file says where it comes from and where the take lies.
    hear : bool
        Keep the copy in the project's cache instead, where it is found again the next time.
    cancelled : callable
        Asked between the steps.

    Raises
    ------
    ProjectError
        There is no such project or take, or its cache cannot be written.
    AudioFileError
        The song or the take is missing or damaged.
    ExportError, SettingsError
        The folder cannot be written, or mode, cross-fade or depth are not possible.
    """
    with Project.open(project) as store:
        wish = _wish(store, take, Joining(mode, _crossfade_s(store, take, crossfade_ms), match))
        if hear:
            yield from _hear(store, wish, cancelled)
        else:
            wanted = SoundFormat(kind, depth, wish.fragment.rate_hz, notes=notes)
            yield from _export(store, wish, absolute(folder) if folder else store.exports_path, wanted, cancelled)


def _crossfade_s(store: Project, take: str, wanted_ms: float | None) -> float:
    if wanted_ms is not None:
        return wanted_ms / 1_000
    return usual_crossfade_s(_bpm(store.fragment(store.run(store.take(take).run).fragment)))


def _wish(store: Project, take_id: str, joining: Joining) -> Wish:
    take = store.take(take_id)
    run = store.run(take.run)
    return Wish(take, run, store.fragment(run.fragment), joining)


def _bpm(fragment: Fragment) -> float | None:
    return fragment.beats.bpm if fragment.beats and fragment.beats.is_sure else None


def _hear(store: Project, wish: Wish, cancelled: Cancelled) -> Iterator[Event]:
    """Find the copy, or make it."""
    folder = store.cache_path(songcopies.FOLDER)
    copy = songcopies.kept_copy(folder, wish.key)
    if copy is None:
        yield Working(_("Laying {take} into its song").format(take=wish.take.shown_name))
        placement = _laid(store, wish)
        if cancelled():
            return
        copy = _kept(folder, wish, placement)
    first, last, shift, thousandths = copy.facts
    info = probe(copy.path)
    start_s, end_s, shift_s = (n / info.rate_hz for n in (first, last, shift))
    yield Placed(str(copy.path), wish.take.id, start_s, end_s, info.duration_s, shift_s, thousandths / 1_000)


def _kept(folder: Path, wish: Wish, placement: Placement) -> songcopies.SongCopy:
    rate_hz = placement.clip.rate_hz
    frames = (round(time_s * rate_hz) for time_s in (placement.start_s, placement.end_s, placement.shift_s))
    facts = (*frames, round(1_000 * placement.gain_db))
    try:
        return songcopies.keep_copy_of_song(
            folder, wish.key, facts, lambda target: write_wav(target, placement.clip, "32f")
        )
    except OSError as error:
        raise ProjectError(
            _("The song with the take in it cannot be stored in the project."),
            hint=_("Check the free space and the rights of the project's folder."),
            detail=f"{folder}: {error}",
        ) from error


def _export(store: Project, wish: Wish, folder: Path, wanted: SoundFormat, cancelled: Cancelled) -> Iterator[Event]:
    """Write the song with the take in it for the DAW."""
    yield Working(_("Laying {take} into its song").format(take=wish.take.shown_name))
    placement = _laid(store, wish)
    if cancelled():
        return
    make_folder(folder)
    sweep_foreign(folder)
    named = Named(wish.fragment.name, f"{wish.take.full_name} in song", _bpm(wish.fragment), wish.fragment.key)
    name = export_name(DEFAULT_TEMPLATE, named, name_limit(folder), suffix=ENDINGS[wanted.kind])
    # no grid: a file that claims a tempo is stretched by some DAWs, and this is a whole song
    file = write_sound(folder / name, Piece(placement.clip), wanted, _notes(wish, placement))
    yield from (Warned(said, hint) for said, hint in overs_said(placement.clip, wanted.depth, file))
    places = placement.start_s, placement.end_s, placement.clip.duration_s, placement.shift_s
    yield Placed(str(file), wish.take.id, *places, round(placement.gain_db, 3))


def _notes(wish: Wish, placement: Placement) -> Notes:
    """Return what the file says: how its take was made, and where that lies."""
    take = wish.take
    place = f"from {placement.start_s:.3f} to {placement.end_s:.3f} s"
    return Notes(
        title=f"{wish.fragment.name} with {take.full_name}",
        song=wish.fragment.name,
        description=f"{describe(take, wish.run)}, {place}",
        created=take.created,
        marks=(
            (placement.start_s, take.shown_name),
            (placement.end_s, _("end of {take}").format(take=take.shown_name)),
        ),
    )


def _laid(store: Project, wish: Wish) -> Placement:
    song = read_clip(store.audio_path(wish.fragment.audio))
    # a take is never silent and hardly ever short, but whatever it is, it can be heard in its song
    take = read_clip(store.audio_path(wish.take.audio), min_s=0.01, allow_silence=True)
    return placed(song, take, wish.at_s, wish.run.length_s, wish.joining)
