"""What is to be measured, from the command line and BENCH_N."""

import argparse
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

# Measured when nothing else is named.
DEFAULT = ("engine", "bare", "wrk", "per-task", "isolation")
FIGURES = (*DEFAULT, "slow", "scale", "log", "render")
# In the figures' names.
SCALES = (("10k", 10_000), ("100k", 100_000), ("1m", 1_000_000))


@dataclass(frozen=True)
class Plan:
    """``people`` are launched to; ``peer_people`` by the packages that need seconds for each hundred."""

    figures: tuple[str, ...]
    rounds: int
    people: int
    peer_people: int
    wrk_seconds: int
    log_sizes: tuple[tuple[str, int], ...]
    scales: tuple[tuple[str, int], ...]
    cores: int
    quick: bool


@dataclass(frozen=True)
class Servers:
    """``server_database_url`` names the server; the engine's own database and broker number are elsewhere.
    ``bad_destination_url`` misbehaves as its paths say."""

    server_database_url: str
    database_url: str
    broker_url: str
    bad_destination_url: str


def plan_from(arguments: Sequence[str], environment: Mapping[str, str]) -> Plan:
    """Exits with a usage message for what can't be measured."""
    parser = argparse.ArgumentParser(prog="make bench", description="Measures the engine beside others.")
    parser.add_argument("--figures", default=",".join(DEFAULT), help=f"some of {','.join(FIGURES)}")
    parser.add_argument(
        "--quick", action="store_true", help="one short round, to see that it works: no figure to quote"
    )
    parser.add_argument("--million", action="store_true", help="scale: a million recipients, too (10 minutes a round)")
    parser.add_argument("--rounds", type=int, help="how often each is measured (3; quick: 1)")
    asked = parser.parse_args(arguments)
    figures = tuple(name.strip() for name in asked.figures.split(",") if name.strip())
    if unknown := sorted(set(figures).difference(FIGURES)):
        parser.error(f"no such figure: {', '.join(unknown)}; there are {', '.join(FIGURES)}")
    people = environment.get("BENCH_N") or ("500" if asked.quick else "60000")
    if not people.isdigit() or int(people) < 1:
        parser.error(f"BENCH_N must be a whole number above 0, not {people!r}")
    return Plan(
        figures=figures,
        rounds=asked.rounds or (1 if asked.quick else 3),
        people=int(people),
        peer_people=min(50 if asked.quick else 1_500, max(1, int(people) // 20)),
        log_sizes=(("2k", 2_000),) if asked.quick else (("1m", 1_000_000), ("10m", 10_000_000)),
        scales=(("1k", 1_000),) if asked.quick else SCALES if asked.million else SCALES[:2],
        wrk_seconds=1 if asked.quick else 4,
        cores=len(os.sched_getaffinity(0)),
        quick=asked.quick,
    )
