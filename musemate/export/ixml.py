"""The chunk that says in XML what `bext` says, in Unicode and with the names of the channels."""

from __future__ import annotations

from xml.etree import ElementTree

from musemate.audio.clip import AudioClip
from musemate.audio.riff import Chunk
from musemate.export.bext import time_reference
from musemate.export.filetext import MAKER, FileText
from musemate.export.piece import Piece

_VERSION = "1.61"
_CHANNELS = {1: ("Mono",), 2: ("Left", "Right")}


def ixml(piece: Piece, text: FileText, song_start_s: float, depth: str) -> Chunk:
    """Return the chunk (iXML 1.61, Gallery UK; all its parts are optional).

    Parameters
    ----------
    piece : Piece
    text : FileText
    song_start_s : float
        Where in the song the piece stands.
    depth : str
    """
    root = ElementTree.Element("BWFXML")
    _add(root, {"IXML_VERSION": _VERSION, "PROJECT": text.song, "TAPE": MAKER, "TAKE": text.title})
    _add(root, {"NOTE": text.description})
    _speed(root, piece.clip, song_start_s, depth)
    _tracks(root, _CHANNELS[piece.clip.n_channels] if not piece.part else (piece.part.capitalize(),))
    content = bytes(ElementTree.tostring(root, encoding="UTF-8", xml_declaration=True))
    return Chunk(b"iXML", content + b"\n" * (len(content) % 2))  # even, see `musemate.export.chunks`


def _speed(root: ElementTree.Element, clip: AudioClip, song_start_s: float, depth: str) -> None:
    reference = time_reference(song_start_s, clip.rate_hz)
    _add(
        ElementTree.SubElement(root, "SPEED"),
        {
            "FILE_SAMPLE_RATE": clip.rate_hz,
            "AUDIO_BIT_DEPTH": depth.rstrip("f"),
            "DIGITIZER_SAMPLE_RATE": clip.rate_hz,
            "TIMESTAMP_SAMPLES_SINCE_MIDNIGHT_HI": reference >> 32,
            "TIMESTAMP_SAMPLES_SINCE_MIDNIGHT_LO": reference & 0xFFFFFFFF,
            "TIMESTAMP_SAMPLE_RATE": clip.rate_hz,
        },
    )


def _tracks(root: ElementTree.Element, names: tuple[str, ...]) -> None:
    tracks = ElementTree.SubElement(root, "TRACK_LIST")
    _add(tracks, {"TRACK_COUNT": len(names)})
    for number, name in enumerate(names, 1):
        values: dict[str, str | int] = {"CHANNEL_INDEX": number, "INTERLEAVE_INDEX": number, "NAME": name}
        _add(ElementTree.SubElement(tracks, "TRACK"), values)


def _add(parent: ElementTree.Element, values: dict[str, str | int]) -> None:
    for name, value in values.items():
        ElementTree.SubElement(parent, name).text = str(value)
