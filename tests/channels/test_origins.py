import pytest

from channels.errors import ConnectionInvalid
from channels.origins import origin_before_path, origin_of, origin_only


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://api.example.com", "https://api.example.com"),
        ("HTTPS://API.Example.com/", "https://api.example.com"),
        ("https://api.example.com:443/v1?a=1#x", "https://api.example.com"),
        ("http://api.example.com:80", "http://api.example.com"),
        ("https://api.example.com:8443/x", "https://api.example.com:8443"),
        ("http://127.0.0.1:9000/200", "http://127.0.0.1:9000"),
        ("https://[2001:DB8::1]:8443/", "https://[2001:db8::1]:8443"),
        ("https://bücher.example/", "https://xn--bcher-kva.example"),
        ("https://xn--bcher-kva.example", "https://xn--bcher-kva.example"),
        ("https://api.example.com./", "https://api.example.com"),
        ("https://api.example.com?x=https://evil.example", "https://api.example.com"),
        ("https://api.example.com#@evil.example", "https://api.example.com"),
    ],
)
def test_the_origin_of_an_address_has_one_spelling(url: str, origin: str) -> None:
    assert origin_of(url) == origin


@pytest.mark.parametrize(
    "url",
    [
        "",
        "api.example.com",
        "//api.example.com",
        "ftp://api.example.com",
        "javascript:alert(1)",
        "https://",
        "https:///path",
        "https://user:password@api.example.com",
        "https://api.example.com@evil.example",
        "https://api.example.com\\@evil.example",
        "https://api.example.com\\.evil.example",
        "https://api.exa\tmple.com",
        "https://api.example.com\r\nHost: evil.example",
        "https://api.example.com:0",
        "https://api.example.com:",
        "https://api.example.com:99999",
        "https://api.example.com:port",
        "https://-bad-.example",
        "https://a..b",
        "https://{{ host }}",
        "https://[::1",
        "https://[not-an-address]/",
        "https://999.1.1.1",
        "https://2130706433",
        "https://api%2eexample.com",
    ],
)
def test_what_is_no_clear_address_is_refused(url: str) -> None:
    with pytest.raises(ConnectionInvalid) as refused:
        origin_of(url)
    assert refused.value.field == "origin"


@pytest.mark.parametrize("text", ["https://api.example.com/v1", "https://api.example.com?x=1", "https://a.example/#b"])
def test_an_origin_has_no_path(text: str) -> None:
    with pytest.raises(ConnectionInvalid, match="only the origin"):
        origin_only(text)


def test_spaces_around_an_origin_are_forgiven() -> None:
    assert origin_only("  https://api.example.com/ ") == "https://api.example.com"


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://api.example.com/v1/{{ user_id }}?name={{ first_name }}", "https://api.example.com"),
        ("https://api.example.com?q={{ a }}", "https://api.example.com"),
        ("https://api.example.com:8443", "https://api.example.com:8443"),
    ],
)
def test_variables_behind_the_origin_are_no_part_of_it(url: str, origin: str) -> None:
    assert origin_before_path(url) == origin


@pytest.mark.parametrize("url", ["https://{{ host }}/v1", "https://api.{{ a }}.com/", "{{ url }}", "https://a\\b/x"])
def test_variables_in_the_origin_are_refused(url: str) -> None:
    with pytest.raises(ConnectionInvalid):
        origin_before_path(url)
