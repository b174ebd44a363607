"""``prepare COUNT URL`` makes tables, people and the webhook; ``launch`` emits an event for each person.

It waits for the last one, and prints one JSON line: seconds from the first event to the last one marked as delivered,
and how many are.
"""

import json
import sys
import time

import django
import worker  # noqa: F401  its app must be the current one

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db.models.signals import post_save  # noqa: E402
from django_webhook.models import Webhook, WebhookEvent, WebhookSecret, WebhookTopic  # noqa: E402
from people.models import Person  # noqa: E402

GIVE_UP_SECONDS = 240
MESSAGE = "Hello Zoë, your team plan now has {points} points. They are yours to spend until the end of the year."


def prepare(count, url):
    call_command("migrate", run_syncdb=True, verbosity=0)
    Person.objects.bulk_create(person(number) for number in range(count))
    topic, _ = WebhookTopic.objects.get_or_create(name="people.Person/create")
    webhook = Webhook.objects.create(url=url)
    webhook.topics.add(topic)
    WebhookSecret.objects.create(webhook=webhook, token="a-secret-of-the-benchmark")


def person(number):
    return Person(
        user_id=f"user-{number}",
        email=f"zoe.{number}@example.com",
        name=f"Zoë Müller-{number}",
        plan="team",
        points=number,
        city="Zürich",
        message=MESSAGE.format(points=number),
    )


def launch():
    people = list(Person.objects.all())
    events = WebhookEvent.objects
    events.all().delete()
    started = time.monotonic()
    for each in people:
        # What their packages listen to, without the cost of saving anybody.
        post_save.send(sender=Person, instance=each, created=True)
    while (delivered := events.filter(status="SUCCESS").count()) < len(people):
        if time.monotonic() - started > GIVE_UP_SECONDS:
            break
        time.sleep(0.05)
    sys.stdout.write(json.dumps({"seconds": time.monotonic() - started, "delivered": delivered}))


if __name__ == "__main__":
    if sys.argv[1] == "prepare":
        prepare(int(sys.argv[2]), sys.argv[3])
    else:
        launch()
