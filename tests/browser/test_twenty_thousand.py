"""20,000 people through the product's own workers: the page, the database and the destination count the same."""

import csv

import psycopg
import pytest
from playwright.sync_api import expect

from tests.browser.journey import Marketer

AUDIENCE = 20_000
# Milliseconds, on a busy machine.
IMPORTED_WITHIN, SENT_WITHIN = 300_000, 300_000


def answer_of(number):
    """The path that answers for a person: most are delivered, some fail, and those without one are skipped."""
    if number % 97 == 0:
        return ""
    return "404" if number % 50 == 0 else "200"


@pytest.fixture(scope="session")
def people_file(tmp_path_factory):
    path = tmp_path_factory.mktemp("people") / "people.csv"
    with path.open("w", newline="") as file:
        lines = csv.writer(file)
        lines.writerow(["user_id", "first_name", "answer"])
        lines.writerows([f"u-{number}", f"Person {number}", answer_of(number)] for number in range(AUDIENCE))
    return path


def test_twenty_thousand_people_are_all_accounted_for(page, product, people_file):
    mara = Marketer(page, product)
    mara.sign_up()
    mara.create_workspace("Everybody")
    mara.switch_webhook_on()
    mara.import_file(people_file)
    expect(page.get_by_text("Done", exact=True).first).to_be_visible(timeout=IMPORTED_WITHIN)
    expect(page.get_by_text("All 20,000 rows of the file are read")).to_be_visible()
    mara.create_campaign("To everybody")
    mara.step("Content")
    mara.write_content(
        url=f"{product.receiver.url}/{{{{ answer }}}}",
        message="Hello {{ first_name }}",
        pairs={"id": "{{ user_id }}", "text": "{{ message }}"},
    )
    product.receiver.reset()
    mara.launch(typed=str(AUDIENCE))
    mara.run_is("Completed", timeout=SENT_WITHIN)

    answers = [answer_of(number) for number in range(AUDIENCE)]
    delivered, failed, skipped = (answers.count(answer) for answer in ("200", "404", ""))
    run = int(page.url.rstrip("/").rpartition("/")[2])
    assert final_states(product, run) == {"delivered": delivered, "failed": failed, "skipped": skipped}
    expect(mara.ledger).to_have_accessible_name(
        f"{delivered:,} delivered, {failed:,} failed, {skipped:,} skipped, 0 cancelled, 0 pending"
    )
    received = product.receiver.received(with_ids=True)
    assert received["answers"] == {"200": delivered, "404": failed}
    assert received["ids"] == dict.fromkeys(sent_ids(product, run), 1)


def final_states(product, run):
    """The people per state of the run's completed ledger."""
    with psycopg.connect(product.database_url) as connection:
        found = connection.execute("SELECT audience_count, state FROM notifications_run WHERE id = %s", [run])
        ((audience, state),) = found.fetchall()
        found = connection.execute("SELECT state, count(*) FROM notification WHERE run_id = %s GROUP BY state", [run])
        counts: dict[str, int] = dict(found.fetchall())
    assert (audience, state) == (AUDIENCE, "completed")
    assert sum(counts.values()) == audience
    return counts


def sent_ids(product, run):
    """The webhook-ids of those whom a request was made for."""
    with psycopg.connect(product.database_url) as connection:
        rows = connection.execute(
            "SELECT webhook_id::text FROM notification WHERE run_id = %s AND state IN ('delivered', 'failed')", [run]
        )
        return [row[0] for row in rows]
