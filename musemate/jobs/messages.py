"""What window and worker process say to each other: JSON objects over a pipe, nothing that can carry code."""

from __future__ import annotations

import json
import os
import traceback
from multiprocessing.connection import Connection
from typing import Any

from musemate import errors
from musemate.errors import DeviceMemoryError, MuseMateError, WorkerError
from musemate.language import _

SUCCEEDED, FAILED, CANCELLED = "succeeded", "failed", "cancelled"
"""The three ends of a job."""

Message = dict[str, Any]


def encode(message: Message) -> bytes:
    """Return a message as bytes; paths become text.

    Raises
    ------
    TypeError
        Something in it is neither a JSON value nor a path.
    """
    return json.dumps(message, default=os.fspath).encode()


def send(connection: Connection, message: Message) -> None:
    """Send a message; OSError when the other side is gone."""
    connection.send_bytes(encode(message))


def receive(connection: Connection) -> Message:
    """Wait for a message; EOFError or OSError when the other side is gone."""
    message: Message = json.loads(connection.recv_bytes())
    return message


def error_to_json(error: BaseException, task: str) -> Message:
    """Describe a failure; what is no MuseMateError becomes one, with its traceback as the detail."""
    known = error if isinstance(error, MuseMateError) else _explained(error, task)
    return {
        "type": type(known).__name__,
        "message": known.message,
        "hint": known.hint,
        "detail": known.detail,
    }


def error_from_json(data: Message) -> MuseMateError:
    """Make the error again that `error_to_json` described."""
    kind = getattr(errors, str(data.get("type")), None)
    if not (isinstance(kind, type) and issubclass(kind, MuseMateError)):
        kind = WorkerError
    return kind(str(data.get("message", "")), hint=str(data.get("hint", "")), detail=str(data.get("detail", "")))


def _explained(error: BaseException, task: str) -> MuseMateError:
    detail = "".join(traceback.format_exception(error))
    if isinstance(error, MemoryError):
        return DeviceMemoryError(
            _("There is not enough memory for this."),
            hint=_("Choose a shorter region or length, or close other programs."),
            detail=detail,
        )
    return WorkerError(
        _('Something unexpected went wrong in "{task}".').format(task=task),
        hint=_("Try again. If it happens again, please report it with the log file."),
        detail=detail,
    )
