"""The launcher's decisions, each by itself."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from webhooks_platform.embedded import guard
from webhooks_platform.embedded.account import Account
from webhooks_platform.embedded.application import plan_application
from webhooks_platform.embedded.data_folder import choose_folder, lock_folder, make_folder, read_or_create_secrets
from webhooks_platform.embedded.errors import LaunchError
from webhooks_platform.embedded.ports import port_or_next
from webhooks_platform.embedded.postgresql import shared_buffers_megabytes
from webhooks_platform.embedded.servers import is_set, read_setting

STRANGER = Account(name="stranger", user=65_000, group=65_000)


def test_a_listening_port_is_passed_over():
    with socket.create_server(("127.0.0.1", 0)) as server:
        taken = server.getsockname()[1]
        assert port_or_next(taken) > taken


@pytest.mark.parametrize(("gigabytes", "megabytes"), [(1, 128), (4, 256), (8, 512), (24, 1024)])
def test_the_database_keeps_pages_by_the_size_of_the_machine(gigabytes, megabytes):
    assert shared_buffers_megabytes(gigabytes * 1024**3) == megabytes


def test_a_port_is_given_away_once():
    first = port_or_next(20_000)
    assert port_or_next(first) != first


def test_an_account_reaches_only_open_folders(tmp_path):
    private = tmp_path / "private" / "inside"
    private.mkdir(parents=True)
    for folder in (tmp_path, *tmp_path.parents):
        if folder.stat().st_uid == os.geteuid() and str(folder).startswith(str(tmp_path)):
            folder.chmod(0o755)
    private.parent.chmod(0o700)
    assert not STRANGER.can_reach(private)
    owner = Account(name="owner", user=private.stat().st_uid, group=65_000)
    assert owner.can_reach(private) == owner.can_reach(tmp_path)


def test_app_data_names_the_folder(tmp_path):
    assert choose_folder(checkout=Path("/a/b"), environment={"APP_DATA": str(tmp_path)}) == tmp_path


@pytest.mark.skipif(os.geteuid() != 0, reason="only root needs another folder")
def test_root_in_a_private_checkout_gets_a_folder_of_its_own(tmp_path):
    first, second = tmp_path / "first", tmp_path / "second"
    for checkout in (first, second):
        checkout.mkdir(mode=0o700)
    folders = {choose_folder(checkout=checkout, environment={}) for checkout in (first, second)}
    assert len(folders) == 2
    assert {folder.parent for folder in folders} == {Path("/var/lib/webhooks-platform")}


def test_a_folder_that_cannot_be_made_is_explained(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(LaunchError, match="Set APP_DATA to another one"):
        make_folder(tmp_path / "file" / "data")


def test_secrets_are_made_once_and_private(tmp_path):
    path = tmp_path / "secrets.json"
    first = read_or_create_secrets(path, {"KEY": lambda: "one"})
    second = read_or_create_secrets(path, {"KEY": lambda: "two", "OTHER": lambda: "three"})
    assert (first, second) == ({"KEY": "one"}, {"KEY": "one", "OTHER": "three"})
    assert path.stat().st_mode & 0o777 == 0o600


def test_the_lock_of_a_living_process_is_respected(tmp_path):
    holder = subprocess.Popen(
        [sys.executable, "-c", LOCKER, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        with pytest.raises(LaunchError, match=rf"Already running at http://x \(process {holder.pid}\)"):
            lock_folder(tmp_path)


LOCKER = """
import pathlib, sys
from webhooks_platform.embedded.data_folder import lock_folder
lock = lock_folder(pathlib.Path(sys.argv[1]))
lock.note(url="http://x")
print("locked", flush=True)
sys.stdin.read()
"""


@pytest.mark.parametrize("wanted", ["0", "65536", "-1", "eight", "²"])
def test_a_port_must_be_a_number(tmp_path, wanted):
    with pytest.raises(LaunchError, match="PORT must be a number"):
        plan_application(checkout=tmp_path, folder=tmp_path, environment={"PORT": wanted})


def test_the_receiver_is_the_one_private_address_allowed(tmp_path):
    application = plan_application(checkout=tmp_path, folder=tmp_path, environment={})
    settings = application.settings({"OUTBOUND_ALLOWED_ADDRESSES": "10.0.0.1:80"})
    assert settings["COOKIE_SUFFIX"] == f"_{application.port}"
    assert settings["OUTBOUND_ALLOWED_ADDRESSES"] == f"10.0.0.1:80,127.0.0.1:{application.receiver_port}"
    assert settings["DEMO_RECEIVER_URL"] == f"http://127.0.0.1:{application.receiver_port}"


def test_a_setting_may_come_from_a_file(tmp_path):
    (tmp_path / "url").write_text("redis://x\n")
    environment = {"REDIS_URL_FILE": str(tmp_path / "url")}
    assert is_set(environment, "REDIS_URL")
    assert read_setting(environment, "REDIS_URL") == "redis://x"
    assert not is_set(environment, "DATABASE_URL")


def test_the_guard_kills_a_group_that_ignores_its_signal(monkeypatch):
    monkeypatch.setattr(guard, "GRACE_SECONDS", 0.2)
    ignoring = "import signal, time; signal.signal(15, signal.SIG_IGN); print('on', flush=True); time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", ignoring], stdout=subprocess.PIPE, start_new_session=True) as process:
        assert process.stdout is not None
        process.stdout.readline()
        guard.end({-process.pid: 15})
        assert process.wait(timeout=30) == -9
