"""After a person was erased, no table of the database knows the name, the e-mail address or the user ID any more."""

import csv
import io
import time
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.actors import Actor
from accounts.models import Role
from audience.choice import AudienceChoice
from audience.erasing import erasures_look_again, erasures_work_off, profile_delete, profiles_delete, user_id_digest
from audience.importing.running import import_run
from audience.importing.services import import_start
from audience.models import Erasure, Profile
from audience.services import profile_save
from audience.values import PersonValues
from campaigns.resend import resend_sentence
from delivery.preparation import prepare
from delivery.services import run_pause, run_resume
from delivery.sweep import sweep
from notifications.models import Attempt, Exchange, Notification, Run
from notifications.resend import ResendChoice
from notifications.states import FINAL, Reason
from templates_lib.content import JsonPair, JsonPairsBody, Pair
from tests import cast
from tests.delivery.engine import LATER, OVER_WITHIN, Engine, due_now, notifications, tallies

USER_ID, NAME, EMAIL = "crm-Zebulon-77", "Zebulonella", "zebulonella@planted.example"
TRACES = (USER_ID, NAME, EMAIL)


def tables_with(texts: Iterable[str]) -> dict[str, str]:
    """Every table that has one of the texts anywhere, also in its binary columns."""
    found = {}
    with connection.cursor() as cursor:
        cursor.execute(
            "select oid::regclass::text from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace"
        )
        for (table,) in cursor.fetchall():
            for text in texts:
                patterns = [f"%{text}%", f"%{text.encode().hex()}%"]
                cursor.execute(f"select exists (select from {table} t where t::text like any(%s))", [patterns])
                if cursor.fetchone()[0]:
                    found[table] = text
    return found


@pytest.fixture
def actor(engine: Engine) -> Actor:
    return Actor(workspace=engine.workspace, role=Role.OWNER)


@pytest.fixture
def planted(actor: Actor) -> Profile:
    values = PersonValues(USER_ID, {"first_name": NAME, "email": EMAIL}, {"nick": NAME}, is_test=True)
    return profile_save(actor=actor, values=values)


def launch(engine: Engine, path: str, **options: object) -> Run:
    """A run that shows everything of a person everywhere."""
    content = engine.content(
        path + "?who={{ user_id }}",
        headers=(Pair(name="X-Mail", value="{{ email }}"),),
        body=JsonPairsBody(
            pairs=(JsonPair(name="name", value="{{ first_name }}"), JsonPair(name="n", value="{{ nick }}"))
        ),
    )
    run = engine.start(path, **{"content": content, "policy": LATER, **options})
    engine.work()
    return run


def test_nothing_about_an_erased_person_is_left_and_every_run_still_adds_up(
    engine: Engine, actor: Actor, planted: Profile, tmp_path: Path, settings: Any
) -> None:
    settings.MEDIA_ROOT = tmp_path
    engine.people(2, email="o@example.com", attributes={"nick": "Zo"})
    echoed, refused, retried = (launch(engine, path) for path in ("/echo", "/422", "/503"))
    test = launch(
        engine,
        "/200",
        audience=AudienceChoice(kind="profiles", profile_ids=(planted.pk,)),
        audience_description=f"Test with {planted}",
    )
    skipping = launch(engine, "/200", content=engine.content('/200/{% skip "is " ~ first_name %}'))
    text = io.StringIO()
    csv.writer(text).writerows([["user_id", "email", "x"], [USER_ID, EMAIL, "1", "too many"], ["", EMAIL, "2"]])
    started = import_start(actor=actor, upload=SimpleUploadedFile("a.csv", text.getvalue().encode()), mark_test=False)
    import_run(import_id=started.pk)
    engine.messages.clear()
    before = tables_with(TRACES)
    kept = {
        "notification",
        "exchange",
        "audience_profile",
        "audience_importreject",
        "accounts_auditentry",
        "notifications_run",
    }
    assert all(any(table.startswith(name) for table in before) for name in kept), before
    counts = {run.pk: tallies(run) for run in (echoed, refused, test, skipping)}

    erasure = profile_delete(actor=actor, profile=planted)
    assert tables_with(TRACES) == {}
    assert {run.pk: tallies(run) for run in (echoed, refused, test, skipping)} == counts
    assert (erasure.counts["notifications"], erasure.counts["attempts"], erasure.counts["exchanges"]) == (5, 4, 4)
    assert erasure.digest == user_id_digest(erasure.salt, USER_ID)
    assert erasure.completed_at is None  # one of the runs would try again
    others = Exchange.objects.exclude(url="")
    assert [b"Zo" in bytes(other.request_body) for other in others] == [True] * 3 * 2

    row = work_until_final(engine, retried, planted)
    assert (row.state, row.reason, row.user_id) == ("skipped", "profile_removed", f"erased-{erasure.pk}")
    assert erasures_work_off() == 0
    erasure.refresh_from_db()
    assert erasure.completed_at is not None
    assert tables_with(TRACES) == {}


