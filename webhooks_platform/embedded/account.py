"""PostgreSQL refuses to run as root: as root, it and its files belong to an account without rights."""

import os
import pwd
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from webhooks_platform.embedded.errors import LaunchError

_CANDIDATES = ("postgres", "nobody")


@dataclass(frozen=True)
class Account:
    """A passwd entry (PostgreSQL asks for its own name, so a bare number won't do)."""

    name: str
    user: int
    group: int

    def popen_options(self) -> dict[str, Any]:
        return {"user": self.user, "group": self.group, "extra_groups": []}

    def can_reach(self, path: Path) -> bool:
        """Whether every existing folder on the way may be entered, and the path itself be read."""
        ways = [path, *path.parents]
        existing = [way for way in ways if way.exists()]
        return all(self._may(way, stat.S_IXOTH) for way in existing if way.is_dir()) and self._may(
            existing[0], stat.S_IXOTH if existing[0].is_dir() else stat.S_IROTH
        )

    def _may(self, path: Path, others_bit: int) -> bool:
        status = path.stat()
        if status.st_uid == self.user:
            return bool(status.st_mode & (others_bit << 6))
        if status.st_gid == self.group:
            return bool(status.st_mode & (others_bit << 3))
        return bool(status.st_mode & others_bit)


def server_account(cluster: Path | None = None) -> Account | None:
    """The account PostgreSQL runs under: None means our own. An existing cluster keeps its owner."""
    if os.geteuid() != 0:
        return None
    if cluster is not None and cluster.exists() and cluster.stat().st_uid != 0:
        return _account(pwd.getpwuid(cluster.stat().st_uid))
    for name in _CANDIDATES:
        try:
            return _account(pwd.getpwnam(name))
        except KeyError:
            continue
    raise LaunchError(
        "PostgreSQL doesn't run as root, and there is neither an account 'postgres' nor 'nobody'. "
        "Start as an ordinary user, or set DATABASE_URL to a server of your own."
    )


def _account(entry: pwd.struct_passwd) -> Account:
    return Account(name=entry.pw_name, user=entry.pw_uid, group=entry.pw_gid)
