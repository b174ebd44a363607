"""Figures: what each round measured, its middle and its extremes, and ratios within one round."""

import statistics
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

RATE = "deliveries/s"
REQUEST_RATE = "requests/s"
PROCESSOR = "CPU s / 1,000"
RATIO = "times"

# name, upper, lower: rates of one round divided.
RATIOS = (
    ("engine_over_django_webhook", "engine", "django_webhook"),
    ("engine_over_django_webhook2", "engine", "django_webhook2"),
    ("engine_over_bare", "engine", "bare"),
    ("engine_tls_over_bare_tls", "engine_tls", "bare_tls"),
    ("engine_over_wrk", "engine", "wrk"),
    ("isolation", "beside_hanging", "alone"),
    ("isolation_5_hanging", "beside_5_hanging", "alone"),
    ("isolation_5_dripping", "beside_5_dripping", "alone"),
    ("isolation_5_endless", "beside_5_endless", "alone"),
    ("isolation_5_dropping", "beside_5_dropping", "alone"),
    ("slow_2_over_1_workers", "slow_2_workers", "slow_1_workers"),
    ("slow_4_over_1_workers", "slow_4_workers", "slow_1_workers"),
    ("scale_100k_over_10k", "scale_100k", "scale_10k"),
    ("scale", "scale_1m", "scale_10k"),
)


@dataclass(frozen=True)
class Sample:
    figure: str
    value: float
    unit: str


@dataclass(frozen=True)
class Figure:
    figure: str
    median: float
    min: float
    max: float
    unit: str


Round = Mapping[str, Sample]


def round_of(samples: Iterable[Sample]) -> Round:
    """The samples of one round by figure, ratios included."""
    found = {sample.figure: sample for sample in samples}
    for name, upper, lower in RATIOS:
        if upper in found and lower in found and found[lower].value:
            found[name] = Sample(name, found[upper].value / found[lower].value, RATIO)
    return found


def figures_of(rounds: Iterable[Round]) -> list[Figure]:
    """One figure for each name, in the order of the first round."""
    listed = list(rounds)
    names = list(dict.fromkeys(name for measured in listed for name in measured))
    return [_figure([measured[name] for measured in listed if name in measured]) for name in names]


def _figure(samples: list[Sample]) -> Figure:
    values = [sample.value for sample in samples]
    middle, low, high = (_rounded(value) for value in (statistics.median(values), min(values), max(values)))
    return Figure(samples[0].figure, middle, low, high, samples[0].unit)


def _rounded(value: float) -> float:
    """Four digits say more than any machine repeats."""
    return float(f"{value:.4g}")
