"""The charts of a run's page: people by outcome over time, and how long answers took."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from django.urls import reverse
from django.utils import timezone

from campaigns.run_charts import answers_chart, run_charts
from notifications.models import Notification, OutcomeTally
from notifications.states import RunState
from tests import cast
from tests.notifications.ledger import attempt_made, notification_made, queries_of, run_made

pytestmark = pytest.mark.django_db
BEGAN = datetime(2026, 3, 4, 22, 50, 30, tzinfo=UTC)


def ran(workspace, *, lasted, tallies, **fields):
    workspace.time_zone = "Europe/Vienna"
    workspace.save()
    run = run_made(workspace, run_at=BEGAN, finished_at=BEGAN + lasted, **fields)
    for minutes, state, count in tallies:
        at = BEGAN.replace(second=0) + timedelta(minutes=minutes)
        OutcomeTally.objects.create(workspace=workspace, run=run, at=at, state=state, count=count)
    return run


def outcomes(run):
    chart = run_charts(run, now=BEGAN).outcomes
    assert chart
    return dict(zip(chart["labels"], zip(*(series["values"] for series in chart["series"]), strict=True), strict=True))


def test_a_short_run_is_drawn_by_the_minute_in_local_time(workspace):
    run = ran(
        workspace, lasted=timedelta(minutes=2), tallies=[(0, "delivered", 5), (2, "delivered", 1), (2, "failed", 3)]
    )
    assert outcomes(run) == {"23:50": (5, 0, 0, 0), "23:51": (0, 0, 0, 0), "23:52": (1, 3, 0, 0)}


def test_a_long_run_is_drawn_in_pieces_that_fit_and_loses_nobody(workspace):
    tallies = [(minutes, "delivered", 1) for minutes in (-5, 0, 14, 61, 600)]
    found = outcomes(ran(workspace, lasted=timedelta(hours=10), tallies=tallies))
    assert len(found) == 41
    assert sum(counts[0] for counts in found.values()) == 5
    assert list(found)[0] == "Wed 4 Mar, 23:45"


def listed(client, address):
    """How many people the log has there."""
    return len(re.findall(r'id="row-[^"]+-state"', client.get(address).content.decode()))


def test_times_and_people_lead_to_the_log(client, owner, workspace):
    tallies = [(0, "delivered", 2), (2, "delivered", 1), (2, "failed", 1)]
    run = ran(workspace, lasted=timedelta(minutes=2), tallies=tallies)
    for number, (minutes, state, count) in enumerate(tallies):
        for person in range(count):
            row = notification_made(run, f"p{number}-{person}", state=state)
            Notification.objects.filter(id=row.id).update(updated_at=BEGAN + timedelta(minutes=minutes))
    cast.signed_in(client, owner)
    with timezone.override("Europe/Vienna"):
        later, first = run_charts(run, now=BEGAN).outcome_rows
    assert [(row.label, row.values) for row in (later, first)] == [("23:52", [1, 1, 0, 0]), ("23:50", [2, 0, 0, 0])]
    addresses = (later.address, later.cells[0][1], later.cells[1][1], first.address, first.cells[0][1])
    assert [listed(client, address) for address in addresses] == [2, 1, 1, 2, 2]


def test_every_tile_leads_to_the_people_it_counts(client, owner, workspace):
    run = run_made(workspace, state=RunState.RUNNING)
    for state in ("queued", "retrying", "delivered"):
        notification_made(run, state, state=state)
    page = cast.signed_in(client, owner).get(reverse("run_detail", kwargs={"workspace": "acme", "run": run.pk}))
    tiles = dict(re.findall(r'<a href="([^"]+)" class="stat[^>]*>.*?</i>(Pending|Delivered)<', page.content.decode()))
    addresses = {label: unescape(address) for address, label in tiles.items()}
    for label, people in (("Pending", 2), ("Delivered", 1)):
        assert listed(client, addresses[label]) == people


def test_one_bar_is_no_chart(workspace):
    run = ran(workspace, lasted=timedelta(seconds=5), tallies=[(0, "delivered", 5)])
    assert run_charts(run, now=BEGAN).outcomes is None


def test_answers_are_counted_by_how_long_they_took(workspace):
    run = run_made(workspace)
    for number, milliseconds in enumerate((3, 4, 30)):
        attempt_made(notification_made(run, f"p{number}"), total_us=milliseconds * 1000)
    attempt_made(notification_made(run, "unanswered"), total_us=9_000_000, status_code=None)
    charts = run_charts(run, now=BEGAN)
    assert charts.answers
    assert charts.latency
    assert [(row.label, row.values) for row in charts.answer_rows] == [("2 ms to 5 ms", [2]), ("20 ms to 50 ms", [1])]
    assert charts.answers["labels"][0] == "1 ms to 2 ms"
    assert charts.latency.attempts == 3


def test_the_longest_answers_are_shown():
    assert answers_chart([0] * 15 + [2])["labels"] == ["30 s to 60 s", "60 s and longer"]
    assert answers_chart([4] + [0] * 15)["labels"] == ["0 ms to 1 ms", "1 ms to 2 ms"]


def test_the_page_draws_and_tells_the_same(client, owner, workspace):
    run = run_made(workspace, finished_at=timezone.now() + timedelta(minutes=2))
    OutcomeTally.objects.create(workspace=workspace, run=run, at=run.run_at, state="delivered", count=5)
    attempt_made(notification_made(run, "a"))
    cast.signed_in(client, owner)
    page = client.get(reverse("run_detail", kwargs={"workspace": "acme", "run": run.pk})).content.decode()
    assert page.count("Show as a table") == 2
    assert "The one answer took 95 ms." in page
    assert "every 10s" not in page


def test_charts_of_an_open_run_are_asked_again(client, owner, workspace):
    run = run_made(workspace, state=RunState.RUNNING)
    cast.signed_in(client, owner)
    part = client.get(reverse("run_charts", kwargs={"workspace": "acme", "run": run.pk})).content.decode()
    assert "every 10s" in part
    assert "No answers yet" in part


def test_an_outsider_sees_no_charts(client, outsider, workspace):
    run = run_made(workspace)
    cast.signed_in(client, outsider)
    assert client.get(reverse("run_charts", kwargs={"workspace": "acme", "run": run.pk})).status_code == 404


def test_the_queries_are_three(workspace):
    run = run_made(workspace)
    attempt_made(notification_made(run, "a"))
    assert len(queries_of(lambda: run_charts(run, now=BEGAN))) == 3
