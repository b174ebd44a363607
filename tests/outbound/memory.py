"""How much memory this process holds."""

import os
from pathlib import Path

MEGABYTE = 1024 * 1024
_PAGE = os.sysconf("SC_PAGE_SIZE")


def resident() -> int:
    """Bytes in memory now."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * _PAGE
