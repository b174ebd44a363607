"""The run's page in a browser: the bottleneck in words, live, and the button that ends a pause."""

import re
import time
from datetime import datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from campaigns.models import Campaign
from channels.models import Connection
from channels.policy import Rate, SendPolicy
from delivery import pulse
from delivery.destination import run_destination
from delivery.gate import Why
from delivery.pulse import LanePulse, Pulse
from delivery.shared import shared_redis
from notifications.models import OutcomeTally, Run, RunTally
from tests.live_parts import fetched, keeps_the_focus, press_slowly
from tests.notifications.ledger import attempt_made, notification_made, run_made


@pytest.fixture
def run(campaign: Campaign) -> Run:
    """Under way, paced by its connection."""
    crm = Connection.objects.create(
        workspace=campaign.workspace,
        name="CRM",
        origin="https://api.example.com",
        policy=SendPolicy(rate=Rate(count=50)),
    )
    run = Run.objects.create(
        workspace=campaign.workspace,
        campaign_id=campaign.pk,
        campaign_name=campaign.name,
        run_at=timezone.now(),
        content=campaign.content,
        connection_id=crm.pk,
        retention_days=30,
        slots=4,
        state="running",
        audience_count=12_000,
        prepared_at=timezone.now(),
    )
    RunTally.objects.create(run=run, slot=0, state="delivered", count=2_150)
    return run


def tell(run: Run) -> None:
    lane = Pulse(run.pk, 0)
    lane._answers, lane._seconds = 500, 40.0
    lane.tell(LanePulse(in_flight=4, limit=16, waiting=10, why=Why.CONNECTION_RATE))


