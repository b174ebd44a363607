"""All URLs. Each room has its own ``urls.py``; workspace pages live under ``/w/<workspace>/``."""

from importlib.util import find_spec

from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView
from drf_spectacular.views import SpectacularAPIView

from webhooks_platform.base.health import healthz

WORKSPACE_ROOMS = ["accounts", "channels", "audience", "templates_lib", "notifications", "campaigns"]


def _rooms(module: str) -> list[URLPattern | URLResolver]:
    found = [room for room in WORKSPACE_ROOMS if find_spec(f"{room}.{module}")]
    return [path("", include(f"{room}.{module}")) for room in found]


handler404 = "webhooks_platform.base.answers.not_found"
handler500 = "webhooks_platform.base.answers.server_error"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("accounts.site_urls")),
    *([path("", include("frontend.urls"))] if find_spec("frontend.urls") else []),
    path("healthz", healthz, name="healthz"),
    path("w/<slug:workspace>/", include(_rooms("urls"))),
    path("api/v1/", include(_rooms("api_urls"))),
    path("api/schema/", SpectacularAPIView.as_view(), name="api_schema"),
    path("api/", RedirectView.as_view(pattern_name="api_docs")),
]
