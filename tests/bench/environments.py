"""Environments of those we compare with, apart from ours: made at the first use and kept."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

from tests.bench.programs import Unmeasurable
from webhooks_platform.embedded.console import say
from webhooks_platform.embedded.data_folder import choose_folder, make_folder
from webhooks_platform.embedded.launcher import CHECKOUT

PEERS = Path(__file__).parent / "peers"


def peer_programs(name: str) -> Path:
    """The folder of the environment's programs. ``name`` is a file in peers/; a changed one makes a new environment."""
    requirements = PEERS / f"{name}.txt"
    digest = hashlib.sha256(requirements.read_bytes()).hexdigest()[:12]
    folder = make_folder(choose_folder(checkout=CHECKOUT, environment=os.environ)) / "bench" / f"{name}-{digest}"
    done = folder / "installed"
    if not done.exists():
        say(f"Making the environment of {name}, once")
        _run(sys.executable, "-m", "venv", "--clear", str(folder))
        pip = (str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
        _run(*pip, "--require-hashes", "-r", str(requirements))
        done.touch()
    return folder / "bin"


def _run(*command: str) -> None:
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    if ended.returncode:
        raise Unmeasurable(f"{' '.join(command[:5])} failed:\n{ended.stderr[-2000:]}")
