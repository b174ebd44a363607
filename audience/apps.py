from django.apps import AppConfig

from frontend.navigation import NavItem, register


class AudienceConfig(AppConfig):
    name = "audience"

    def ready(self) -> None:
        register(NavItem("Profiles", "users", "profiles", order=30))
        register(NavItem("Segments", "filter", "segments", order=40))
