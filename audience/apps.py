from django.apps import AppConfig

from frontend.navigation import NavItem, register


class AudienceConfig(AppConfig):
    name = "audience"

    def ready(self) -> None:
        from audience.palette import register_palette  # models are loaded only now
        from audience.registry import register_attribute_uses
        from audience.uses import segments_reading

        register(NavItem("Profiles", "users", "profiles", order=30, keys="g p"))
        register(NavItem("Segments", "filter", "segments", order=40, keys="g a"))
        register(NavItem("Attributes", "tag", "attributes", order=31, parent="Profiles"))
        register_palette()
        register_attribute_uses(segments_reading)
