import base64
import json
import re
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.masking import (
    MASK,
    header_pairs,
    holds_secret,
    is_secret_name,
    mask,
    mask_bytes,
    mask_header,
    mask_headers,
    mask_url,
)
from templates_lib.rendering.worktime import work_time
from tests.escapes import WRITERS, escaped_by

SECRET = 's3cr3t/+="Zoë" key'


@pytest.mark.parametrize(
    "carried",
    [
        SECRET,
        quote(SECRET),
        quote(SECRET, safe=""),
        quote_plus(SECRET),
        re.sub("%..", lambda found: found[0].lower(), quote(SECRET, safe="")),
        json.dumps(SECRET),
        json.dumps(SECRET, ensure_ascii=False),
        json.dumps(SECRET).replace("/", r"\/"),
        SECRET.replace('"', "&quot;"),
        base64.b64encode(SECRET.encode()).decode(),
    ],
)
def test_each_form_is_masked(carried: str) -> None:
    masked = mask(f"before {carried} after", [SECRET])
    assert "before" in masked
    assert "after" in masked
    assert carried not in masked
    assert MASK in masked


API_KEY = "abcd+efgh/ijkl=="


@pytest.mark.parametrize("writer", WRITERS)
@pytest.mark.parametrize("secret", [API_KEY, 'p&ss\'w<rd> "x" %41!', "--a-b--", "=start/+&", "back\\slash\\\\es/"])
def test_it_is_masked_however_servers_escape(writer: str, secret: str) -> None:
    escaped = escaped_by(writer, secret)
    body = f'{{"seen":"{escaped}"}}'.encode()
    masked = mask_bytes(body, [secret])
    assert holds_secret([b"x", body], [secret])
    assert (MASK.encode() in masked, escaped.encode() in masked) == (True, False)
    assert len(masked) <= len(f'{{"seen":"{MASK}"}}'.encode()) + 3, "nothing but backslashes before it stays"


@pytest.mark.parametrize("writer", ["Gson", "System.Text.Json", "PHP", "URL", "HTML, hexadecimal"])
def test_base64_of_it_is_masked_however_servers_escape(writer: str) -> None:
    encoded = base64.b64encode(b"someone:??>>~~" + API_KEY.encode()).decode()
    escaped = escaped_by(writer, encoded)
    masked = mask(escaped, ["??>>~~" + API_KEY])
    assert MASK in masked
    assert len(masked.replace(MASK, "")) < 18


def test_utf_8_that_a_server_takes_for_latin_1_is_masked() -> None:
    read = "pässwörd/€".encode().decode("latin-1")
    for text in (read, json.dumps(read), json.dumps(read, ensure_ascii=False), json.dumps("pässwörd/€")):
        assert mask(text, ["pässwörd/€"]).strip('"') == MASK


_SPECIAL = "+/=&%\\\"'<> ;#._~-ü€😀\n"


@given(
    st.text(st.sampled_from("ab0" + _SPECIAL), min_size=4, max_size=30),
    st.lists(st.sampled_from(sorted(WRITERS)), min_size=30, max_size=30),
)
def test_any_mix_of_escapes_is_masked(secret: str, writers: list[str]) -> None:
    def written(c: str, writer: str) -> str:
        if c.isascii() and c.isalnum():
            return c
        # Nobody leaves a backslash as it is and escapes others with it.
        return json.dumps(c)[1:-1] if c in "\n😀\\" else WRITERS[writer](c)

    escaped = "".join(written(c, writer) for c, writer in zip(secret, writers, strict=False))
    assert holds_secret([escaped.encode()], [secret])
    for text in (escaped, secret):
        assert mask(f"[{text}]", [secret]).strip("\\[]") == MASK


@pytest.mark.parametrize("repeated", ["\\", "\\a", '\\"', "%25", "&amp;", "&", " +", "%", ";&#"])
@pytest.mark.parametrize("unit", ["\\", "\\a", "%25", "&amp;", "%5C", " +", "\\u005c", "&#38;", "%2525", '\\"', ";&#"])
def test_no_text_takes_long_to_search(repeated: str, unit: str) -> None:
    text = (unit * 65_536)[:65_536].encode()
    began = work_time()
    mask_bytes(text, [repeated * 40 + "x"], truncated=True)
    assert work_time() - began < 2


@pytest.mark.parametrize("user", ["a", "ab", "abc", "", "someone@example.com"])
@pytest.mark.parametrize("secret", ["hunter2hunter", "pass wörd/1234", "0123456789abcdef"])
def test_basic_credentials_are_masked_whatever_the_user_is(user: str, secret: str) -> None:
    encoded = base64.b64encode(f"{user}:{secret}".encode()).decode()
    masked = mask(f"echo: {encoded}", [secret])
    assert MASK in masked
    left = masked.removeprefix("echo: ").replace(MASK, "")
    prefix_length = len(base64.b64encode(f"{user}:".encode()))
    assert len(left) <= prefix_length + 4


