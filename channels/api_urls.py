"""Under /api/v1/."""

from django.urls import path

from channels import api

urlpatterns = [
    path("channels/<slug:kind>", api.ChannelView.as_view(), name="api_channel"),
    path("connections", api.ConnectionsView.as_view(), name="api_connections"),
    path("connections/<int:connection>", api.ConnectionView.as_view(), name="api_connection"),
    path("connections/<int:connection>/health", api.ConnectionHealthView.as_view(), name="api_connection_health"),
    path("connections/<int:connection>/test", api.ConnectionTestView.as_view(), name="api_connection_test"),
    path("connections/<int:connection>/reset", api.ConnectionResetView.as_view(), name="api_connection_reset"),
    path("connections/<int:connection>/secret", api.ConnectionSecretView.as_view(), name="api_connection_secret"),
    path("connections/<int:connection>/signing", api.ConnectionSigningView.as_view(), name="api_connection_signing"),
    path(
        "connections/<int:connection>/signing/previous",
        api.ConnectionSigningPreviousView.as_view(),
        name="api_connection_signing_previous",
    ),
]
