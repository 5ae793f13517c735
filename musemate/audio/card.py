"""Everything that is asked of the sound device, in an order: finding, opening, losing and finding again.

Opening may take a while and looking for devices a third of a second, so all of it runs where the player says: in a
thread of errands, or at once. What the player's thread reads are single attributes, replaced as a whole.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from functools import partial
from typing import Any

from musemate.audio.deck import Deck
from musemate.audio.devices import NO_DEVICE, Device, find_device, load_backend, output_names, plays_rate
from musemate.audio.output import Output, restart_backend
from musemate.errors import PlaybackError
from musemate.language import _, mark

AUTO_LATENCY_S = (0.035, 0.07, 0.14, 0.2)
"""Tried one after the other while the device drops out: the first answers a click within 50 ms."""
GONE = mark("The sound device is gone. Connect it again, or another one: playing then goes on from here.")

_log = logging.getLogger(__name__)


class Card:
    """The device that is played on.

    Parameters
    ----------
    run : callable
        Takes a function and runs it, now or later, but one after the other.
    backend : module, optional
        What stands in for sounddevice in tests.
    """

    def __init__(self, run: Callable[[Callable[[], object]], None], backend: Any = None) -> None:
        self._run = run
        self._backend = backend
        self._lock = threading.Lock()
        self._rates: dict[int, bool] = {}
        self._auto = 0
        self._lost = ""
        self.wanted = ""
        """Name of the device to use, "" for the system's default."""
        self.wanted_latency_s = 0.0
        """0 lets it find the shortest that does not drop out."""
        self.device: Device | None = None
        self.names: tuple[str, ...] = ()
        self.output: Output | None = None
        self.reason = ""
        """Why nothing can be played, "" when it can."""
        self.notice = ""
        """What happened to the device and needs no answer."""
        self.generation = 0
        """Grows when the device, or what it can do, is another one."""

    # what the player's thread calls --------------------------------------------------------------------

    @property
    def latency_s(self) -> float:
        """What is asked of the next stream."""
        return self.wanted_latency_s or AUTO_LATENCY_S[self._auto]

    def wake(self, deck: Deck) -> None:
        """Let the device ask this deck for sound."""
        output = self.output
        if output is None or output.deck is not deck or not output.runs or output.ran_out:
            self._run(partial(self._guarded, self._bring_up, deck))

    def choose(self, name: str, latency_s: float) -> None:
        """Change the device and the buffer; what played stops."""
        self._run(partial(self._guarded, self._change, name, latency_s))

    def look_again(self, lost: str = "") -> None:
        """Start PortAudio anew and look for devices; `lost` is the name of one that has just gone."""
        self._run(partial(self._guarded, self._look, lost))

    def widen(self) -> bool:
        """Take a longer buffer where one is left to try; return whether there is."""
        if self.wanted_latency_s or self._auto == len(AUTO_LATENCY_S) - 1:
            return False
        self._auto += 1
        _log.info("the device dropped out: trying a buffer of %.0f ms", 1000 * self.latency_s)
        self._run(partial(self._guarded, self._reopen))
        return True

    def close(self) -> None:
        """Stop at once and free the device."""
        self._run(partial(self._guarded, self._close))

    # what may be called from anywhere ------------------------------------------------------------------

    def plays(self, rate_hz: int, *, wait: bool) -> bool:
        """Return whether the device takes this rate; False where that is not known and cannot be asked just now.

        Parameters
        ----------
        rate_hz : int
        wait : bool
            Wait until the device is free to be asked.
        """
        if rate_hz not in self._rates and self._lock.acquire(blocking=wait):
            try:
                if self.device is not None:
                    self._rates[rate_hz] = plays_rate(self._backend, self.device, rate_hz)
            finally:
                self._lock.release()
        return self._rates.get(rate_hz, False)

    def find(self) -> None:
        """Load PortAudio and find the device."""
        self._guarded(self._find)

    # errands -------------------------------------------------------------------------------------------

    def _guarded(self, errand: Callable[..., None], *arguments: Any) -> None:
        with self._lock:
            try:
                errand(*arguments)
            except PlaybackError as error:
                _log.warning("playback is off: %s (%s)", error.message, error.detail)
                self._drop()
                self.device = None
                self.reason = f"{error.message} {error.hint}".strip()
                self.generation += 1

    def _find(self) -> None:
        self._backend = self._backend or load_backend()
        self.device = find_device(self._backend, self.wanted)
        self.names = output_names(self._backend)
        self._rates = {}
        self.reason = ""
        self.generation += 1

    def _bring_up(self, deck: Deck) -> None:
        if self.device is None:
            return
        try:
            self._start(deck)
        except PlaybackError as error:
            if self._refuses(deck.rate_hz):
                _log.info("the device refuses %d Hz: %s", deck.rate_hz, error.detail)
                self._drop()
                self.generation += 1  # the player will ask for another rate
                return
            self._look("")  # it may have gone while nothing played
            if self.device is not None:
                self._start(deck)

    def _start(self, deck: Deck) -> None:
        assert self.device is not None
        output = self.output
        if output is not None and output.deck is deck and output.wanted_latency_s == self.latency_s:
            output.start()
            return
        self._close()
        output = Output(self._backend, deck, self.device, self.latency_s)
        try:
            output.start()
        except PlaybackError:
            output.close()
            raise
        self.output = output  # only now: who saw it before it runs would take the device for lost

    def _refuses(self, rate_hz: int) -> bool:
        """Return whether a device could not be opened because of a rate that it had promised to play."""
        if self.device is None or rate_hz == self.device.rate_hz or not self._rates.get(rate_hz, False):
            return False
        self._rates[rate_hz] = False
        return plays_rate(self._backend, self.device, self.device.rate_hz)

    def _change(self, name: str, latency_s: float) -> None:
        self._close()
        self.wanted, self.wanted_latency_s, self._auto = name, latency_s, 0
        self._find()

    def _reopen(self) -> None:
        output = self.output
        if output is not None:
            self._start(output.deck)

    def _look(self, lost: str) -> None:
        self._drop()
        self._lost = lost or self._lost
        self._backend = self._backend or load_backend()
        if not restart_backend(self._backend):
            raise PlaybackError(_(GONE if lost else NO_DEVICE))
        try:
            self._find()
            if self._lost:
                self._replace()
        except PlaybackError as error:
            if lost:
                raise PlaybackError(_(GONE), detail=error.detail) from error
            raise

    def _replace(self) -> None:
        """Take the device that was found for the lost one, if it plays: some systems list one that leads nowhere."""
        assert self.device is not None
        if not plays_rate(self._backend, self.device, self.device.rate_hz):
            raise PlaybackError(_(GONE), detail=f"{self.device} cannot be opened")
        gone = _("The sound device “{lost}” is gone, so playing goes on with “{name}”.")
        back = _("The sound device “{lost}” is back.")
        self.notice = (back if self.device.name == self._lost else gone).format(lost=self._lost, name=self.device.name)
        self._lost = ""
        _log.warning(self.notice)

    def _close(self) -> None:
        output, self.output = self.output, None  # in this order: who saw it closed would take the device for lost
        if output is not None:
            output.close()

    def _drop(self) -> None:
        if self.output is not None:
            self.output.discard()
            self.output = None
