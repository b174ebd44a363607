import gzip
import hashlib
import warnings

import pytest
from asgiref.sync import async_to_sync
from django.contrib.staticfiles import finders
from django.templatetags.static import static
from django.test import AsyncClient, Client

STYLES = "/static/dist/app.css"


@pytest.fixture(scope="module")
def styles() -> bytes:
    path = finders.find("dist/app.css")
    assert isinstance(path, str)
    with open(path, "rb") as file:
        return file.read()


def test_styles_are_zipped_for_those_who_take_it(client: Client, styles: bytes) -> None:
    answer = client.get(STYLES, headers={"Accept-Encoding": "br, gzip"})
    assert answer["Content-Encoding"] == "gzip"
    assert answer["Content-Length"] == str(len(answer.content))
    assert gzip.decompress(answer.content) == styles


def test_others_get_them_as_they_are(client: Client, styles: bytes) -> None:
    answer = client.get(STYLES)
    assert not answer.has_header("Content-Encoding")
    assert answer["Vary"] == "Accept-Encoding"
    assert answer.content == styles


def test_fonts_are_left_alone(client: Client) -> None:
    answer = client.get("/static/dist/inter.woff2", headers={"Accept-Encoding": "gzip"})
    assert not answer.has_header("Content-Encoding")
    assert answer.content[:4] == b"wOF2"


def test_what_a_browser_has_is_not_sent_again(client: Client) -> None:
    changed = client.get(STYLES)["Last-Modified"]
    answer = client.get(STYLES, headers={"If-Modified-Since": changed})
    assert (answer.status_code, answer.content) == (304, b"")


def test_a_part_of_a_file_can_be_asked_for(client: Client, styles: bytes) -> None:
    answer = client.get(STYLES, headers={"Range": "bytes=0-9", "Accept-Encoding": "gzip"})
    assert (answer.status_code, answer.content) == (206, styles[:10])


def test_head_has_no_body(client: Client, styles: bytes) -> None:
    answer = client.head(STYLES)
    assert answer.content == b""


def test_an_asgi_server_sends_them_without_a_warning(styles: bytes) -> None:
    async def fetch() -> bytes:
        return bytes((await AsyncClient().get(STYLES)).content)

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert async_to_sync(fetch)() == styles


def test_an_address_with_a_version_is_kept_for_a_year(client: Client, styles: bytes) -> None:
    address = static("dist/app.css")
    assert address == f"{STYLES}?v={hashlib.sha256(styles).hexdigest()[:8]}"
    assert client.get(address)["Cache-Control"] == "max-age=31536000, public, immutable"
    assert client.get(STYLES)["Cache-Control"] == "max-age=60, public"


@pytest.mark.parametrize("name", ["dist/inter.woff2", "dist/missing.css"])
def test_fonts_and_what_is_missing_have_no_version(name: str) -> None:
    assert static(name) == f"/static/{name}"
