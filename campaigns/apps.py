from django.apps import AppConfig


class CampaignsConfig(AppConfig):
    name = "campaigns"

    def ready(self) -> None:
        from campaigns.answers import register_answers  # models are loaded only now
        from campaigns.audience_uses import register_audience_uses
        from campaigns.palette import register_palette

        register_answers()
        register_palette()
        register_audience_uses()
