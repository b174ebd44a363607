from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils import timezone

from frontend.navigation import NavItem, register


class NotificationsConfig(AppConfig):
    name = "notifications"

    def ready(self) -> None:
        # Models are loaded only now.
        from audience.erasers import register_erasure
        from audience.sections import register as register_section
        from channels.registry import (
            register_connection_activity,
            register_connection_figures,
            register_connection_uses,
        )
        from notifications.connection_activity import connection_activity
        from notifications.connection_figures import connection_figures, runs_using
        from notifications.erasure import people_erase
        from notifications.partitions import partitions_ensure
        from notifications.person_section import PERSON_SECTION

        def make_partitions(**_: Any) -> None:
            """The first rows must find their partitions, also in a test database."""
            partitions_ensure(now=timezone.now())

        register_erasure(people_erase)
        register_section(PERSON_SECTION)
        register_connection_activity(connection_activity)
        register_connection_figures(connection_figures)
        register_connection_uses(runs_using)
        register(NavItem("Notifications", "list-details", "notifications_log", order=15, keys="g n"))
        post_migrate.connect(make_partitions, sender=self, weak=False)
