"""The one folder that holds everything a launcher keeps: databases, secrets, uploads, logs."""

import errno
import fcntl
import hashlib
import json
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from webhooks_platform.embedded.account import server_account
from webhooks_platform.embedded.errors import LaunchError

_STILL_STOPPING_SECONDS = 10.0


def choose_folder(*, checkout: Path, environment: Mapping[str, str]) -> Path:
    """APP_DATA, else ``.data`` in the checkout, else (as root, where PostgreSQL's account can't go) one in /var/lib."""
    if environment.get("APP_DATA"):
        return Path(environment["APP_DATA"]).expanduser().absolute()
    own = checkout / ".data"
    account = server_account(own / "postgresql")
    if account is None or account.can_reach(checkout):
        return own
    key = hashlib.sha256(os.fsencode(checkout)).hexdigest()[:12]
    return Path("/var/lib/webhooks-platform") / f"{checkout.name}-{key}"


def make_folder(path: Path) -> Path:
    """Private to us; as root, PostgreSQL's account may pass through but not look around."""
    try:
        path.mkdir(parents=True, exist_ok=True)
        path.chmod(0o711 if os.geteuid() == 0 else 0o700)
        for name in ("logs", "media"):
            (path / name).mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise LaunchError(
            f"Can't use the data folder {path}: {error.strerror}. Set APP_DATA to another one."
        ) from error
    return path


@dataclass(frozen=True)
class Lock:
    """Held by this launcher and its guard: as long as either lives, nobody else uses the folder."""

    path: Path
    descriptor: int

    def note(self, **facts: object) -> None:
        """What the next one is told: the process and where it can be reached."""
        os.ftruncate(self.descriptor, 0)
        os.pwrite(self.descriptor, json.dumps({"process": os.getpid(), **facts}).encode(), 0)


def lock_folder(folder: Path) -> Lock:
    """Raises LaunchError when another launcher uses the folder; waits for one that is just stopping."""
    descriptor = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    lock = Lock(path=folder / "lock", descriptor=descriptor)
    deadline = time.monotonic() + _STILL_STOPPING_SECONDS
    while not _try_lock(descriptor):
        holder = _holder(lock.path)
        if _is_alive(holder.get("process")) or time.monotonic() > deadline:
            where = f" at {holder['url']}" if holder.get("url") else ""
            raise LaunchError(
                f"Already running{where} (process {holder.get('process', 'unknown')}) with the data folder {folder}. "
                "Stop that one first, or set APP_DATA to another folder."
            )
        time.sleep(0.1)
    lock.note()
    return lock


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in (errno.EAGAIN, errno.EACCES):
            return False
        raise
    return True


def _holder(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text())
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _is_alive(process: object) -> bool:
    if not isinstance(process, int):
        return False
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def read_or_create_secrets(path: Path, make: Mapping[str, Callable[[], str]]) -> dict[str, str]:
    """The secrets kept in ``path`` (mode 0600); a missing one is made by its function and written down first."""
    kept: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
    missing = {name: generate() for name, generate in make.items() if name not in kept}
    if missing:
        kept |= missing
        new = path.with_suffix(".new")
        new.unlink(missing_ok=True)
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as output:
            json.dump(kept, output, indent=1)
            output.flush()
            os.fsync(output.fileno())
        new.replace(path)
    return kept
