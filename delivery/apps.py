from django.apps import AppConfig


class DeliveryConfig(AppConfig):
    name = "delivery"

    def ready(self) -> None:
        # Models are loaded only now.
        from channels.registry import register_destination_health
        from delivery.breaker import breaker_view
        from delivery.services import destination_reset

        register_destination_health(breaker_view, destination_reset)
