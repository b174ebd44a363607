from django.urls import path

from notifications.views import details, log

urlpatterns = [
    path("notifications/", log.notifications_log, name="notifications_log"),
    path("notifications/fresh/", log.notifications_fresh, name="notifications_fresh"),
    path("notifications/export.csv", log.notifications_export, name="notifications_export"),
    path(
        "runs/<int:run>/notifications/<uuid:notification>/",
        details.notification_detail,
        name="notification_detail",
    ),
    path(
        "runs/<int:run>/notifications/<uuid:notification>/attempts/<int:number>/curl/",
        details.attempt_curl,
        name="attempt_curl",
    ),
]
