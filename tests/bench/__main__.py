"""``make bench``: the engine measured beside others, in one go on one machine (docs/benchmarks.md)."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import django

from tests.bench.destination import Destination, running_destination
from tests.bench.figures import figures_of
from tests.bench.plan import Plan, Servers, plan_from
from tests.bench.programs import Unmeasurable
from tests.bench.report import machine_lines, report
from tests.bench.servers import own_broker, own_database
from tests.moody import running_moody
from tests.receiver import Receiver, running_receiver
from webhooks_platform.embedded.console import complain, print_line, say
from webhooks_platform.embedded.launcher import CHECKOUT


def main() -> int:
    plan = plan_from(sys.argv[1:], os.environ)
    with (
        tempfile.TemporaryDirectory(prefix="bench-") as folder,
        running_destination(Path(folder)) as destination,
        running_receiver() as receiver,
    ):
        try:
            with _own_servers(destination, receiver, Path(folder)) as servers:
                return _measure(plan, servers, destination, receiver, Path(folder))
        except Unmeasurable as problem:
            complain(f"\n{problem}")
            return 1


def _measure(plan: Plan, servers: Servers, destination: Destination, receiver: Receiver, folder: Path) -> int:
    # Models can be imported only once the settings name the database.
    from tests.bench.rounds import Rounds

    machine = list(machine_lines(plan, servers, destination))
    problems: dict[str, str] = {}
    rounds = Rounds(plan, servers, destination, receiver, folder, problems).measure()
    print_line(report(plan, figures_of(rounds), machine=machine, problems=problems))
    return 1 if problems else 0


@contextmanager
def _own_servers(destination: Destination, receiver: Receiver, folder: Path) -> Iterator[Servers]:
    """A migrated database and a broker number for the engine, which the settings name from then on."""
    server = os.environ["DATABASE_URL"]
    with (
        own_database(server, "engine") as database,
        own_broker(os.environ["REDIS_URL"]) as broker,
        running_moody() as bad,
    ):
        os.environ |= {
            "DATABASE_URL": database,
            "REDIS_URL": broker,
            "BROKER_URL": broker,
            "OUTBOUND_ALLOWED_ADDRESSES": ",".join([*destination.addresses, receiver.address, bad.address]),
            "OUTBOUND_CA_FILE": destination.ca_file,
            "STATIC_ROOT": str(folder),
            "BEAT_SCHEDULE_FILE": str(folder / "beat-schedule"),
            "DJANGO_SETTINGS_MODULE": "webhooks_platform.settings",
        }
        subprocess.run([sys.executable, "manage.py", "migrate", "--no-input", "-v", "0"], cwd=CHECKOUT, check=True)
        django.setup()
        say("An own database and broker are ready")
        yield Servers(server, database, broker, bad.url)


if __name__ == "__main__":
    sys.exit(main())
