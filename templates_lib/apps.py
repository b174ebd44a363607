from django.apps import AppConfig

from frontend.navigation import NavItem, register


class TemplatesLibConfig(AppConfig):
    name = "templates_lib"

    def ready(self) -> None:
        from audience.registry import register_attribute_uses
        from channels.registry import register_connection_uses  # models are loaded only now
        from templates_lib.palette import register_palette
        from templates_lib.uses import connection_templates, templates_reading

        register(NavItem("Templates", "template", "templates", order=20, keys="g t"))
        register_connection_uses(connection_templates)
        register_attribute_uses(templates_reading)
        register_palette()
