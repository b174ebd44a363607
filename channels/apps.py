from django.apps import AppConfig

from frontend.navigation import NavItem, register


class ChannelsConfig(AppConfig):
    name = "channels"

    def ready(self) -> None:
        from channels.palette import register_palette  # models are loaded only now

        register(NavItem("Channels", "webhook", "manage_channels", 10, "settings"))
        register(NavItem("Manage Channels", "adjustments", "manage_channels", 10, "settings", parent="Channels"))
        register(NavItem("Connections", "plug", "connections", 20, "settings", parent="Channels"))
        register_palette()
