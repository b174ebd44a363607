"""Finds libfaketime for the tests of clocks; ``python -m tests.faketime`` installs it where that is possible."""

import os
import platform
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Mapping
from pathlib import Path

import pytest

_FILE = Path("faketime", "libfaketime.so.1")
_MISSING = (
    "The tests of clocks that jump need libfaketime. Install it (Debian and Ubuntu: apt-get install libfaketime; "
    "Fedora: dnf install libfaketime), or set FAKETIME_LIBRARY to the path of libfaketime.so.1."
)


def find_faketime(
    *, root: Path = Path("/"), machine: str = "", environment: Mapping[str, str] = os.environ
) -> Path | None:
    """FAKETIME_LIBRARY, or where packages put it: Debian into a folder of the machine's architecture, others not.
    ``machine``: as ``uname -m`` says it."""
    if named := environment.get("FAKETIME_LIBRARY"):
        return Path(named)
    own = "" if machine else str(sysconfig.get_config_var("MULTIARCH") or "")
    folders = (f"usr/lib/{own}", f"usr/lib/{machine or platform.machine()}-linux-gnu", "usr/lib64", "usr/lib")
    places = (root / folder / _FILE for folder in (*folders, "usr/local/lib"))
    return next((place for place in places if place.exists()), None)


def faketime_or_skip(found: Path | None, *, environment: Mapping[str, str] = os.environ) -> Path:
    """Skips the test without it; fails it in continuous integration (CI=true), where nobody would see that."""
    if found is not None:
        return found
    if environment.get("CI", "").lower() == "true":
        pytest.fail(_MISSING)
    pytest.skip(_MISSING)


def _install() -> None:
    """Says nothing of a package manager that can't: what is missing is said after it."""
    sys.stdout.write("Installing libfaketime for the tests of clocks\n")
    sys.stdout.flush()
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for arguments in (["update", "-qq"], ["install", "-qq", "-y", "--no-install-recommends", "libfaketime"]):
        command = ["timeout", "120", "apt-get", *arguments]
        subprocess.run(command, check=False, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def main() -> None:
    if find_faketime() is None and os.geteuid() == 0 and shutil.which("apt-get"):
        _install()
    if find_faketime() is None:
        sys.stdout.write(f"{_MISSING}\n")
        sys.exit(1 if os.environ.get("CI", "").lower() == "true" else 0)


if __name__ == "__main__":
    main()
