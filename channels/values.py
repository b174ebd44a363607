"""The values of a connection, checked in one place for pages, API and campaigns."""

import re
from dataclasses import dataclass, field, replace

from channels.errors import ConnectionInvalid
from channels.header_values import HEADER_NAME, HEADER_VALUE, RESERVED_HEADERS, EnteredHeader
from channels.models import AuthKind, SendPolicy
from channels.origins import origin_of, origin_only
from channels.policy import OAuthSettings
from channels.policy_values import oauth_check, policy_check

NAME_LENGTH, USERNAME_LENGTH, KEY_NAME_LENGTH, SECRET_LENGTH = 80, 200, 100, 4_000
_VISIBLE_ASCII = re.compile(r"[\x21-\x7e]+")


@dataclass(frozen=True)
class EnteredCertificate:
    """PEM texts. An empty certificate removes the stored one; a key may have been pasted along with it."""

    certificate: str = field(repr=False)
    key: str = field(default="", repr=False)


@dataclass(frozen=True)
class ConnectionValues:
    """What a person enters; ``secret``, ``headers`` and ``certificate`` None keep the stored ones."""

    name: str
    origin: str
    auth_kind: str = AuthKind.NONE
    username: str = ""
    key_name: str = ""
    secret: str | None = field(default=None, repr=False)
    policy: SendPolicy = field(default_factory=SendPolicy)
    oauth: OAuthSettings | None = None
    headers: tuple[EnteredHeader, ...] | None = None
    certificate: EnteredCertificate | None = None

    @property
    def auth_header(self) -> str:
        """The header that the authentication sets; empty when it sets none."""
        if self.auth_kind == AuthKind.API_KEY_HEADER:
            return self.key_name
        return "Authorization" if self.auth_kind in (AuthKind.BASIC, AuthKind.BEARER, AuthKind.OAUTH) else ""


def values_checked(values: ConnectionValues) -> ConnectionValues:
    """The values as they are stored: origin normalised, fields that the authentication doesn't use emptied.

    Raises ConnectionInvalid naming the field.
    """
    name = values.name.strip()
    if not name or len(name) > NAME_LENGTH or not name.isprintable():
        raise ConnectionInvalid(f"Give the connection a name of 1 to {NAME_LENGTH} characters.", field="name")
    if values.auth_kind not in AuthKind.values:
        raise ConnectionInvalid("Choose one of the offered kinds of authentication.", field="auth_kind")
    policy_check(values.policy)
    checked = _auth_checked(replace(values, name=name, origin=origin_only(values.origin)))
    entered = checked.certificate
    if entered and entered.certificate.strip() and not checked.origin.startswith("https://"):
        raise ConnectionInvalid("A client certificate needs an origin with https://.", field="client_certificate")
    return checked


def _auth_checked(values: ConnectionValues) -> ConnectionValues:
    username = values.username if values.auth_kind == AuthKind.BASIC else ""
    uses_key = values.auth_kind in (AuthKind.API_KEY_HEADER, AuthKind.API_KEY_QUERY)
    key_name = values.key_name.strip() if uses_key else ""
    secret = "" if values.auth_kind == AuthKind.NONE else values.secret
    oauth = _oauth_checked(values.oauth) if values.auth_kind == AuthKind.OAUTH else None
    if values.auth_kind == AuthKind.BASIC:
        _check_username(username)
    if uses_key:
        _check_key_name(values.auth_kind, key_name)
    if secret:
        secret_check(values.auth_kind, secret)
    return replace(values, username=username, key_name=key_name, secret=secret, oauth=oauth)


def _oauth_checked(oauth: OAuthSettings | None) -> OAuthSettings:
    url = oauth.token_url.strip() if oauth else ""
    try:
        origin_of(url)
    except ConnectionInvalid as error:
        raise ConnectionInvalid(error.message, field="token_url") from None
    return oauth_check(oauth).model_copy(update={"token_url": url})


def _check_username(username: str) -> None:
    if not username or len(username) > USERNAME_LENGTH or not username.isprintable() or ":" in username:
        raise ConnectionInvalid(
            f"Enter the user name: 1 to {USERNAME_LENGTH} characters, without a colon.", field="username"
        )


def _check_key_name(auth_kind: str, key_name: str) -> None:
    if not key_name or len(key_name) > KEY_NAME_LENGTH or not key_name.isprintable():
        what = "header" if auth_kind == AuthKind.API_KEY_HEADER else "parameter"
        raise ConnectionInvalid(f"Enter the name of the {what} that carries the key.", field="key_name")
    if auth_kind == AuthKind.API_KEY_QUERY:
        return
    if not HEADER_NAME.fullmatch(key_name):
        raise ConnectionInvalid(
            "A header's name has letters, digits and hyphens only, such as X-Api-Key.", field="key_name"
        )
    if key_name.lower() in RESERVED_HEADERS:
        raise ConnectionInvalid(f"{key_name} is set by the sender itself. Use another header.", field="key_name")


def secret_check(auth_kind: str, secret: str) -> None:
    """Whether the secret can be sent that way; raises ConnectionInvalid, field "secret"."""
    if len(secret) > SECRET_LENGTH:
        raise ConnectionInvalid(f"The secret is longer than {SECRET_LENGTH} characters.", field="secret")
    if auth_kind in (AuthKind.BEARER, AuthKind.OAUTH) and not _VISIBLE_ASCII.fullmatch(secret):
        raise ConnectionInvalid("A token has no spaces or accented letters. Paste it again.", field="secret")
    if auth_kind == AuthKind.API_KEY_HEADER and not HEADER_VALUE.fullmatch(secret):
        raise ConnectionInvalid(
            "A key in a header can't have line breaks, accented letters or outer spaces. Paste it again.",
            field="secret",
        )
    if not secret.isprintable():
        raise ConnectionInvalid("The secret has a line break or invisible character. Paste it again.", field="secret")
