"""Answers compressed for those who accept it."""

import zlib
from collections.abc import AsyncIterator

from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.middleware.gzip import GZipMiddleware, re_accepts_gzip
from django.utils.cache import patch_vary_headers

GZIP_FORMAT = 16 + zlib.MAX_WBITS


class CompressionMiddleware(GZipMiddleware):
    """Django's makes a gzip file of each part of an asynchronous answer; browsers read the first of them alone."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if not isinstance(response, StreamingHttpResponse) or not response.is_async:
            return super().process_response(request, response)
        patch_vary_headers(response, ("Accept-Encoding",))
        if re_accepts_gzip.search(request.headers.get("Accept-Encoding", "")):
            response.streaming_content = _one_file(response.streaming_content)  # type: ignore[arg-type]
            response["Content-Encoding"] = "gzip"
        return response


async def _one_file(parts: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Each part as soon as it is there."""
    file = zlib.compressobj(wbits=GZIP_FORMAT)
    async for part in parts:
        yield file.compress(part) + file.flush(zlib.Z_SYNC_FLUSH)
    yield file.flush()
