"""The phases of an attempt as a waterfall: name, connect, TLS, wait, download, each where it began."""

from dataclasses import dataclass

from notifications.models import Attempt

WIDTH = 1000
# A phase that took place is seen, however short it was.
NARROWEST = 4


def milliseconds_words(milliseconds: float) -> str:
    """ "4.2 ms", or whole milliseconds from 10 on."""
    return f"{milliseconds:,.1f} ms" if milliseconds < 10 else f"{milliseconds:,.0f} ms"


@dataclass(frozen=True)
class PhaseBar:
    """``x`` and ``width`` are thousandths of the attempt's whole time."""

    key: str
    label: str
    milliseconds: float
    x: int
    width: int

    @property
    def words(self) -> str:
        return milliseconds_words(self.milliseconds)


def phase_bars(attempt: Attempt) -> list[PhaseBar]:
    """The phases that took place, in order. A connection that was used before has no name, connect or TLS."""
    before = attempt.dns_us + attempt.connect_us + attempt.tls_us
    parts = [
        ("dns", "Name", attempt.dns_us),
        ("connect", "Connect", attempt.connect_us),
        ("tls", "TLS", attempt.tls_us),
        *_answer_parts(attempt, before),
    ]
    total = max(attempt.total_us, sum(micros for *_, micros in parts), 1)
    bars, start = [], 0
    for key, label, micros in parts:
        if micros > 0:
            bars.append(_bar(key, label, micros, start, total))
        start += micros
    return bars


def _answer_parts(attempt: Attempt, before: int) -> list[tuple[str, str, int]]:
    if attempt.first_byte_us == 0:
        return [("wait", "No answer", max(0, attempt.total_us - before))]
    return [
        ("wait", "First byte", max(0, attempt.first_byte_us - before)),
        ("download", "Rest of the answer", max(0, attempt.total_us - max(attempt.first_byte_us, before))),
    ]


def _bar(key: str, label: str, micros: int, start: int, total: int) -> PhaseBar:
    width = min(WIDTH, max(NARROWEST, round(micros * WIDTH / total)))
    return PhaseBar(key, label, micros / 1000, min(round(start * WIDTH / total), WIDTH - width), width)
