"""Workspace pages, under /w/<workspace>/."""

from django.urls import path

from channels.views import connections, secrets, switches

urlpatterns = [
    path("settings/channels/", switches.manage_channels, name="manage_channels"),
    path("settings/channels/<slug:kind>/switch/", switches.switch_channel, name="channel_switch"),
    path("settings/connections/", connections.connections, name="connections"),
    path("settings/connections/new/", connections.new_connection, name="connection_new"),
    path("settings/connections/<int:connection>/", connections.edit_connection, name="connection_edit"),
    path("settings/connections/<int:connection>/archive/", connections.archive_connection, name="connection_archive"),
    path("settings/connections/<int:connection>/test/", secrets.test_connection, name="connection_test"),
    path("settings/connections/<int:connection>/secret/", secrets.replace_secret, name="connection_secret"),
]
