import pytest

from outbound.oauth import token_challenged


@pytest.mark.parametrize(
    ("value", "says_so"),
    [
        (b"Bearer", True),
        (b"bearer", True),
        (b'Bearer realm="crm"', True),
        (b'Bearer realm="crm", error="invalid_token", error_description="expired"', True),
        (b"Bearer error=invalid_token", True),
        (b'Basic realm="crm", Bearer error="invalid_token"', True),
        (b'Bearer error="insufficient_scope"', False),
        (b'Bearer realm="crm",error="invalid_request"', False),
        (b'Basic realm="crm"', False),
        (b"BearerX", False),
        (b"", False),
    ],
)
def test_challenge_of_a_401(value: bytes, says_so: bool):
    assert token_challenged([(b"Date", b"x"), (b"WWW-Authenticate", value)]) is says_so


def test_answer_without_a_challenge():
    assert not token_challenged([(b"X-Authenticate", b"Bearer")])