def test_what_decides_the_speed_changes_before_ones_eyes(visit, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    # Told once, it counts as long as the test takes.
    monkeypatch.setattr(pulse, "STALE_AFTER", 600)
    tell(run)
    page = visit(reverse("run_detail", kwargs={"workspace": run.workspace.slug, "run": run.pk}))
    bottleneck = page.locator("#bottleneck")
    expect(bottleneck).to_have_text("Paced at 50 a second by connection CRM.")
    expect(page.get_by_text(re.compile(r"[\d.]+ a second, about \d+ (s|min) left"))).to_be_visible()
    key = run_destination(run).breaker_key
    shared_redis().hset(key, mapping={"state": "open", "until": round((time.time() + 120) * 1_000_000), "epoch": 1})
    expect(bottleneck).to_contain_text("The breaker is open")
    expect(page.get_by_text("Waiting.", exact=True)).to_be_visible()
    page.get_by_role("button", name="Send now").click()
    expect(page.get_by_role("region", name="Messages").get_by_text("Sending again.")).to_be_visible()
    assert shared_redis().hget(key, "state") is None


def test_on_a_phone_the_way_back_leaves_room_for_the_run_s_time(visit, page: Page, run: Run) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    visit(reverse("run_detail", kwargs={"workspace": run.workspace.slug, "run": run.pk}))
    way = page.get_by_role("navigation", name="Breadcrumb")
    expect(way.get_by_role("link")).to_have_text(["Win-back"])
    here = way.locator("[aria-current]")
    expect(here).to_contain_text(timezone.localtime(run.run_at).strftime("%H:%M"))
    assert here.evaluate("place => place.scrollWidth <= place.clientWidth")


def test_who_is_in_the_moving_part_stays_there(visit, run: Run) -> None:
    page = visit(reverse("run_detail", kwargs={"workspace": run.workspace.slug, "run": run.pk}))
    delivered = page.locator("#run-live").get_by_role("link", name="Delivered")
    keeps_the_focus(delivered, "**/live/**")
    RunTally.objects.filter(run=run).update(count=2_200)
    expect(delivered).to_contain_text("2,200")
    expect(delivered).to_be_focused()
    press_slowly(delivered, "**/live/**")
    expect(page.get_by_role("heading", name="Notifications log")).to_be_visible()


def test_the_page_goes_on_after_an_answer_that_failed(visit, run: Run) -> None:
    page = visit(reverse("run_detail", kwargs={"workspace": run.workspace.slug, "run": run.pk}))
    page.route("**/live/**", lambda route: route.fulfill(status=503))
    with page.expect_response("**/live/**"):
        pass
    page.unroute("**/live/**")
    RunTally.objects.filter(run=run).update(count=2_200)
    expect(page.locator("#run-live").get_by_role("link", name="Delivered")).to_contain_text("2,200")
    expect(page.locator(".toast-note")).to_have_count(0)


def painted(chart: Locator) -> int:
    """How many points of the chart's canvas have the colour of a delivered bar."""
    found: int = chart.locator("canvas").evaluate(
        """canvas => {
            const probe = document.body.appendChild(document.createElement("i"));
            probe.style.color = "var(--bar-delivered)";
            const wanted = getComputedStyle(probe).color.match(/\\d+/g).slice(0, 3).map(Number);
            probe.remove();
            const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
            let found = 0;
            for (let at = 0; at < data.length; at += 4) found += wanted.every((part, n) => data[at + n] === part);
            return found;
        }"""
    )
    return found


@pytest.fixture
def charted(campaign: Campaign) -> Run:
    """Under way for three minutes: five people were reached in the first, two were answered."""
    now = timezone.now()
    run = run_made(campaign.workspace, campaign_id=campaign.pk, run_at=now - timedelta(minutes=3), state="running")
    tally(run, now - timedelta(minutes=3), 5)
    for person in ("ada", "bob"):
        attempt_made(notification_made(run, person), total_us=30_000)
    return run


def tally(run: Run, moment: datetime, count: int) -> None:
    at = moment.replace(second=0, microsecond=0)
    OutcomeTally.objects.create(workspace=run.workspace, run=run, at=at, state="delivered", count=count)


def test_charts_change_under_the_reader_s_eyes(visit, page: Page, charted: Run) -> None:
    page.clock.install()
    visit(reverse("run_detail", kwargs={"workspace": charted.workspace.slug, "run": charted.pk}))
    chart = page.get_by_role("img", name="People of this run by outcome over time")
    before = painted(chart)
    assert before > 100
    outcomes = page.get_by_role("region", name="Outcomes over time").first
    outcomes.get_by_text("Show as a table").click()
    table = outcomes.get_by_role("region", name="Outcomes over time").first
    table.focus()
    chart.hover()
    note = chart.locator(".chart-note")
    expect(note).to_contain_text("Delivered")
    tally(charted, timezone.now() - timedelta(minutes=2), 5)
    with page.expect_response("**/charts/"):
        page.clock.fast_forward(10_000)
    expect(table.get_by_role("row").filter(has_text="5")).to_have_count(2)
    expect(table).to_be_focused()
    expect(note).to_be_visible()
    assert painted(chart) > before * 1.5, "two bars instead of one"


def test_once_the_run_is_over_nothing_is_asked_for(visit, run: Run) -> None:
    page = visit(reverse("run_detail", kwargs={"workspace": run.workspace.slug, "run": run.pk}))
    expect(page.get_by_role("button", name="Stop")).to_be_visible()
    fetched(page, "**/live/**")
    Run.objects.filter(pk=run.pk).update(state="completed", finished_at=timezone.now())
    expect(page.locator("#run-live").get_by_text("Completed", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Stop")).to_have_count(0)
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.wait_for_timeout(1_500)
    assert [url for url in asked if "/live/" in url] == []


def test_a_run_under_way_is_opened_from_home_however_slowly(visit, run: Run) -> None:
    page = visit(reverse("dashboard", kwargs={"workspace": run.workspace.slug}))
    link = page.get_by_role("region", name="Runs under way").get_by_role("link", name="Win-back")
    keeps_the_focus(link, "**/home/runs/")
    press_slowly(link, "**/home/runs/")
    expect(page.get_by_text("What was launched")).to_be_visible()
