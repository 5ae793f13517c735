"""Keeps every Python process that is started with this folder on PYTHONPATH from any network, and notes its tries.

Python imports this by its name at its start, in worker processes too. Local sockets stay possible.
"""

import os
import sys

_CALLS = {
    "socket.connect",
    "socket.bind",
    "socket.sendto",
    "socket.sendmsg",
    "socket.getaddrinfo",
    "socket.gethostbyname",
    "socket.gethostbyaddr",
    "socket.getnameinfo",
    "urllib.Request",
    "http.client.connect",
    "ftplib.connect",
    "smtplib.connect",
}


def _is_local(event: str, args: tuple[object, ...]) -> bool:
    """Whether a socket only leads to another process of this machine."""
    return event in ("socket.connect", "socket.bind", "socket.sendto", "socket.sendmsg") and (
        getattr(args[0], "family", None) == 1  # AF_UNIX; the module socket may not be loaded yet
    )


def _watch(event: str, args: tuple[object, ...]) -> None:
    if event in _CALLS and not _is_local(event, args):
        with open(os.environ["NETWORK_CALLS"], "a", encoding="utf-8") as file:  # noqa: PTH123 - nothing is imported here
            file.write(f"{os.getpid()} {event} {args[1:]!r}\n")
        raise PermissionError(f"{event} is not allowed here")


sys.addaudithook(_watch)
