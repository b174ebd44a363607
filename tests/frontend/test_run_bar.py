from hypothesis import given
from hypothesis import strategies as st

from frontend.run_bar import NARROWEST, ORDER, WIDTH, segments

counts = st.fixed_dictionaries({state: st.integers(0, 10_000_000) for state in ORDER})


@given(counts)
def test_the_bar_is_exactly_as_wide_as_its_people(given_counts: dict[str, int]) -> None:
    parts = segments(given_counts)
    assert sum(part.width for part in parts) == (WIDTH if any(given_counts.values()) else 0)
    assert all(before.x + before.width == after.x for before, after in zip(parts, parts[1:], strict=False))


@given(counts)
def test_nobody_is_too_few_to_be_seen(given_counts: dict[str, int]) -> None:
    parts = segments(given_counts)
    assert [part.state for part in parts] == [state for state in ORDER if given_counts[state]]
    assert all(part.width >= NARROWEST for part in parts)


def test_a_bar_of_nobody_is_empty() -> None:
    assert segments({}) == []
