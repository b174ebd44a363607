from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils import timezone

from frontend.navigation import NavItem, register


class NotificationsConfig(AppConfig):
    name = "notifications"

    def ready(self) -> None:
        from notifications.partitions import partitions_ensure  # models are loaded only now

        def make_partitions(**_: Any) -> None:
            """The first rows must find their partitions, also in a test database."""
            partitions_ensure(now=timezone.now())

        register(NavItem("Notifications", "list-details", "notifications_log", order=15))
        post_migrate.connect(make_partitions, sender=self, weak=False)
