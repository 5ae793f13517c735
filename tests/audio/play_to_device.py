"""Runs as a process of its own: plays files through the real player on the machine's default device.

Usage: play_to_device.py FIRST.wav [SECOND.wav SWITCH_AT_S]; prints one JSON line about what happened.
"""

from __future__ import annotations

import itertools
import json
import sys
import threading
import time

from musemate.audio.files import read_clip
from musemate.audio.player import Player

LIMIT_S = 120.0
BUFFER_S = 0.2
"""Long enough for a machine that is busy with other tests."""


def wait_for(player: Player) -> None:
    """Return once the device's own thread has opened what was chosen."""
    player.warm()
    deadline = time.monotonic() + LIMIT_S
    while (player.card.output is None or not player.is_settled) and time.monotonic() < deadline:
        if not player.is_settled:
            player.settle()
            player.warm()
        threading.Event().wait(0.01)


def main(first: str, second: str = "", switch_at_s: str = "0") -> None:
    player = Player()
    if not player.available:
        print(json.dumps({"available": False, "reason": player.reason}))
        return
    player.choose_output("", BUFFER_S)
    player.set_clip(read_clip(first))
    wait_for(player)
    started, positions = player.play(), [0.0]
    pending = read_clip(second) if second else None
    deadline = time.monotonic() + LIMIT_S
    ticks = threading.Event()
    while player.is_playing and time.monotonic() < deadline:
        positions.append(player.position_s)
        if not player.is_settled:
            player.settle()
        if pending is not None and positions[-1] >= float(switch_at_s):
            player.set_clip(pending, keep_position=True)
            pending = None
        ticks.wait(1 / 30)  # as often as the window asks
    grows = all(b >= a for a, b in itertools.pairwise(positions))
    ticks.wait(2 * BUFFER_S)  # what is buffered is heard
    print(json.dumps({"available": player.available, "started": started, "end_s": player.position_s, "grows": grows}))
    player.close()


main(*sys.argv[1:])
