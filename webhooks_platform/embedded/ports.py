"""Free ports, picked so that two launchers starting at the same moment don't pick the same one."""

import fcntl
import os
import socket
import tempfile
from pathlib import Path

from webhooks_platform.embedded.errors import LaunchError

HOST = "127.0.0.1"
_TRIES = 200
# A claim lives as long as its descriptor, that is, as long as this process.
_claims: dict[int, int] = {}


def port_or_next(first: int) -> int:
    """The first free port from ``first`` on, claimed for the life of this process."""
    for port in range(first, min(first + _TRIES, 65_536)):
        if _claim(port):
            return port
    raise LaunchError(f"No free port between {first} and {first + _TRIES}. Stop a program that listens there.")


def port_exactly(port: int) -> int:
    if not _claim(port):
        raise LaunchError(f"Port {port} (from PORT) is in use. Choose another PORT, or unset it for the next free one.")
    return port


def _claim(port: int) -> bool:
    if port in _claims or not _is_free(port):
        return False
    path = Path(tempfile.gettempdir()) / f"webhooks-platform-port-{port}.lock"
    try:
        descriptor = _open_lock(path)
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    _claims[port] = descriptor
    return True


def _open_lock(path: Path) -> int:
    # Another account's file in a sticky folder can't be opened with O_CREAT, but a lock needs only reading.
    try:
        return os.open(path, os.O_RDONLY | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except PermissionError:
        return os.open(path, os.O_RDONLY | os.O_CLOEXEC)


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        # A server that ended a second ago leaves the port in TIME_WAIT: that one may be taken again.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    with socket.socket() as caller:
        caller.settimeout(1)
        return caller.connect_ex((HOST, port)) != 0