def test_a_resend_forgets_the_text_by_which_it_found_an_erased_person(
    engine: Engine, actor: Actor, planted: Profile
) -> None:
    skipping = launch(engine, "/200", content=engine.content('/200/{% skip "is " ~ first_name %}'))
    choice = ResendChoice(
        run_id=skipping.pk, states=("skipped",), reason=Reason.SKIPPED_BY_TEMPLATE, detail=f"is {NAME}"
    )
    again = engine.start("/200", audience=AudienceChoice(kind="profiles"), resend=choice)
    engine.work()
    again.refresh_from_db()
    assert again.audience_count == 1
    assert "notifications_run" in tables_with([NAME])
    profile_delete(actor=actor, profile=planted)
    assert tables_with(TRACES) == {}


@pytest.mark.parametrize("person", [USER_ID, EMAIL])
def test_a_resend_forgets_by_what_a_person_was_looked_for(
    engine: Engine, actor: Actor, planted: Profile, person: str
) -> None:
    refused = launch(engine, "/422")
    choice = ResendChoice(run_id=refused.pk, person=person)
    sentence = resend_sentence(refused, choice)
    again = engine.start("/200", audience=AudienceChoice(kind="profiles"), resend=choice, audience_description=sentence)
    engine.work()
    again.refresh_from_db()
    assert again.audience_count == 1
    profile_delete(actor=actor, profile=planted)
    assert tables_with(TRACES) == {}


def work_until_final(engine: Engine, run: Run, profile: Profile) -> Notification:
    """The person's row once it is over; the wait before its retry is skipped."""
    deadline = time.monotonic() + OVER_WITHIN
    due_now(run)
    while True:
        sweep()
        engine.work()
        row = Notification.objects.get(run_id=run.pk, profile_id=profile.pk)
        if row.state in FINAL:
            return row
        assert time.monotonic() < deadline, row.state


def test_a_request_on_the_wire_is_erased_once_it_is_recorded(engine: Engine, actor: Actor, planted: Profile) -> None:
    run = launch(engine, "/echo")
    (row,) = notifications(run)
    # As it is while the lane waits for the answer: what it will record is in its memory.
    Notification.objects.filter(pk=row.pk).update(state="sending", lease_until=timezone.now() + timedelta(minutes=1))
    exchange = Exchange.objects.get()
    erasure = profile_delete(actor=actor, profile=planted)
    assert erasures_work_off() == 1
    Exchange.objects.filter(notification_id=row.pk).update(request_body=exchange.request_body, url=exchange.url)
    Notification.objects.filter(pk=row.pk).update(state="delivered", lease_until=None)
    assert tables_with(TRACES)
    assert erasures_work_off() == 0
    assert tables_with(TRACES) == {}
    Attempt.objects.update(reason_detail=f"late words about {NAME}")
    erasures_look_again(within=timedelta(hours=1))
    assert tables_with(TRACES) == {}
    erasure.refresh_from_db()
    assert erasure.counts["exchanges"] == 1


def test_a_run_in_progress_skips_erased_people(engine: Engine, actor: Actor, planted: Profile) -> None:
    engine.people(1, email="o@example.com")
    run = engine.start("/200")
    task, arguments = engine.messages.popleft()
    assert task == "delivery.prepare"
    prepare(*arguments)
    run_pause(run=Run.objects.get(pk=run.pk), actor=actor)
    engine.messages.clear()
    profile_delete(actor=actor, profile=planted)
    run_resume(run=Run.objects.get(pk=run.pk), actor=actor)
    engine.work()
    assert tallies(run) == {"delivered": 1, "skipped": 1}
    assert erasures_work_off() == 0


def test_many_are_erased_by_a_worker(engine: Engine, actor: Actor) -> None:
    people = engine.people(5, email="o@example.com", attributes={"nick": "Zo"})
    launch(engine, "/echo")
    profiles_delete(actor=actor, profiles=people[:3])
    assert list(Profile.objects.values_list("user_id", flat=True)) == ["u3", "u4"]
    assert erasures_work_off() == 0
    assert [erasure.counts["exchanges"] for erasure in Erasure.objects.all()] == [1, 1, 1]
    assert Exchange.objects.exclude(url="").count() == 2


def test_the_log_says_that_what_was_sent_was_erased(
    engine: Engine, actor: Actor, planted: Profile, client: Client
) -> None:
    viewer = cast.joined(engine.workspace, cast.person("Vera"), Role.VIEWER)
    run = launch(engine, "/echo")
    erasure = profile_delete(actor=actor, profile=planted)
    (row,) = notifications(run)
    key = {"workspace": engine.workspace.slug, "run": run.pk, "notification": row.pk}
    cast.signed_in(client, viewer)
    details = client.get(reverse("notification_detail", kwargs=key)).content.decode()
    assert "was erased with the person's profile" in details
    assert "Copy as cURL" not in details
    assert client.get(reverse("attempt_curl", kwargs={**key, "number": 1})).status_code >= 400
    log = reverse("notifications_log", kwargs={"workspace": engine.workspace.slug})
    assert str(row.pk) in client.get(f"{log}?person=erased-{erasure.pk}").content.decode()
    assert str(row.pk) not in client.get(f"{log}?person=erased-{erasure.pk + 1}").content.decode()
