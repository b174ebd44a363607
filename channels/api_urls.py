"""Under /api/v1/."""

from django.urls import path

from channels.api import ConnectionsView

urlpatterns = [path("connections", ConnectionsView.as_view(), name="api_connections")]
