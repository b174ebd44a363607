"""Dockerfile and docker-compose.yml as these tests read them, and what they say done without an engine."""

import re
import shutil
import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text().replace("\\\n", " ")
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
SERVERS = {"postgres", "valkey"}
PROGRAMS = {name: service for name, service in SERVICES.items() if name not in SERVERS}
_VARIABLE = re.compile(r"\$\{(\w+):-([^}]*)\}")


def copied() -> list[str]:
    """What the image takes from the checkout."""
    return re.findall(r"^COPY (?!--from)(\S+) \S+$", DOCKERFILE, re.MULTILINE)


def image_settings() -> dict[str, str]:
    """What the last stage's ENV sets, but for the path of programs."""
    last = DOCKERFILE.rpartition("\nFROM ")[2]
    pairs = " ".join(re.findall(r"^ENV (.+)$", last, re.MULTILINE)).split()
    return {name: value for name, _, value in (pair.partition("=") for pair in pairs) if name != "PATH"}


def interpolated(text: str) -> str:
    """As Compose reads it where no variable is set."""
    return _VARIABLE.sub(lambda found: found[2], text).replace("$$", "$")


@dataclass(frozen=True)
class Native:
    """Where the parts of a container are on this machine."""

    folder: Path
    port: int
    programs: Path

    @property
    def app(self) -> Path:
        return self.folder / "app"

    @property
    def secrets(self) -> Path:
        return self.folder / "secrets"

    def place(self, text: str) -> str:
        """A path, address or port of a container, here."""
        here = {"/run/secrets": self.secrets, "/data": self.folder / "data", "/app": self.app, "8000": self.port}
        return re.sub(r"(/run/secrets|/data|/app|8000)\b", lambda found: str(here[found[0]]), interpolated(text))

    def arguments(self, service: str) -> list[str]:
        """A service's command, which for the pages is the image's own as well."""
        return [self.place(part) for part in SERVICES[service]["command"]]

    def settings(self, service: str) -> dict[str, str]:
        named = {**image_settings(), **SERVICES[service].get("environment", {})}
        path = f"{self.programs}:{Path(sys.executable).parent}:/usr/bin:/bin"
        return {"PATH": path, "HOSTNAME": socket.gethostname()} | {
            name: self.place(str(value)) for name, value in named.items()
        }

    def is_healthy(self, service: str) -> bool:
        """What the service's health check says, with the time that it has."""
        check = SERVICES[service]["healthcheck"]
        kind, *command = check["test"]
        arguments = ["/bin/sh", "-c", *command] if kind == "CMD-SHELL" else command
        try:
            done = subprocess.run(
                [self.place(part) for part in arguments],
                cwd=self.app,
                env=self.settings(service),
                capture_output=True,
                timeout=int(check["timeout"].removesuffix("s")),
                check=False,
            )
        except subprocess.TimeoutExpired:
            return False
        return done.returncode == 0


def make_image_folder(folder: Path) -> None:
    """What the image holds of the checkout, and nothing else."""
    for name in copied():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, target, ignore=shutil.ignore_patterns("node_modules", "src", "__pycache__"))
        else:
            shutil.copy(ROOT / name, target)
