from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils import timezone

from frontend.navigation import NavItem, register


class NotificationsConfig(AppConfig):
    name = "notifications"

    def ready(self) -> None:
        # Models are loaded only now.
        from audience.sections import register as register_section
        from channels.registry import register_connection_activity
        from notifications.connection_activity import connection_activity
        from notifications.partitions import partitions_ensure
        from notifications.person_section import PERSON_SECTION

        def make_partitions(**_: Any) -> None:
            """The first rows must find their partitions, also in a test database."""
            partitions_ensure(now=timezone.now())

        register_section(PERSON_SECTION)
        register_connection_activity(connection_activity)
        register(NavItem("Notifications", "list-details", "notifications_log", order=15, keys="g n"))
        post_migrate.connect(make_partitions, sender=self, weak=False)
