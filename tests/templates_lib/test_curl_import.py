"""Pasted cURL commands: what each becomes, and what is refused in words."""

import pytest

from templates_lib.content import FormBody, JsonPair, JsonPairsBody, MultipartBody, NoBody, Pair, RawBody
from templates_lib.curl import curl_command
from templates_lib.curl_import import CurlAuthentication, curl_read
from templates_lib.curl_options import CurlUnreadable

URL = "https://api.example.com/people"
FORM = FormBody(pairs=(Pair(name="a", value="1"), Pair(name="b", value="x y")))


def content(rest):
    return curl_read(f"curl {rest}").content


@pytest.mark.parametrize(
    ("command", "method", "url"),
    [
        (f"curl {URL}", "GET", URL),
        ("$ curl api.example.com/x", "GET", "https://api.example.com/x"),
        (f"curl --request PUT --url {URL}", "PUT", URL),
        (f"curl -sSLX DELETE '{URL}'", "DELETE", URL),
        (f"curl -XPATCH {URL}", "PATCH", URL),
        (f"curl -d a=1 {URL}", "POST", URL),
        (f"curl \\\n  --location \\\r\n  '{URL}'", "GET", URL),
        (f"/usr/bin/curl --request=POST {URL}#top", "POST", URL),
        (f"curl ^\n {URL}", "GET", URL),
    ],
)
def test_method_and_address(command, method, url):
    found = curl_read(command)
    assert (found.content.method, found.content.url, found.ignored) == (method, url, ())


@pytest.mark.parametrize(
    ("rest", "body"),
    [
        (URL, NoBody()),
        (f"{URL} -d a=1 -d 'b=x+y'", FORM),
        (f"{URL} -d 'a=1&b=x%20y'", FORM),
        (f"{URL} -d a=1 --data-urlencode 'b=x y'", FORM),
        (f"{URL} --data-urlencode 'a=1&2+3%'", FormBody(pairs=(Pair(name="a", value="1&2+3%"),))),
        (f"""{URL} --json '{{"a": "x", "n": 1.5, "t": true}}'""", JsonPairsBody(
            pairs=(JsonPair(name="a", value="x"), JsonPair(name="n", value="1.5", type="number"),
                   JsonPair(name="t", value="true", type="boolean")))),
        (f"""{URL} -H 'content-type: application/json' -d '{{"a": {{"b": 1}}}}'""", RawBody(text='{"a": {"b": 1}}')),
        (f"{URL} -F a=1 --form 'b=x y;type=text/plain'", MultipartBody(pairs=FORM.pairs)),
        (f"{URL} -d '[1, 2]'", RawBody(text="[1, 2]")),
        (f"{URL} -H 'Content-Type: application/xml' --data-raw '@<a/>'",
         RawBody(text="@<a/>", content_type="application/xml")),
        (f"{URL} --data-raw $'it\\'s\\nhere' -H 'Content-Type: text/plain'",
         RawBody(text="it's\nhere", content_type="text/plain")),
        (f"{URL} --data-binary 'just words'", RawBody(text="just words", content_type="text/plain")),
    ],
)  # fmt: skip
def test_bodies(rest, body):
    found = content(rest)
    assert found.body == body
    assert found.headers == ()


def test_headers_cookies_and_parameters():
    found = content(f"'{URL}?q=a%20b&empty=' -H 'X-A: 1' -H 'X-B;' -b 'c=1; d=2' -A me --url-query 'z=9'")
    assert [(pair.name, pair.value) for pair in found.headers] == [
        ("X-A", "1"), ("X-B", ""), ("Cookie", "c=1; d=2"), ("User-Agent", "me"),
    ]  # fmt: skip
    assert [(pair.name, pair.value) for pair in found.parameters] == [("q", "a b"), ("empty", ""), ("z", "9")]
    assert found.url == URL


def test_get_moves_the_data_into_the_address():
    found = content(f"-G {URL} -d a=1 --data-urlencode 'b=x y&z'")
    assert (found.method, found.body) == ("GET", NoBody())
    assert [(pair.name, pair.value) for pair in found.parameters] == [("a", "1"), ("b", "x y&z")]


@pytest.mark.parametrize(
    ("rest", "found"),
    [
        ("-u 'ada:se:cret'", CurlAuthentication("basic", "se:cret", username="ada")),
        ("-H 'Authorization: Basic YWRhOnNlY3JldA=='", CurlAuthentication("basic", "secret", username="ada")),
        ("-H 'authorization: Bearer abc.def'", CurlAuthentication("bearer", "abc.def")),
        ("--oauth2-bearer abc", CurlAuthentication("bearer", "abc")),
        ("-H 'X-Api-Key: k1'", CurlAuthentication("api_key_header", "k1", key_name="X-Api-Key")),
        ("-H 'Authorization: Klaviyo k2'",
         CurlAuthentication("api_key_header", "Klaviyo k2", key_name="Authorization")),
    ],
)  # fmt: skip
def test_secrets_leave_the_headers_for_authentication(rest, found):
    request = curl_read(f"curl {URL} {rest}")
    assert request.authentication == found
    assert request.content.headers == ()
    assert found.secret not in repr(request)


@pytest.mark.parametrize("header", ["Authorization: Bearer $TOKEN", "X-Api-Key: {{ key }}"])
def test_a_placeholder_is_no_secret(header):
    request = curl_read(f"curl {URL} -H '{header}'")
    assert request.authentication is None
    assert len(request.content.headers) == 1


@pytest.mark.parametrize(
    ("rest", "ignored"),
    [
        ("--insecure", ("--insecure",)),
        ("-k -o out.txt --max-time 5", ("-k", "-o", "--max-time")),
        ("-H 'Host: a.example'", ("the header Host, which is written for each request",)),
        ("--compressed -s", ()),
    ],
)
def test_what_changes_nothing_here_is_named(rest, ignored):
    assert curl_read(f"curl {rest} {URL}").ignored == ignored


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("", "Begin with the word curl"),
        ("wget https://a.example", "Begin with the word curl"),
        ("curl", "no address"),
        ("curl 'https://a.example", "not closed"),
        ("curl https://a.example -X", "value of -X is missing"),
        ("curl https://a.example https://b.example", "two addresses"),
        ("curl https://ada:pw@a.example", "-u name:password"),
        ("curl -I https://a.example", "HEAD can't be sent"),
        ("curl https://a.example -d @body.json", "file of your computer"),
        ("curl https://a.example --data-urlencode text@notes.txt", "file of your computer"),
        ("curl https://a.example -H @headers.txt", "file on your computer"),
        ("curl https://a.example -b cookies.txt", "cookie file"),
        ("curl https://a.example -F photo=@me.png", "file of your computer"),
    ],
)
def test_refused_in_words(command, words):
    with pytest.raises(CurlUnreadable, match=words) as caught:
        curl_read(command)
    assert caught.value.field == "curl"


def test_what_is_copied_can_be_pasted_again():
    body = '{"name":"Zoë \\"Z\\" O\'Neil","n":1}'
    found = curl_read(curl_command("POST", URL, [("Content-Type", "application/json"), ("X-A", "")], body))
    assert found.content.body == JsonPairsBody(
        pairs=(JsonPair(name="name", value='Zoë "Z" O\'Neil'), JsonPair(name="n", value="1", type="number"))
    )
    assert found.content.headers == (Pair(name="X-A", value=""),)
    assert found.ignored == ()
