"""Finds a Chromium for the browser tests; ``python -m tests.chromium`` installs one where that is possible."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
_APPLICATIONS = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
_MISSING = (
    "The browser tests need Chromium. Install it (Debian: apt-get install chromium; Ubuntu: snap install chromium; "
    "elsewhere: .venv/bin/python -m playwright install chromium), or set CHROMIUM to its path."
)
ARGUMENTS = [
    *("--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync"),
    # Chromium's sandbox refuses to run as root.
    *(["--no-sandbox"] if os.geteuid() == 0 else []),
]


def find_chromium() -> str | None:
    """The path of a Chromium: CHROMIUM, one on the path, or Playwright's own."""
    if named := os.environ.get("CHROMIUM"):
        return named
    on_path = next(filter(None, map(shutil.which, _NAMES)), None)
    return on_path or next((path for path in (*_APPLICATIONS, _playwrights_own()) if Path(path).exists()), None)


def _playwrights_own() -> str:
    with sync_playwright() as playwright:
        return playwright.chromium.executable_path


def _install() -> None:
    sys.stdout.write("Installing Chromium for the browser tests\n")
    sys.stdout.flush()
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for arguments in (["update", "-qq"], ["install", "-qq", "-y", "--no-install-recommends", "chromium"]):
        subprocess.run(["apt-get", *arguments], check=True, env=environment, stdout=subprocess.DEVNULL)


def main() -> None:
    if find_chromium() is None and os.geteuid() == 0 and shutil.which("apt-get"):
        _install()
    if find_chromium() is None:
        sys.exit(_MISSING)


if __name__ == "__main__":
    main()
