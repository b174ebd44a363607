from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        from accounts.navigation import register_entries  # models are loaded only now
        from accounts.palette import register_palette

        register_entries()
        register_palette()
