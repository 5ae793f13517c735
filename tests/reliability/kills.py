"""Kills the window, a worker of it or all of them at random moments, and looks each time whether anything was lost.

The window is the real one, without a screen; `songwriter` works in it and announces what is stored.
"""

from __future__ import annotations

import contextlib
import json
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

from musemate.errors import MuseMateError
from musemate.project.store import Project
from tests.reliability.operations import song
from tests.reliability.starting import Started, Starter, is_alive, kill
from tests.reliability.verdicts import cannot_resume
from tests.reliability.witness import State, faults_of, read_whole

WINDOW, WORKER, ALL = "window", "worker", "window and workers at once"
START_S, WORD_S = 180.0, 180.0
"""How long the window may take to be there, and to say the next word."""
ORPHAN_S = 30.0
"""How long a worker may outlive its window; its own limit is five seconds, on a machine with nothing else to do."""
MOST_KILLS = 4
"""Workers killed in one window."""
SESSIONS_A_PROJECT = 6
LOOK_S, CATCH_UP_LOOKS = 0.05, 6
"""How often nothing new is heard before no word is on its way any more; a machine that stands still costs one look."""
SETTLED_S = 30.0
"""How long after its death a process may still hold the lock of its training."""
MOST_WORDS = 12
LATEST_S = 1.0
"""A kill comes after up to so many words, and up to so long after the last of them."""
RESUMED_SHARE = 0.3
"""How often the last run is finished outside the window, rather than in the next one."""


@dataclass
class Tally:
    """What was done so far.

    Parameters
    ----------
    kills : Counter
        By what was killed.
    said : Counter
        What was announced, by its word.
    moments : Counter
        What was being done when the kill came, by the last word.
    problems : list of str
    """

    kills: Counter[str] = field(default_factory=Counter)
    said: Counter[str] = field(default_factory=Counter)
    moments: Counter[str] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)

    @property
    def n_kills(self) -> int:
        """All of them."""
        return sum(self.kills.values())


class Window:
    """A process with a window that works by itself; its words are collected.

    Parameters
    ----------
    process : Started
        The process, and where its words come from.
    """

    def __init__(self, process: Started) -> None:
        self.process = process
        self.words: list[list[Any]] = []
        self._is_silent = False
        self._inbox: SimpleQueue[list[Any] | None] = SimpleQueue()
        self._reader = threading.Thread(target=self._read, name="words")
        self._reader.start()

    def _read(self) -> None:
        with self.process.words as words:
            for line in words:
                if line.endswith(b"\n"):
                    self._inbox.put(json.loads(line))
        self._inbox.put(None)

    def listen(self, wait_s: float) -> bool:
        """Take in what is said within some time, or the first word; False at the end of the process."""
        if self._is_silent:
            return False
        with contextlib.suppress(Empty):
            word = self._inbox.get(timeout=max(wait_s, 0.001))
            if word is not None:
                self.words.append(word)
            self._is_silent = word is None
        return not self._is_silent

    def listen_for(self, n_words: int, limit_s: float) -> bool:
        """Take in so many more words; False when they do not come."""
        wanted, deadline_s = len(self.words) + n_words, time.monotonic() + limit_s
        while len(self.words) < wanted:
            if time.monotonic() > deadline_s or not self.listen(deadline_s - time.monotonic()):
                return False
        return True

    def listen_until(self, moment_s: float) -> None:
        """Take in what is said until a moment."""
        while time.monotonic() < moment_s and self.listen(moment_s - time.monotonic()):
            pass

    def later(self) -> list[list[Any]]:
        """Take in what was said until now, and return it."""
        n_known = len(self.words)
        n_quiet = 0
        while n_quiet < CATCH_UP_LOOKS:
            n_before = len(self.words)
            if not self.listen(LOOK_S):
                break
            n_quiet += len(self.words) == n_before
        return self.words[n_known:]

    def end(self, others: Sequence[int] = ()) -> None:
        """Kill the window, and others with it, and hear its last words."""
        for pid in (self.process.pid, *others):
            kill(pid)
        self.process.wait()
        while self.listen(WORD_S):
            pass  # ends with the word that says so
        self._reader.join()


