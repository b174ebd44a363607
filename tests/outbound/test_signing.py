import base64
import time

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from outbound.signing import InvalidSecret, secret_create, secret_key, signature, signed_headers

BODY = '{"name": "Zoë"}'


def headers_of(*secrets: str, body: str = BODY) -> dict[str, str]:
    keys = [secret_key(secret) for secret in secrets]
    pairs = signed_headers(keys=keys, webhook_id="msg_1", timestamp=int(time.time()), body=body.encode())
    return {name.decode(): value.decode() for name, value in pairs}


def test_receivers_library_verifies_the_signature():
    secret = secret_create()
    assert Webhook(secret).verify(BODY, headers_of(secret)) == {"name": "Zoë"}


def test_receiver_with_either_key_verifies_while_keys_rotate():
    old, new = secret_create(), secret_create()
    for secret in (old, new):
        Webhook(secret).verify(BODY, headers_of(new, old))


@pytest.mark.parametrize("body", ["{}", BODY + " "])
def test_changed_body_is_refused(body: str):
    secret = secret_create()
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(body, headers_of(secret))


def test_other_key_is_refused():
    with pytest.raises(WebhookVerificationError):
        Webhook(secret_create()).verify(BODY, headers_of(secret_create()))


def test_known_signature():
    """The example of the Standard Webhooks specification's reference libraries."""
    key = secret_key("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    given = signature(
        keys=[key], webhook_id="msg_p5jXN8AQM9LWM0D4loKWxJek", timestamp=1614265330, body=b'{"test": 2432232314}'
    )
    assert given == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.parametrize(
    "secret",
    [
        "",
        "whsec_",
        "whsec_@@@@",
        base64.b64encode(b"x" * 32).decode(),
        "whsec_" + base64.b64encode(b"x" * 23).decode(),
        "whsec_" + base64.b64encode(b"x" * 65).decode(),
        "whsec_é",
    ],
)
def test_bad_secret_is_refused_without_being_shown(secret: str):
    with pytest.raises(InvalidSecret) as caught:
        secret_key(secret)
    assert len(secret) < 8 or secret not in str(caught.value)
