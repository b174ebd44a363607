from delivery.appetite import Appetite


def test_a_dry_window_doubles_what_is_claimed_up_to_the_batch() -> None:
    appetite = Appetite(in_flight=16, at_most=500)
    assert [appetite.rows(0) for _ in range(6)] == [32, 64, 128, 256, 500, 500]


def test_nothing_is_claimed_while_more_than_half_waits() -> None:
    appetite = Appetite(in_flight=16, at_most=500)
    assert appetite.rows(17) == 0
    assert appetite.rows(16) == 32


def test_a_slow_destination_shrinks_it_to_twice_what_is_in_flight() -> None:
    appetite = Appetite(in_flight=16, at_most=500)
    for _ in range(5):
        appetite.rows(0)
    for _ in range(20):
        appetite.rows(appetite.rows(1) // 2)
    assert appetite.rows(1) == 32


def test_it_never_falls_below_what_keeps_the_window_full() -> None:
    assert Appetite(in_flight=400, at_most=500).rows(0) == 800
