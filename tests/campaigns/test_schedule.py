from datetime import UTC, date, datetime
from itertools import islice

import pytest
from pydantic import ValidationError

from campaigns.repeat import Repeat
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


def repeated(local, zone="UTC", **repeat):
    return Schedule(kind="repeat", local=datetime.fromisoformat(local), time_zone=zone, repeat=Repeat(**repeat))


def coming(schedule, after, count=5):
    return [f"{instant:%m-%d %H:%M}" for instant in islice(schedule.occurrences(datetime.fromisoformat(after)), count)]


@pytest.mark.parametrize(
    ("schedule", "after", "expected"),
    [
        (repeated("2026-11-24T09:00", every="day"), "2026-11-20T00:00+00:00", ["11-24 09:00", "11-25 09:00"]),
        (
            repeated("2026-11-24T09:00", every="day", interval=3),
            "2026-11-27T09:00+00:00",
            ["11-30 09:00", "12-03 09:00"],
        ),
        (repeated("2026-11-24T09:00", every="week"), "2026-11-24T09:00+00:00", ["12-01 09:00", "12-08 09:00"]),
        (
            repeated("2026-11-24T09:00", every="week", weekdays=(4, 0)),
            "2026-11-24T09:00+00:00",
            ["11-27 09:00", "11-30 09:00", "12-04 09:00"],
        ),
        # Every other week counts from the first date's week, whenever one looks.
        (repeated("2026-11-24T09:00", interval=2), "2026-12-02T00:00+00:00", ["12-08 09:00", "12-22 09:00"]),
        (
            repeated("2026-01-31T09:00", every="month"),
            "2026-01-31T09:00+00:00",
            ["02-28 09:00", "03-31 09:00", "04-30 09:00"],
        ),
        (
            repeated("2026-01-15T09:00", every="month", interval=5),
            "2026-02-01T00:00+00:00",
            ["06-15 09:00", "11-15 09:00"],
        ),
        (
            repeated("2026-11-24T09:00", every="day", until=date(2026, 11, 25)),
            "2026-11-24T00:00+00:00",
            ["11-24 09:00", "11-25 09:00"],
        ),
    ],
)
def test_a_repeat_falls_on_its_dates(schedule, after, expected):
    assert coming(schedule, after, len(expected)) == expected


@pytest.mark.parametrize(
    ("schedule", "after", "expected"),
    [
        # The wall clock stays at nine; the instant moves when the clocks do.
        (
            repeated("2026-10-20T09:00", "Europe/Vienna"),
            "2026-10-19T00:00+00:00",
            ["10-20 07:00", "10-27 08:00", "11-03 08:00"],
        ),
        (repeated("2026-03-04T09:00", "America/New_York"), "2026-03-04T00:00+00:00", ["03-04 14:00", "03-11 13:00"]),
        # 02:30 is left out on 29 March: that day it goes out at 03:30, once.
        (
            repeated("2026-03-28T02:30", "Europe/Vienna", every="day"),
            "2026-03-27T00:00+00:00",
            ["03-28 01:30", "03-29 01:30", "03-30 00:30"],
        ),
        # 02:30 comes twice on 25 October: the first one, and not again.
        (
            repeated("2026-10-24T02:30", "Europe/Vienna", every="day"),
            "2026-10-24T00:30+00:00",
            ["10-25 00:30", "10-26 01:30"],
        ),
        # Half an hour of daylight saving.
        (
            repeated("2026-04-04T12:00", "Australia/Lord_Howe", every="day"),
            "2026-04-03T12:00+00:00",
            ["04-04 01:00", "04-05 01:30"],
        ),
        # Next day in the zone, still today in UTC.
        (
            repeated("2026-11-24T00:30", "Asia/Tokyo", every="day"),
            "2026-11-24T12:00+00:00",
            ["11-24 15:30", "11-25 15:30"],
        ),
    ],
)
def test_repeats_keep_to_the_wall_clock_when_the_clocks_change(schedule, after, expected):
    assert coming(schedule, after, len(expected)) == expected


def test_a_repeat_ends_after_its_last_day():
    schedule = repeated("2026-11-24T09:00", every="day", until=date(2026, 11, 25))
    assert schedule.next_after(datetime(2026, 11, 25, 9, 0, tzinfo=UTC)) is None
    assert schedule.words(datetime(2026, 11, 26, tzinfo=UTC)) == "The last of its times has passed"


def test_years_later_the_next_date_is_found_at_once():
    schedule = repeated("2026-11-24T09:00", "Europe/Vienna", every="week", interval=2, weekdays=(1, 3))
    found = schedule.next_after(datetime(2076, 1, 1, tzinfo=UTC))
    assert found is not None
    assert found.year == 2076


@pytest.mark.parametrize(
    ("schedule", "words"),
    [
        (Schedule(), "As soon as you launch it"),
        (Schedule(kind="later"), "No time chosen yet"),
        (
            later("2026-11-30T23:30", "America/New_York"),
            "Monday 30 November 2026, 23:30 America/New York time (04:30 UTC on 1 December 2026)",
        ),
        (later("2026-11-30T09:00", "UTC"), "Monday 30 November 2026, 09:00 UTC"),
        (later("2026-11-01T09:00", "UTC"), "The chosen time has passed"),
        (
            repeated("2026-11-24T09:00", "Europe/Vienna", weekdays=(0, 3), interval=2),
            "Every 2 weeks on Monday and Thursday at 09:00; "
            "next on Thursday 26 November 2026, 09:00 Europe/Vienna time (08:00 UTC)",
        ),
        (
            repeated("2026-10-31T09:00", every="month", until=date(2027, 1, 31)),
            "Every month on day 31 (the last day of shorter months) at 09:00, until 31 January 2027; "
            "next on Monday 30 November 2026, 09:00 UTC",
        ),
    ],
)
def test_when_in_words(schedule, words):
    assert schedule.words(datetime(2026, 11, 24, 12, 0, tzinfo=UTC)) == words


@pytest.mark.parametrize(
    "repeat", [{"interval": 0}, {"interval": 53}, {"weekdays": (7,)}, {"every": "year"}, {"until": "soon"}]
)
def test_a_repeat_that_makes_no_sense_is_refused(repeat):
    with pytest.raises(ValidationError):
        Repeat(**repeat)
