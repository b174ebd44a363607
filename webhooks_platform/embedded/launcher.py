"""``run``: the whole product. ``execute``: one command with throw-away servers around it."""

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from webhooks_platform.embedded.account import server_account
from webhooks_platform.embedded.application import Application, plan_application
from webhooks_platform.embedded.console import print_line, say
from webhooks_platform.embedded.data_folder import Lock, choose_folder, lock_folder, make_folder
from webhooks_platform.embedded.errors import LaunchError, StopRequested
from webhooks_platform.embedded.processes import Guard, Supervisor, die_with_parent
from webhooks_platform.embedded.readiness import WorkerProbe, page_answers
from webhooks_platform.embedded.servers import read_setting, start_servers

CHECKOUT = Path(__file__).resolve().parents[2]
_READY_SECONDS = 120.0


def run(*, follow_parent: bool) -> None:
    """Starts everything, prints the address and stays until asked to stop. Raises LaunchError."""
    folder = make_folder(choose_folder(checkout=CHECKOUT, environment=os.environ))
    lock = lock_folder(folder)
    supervisor = Supervisor(logs=folder / "logs", guard=Guard(lock=lock.descriptor), follow_parent=follow_parent)
    try:
        _start_and_watch(supervisor, folder, lock)
    except StopRequested:
        say("Stopping")
    finally:
        supervisor.stop()
    say("Stopped")


def _start_and_watch(supervisor: Supervisor, folder: Path, lock: Lock) -> None:
    application = plan_application(checkout=CHECKOUT, folder=folder, environment=os.environ)
    lock.note(url=application.url)
    say(f"Data and logs: {folder}")
    os.environ.update(
        start_servers(
            supervisor,
            folder=folder,
            environment=os.environ,
            durable=True,
            max_connections=application.max_connections,
        )
    )
    os.environ.update(application.settings(os.environ))
    supervisor.start(application.receiver())
    supervisor.run_to_end(application.management("migrate", "--no-input", "-v", "1"))
    say("The database is migrated")
    for program in application.programs():
        supervisor.start(program)
    login = _load_demo(supervisor, application)
    _wait_until_ready(supervisor, application)
    print_line(f"\n{login}Demo receiver: {application.receiver_url}\nReady: {application.url}")
    supervisor.watch()


def _load_demo(supervisor: Supervisor, application: Application) -> str:
    """What ``load_demo`` says, which is where to sign in and as whom."""
    commands = application.checkout.glob("*/management/commands/load_demo.py")
    if not any(commands):
        say("This version has no demo workspace: sign up on the page")
        return ""
    return supervisor.run_to_end(application.management("load_demo"))


def _wait_until_ready(supervisor: Supervisor, application: Application) -> None:
    probe = WorkerProbe(broker_url=read_setting(os.environ, "BROKER_URL") or read_setting(os.environ, "REDIS_URL"))
    for name, answered in (
        ("Demo receiver", lambda: page_answers(f"{application.receiver_url}/_received")),
        ("Page", lambda: page_answers(f"{application.url}/healthz")),
        ("Workers", lambda: probe.all_answer(application.nodes)),
        ("Beat", lambda: probe.has_taken_a_task(application.control_node)),
    ):
        supervisor.wait_for(answered, name, seconds=_READY_SECONDS)
        say(f"{name}: answered")


def execute(command: Sequence[str], *, durable: bool) -> int:
    """Runs ``command`` with DATABASE_URL and REDIS_URL of throw-away servers; returns its exit code."""
    folder = _temporary_folder()
    lock = lock_folder(folder)
    supervisor = Supervisor(logs=folder / "logs", guard=(guard := Guard(lock=lock.descriptor, remove=folder)))
    try:
        os.environ.update(start_servers(supervisor, folder=folder, environment=os.environ, durable=durable))
        return _in_foreground(command, guard)
    except StopRequested:
        return 128 + signal.SIGTERM
    finally:
        supervisor.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _temporary_folder() -> Path:
    account = server_account()
    for parent in (tempfile.gettempdir(), "/tmp", "/var/tmp"):  # noqa: S108
        if account is None or account.can_reach(Path(parent)):
            return make_folder(Path(tempfile.mkdtemp(prefix="webhooks-platform-", dir=parent)))
    raise LaunchError("No temporary folder that PostgreSQL's account can reach. Set TMPDIR to one.")


def _in_foreground(command: Sequence[str], guard: Guard) -> int:
    """The command shares our terminal, so Ctrl-C reaches it by itself; SIGTERM is handed on."""
    try:
        process = subprocess.Popen(command, preexec_fn=die_with_parent(signal.SIGTERM))  # noqa: S603
    except OSError as error:
        raise LaunchError(f"Can't run {command[0]}: {error.strerror}.") from error
    guard.watch(process.pid, signal.SIGTERM)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: process.terminate())
    signal.signal(signal.SIGHUP, lambda *_: process.terminate())
    code = process.wait()
    guard.forget(process.pid)
    return code if code >= 0 else 128 - code
