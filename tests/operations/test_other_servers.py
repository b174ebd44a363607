"""The script that runs the delivery tests on other servers, where it can't."""

import subprocess
from pathlib import Path
from shutil import which

SCRIPT = Path(__file__).resolve().parents[2] / ".ci" / "other-servers"


def run_with_programs(folder: Path, *names: str) -> subprocess.CompletedProcess[str]:
    for name in names:
        found = which(name)
        assert found
        (folder / name).symlink_to(found)
    return subprocess.run(
        ["/bin/bash", str(SCRIPT)], env={"PATH": str(folder)}, capture_output=True, text=True, timeout=30, check=False
    )


def test_without_a_package_manager_it_says_so_and_goes_on(tmp_path: Path) -> None:
    done = run_with_programs(tmp_path, "dirname")
    assert done.returncode == 0
    assert done.stdout.startswith("Not run on other servers: PostgreSQL 15 and Redis are not installed, and there is")


def test_without_rights_it_says_so_and_goes_on(tmp_path: Path) -> None:
    for name, text in {"apt-get": "exit 1", "id": "echo 1000"}.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{text}\n")
        (tmp_path / name).chmod(0o755)
    done = run_with_programs(tmp_path, "dirname")
    assert done.returncode == 0
    assert "only root may install them" in done.stdout


def test_a_failed_installation_is_said(tmp_path: Path) -> None:
    for name, text in {"apt-get": "exit 1", "id": "echo 0"}.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{text}\n")
        (tmp_path / name).chmod(0o755)
    done = run_with_programs(tmp_path, "dirname", "timeout")
    assert done.returncode == 0
    assert "apt-get could not install" in done.stdout