def test_short_and_empty_secrets_leave_the_text_alone() -> None:
    assert mask("a cat sat", ["", "a", "cat"]) == "a cat sat"


def test_the_longer_of_two_secrets_goes_first() -> None:
    assert mask("token-one-two", ["token-one", "token-one-two"]) == MASK


def test_text_without_the_secret_is_unchanged() -> None:
    assert mask("nothing here", [SECRET]) == "nothing here"


def test_bytes_that_are_no_text_keep_their_rest() -> None:
    assert mask_bytes(b"\xff\x00" + b"topsecret" + b"\xfe", ["topsecret"]) == b"\xff\x00" + MASK.encode() + b"\xfe"


@pytest.mark.parametrize("form", [b"top/secret", b"top%2Fsecret", b"top\\/secret", base64.b64encode(b"top/secret")])
def test_one_text_of_many_that_holds_a_secret_is_noticed(form: bytes) -> None:
    assert holds_secret([b"a", b"b " + form, b"c"], ["top/secret"])
    assert not holds_secret([b"a", b"b " + form[: len(form) // 2], b"c"], ["top/secret"])


def test_a_secret_cut_at_the_end_of_a_kept_body_is_masked() -> None:
    assert mask_bytes(b'{"key":"topsec', ["topsecret"], truncated=True) == b'{"key":"' + MASK.encode()
    assert mask_bytes(b'{"key":"topsec', ["topsecret"]) == b'{"key":"topsec'


@pytest.mark.parametrize("writer", WRITERS)
def test_an_escaped_secret_cut_anywhere_is_masked(writer: str) -> None:
    escaped = escaped_by(writer, API_KEY)
    for length in range(4, len(escaped)):
        body = f'{{"key":"{escaped[:length]}'.encode()
        masked = mask_bytes(body, [API_KEY], truncated=True)
        assert masked == b'{"key":"' + MASK.encode(), escaped[:length]


def test_what_only_looks_like_a_cut_secret_stays() -> None:
    for end in (b"abc", b"abcd+efgh/ijk ", b"abc+", b"ab\\u002", b"efgh/ijkl=="):
        assert mask_bytes(b"{" + end, [API_KEY], truncated=True) == b"{" + end


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("Authorization", "Bearer abcdef", f"Bearer {MASK}"),
        ("authorization", "Basic dXNlcjpwYXNz", f"Basic {MASK}"),
        ("Authorization", "abcdef", MASK),
        ("Authorization", "Unknown abcdef", MASK),
        ("Proxy-Authorization", "Digest x=1", f"Digest {MASK}"),
        ("Cookie", "a=b; c=d", MASK),
        ("Set-Cookie", "sid=1; Path=/", MASK),
        ("X-API-Key", "k", MASK),
        ("x_auth_token", "k", MASK),
        ("X-Client-Secret", "k", MASK),
        ("Content-Type", "application/json", "application/json"),
        ("webhook-id", "0190", "0190"),
        ("Idempotency-Key", "0190", "0190"),
        ("X-RateLimit-Remaining-Tokens", "12", "12"),
        ("X-Echo", "say topsecret", f"say {MASK}"),
    ],
)
def test_headers_by_name_and_by_value(name: str, value: str, shown: str) -> None:
    assert mask_header(name, value, ["topsecret"]) == shown


def test_headers_are_kept_as_lines_and_read_back() -> None:
    kept = mask_headers(
        "Host: example.com\nAuthorization: Bearer abc\nX-Empty: \nX-Echo: topsecret: yes", ["topsecret"]
    )
    assert header_pairs(kept) == [
        ("Host", "example.com"),
        ("Authorization", f"Bearer {MASK}"),
        ("X-Empty", ""),
        ("X-Echo", f"{MASK}: yes"),
    ]
    assert header_pairs("") == []


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://api.example.com/a?page=2", "https://api.example.com/a?page=2"),
        ("https://api.example.com/a?api_key=abc&x=1", f"https://api.example.com/a?api_key={MASK}&x=1"),
        ("https://api.example.com/a?x=topsecret#f", f"https://api.example.com/a?x={MASK}#f"),
        ("https://user:pass@example.com/", f"https://{MASK}@example.com/"),
    ],
)
def test_urls(url: str, shown: str) -> None:
    assert mask_url(url, ["topsecret"]) == shown


def test_names_of_secrets() -> None:
    assert is_secret_name("password")
    assert not is_secret_name("secretary")
