"""Home as a dashboard: its figures, where they lead, and what it costs."""

import re
from datetime import timedelta
from html import escape
from urllib.parse import parse_qs

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Member
from campaigns.dashboard import chart_rows, dashboard_of, deliveries_chart, period_chosen
from campaigns.models import Campaign, CampaignStatus
from notifications.figures import figures_keep
from notifications.states import NotificationState, RunState
from tests import cast
from tests.notifications.ledger import attempt_made, failed_made, notification_made, queries_of, run_made, skipped_made

pytestmark = pytest.mark.django_db


@pytest.fixture
def home(client, owner, workspace):
    Member.objects.update(first_steps_hidden=True)
    cast.signed_in(client, owner)
    return lambda **query: client.get(reverse("dashboard", kwargs={"workspace": "acme"}), query).content.decode()


def ran(workspace, people=2, **fields):
    began = timezone.now() - timedelta(hours=2)
    run = run_made(workspace, **{"run_at": began, "finished_at": timezone.now(), **fields})
    for number in range(people):
        attempt_made(notification_made(run, f"{run.pk}-{number}"), started_at=timezone.now() - timedelta(hours=1))
    failed_made(run, f"{run.pk}-failed")
    return run


def linked(page, label):
    """Where the figure with this label leads."""
    found = re.search(rf'<a href="([^"]+)"[^>]*><span class="stat-label">{label}<', page)
    assert found
    return found[1].replace("&amp;", "&")


def test_the_home_of_a_workspace_is_its_dashboard(client, owner, workspace):
    cast.signed_in(client, owner)
    answer = client.get(reverse("workspace_home", kwargs={"workspace": "acme"}))
    assert answer.headers["Location"] == reverse("dashboard", kwargs={"workspace": "acme"})


def test_every_figure_leads_to_what_it_counts(client, home, workspace):
    ran(workspace)
    Campaign.objects.create(workspace=workspace, name="Spring", status=CampaignStatus.ARCHIVED)
    figures_keep(now=timezone.now())
    page = home(period="24h")
    for label, rows in (("Delivered", 2), ("Failed", 1), ("Skipped", 0)):
        log = client.get(linked(page, label)).content.decode()
        assert len(re.findall(r'<tr[^>]*id="n-', log)) == rows or log.count('class="actions"') - 1 == rows
    assert "Spring" in client.get(linked(page, "Archived")).content.decode()


def test_problems_lead_to_the_log_already_filtered(client, home, workspace):
    run = ran(workspace)
    figures_keep(now=timezone.now())
    log = reverse("notifications_log", kwargs={"workspace": "acme"})
    assert f"{log}?run={run.pk}&reason=unprocessable&status=422" in home().replace("&amp;", "&")


def test_problems_name_what_is_missing(home, client, workspace):
    run = ran(workspace)
    skipped_made(run, "amy", "plan")
    figures_keep(now=timezone.now())
    log = reverse("notifications_log", kwargs={"workspace": "acme"})
    address = f"{log}?run={run.pk}&reason=missing_variable&detail=plan"
    assert f'<a href="{escape(address)}">A value is missing: plan</a>' in home()
    answer = client.get("/api/v1/figures", headers=cast.api_headers(workspace)).json()
    assert sorted(str(problem["detail"]) for problem in answer["problems"]) == ["None", "plan"]


def test_the_charts_have_a_table_and_are_described(home, workspace):
    ran(workspace)
    figures_keep(now=timezone.now())
    page = home(period="24h")
    assert 'aria-label="Last 24 hours: 2 delivered, 1 failed, 0 skipped, 0 cancelled.' in page
    assert escape('"name": "Delivered"') in page
    assert page.count("Show as a table") == 2


def test_without_data_there_is_a_way_on(home):
    page = home()
    assert "Nothing was sent" in page
    assert "No problems" in page
    assert "<time-chart" not in page


def test_the_period_is_in_the_address(home, workspace):
    assert 'href="?period=30d" aria-current="page"' in home(period="30d")
    assert 'href="?period=7d" aria-current="page"' in home(period="no such")


def test_a_table_leaves_out_stretches_without_anything(workspace):
    ran(workspace)
    figures_keep(now=timezone.now())
    figures = dashboard_of(workspace, period_chosen("24h"), now=timezone.now()).figures
    assert [row.values for row in chart_rows(deliveries_chart(figures))] == [[2, 1, 0, 0]]


def test_runs_under_way_are_shown_with_their_bars(home, client, workspace):
    run = run_made(workspace, state=RunState.RUNNING, campaign_name="Quarterly update")
    notification_made(run, "a")
    notification_made(run, "b", state=NotificationState.QUEUED)
    fresh = client.get(reverse("dashboard_runs", kwargs={"workspace": "acme"})).content.decode()
    for page in (home(), fresh):
        assert "Quarterly update" in page
        assert "1 of 2" in page


@pytest.mark.parametrize(("runs", "more"), [(5, None), (7, "and 2 more")])
def test_more_runs_than_are_shown_are_counted_and_listed(home, client, workspace, runs, more):
    for number in range(runs):
        campaign = Campaign.objects.create(workspace=workspace, name=f"Running {number}")
        run_made(workspace, state=RunState.RUNNING, campaign_id=campaign.pk, campaign_name=campaign.name)
    Campaign.objects.create(workspace=workspace, name="Resting")
    page = home()
    assert page.count('<tr id="run-') == 5
    found = re.search(r'<a href="([^"]+)">(and [^<]+ more)</a>', page)
    assert (found and found[2]) == more
    if found:
        listed = client.get(found[1]).content.decode()
        assert listed.count('aria-label="Choose Running') == runs
        assert "Choose Resting" not in listed


def in_table(page, label):
    """Text and address of each link in the table with this label."""
    found = re.search(rf'class="table-wrap" role="region" aria-label="{label}.*?</table>', page, re.DOTALL)
    assert found
    links = re.findall(r'<a href="([^"]+)">([^<]+)</a>', found[0])
    return [(text, address.replace("&amp;", "&")) for address, text in links]


def test_what_the_charts_tables_say_leads_to_the_log_of_then(client, home, workspace, time_machine):
    time_machine.move_to(timezone.now().replace(minute=30))  # all in the same hour
    ran(workspace)
    figures_keep(now=timezone.now())
    page = home(period="24h")
    (_, whole), (two, delivered), (one, failed) = in_table(page, "Deliveries over time")
    assert (two, one) == ("2", "1")
    for address, rows in ((whole, 3), (delivered, 2), (failed, 1)):
        assert client.get(address).content.decode().count('class="actions"') - 1 == rows
    [(_, address)] = in_table(page, "Time to answer over time")
    start = timezone.localtime(timezone.now() - timedelta(hours=1)).replace(minute=0)
    times = {"since": start, "until": start + timedelta(hours=1)}
    assert parse_qs(address.partition("?")[2]) == {name: [f"{at:%Y-%m-%dT%H:%M}"] for name, at in times.items()}


@pytest.mark.parametrize("runs", [1, 12])
def test_the_page_costs_the_same_however_much_was_sent(home, workspace, runs):
    for _ in range(runs):
        ran(workspace, people=1)
    figures_keep(now=timezone.now())
    home()
    assert len(queries_of(home)) <= 22
