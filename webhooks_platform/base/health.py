"""``/healthz``: whether a request can be served, for load balancers and the launcher."""

from django.core.cache import cache
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe


@require_safe
def healthz(_: HttpRequest) -> HttpResponse:
    """200 once PostgreSQL and Redis answer; otherwise their error becomes a 500, logged with its reason."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    cache.get("healthz")
    return HttpResponse("ok", content_type="text/plain")