class Campaign:
    """Windows on a project that grows, one after the other, each killed in the end.

    Parameters
    ----------
    folder : Path
        Where projects are made.
    starter : Starter
        Starts the windows.
    seed : int
        Of the moments.
    told : callable
        Hears each problem.
    """

    def __init__(
        self, folder: Path, starter: Starter, seed: int, told: Callable[[str], None] = lambda text: None
    ) -> None:
        self._folder, self._starter, self._rng, self._told = folder, starter, random.Random(seed), told
        self.tally = Tally()
        self._n_sessions = 0
        self._said: list[list[Any]] = []
        self._place = folder

    def session(self, n_workers: int | None = None) -> None:
        """Start a window, kill workers of it now and then, and it at last.

        Parameters
        ----------
        n_workers : int, optional
            How many workers are killed before the window is; drawn when not given.
        """
        self._go_somewhere()
        window = Window(self._starter.start(self._place / "project", self._place / "song.wav", self._errors_file))
        try:
            if not window.listen_for(1, START_S) or window.words[0][0] != "ready":
                self._problem(f"the window did not open: {window.words} {self._errors()}")
                return
            wanted = self._rng.randrange(MOST_KILLS + 1) if n_workers is None else n_workers
            if all(self._kill_worker(window) for _ in range(wanted)):
                self._kill_window(window)
        finally:
            window.end(window.process.workers())

    def _go_somewhere(self) -> None:
        """Stay with the project, or begin another one: what grows for ever is looked at ever longer."""
        if self._n_sessions % SESSIONS_A_PROJECT == 0:
            self._place = self._folder / f"{self._n_sessions // SESSIONS_A_PROJECT}"
            self._place.mkdir(parents=True)
            song(self._place / "song.wav")
            self._said = []
        self._n_sessions += 1

    def _moment(self, window: Window) -> bool:
        """Let it work until a random moment: some words, then a while; False when it ended by itself."""
        if not window.listen_for(self._rng.randrange(MOST_WORDS), WORD_S):
            self._problem(f"nothing more is said after {window.words[-3:]}: {self._errors()}")
            return False
        window.listen_until(time.monotonic() + self._rng.uniform(0.0, LATEST_S))
        return True

    def _kill_worker(self, window: Window) -> bool:
        """Kill a worker; the window lives on, and nothing is lost."""
        if not self._moment(window):
            return False
        workers = window.process.workers()
        if not workers:
            return True
        kill(self._rng.choice(workers))
        self._count(WORKER, window)
        if not window.listen_for(1, WORD_S):
            self._problem(f"the window did not outlive its worker: {window.words[-3:]} {self._errors()}")
            return False
        self._check(window, alive=True)
        return True

    def _kill_window(self, window: Window) -> None:
        """Kill the window, with its workers or without; they end by themselves, and nothing is lost."""
        if not self._moment(window):
            return
        everything = self._rng.random() < 0.5
        workers = window.process.workers()
        self._count(ALL if everything else WINDOW, window)
        window.end(workers if everything else ())
        self._check(window, alive=True)
        self._wait_for(workers)
        self._check(window, alive=False)
        self._said += window.words
        self.tally.said.update(str(word[0]) for word in window.words)
        if self._rng.random() < RESUMED_SHARE:
            self._resume()

    def _wait_for(self, workers: list[int]) -> None:
        """Let orphans end by themselves."""
        deadline_s = time.monotonic() + ORPHAN_S
        while left := [pid for pid in workers if is_alive(pid)]:
            if time.monotonic() > deadline_s:
                self._problem(f"workers {left} outlived their window by {ORPHAN_S:g} s")
                for pid in left:
                    kill(pid)
                return
            threading.Event().wait(0.02)

    def _count(self, what: str, window: Window) -> None:
        self.tally.kills[what] += 1
        self.tally.moments[str(window.words[-1][0])] += 1

    def _check(self, window: Window, *, alive: bool) -> None:
        """Look at the project, beside those who still work in it or after them."""
        project = self._place / "project"
        try:
            problems = self._faults(project, alive=alive)
            problems += list(lost(project, self._said + window.words, window.later))
        except MuseMateError as error:
            problems = [f"the project does not open: {error.message} {error.detail}"]
        for text in problems:
            self._problem(f"{text} (after {window.words[-3:]})")

    @staticmethod
    def _faults(project: Path, *, alive: bool) -> list[str]:
        """Return what is wrong with a project; no run may stay in training once the system has let go of all locks.

        A process of many threads counts as ended when its first one is, a moment before the last gives back the files.
        """
        deadline_s = time.monotonic() + SETTLED_S
        while True:
            faults = faults_of(project)
            others = [text for text in faults if not text.endswith("is training")]
            if alive or others == faults or time.monotonic() > deadline_s:
                return others if alive else faults
            threading.Event().wait(0.05)

    def _resume(self) -> None:
        """Finish the last run here: it must be able to go on."""
        with Project.open(self._place / "project") as store:
            if not store.runs() or store.runs()[-1].state == "finished":
                return
        for text in cannot_resume(self._place, State({}, {}), State.of(self._place / "project")):
            self._problem(text)
        self.tally.said["resumed"] += 1

    def _problem(self, text: str) -> None:
        self.tally.problems.append(text)
        self._told(text)

    @property
    def _errors_file(self) -> Path:
        return self._place / "errors.txt"

    def _errors(self) -> str:
        return self._errors_file.read_text(errors="replace")[-2_000:]


