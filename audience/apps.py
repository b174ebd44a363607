from django.apps import AppConfig

from frontend.navigation import NavItem, register


class AudienceConfig(AppConfig):
    name = "audience"

    def ready(self) -> None:
        from audience.palette import register_palette  # models are loaded only now

        register(NavItem("Profiles", "users", "profiles", order=30, keys="g p"))
        register(NavItem("Segments", "filter", "segments", order=40, keys="g a"))
        register_palette()
