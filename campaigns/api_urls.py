from django.urls import path

from campaigns import api, figures_api, preflight_api, resend_api

urlpatterns = [
    path("campaigns", api.CampaignsView.as_view(), name="api_campaigns"),
    path("campaigns/<int:campaign>", api.CampaignView.as_view(), name="api_campaign"),
    path("campaigns/<int:campaign>/problems", api.CampaignProblemsView.as_view(), name="api_campaign_problems"),
    path(
        "campaigns/<int:campaign>/preflight",
        preflight_api.CampaignPreflightView.as_view(),
        name="api_campaign_preflight",
    ),
    path("campaigns/<int:campaign>/launch", api.CampaignLaunchView.as_view(), name="api_campaign_launch"),
    path("campaigns/<int:campaign>/schedule", api.CampaignScheduleView.as_view(), name="api_campaign_schedule"),
    path("figures", figures_api.FiguresView.as_view(), name="api_figures"),
    path("runs/<int:run>/pause", api.RunPauseView.as_view(), name="api_run_pause"),
    path("runs/<int:run>/resume", api.RunResumeView.as_view(), name="api_run_resume"),
    path("runs/<int:run>/resend", resend_api.RunResendView.as_view(), name="api_run_resend"),
    path("runs/<int:run>/stop", api.RunStopView.as_view(), name="api_run_stop"),
]
