"""A run for the people whom another run did not reach: found set-wise, in chunks, its ledger as exact as any."""

import pytest
from django.db import connection, transaction
from django.utils import timezone

from audience.choice import AudienceChoice
from audience.models import Profile
from delivery import preparation
from delivery.statements import PLAN_BY_INDEX
from notifications.models import Notification, Run
from notifications.resend import ResendChoice
from notifications.selectors import resend_counts, run_counts
from tests.delivery.engine import Engine, notifications, tallies


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preparation, "FIRST_CHUNK", 2)
    monkeypatch.setattr(preparation, "CHUNK", 3)


def failed_run(engine: Engine, people: int) -> Run:
    """All but every third person failed."""
    engine.people(people)
    run = engine.run(content=engine.content("/{% if user_id[-1] in '0369' %}200{% else %}422{% endif %}"))
    assert tallies(run) == {"delivered": 4, "failed": people - 4}
    return run


def resent(engine: Engine, run: Run, path: str = "/200", **choice: object) -> Run:
    wanted = ResendChoice.model_validate({"run_id": run.pk, **choice})
    return engine.run(path, audience=AudienceChoice(kind="profiles"), resend=wanted)


def test_those_who_failed_are_sent_to_again_and_nobody_else(engine: Engine) -> None:
    first = failed_run(engine, 10)
    again = resent(engine, first)
    assert (again.state, again.audience_count) == ("completed", 6)
    assert tallies(again) == {"delivered": 6}
    counts = run_counts(again)
    assert counts.audience == counts.delivered + counts.failed + counts.skipped + counts.cancelled
    assert [row.user_id for row in notifications(again)] == ["u1", "u2", "u4", "u5", "u7", "u8"]
    assert all(row.webhook_id == row.pk for row in notifications(again))


def test_the_same_webhook_id_is_sent_when_asked_for(engine: Engine) -> None:
    first = failed_run(engine, 10)
    again = resent(engine, first, same_webhook_id=True)
    old = {row.user_id: row.webhook_id for row in notifications(first)}
    assert {row.user_id: row.webhook_id for row in notifications(again)}.items() <= old.items()
    assert not {row.pk for row in notifications(again)} & set(old.values())
    assert set(engine.receiver.received(with_ids=True)["ids"]) == {str(webhook_id) for webhook_id in old.values()}


def test_only_the_chosen_states_and_reasons(engine: Engine) -> None:
    first = failed_run(engine, 10)
    assert resent(engine, first, states=("skipped", "cancelled")).audience_count == 0
    assert resent(engine, first, reason="timeout").audience_count == 0
    assert resent(engine, first, status_code=422, person="u4").audience_count == 1


def test_a_removed_profile_is_left_out_and_counted_so(engine: Engine) -> None:
    first = failed_run(engine, 10)
    Profile.objects.get(user_id="u4").delete()
    choice = ResendChoice(run_id=first.pk)
    assert resend_counts(engine.workspace, choice, until=timezone.now())["failed"] == 5
    assert resent(engine, first).audience_count == 5


def test_who_fails_after_the_resend_began_is_not_in_it(engine: Engine) -> None:
    first = failed_run(engine, 10)
    again = engine.start(audience=AudienceChoice(kind="profiles"), resend=ResendChoice(run_id=first.pk))
    Notification.objects.filter(run_id=first.pk, user_id="u4").update(updated_at=timezone.now())
    engine.work()
    again.refresh_from_db()
    assert (again.state, again.audience_count) == ("completed", 5)


def test_a_resend_of_a_resend_keeps_the_first_id(engine: Engine) -> None:
    first = failed_run(engine, 10)
    second = resent(engine, first, "/422", same_webhook_id=True)
    third = resent(engine, second, same_webhook_id=True)
    assert [row.webhook_id for row in notifications(third)] == [row.webhook_id for row in notifications(second)]
    assert tallies(third) == {"delivered": 6}


def test_a_run_of_another_workspace_has_nobody_to_send_to(engine: Engine) -> None:
    elsewhere = type(engine.workspace).objects.create(name="Other", slug="other")
    first = failed_run(engine, 10)
    Run.objects.filter(pk=first.pk).update(workspace=elsewhere)
    again = resent(engine, first)
    assert (again.state, again.audience_count) == ("stopped", 0)
    assert again.stop_reason.startswith("The audience can't be prepared: ")


def test_each_chunk_reads_on_from_where_the_last_one_ended(engine: Engine) -> None:
    first = failed_run(engine, 10)
    again = engine.start(audience=AudienceChoice(kind="profiles"), resend=ResendChoice(run_id=first.pk))
    people, parameters = preparation._people_again(again)[:3].query.sql_with_params()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(PLAN_BY_INDEX)
        cursor.execute(f"explain {people}", parameters)
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "profile_id > 0" in plan
    assert "Sort" not in plan
    assert "Seq Scan" not in plan
