"""Workspace pages, under /w/<workspace>/."""

from django.urls import path

from channels.views import connections, health, secrets, signing, switches

urlpatterns = [
    path("settings/channels/", switches.manage_channels, name="manage_channels"),
    path("settings/channels/<slug:kind>/switch/", switches.switch_channel, name="channel_switch"),
    path("settings/channels/<slug:kind>/defaults/", switches.change_defaults, name="channel_defaults"),
    path("settings/connections/", connections.connections, name="connections"),
    path("settings/connections/retry-words/", connections.retry_sentence, name="connection_retry_words"),
    path("settings/connections/new/", connections.new_connection, name="connection_new"),
    path("settings/connections/<int:connection>/", connections.edit_connection, name="connection_edit"),
    path("settings/connections/<int:connection>/archive/", connections.archive_connection, name="connection_archive"),
    path("settings/connections/<int:connection>/health/", health.connection_health, name="connection_health"),
    path("settings/connections/<int:connection>/reset/", health.reset_breaker, name="connection_reset"),
    path("settings/connections/<int:connection>/test/", secrets.test_connection, name="connection_test"),
    path("settings/connections/<int:connection>/secret/", secrets.replace_secret, name="connection_secret"),
    path("settings/connections/<int:connection>/signing/", signing.make_signing_secret, name="connection_signing"),
    path(
        "settings/connections/<int:connection>/signing/previous/",
        signing.end_previous_secret,
        name="connection_signing_previous",
    ),
    path("settings/connections/<int:connection>/signing/stop/", signing.stop_signing, name="connection_signing_stop"),
]
