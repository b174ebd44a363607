from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from campaigns.schedule import Schedule


def later(local, zone):
    return Schedule(kind="later", local=datetime.fromisoformat(local), time_zone=zone)


@pytest.mark.parametrize(
    ("local", "zone", "instant"),
    [
        ("2026-07-01T09:00", "Europe/Vienna", datetime(2026, 7, 1, 7, 0, tzinfo=UTC)),
        ("2026-12-01T09:00", "Europe/Vienna", datetime(2026, 12, 1, 8, 0, tzinfo=UTC)),
        ("2026-12-01T09:00", "Asia/Kolkata", datetime(2026, 12, 1, 3, 30, tzinfo=UTC)),
        # Clocks go back at 03:00: the earlier of the two 02:30s.
        ("2026-10-25T02:30", "Europe/Vienna", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
    ],
)
def test_a_wall_clock_time_is_one_instant(local, zone, instant):
    assert later(local, zone).at() == instant


def test_a_time_that_the_clocks_leave_out_does_not_exist():
    assert not later("2026-03-29T02:30", "Europe/Vienna").exists()
    assert later("2026-03-29T03:30", "Europe/Vienna").exists()


def test_send_now_has_no_instant():
    assert Schedule(local=datetime(2026, 1, 1)).at() is None


@pytest.mark.parametrize("data", [{"time_zone": "Mars/Olympus"}, {"local": "2026-01-01T10:00+02:00"}])
def test_what_makes_no_sense_is_refused(data):
    with pytest.raises(ValidationError):
        Schedule(kind="later", **data)
