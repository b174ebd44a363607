from notifications.models import Attempt
from notifications.phases import WIDTH, phase_bars


def bars(**micros: int) -> list[tuple[str, int, int]]:
    return [(bar.key, bar.x, bar.width) for bar in phase_bars(Attempt(**micros))]


def test_phases_follow_each_other() -> None:
    found = bars(dns_us=100, connect_us=200, tls_us=300, first_byte_us=900, total_us=1000)
    assert found == [
        ("dns", 0, 100),
        ("connect", 100, 200),
        ("tls", 300, 300),
        ("wait", 600, 300),
        ("download", 900, 100),
    ]


def test_a_connection_used_before_has_only_the_answer() -> None:
    assert bars(first_byte_us=400, total_us=500) == [("wait", 0, 800), ("download", 800, 200)]


def test_without_an_answer_the_rest_is_waiting() -> None:
    (connect, wait) = phase_bars(Attempt(connect_us=1000, total_us=30_000_000))
    assert (connect.label, connect.width) == ("Connect", 4)
    assert (wait.label, wait.words) == ("No answer", "29,999 ms")
    assert wait.x + wait.width <= WIDTH


def test_nothing_happened_nothing_shown() -> None:
    assert bars() == []


def test_figures_that_do_not_fit_together_stay_in_the_picture() -> None:
    for bar in phase_bars(Attempt(dns_us=5000, connect_us=5000, first_byte_us=10, total_us=20)):
        assert 0 <= bar.x <= bar.x + bar.width <= WIDTH
