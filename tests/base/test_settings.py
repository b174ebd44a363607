"""What the settings read is what the documentation lists."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
READ = re.compile(r'\benv(?:\.\w+)?\(\s*"([A-Z_]+)"')
LISTED = re.compile(r"^\| `([A-Z_]+)` \|", re.MULTILINE)


def variables_read() -> set[str]:
    return set(READ.findall((ROOT / "webhooks_platform" / "settings.py").read_text()))


def variables_listed() -> set[str]:
    return set(LISTED.findall((ROOT / "docs" / "settings.md").read_text()))


def test_every_variable_that_is_read_is_listed() -> None:
    assert len(variables_read()) > 20
    assert variables_read() - variables_listed() == set()


def test_every_variable_that_is_listed_is_read() -> None:
    assert variables_listed() - variables_read() == set()
