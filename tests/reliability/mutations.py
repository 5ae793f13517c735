"""Spoils what is sound: bytes of files, JSON texts, single values. Chance comes from the generator that is passed."""

from __future__ import annotations

import copy
import json
import struct
from collections.abc import Callable, Sequence
from random import Random
from typing import Any

MOST_EDITS = 4
LONGEST = 1 << 18
"""Bytes of the longest input: faults do not need longer ones, and a million inputs need short ones."""

NUMBERS = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFE, 0xFFFFFFFF, 1 << 62)
TEXTS = (
    "",
    "\0",
    "\ud800",
    "\U0001f3b5",
    "../../../../etc/passwd",
    "/",
    "C:\\Windows\\x",
    "<img src=file:///etc/passwd>",
    "<b>x</b>",
    "%s{0}{name}",
    "x" * 5000,
    "1e999",
    "NaN",
    "-0",
    "\r\n",
    '","',
)
VALUES: tuple[Any, ...] = (
    None,
    True,
    False,
    0,
    -1,
    1,
    2**31,
    2**63,
    2**64,
    10**400,
    -(10**400),
    0.0,
    -0.0,
    0.5,
    1e308,
    float("nan"),
    float("inf"),
    float("-inf"),
    [],
    {},
    [[]],
    [None],
    {"": None},
)
DEPTHS = (10, 500, 1100, 20_000)


def spoilt_bytes(random: Random, sound: Sequence[bytes]) -> bytes:
    """Return one of some sound files with a few of its bytes changed, moved, doubled or lost."""
    data = bytearray(random.choice(sound))
    for _ in range(random.randint(1, MOST_EDITS)):
        random.choice(_EDITS)(random, data, sound)
    return bytes(data[:LONGEST])


def spoilt_json(random: Random, sound: Sequence[Any]) -> bytes:
    """Return the text of one of some sound values with a few parts replaced, or spoilt as a text."""
    value = json.loads(json.dumps(random.choice(sound)))
    for _ in range(random.randint(0, MOST_EDITS)):
        value = _replaced(random, value)
    text = json.dumps(value, ensure_ascii=random.random() < 0.7)
    kind = random.random()
    if kind < 0.04:
        text = _nested(random)
    elif kind < 0.10:
        text = text.replace("0", random.choice(("1e999", "9" * 5000, "NaN", "-Infinity", _nested(random))), 1)
    elif kind < 0.15:
        text = text.replace("{", "{" + json.dumps(random.choice(_names(value) or [""])) + ": null, ", 1)  # twice
    data = text.encode("utf-8", "surrogatepass")
    return spoilt_bytes(random, [data]) if random.random() < 0.25 else data


def spoilt_value(random: Random) -> Any:
    """Return a value that nobody expects."""
    if random.random() < 0.3:
        return random.choice(TEXTS)
    return copy.deepcopy(random.choice(VALUES))


def _replaced(random: Random, value: Any) -> Any:
    """Replace, remove or add one part of a JSON value, at any depth."""
    if isinstance(value, dict) and value and random.random() < 0.85:
        name = random.choice(list(value))
        kind = random.random()
        if kind < 0.1:
            del value[name]
        elif kind < 0.2:
            value[random.choice((*TEXTS, *value))] = spoilt_value(random)
        else:
            value[name] = _replaced(random, value[name])
        return value
    if isinstance(value, list) and value and random.random() < 0.7:
        place = random.randrange(len(value))
        if random.random() < 0.2:
            value.extend(value[place:][:50])
        else:
            value[place] = _replaced(random, value[place])
        return value
    return spoilt_value(random)


def _names(value: Any) -> list[str]:
    return list(value) if isinstance(value, dict) else []


def _nested(random: Random) -> str:
    opening, closing = random.choice((("[", "]"), ('{"a":', "}"), ('[{"a":', "}]")))
    depth = random.choice(DEPTHS)
    return opening * depth + "0" + closing * random.choice((0, depth))


# Edits of bytes; each changes `data` in place


def _flip(random: Random, data: bytearray, _: Sequence[bytes]) -> None:
    if data:
        data[random.randrange(len(data))] ^= 1 << random.randrange(8)


def _flip_early(random: Random, data: bytearray, _: Sequence[bytes]) -> None:
    if data:  # headers come first
        data[random.randrange(min(len(data), 64))] = random.randrange(256)


def _number(random: Random, data: bytearray, _: Sequence[bytes]) -> None:
    number, order = random.choice(NUMBERS), random.choice("<>")
    form = "Q" if number > 0xFFFFFFFF or random.random() < 0.2 else "I"
    place = random.randrange(len(data) + 1)
    packed = struct.pack(order + form, number)
    data[place : place + len(packed)] = packed


def _early_number(random: Random, data: bytearray, _: Sequence[bytes]) -> None:
    place = 4 * random.randrange(32)
    data[place : place + 4] = struct.pack(random.choice("<>") + "I", random.choice(NUMBERS) & 0xFFFFFFFF)


def _block(random: Random, data: bytearray) -> slice:
    first = random.randrange(len(data) + 1)
    return slice(first, first + random.choice((1, 4, 8, 16, 100, 1000)))


def _lose(random: Random, data: bytearray, _: Sequence[bytes]) -> None:
    del data[_block(random, data)]


def _double(random: Random, data: bytearray, _: Sequence[bytes]) -> None:
    block = _block(random, data)
    place = random.randrange(len(data) + 1)
    data[place:place] = data[block] * random.choice((1, 1, 2, 50))


def _move(random: Random, data: bytearray, _: Sequence[bytes]) -> None:
    block = _block(random, data)
    piece = data[block]
    del data[block]
    place = random.randrange(len(data) + 1)
    data[place:place] = piece


def _cut(random: Random, data: bytearray, _: Sequence[bytes]) -> None:
    del data[random.randrange(len(data) + 1) :]


def _rubbish(random: Random, data: bytearray, _: Sequence[bytes]) -> None:
    block = _block(random, data)
    data[block] = random.randbytes(random.choice((1, 4, 16, 200)))


def _zeros(random: Random, data: bytearray, _: Sequence[bytes]) -> None:
    block = _block(random, data)
    data[block] = bytes(len(data[block]))


def _crossed(random: Random, data: bytearray, sound: Sequence[bytes]) -> None:
    other = random.choice(sound)
    place = random.randrange(len(data) + 1)
    data[place:] = other[random.randrange(len(other) + 1) :]


_EDITS: tuple[Callable[[Random, bytearray, Sequence[bytes]], None], ...] = (
    *(_flip, _flip, _flip_early, _number, _early_number, _lose, _double, _move, _cut, _rubbish, _zeros, _crossed),
)