def lost(project: Path, said: list[list[Any]], later: Callable[[], list[list[Any]]] = list) -> Iterator[str]:
    """Yield what was announced and is not there.

    Parameters
    ----------
    project : Path
    said : list
        The words of every window so far, the oldest first.
    later : callable
        Returns what a living window has said after that; asked when the project was read.
    """
    with Project.open(project) as store:
        takes = {take.id: take for take in store.takes()}
        runs = {run.id: run for run in store.runs()}
        fragments = {fragment.id for fragment in store.fragments()}
    about_to_be = [word for word in later() if word[0] == "rates"]
    for word, *about in said:
        if word == "fragment" and about[0] not in fragments:
            yield f"fragment {about[0]} is lost"
        if word == "take" and about[0] not in takes:
            yield f"take {about[0]} is lost"
        if word == "part" and (about[0] not in runs or runs[about[0]].n_finished < about[1]):
            yield f"part {about[1]} of run {about[0]} is lost"
        if word == "exported":
            yield from _broken(about)
        if word == "tagged" and about[0] in takes and not takes[about[0]].tags:
            yield f"the tags of {about[0]} are lost"
    for take_id, stars in _possible_stars(said + about_to_be).items():
        if take_id in takes and takes[take_id].stars not in stars:
            yield f"the stars of {take_id} are lost: {takes[take_id].stars}, not {stars}"


def _possible_stars(said: list[list[Any]]) -> dict[str, set[int]]:
    """Return what each take's stars may be: what was stored last, or what was about to be stored after that."""
    possible: dict[str, set[int]] = {}
    for word, *about in said:
        if word == "rates":
            possible[about[0]] = possible.get(about[0], {0}) | {about[1]}
        if word == "rated":
            possible[about[0]] = {about[1]}
    return possible


def _broken(files: list[str]) -> Iterator[str]:
    for file in files:
        try:
            read_whole(file)
        except MuseMateError as error:
            yield f"export {Path(file).name}: {error.message}"
