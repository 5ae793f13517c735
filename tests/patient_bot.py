"""Pytest-qt's hand at mouse and keys, more patient."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from patience import HANG_S
from pytestqt.qtbot import QtBot
from pytestqt.wait_signal import SignalBlocker


class PatientBot(QtBot):
    """Waits until a test would otherwise hang, unless it is told a time of its own."""

    def waitUntil(self, callback: Callable[[], object], *, timeout: int = 1000 * HANG_S) -> None:  # noqa: N802
        super().waitUntil(callback, timeout=timeout)

    def waitSignal(self, signal: Any, *, timeout: int = 1000 * HANG_S, **more: Any) -> SignalBlocker:  # noqa: N802
        return super().waitSignal(signal, timeout=timeout, **more)
