from django.urls import path

from notifications import api

urlpatterns = [
    path("runs", api.RunList.as_view(), name="api_runs"),
    path("runs/<int:run>", api.RunDetail.as_view(), name="api_run"),
    path("runs/<int:run>/notifications", api.RunNotifications.as_view(), name="api_run_notifications"),
    path(
        "notifications/<int:run>/<uuid:notification>",
        api.NotificationWithAttempts.as_view(),
        name="api_notification",
    ),
]
