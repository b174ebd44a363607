"""Styles, scripts, fonts and icons: WhiteNoise finds them, this answers with them."""

import gzip
import hashlib
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import StaticFilesStorage
from django.http import HttpRequest, HttpResponse
from whitenoise.middleware import WhiteNoiseMiddleware

_VERSIONED = (".css", ".js", ".svg")
_FOR_A_YEAR = "max-age=31536000, public, immutable"
_ZIPPED = ("text/css", "text/javascript", "application/javascript", "image/svg+xml")


class StaticFilesMiddleware(WhiteNoiseMiddleware):  # type: ignore[misc]
    """Whole files instead of a stream, which an ASGI server would have to be read out first; zipped where that helps.

    Files are few and small (the largest has 430 KB). Those that ``collectstatic`` zipped already are sent as they are.
    """

    def add_files(self, root: str, prefix: str | None = None) -> None:
        """Nothing was collected where the product runs from a checkout: the files come from the rooms then."""
        if Path(root).is_dir():
            super().add_files(root, prefix)

    @staticmethod
    def serve(static_file: Any, request: HttpRequest) -> HttpResponse:
        answer = static_file.get_response(request.method, request.META)
        body = _read(answer.file)
        response = HttpResponse(body, status=int(answer.status), headers=dict(answer.headers))
        if not response.has_header("Content-Type"):
            del response["Content-Type"]
        if "v" in request.GET:
            response["Cache-Control"] = _FOR_A_YEAR
        return _zipped(request, response) if body and answer.status == 200 else response


def _read(file: Any) -> bytes:
    if file is None:
        return b""
    with file:
        return bytes(file.read())


def _zipped(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    kind = response.get("Content-Type", "").partition(";")[0]
    if kind not in _ZIPPED or response.has_header("Content-Encoding"):
        return response
    response["Vary"] = "Accept-Encoding"
    if "gzip" in request.headers.get("Accept-Encoding", ""):
        response.content = _zip(request.path_info, response.get("Last-Modified", ""), response.content)
        response["Content-Encoding"] = "gzip"
        response["Content-Length"] = str(len(response.content))
    return response


@lru_cache(maxsize=64)
def _zip(path: str, changed: str, body: bytes) -> bytes:
    return gzip.compress(body, mtime=0)


class VersionedStaticFiles(StaticFilesStorage):
    """Writes a version of its content behind the address of a style sheet, script or picture: ``app.css?v=1a2b3c4d``.

    So a browser keeps it for a year and fetches the next one at once. Fonts have none: style sheets name them too, and
    the two addresses would be fetched both.
    """

    def url(self, name: str | None) -> str:
        address = super().url(name)
        path = finders.find(name) if name and name.endswith(_VERSIONED) else None
        return f"{address}?v={_version(path, Path(path).stat().st_mtime_ns)}" if isinstance(path, str) else address


@lru_cache(maxsize=256)
def _version(path: str, changed: int) -> str:
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()[:8]
