"""Fonts for the pictures: ``python -m tests.browser.fonts`` installs those that the machine lacks, or says which.

The sample people write their names in these scripts; without a font each character is an empty box.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from typing import NamedTuple


class Script(NamedTuple):
    """``sample``: a character that a font for it has. ``package``: Debian's, with such a font."""

    name: str
    sample: str
    package: str


SCRIPTS = (
    Script("Chinese", "王", "fonts-wqy-microhei"),
    Script("Japanese", "さ", "fonts-wqy-microhei"),
    Script("Korean", "지", "fonts-wqy-microhei"),
    Script("Devanagari", "अ", "fonts-lohit-deva"),
    Script("emoji", "🌷", "fonts-noto-color-emoji"),
)


def scripts_lacking(has_font: Callable[[str], bool]) -> list[Script]:
    return [script for script in SCRIPTS if not has_font(script.sample)]


def has_font(character: str) -> bool:
    """True also where fontconfig can't be asked, as on macOS, which brings its own fonts."""
    if not shutil.which("fc-list"):
        return True
    asked = subprocess.run(["fc-list", f":charset={ord(character):x}"], check=True, capture_output=True)
    return bool(asked.stdout.strip())


def missing_words(lacking: Iterable[Script]) -> str:
    names = ", ".join(script.name for script in lacking)
    packages = " ".join(sorted({script.package for script in lacking}))
    return f"The pictures need fonts for {names}. Debian and Ubuntu: apt-get install {packages}"


def _install(lacking: Iterable[Script]) -> None:
    packages = sorted({script.package for script in lacking})
    sys.stdout.write(f"Installing {', '.join(packages)} for the pictures\n")
    sys.stdout.flush()
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for arguments in (["update", "-qq"], ["install", "-qq", "-y", "--no-install-recommends", *packages]):
        subprocess.run(["apt-get", *arguments], check=True, env=environment, stdout=subprocess.DEVNULL)


def main() -> None:
    lacking = scripts_lacking(has_font)
    if lacking and os.geteuid() == 0 and shutil.which("apt-get"):
        _install(lacking)
        lacking = scripts_lacking(has_font)
    if lacking:
        sys.exit(missing_words(lacking))


if __name__ == "__main__":
    main()
