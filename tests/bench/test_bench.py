"""The benchmark works: it measures and prints, and refuses a rate that the ledger or the receiver doesn't bear out."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from tests.bench.figures import Figure, Sample, figures_of, round_of
from tests.bench.ledger import Ledger, verify
from tests.bench.plan import plan_from
from tests.bench.programs import Unmeasurable
from webhooks_platform.embedded.launcher import CHECKOUT

LEDGER = Ledger(states={"delivered": 9}, attempts=9, attempted=9, exchanges=9, first_request_at=datetime.now(UTC))


def test_the_quick_form_prints_a_line_for_each_figure() -> None:
    command = [sys.executable, "-m", "tests.bench", "--quick", "--figures", "engine"]
    ended = subprocess.run(
        command, cwd=CHECKOUT, env={**os.environ, "BENCH_N": "500"}, capture_output=True, text=True, timeout=600
    )
    assert ended.returncode == 0, ended.stderr
    figures = [json.loads(line) for line in ended.stdout.splitlines() if line.startswith("{")]
    named = [figure["figure"] for figure in figures if figure["figure"] != "engine_database_cpu"]  # if it is in sight
    assert named == ["engine", "engine_cpu", "engine_first_request", "engine_memory"]
    assert all(set(figure) == {"figure", "median", "min", "max", "unit"} for figure in figures)
    assert all(figure["median"] > 0 for figure in figures)


@pytest.mark.parametrize(
    ("ledger", "received"),
    [
        (LEDGER, 10),
        (LEDGER, 8),
        (replace(LEDGER, attempts=10), 9),
        (replace(LEDGER, exchanges=8), 9),
        (replace(LEDGER, states={"delivered": 8, "failed": 1}), 9),
    ],
)
def test_no_rate_unless_ledger_and_receiver_agree(ledger: Ledger, received: int) -> None:
    verify(LEDGER, people=9, received=9)
    with pytest.raises(Unmeasurable):
        verify(ledger, people=9, received=received)


def test_ratios_are_within_a_round_and_figures_over_all() -> None:
    rounds = [
        round_of([Sample("engine", engine, "deliveries/s"), Sample("bare", bare, "requests/s")])
        for engine, bare in ((100.0, 200.0), (300.0, 300.0), (50.0, 200.0))
    ]
    figures = {figure.figure: figure for figure in figures_of(rounds)}
    assert figures["engine"] == Figure("engine", 100.0, 50.0, 300.0, "deliveries/s")
    assert figures["engine_over_bare"] == Figure("engine_over_bare", 0.5, 0.25, 1.0, "times")


def test_ratios_of_hardship() -> None:
    samples = [
        *(Sample("alone", 100.0, "x"), Sample("beside_hanging", 97.0, "x")),
        *(Sample("slow_1_workers", 50.0, "x"), Sample("slow_2_workers", 95.0, "x")),
        *(Sample("scale_10k", 100.0, "x"), Sample("scale_1m", 90.0, "x")),
    ]
    found = round_of(samples)
    assert [found[name].value for name in ("isolation", "slow_2_over_1_workers", "scale")] == [0.97, 1.9, 0.9]


def test_a_million_recipients_are_asked_for() -> None:
    assert plan_from([], {}).scales[-1] == ("100k", 100_000)
    assert plan_from(["--million"], {}).scales[-1] == ("1m", 1_000_000)


@pytest.mark.parametrize(("arguments", "people"), [(["--figures", "speed"], "10"), ([], "0"), ([], "many")])
def test_what_can_not_be_measured_is_refused(arguments: list[str], people: str) -> None:
    with pytest.raises(SystemExit):
        plan_from(arguments, {"BENCH_N": people})
