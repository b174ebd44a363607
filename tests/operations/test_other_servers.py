"""The script that runs the delivery tests on other servers, where it can't."""

import subprocess
from pathlib import Path
from shutil import which

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / ".ci" / "other-servers"


def run_with_programs(folder: Path, *names: str, **settings: str) -> subprocess.CompletedProcess[str]:
    for name in names:
        found = which(name)
        assert found
        (folder / name).symlink_to(found)
    return subprocess.run(
        ["/bin/bash", str(SCRIPT)],
        env={"PATH": str(folder), **settings},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def test_without_a_package_manager_it_says_so_and_goes_on(tmp_path: Path) -> None:
    done = run_with_programs(tmp_path, "dirname")
    assert done.returncode == 0
    assert done.stdout.startswith("Not run on other servers: PostgreSQL 15 and Redis are not installed, and there is")


def say_instead(folder: Path, programs: dict[str, str]) -> None:
    for name, text in programs.items():
        (folder / name).write_text(f"#!/bin/sh\n{text}\n")
        (folder / name).chmod(0o755)


def test_without_rights_it_says_so_and_goes_on(tmp_path: Path) -> None:
    say_instead(tmp_path, {"apt-get": "exit 1", "id": "echo 1000"})
    done = run_with_programs(tmp_path, "dirname")
    assert done.returncode == 0
    assert "only root may install them" in done.stdout


def test_a_failed_installation_is_said(tmp_path: Path) -> None:
    say_instead(tmp_path, {"apt-get": "exit 1", "id": "echo 0"})
    done = run_with_programs(tmp_path, "dirname", "timeout")
    assert done.returncode == 0
    assert "apt-get could not install" in done.stdout


@pytest.mark.parametrize(
    ("programs", "reason"),
    [
        ({}, "there is no apt-get"),
        ({"apt-get": "exit 1", "id": "echo 1000"}, "only root may install them"),
        ({"apt-get": "exit 1", "id": "echo 0"}, "apt-get could not install"),
        ({"apt-get": "exit 0", "id": "echo 0"}, "the packages hold no"),
    ],
)
def test_in_continuous_integration_what_cannot_run_has_failed(
    tmp_path: Path, programs: dict[str, str], reason: str
) -> None:
    say_instead(tmp_path, programs)
    done = run_with_programs(tmp_path, "dirname", "timeout", CI="true")
    assert done.returncode == 1
    assert reason in done.stdout
    assert "With CI=true the delivery tests have to run" in done.stderr


def test_all_that_continuous_integration_runs_knows_where_it_is() -> None:
    assert "export CI=true" in (SCRIPT.parent / "run").read_text()
