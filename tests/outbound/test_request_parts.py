"""What httpx would have to let through for these to matter: the door doesn't rely on it."""

from types import SimpleNamespace
from typing import Any, cast

import pytest

from outbound.errors import InvalidRequest, UnsupportedScheme
from outbound.request_parts import origin_and_target


def url(**parts: bytes) -> Any:
    whole = {"raw_scheme": b"http", "raw_host": b"a.example", "netloc": b"a.example", "raw_path": b"/"}
    return cast(Any, SimpleNamespace(**whole | parts, scheme="", host=""))


def test_target_as_it_is():
    assert origin_and_target(url(raw_path=b"/a%20b?c=d")) == (b"http://a.example/", b"/a%20b?c=d")


@pytest.mark.parametrize("target", [b"", b"a", b"*", b"/a b", b"/a\r\nX: 1", b"/a\n", b"/a\0", b"/\xc3\xa4", b"/a\x7f"])
def test_target_that_would_become_syntax(target: bytes):
    with pytest.raises(InvalidRequest, match="%-encoded"):
        origin_and_target(url(raw_path=target))


@pytest.mark.parametrize("host", [b"", b"a b", b"a%61", b"a\n", b"a/b", b"a@b", b"a\\b", b"[::1]", b"\xe2\x91\xa0"])
def test_host_that_would_become_something_else(host: bytes):
    with pytest.raises(InvalidRequest, match="not a host name"):
        origin_and_target(url(raw_host=host))


@pytest.mark.parametrize("scheme", [b"", b"ftp", b"file", b"gopher", b"HTTP", b"ws", b"dict"])
def test_scheme_of_another_kind(scheme: bytes):
    with pytest.raises(UnsupportedScheme):
        origin_and_target(url(raw_scheme=scheme))
