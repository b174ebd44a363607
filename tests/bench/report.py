"""What is printed: the machine, a table for people, and one JSON line a figure for programs."""

import json
import os
import platform
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import psycopg
from psycopg import sql

from tests.bench.destination import Destination
from tests.bench.figures import Figure
from tests.bench.plan import Plan, Servers
from webhooks_platform.embedded.launcher import CHECKOUT


def report(plan: Plan, figures: Iterable[Figure], *, machine: Iterable[str], problems: Mapping[str, str]) -> str:
    listed = list(figures)
    lines = ["", *machine, "", *_table(listed), ""]
    if plan.quick:
        lines += ["One short round: it shows that the benchmark works, and is nothing to quote.", ""]
    lines += [f"Left out: {name}. {problem.splitlines()[0]}" for name, problem in problems.items()]
    return "\n".join([*lines, *(json.dumps(asdict(figure)) for figure in listed)])


def machine_lines(plan: Plan, servers: Servers, destination: Destination) -> Iterator[str]:
    """Everything that a reader needs to judge the figures, and to measure again."""
    yield f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, commit {_commit()}"
    load = os.getloadavg()[0]
    yield f"{plan.cores} cores ({_processor()}), load {load:.1f} before, Python {platform.python_version()}"
    yield _database_line(servers)
    yield f"Destination: {destination.name}, on the same machine, as are database and broker"
    yield (
        f"{plan.rounds} rounds; engine and bare: {plan.people:,} each, {plan.cores} processes; "
        f"per-task: {plan.peer_people:,} each, {plan.cores} processes"
    )


def _table(figures: list[Figure]) -> Iterator[str]:
    width = max([len(figure.figure) for figure in figures], default=0)
    yield f"{'figure':{width}}  {'median':>10}  {'min':>10}  {'max':>10}  unit"
    for figure in figures:
        values = "  ".join(f"{value:>10,g}" for value in (figure.median, figure.min, figure.max))
        yield f"{figure.figure:{width}}  {values}  {figure.unit}"


def _commit() -> str:
    """With a mark when the files differ from it."""
    command = ["git", "describe", "--always", "--dirty", "--abbrev=10"]
    ended = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=False)
    return ended.stdout.strip() or "unknown"


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    return next((line.partition(": ")[2] for line in lines if line.startswith("model name")), platform.machine())


def _database_line(servers: Servers) -> str:
    names = ("server_version", "fsync", "synchronous_commit", "shared_buffers")
    with psycopg.connect(servers.database_url) as connection:
        found = [connection.execute(sql.SQL("show {}").format(sql.Identifier(name))).fetchone() for name in names]
    settings = ", ".join(f"{name} {row[0]}" for name, row in zip(names, found, strict=True) if row)
    return f"PostgreSQL {settings.removeprefix('server_version ')}"
