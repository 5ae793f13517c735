"""Takes names, places and sound out of what is written to the log or handed on in a bug report.

What a songwriter calls songs, takes and tags stands in quotes in every message of this program, and files stand there
as paths: both are left out. What remains tells a developer what happened, and nobody what it happened to.
"""

from __future__ import annotations

import contextlib
import getpass
import re
from functools import cache
from pathlib import Path

HIDDEN = "…"
_FRAME = re.compile(r'^\s*File "(?P<path>[^"]*)"')
"""A line of a traceback: the only place where a path is kept, because it names our own or a library's code."""
_AFTER = r"(?=$|[\s.,:;!?)\]}>])"
_SINGLE = r"(?<![\w'])(?<!attribute )(?<!module named )(?<!argument )'(?!\w+' object)"
"""Where a quote begins that is none of Python's own about types, attributes and modules."""
_QUOTED = tuple(
    re.compile(f"(?P<open>{start}).+?(?P<close>{end}){_AFTER}")
    for start, end in ((r'(?<![\w"])"', '"'), (_SINGLE, "'"), ("“", "”"), ("„", "“"), ("«", "»"))
)
_PATH = re.compile(r"""(?<![\w.:/\\])(?:~?/[^\s/]|[A-Za-z]:[\\/]|\\\\|\.{1,2}/).*$""")
"""From where a path begins to the end of the line: names may hold spaces, so nobody knows where it ends."""
_SOUNDS = "wav|wave|flac|aiff?|ogg|oga|opus|mp3|m4a|aac|wma"
_FILE_NAME = re.compile(rf"\S{{1,200}}\.(?P<suffix>{_SOUNDS}|rpp|html|sqlite)\b", re.I)
_NUMBERS = re.compile(r"(?<![\d.])(?:[-+]?\d+(?:\.\d*)?(?:e[-+]?\d+)?[\s,;()\[\]]+){8,}[-+\d.e]*", re.I)
"""Eight numbers in a row may be samples."""
_QUOTE = '"'
_USUAL_LOGINS = frozenset({"root", "user", "admin", "administrator", "musemate", "music", "home"})
_SHORTEST_NAME = 3


def without_names(text: str) -> str:
    """Return a text, often a message with its traceback, without names, paths and rows of numbers.

    Parameters
    ----------
    text : str
        Any number of lines.
    """
    kept: list[str] = []
    is_code = False
    for line in text.splitlines():
        is_frame = _FRAME.match(line) is not None
        is_code = is_code and line.startswith("    ")
        kept.append(without_person(line) if is_frame or is_code else _bare(line))
        # below a frame stands the line of our own or a library's source, and below that perhaps marks
        is_code = is_frame or (is_code and set(line.strip()) <= set("^~"))
    return "\n".join(kept)


def without_person(text: str) -> str:
    """Return a text in which the home folder is "~" and the user's own name does not stand."""
    home = str(Path.home())
    if len(home) > 1:
        text = text.replace(home, "~")
    for word in _names_of_user():
        text = re.sub(rf"(?i)\b{re.escape(word)}\b", HIDDEN, text)
    return text


def _bare(line: str) -> str:
    for pattern in _QUOTED:
        line = pattern.sub(rf"\g<open>{HIDDEN}\g<close>", line)
    if line.count(_QUOTE) % 2:  # a name had quotes of its own, and nobody knows where it ended
        line = f'{line.partition(_QUOTE)[0]}"{HIDDEN}"{line.rpartition(_QUOTE)[2]}'
    line = _FILE_NAME.sub(rf"{HIDDEN}.\g<suffix>", _PATH.sub(HIDDEN, line))
    return without_person(_NUMBERS.sub(f"{HIDDEN} ", line))


@cache
def _names_of_user() -> tuple[str, ...]:
    """Return login and full name, as far as the system tells them and they are no usual words."""
    try:
        words = [getpass.getuser()]
    except (OSError, KeyError, ImportError):  # nobody is logged in, as in some containers
        words = []
    try:
        import pwd
    except ImportError:  # Windows
        pass
    else:
        with contextlib.suppress(KeyError):
            words += [word for login in words for word in pwd.getpwnam(login).pw_gecos.replace(",", " ").split()]
    return tuple(word for word in words if len(word) >= _SHORTEST_NAME and word.lower() not in _USUAL_LOGINS)
