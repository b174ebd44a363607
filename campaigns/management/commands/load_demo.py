from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from campaigns.demo import EMAIL, PASSWORD, demo_load


class Command(BaseCommand):
    help = "Makes the demo workspace with a login that everybody knows: for a machine of your own, never a public one."

    def handle(self, *args: Any, **options: Any) -> None:
        demo_load(settings.DEMO_RECEIVER_URL)
        self.stdout.write(f"Sign in as {EMAIL} with the password {PASSWORD}")
