"""The OAuth tokens of connections: one for each, shared by all workers, fetched by one of them at a time.

The row is the cache and its lease the lock, so no transaction is open while the token server is asked, and a worker
that dies while asking holds up the others for seconds only.
"""

import time
import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import connection as database
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from channels.certificates import client_certificate
from channels.models import AccessToken, AuthKind, Connection
from channels.origins import origin_of
from channels.token_words import TokenProblem, broken_words, refused_words
from outbound.loop import HttpLoop, http_loop
from outbound.oauth import TOTAL_SECONDS, Token, TokenRequest, token_fetch
from outbound.outcomes import Broken
from webhooks_platform.base.encryption import SecretUnreadable, decrypt, encrypt

# A token without a stated life is replaced after this long, if it isn't refused before.
UNSTATED_LIFE = timedelta(hours=1)
# Renewed so long before its end, or at half its life where that is shorter.
RENEW_BEFORE = timedelta(seconds=60)
LEASE = timedelta(seconds=TOTAL_SECONDS + 3)
WAIT_FOR_OTHERS = TOTAL_SECONDS + 1.0  # seconds
LOOK_EVERY = 0.05  # seconds
# After a failure: nobody asks again before. A wrong secret doesn't mend itself.
PAUSE, PAUSE_WHEN_REFUSED = timedelta(seconds=5), timedelta(seconds=30)
# A destination that refuses even new tokens must not make us fetch one for each request.
REFUSAL_PAUSE = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class HeldToken:
    """``replaceable``: whether, if the destination refuses it, another may be fetched now."""

    text: str = field(repr=False)
    fetched_at: datetime
    replaceable: bool = True


class TokenDue(Exception):
    """A token has to be fetched first."""


def token_at_hand(connection: Connection) -> HeldToken | TokenProblem:
    """The token to send now, where nobody has to be asked or waited for; else raises TokenDue."""
    row, _ = AccessToken.objects.get_or_create(connection=connection)
    found = _at_hand(row, timezone.now())
    if found is None:
        raise TokenDue
    return found


def access_token(connection: Connection, *, http: HttpLoop | None = None) -> HeldToken | TokenProblem:
    """The token to send now, fetched if need be; waits for another worker that is fetching it. Blocks for seconds.

    Raises SecretUnreadable when the client secret can't be decrypted.
    """
    until = time.monotonic() + WAIT_FOR_OTHERS
    while True:
        row, _ = AccessToken.objects.get_or_create(connection=connection)
        now = timezone.now()
        if found := _at_hand(row, now):
            return found
        held = _held(row)
        if _lease_take(row, now):
            fetched = _fetch(_as_stored(connection), row, held, http or http_loop())
            if fetched is not None:
                return fetched
        if still := _until_its_end(row, held, now):
            return still
        if time.monotonic() > until:
            return TokenProblem("No access token: another worker still waits for the token server.", permanent=False)
        time.sleep(LOOK_EVERY)


def token_refused(connection: Connection, fetched_at: datetime) -> None:
    """The destination answered 401 to the token: it is given up, unless another has taken its place meanwhile."""
    now = timezone.now()
    calm = Q(refused_at=None) | Q(refused_at__lt=now - REFUSAL_PAUSE)
    rows = AccessToken.objects.filter(calm, connection=connection, fetched_at=fetched_at)
    rows.update(encrypted_token=None, refused_at=now)


def token_forget(connection: Connection) -> None:
    """After a change of how to sign in. What is being fetched meanwhile is not kept either."""
    AccessToken.objects.filter(connection=connection).delete()


def _at_hand(row: AccessToken, now: datetime) -> HeldToken | TokenProblem | None:
    held = _held(row)
    if held is not None and not _renewal_due(row, now):
        return held
    if row.problem and row.problem_until and row.problem_until > now:
        return _until_its_end(row, held, now) or TokenProblem(row.problem, row.problem_permanent)
    return None


def _until_its_end(row: AccessToken, held: HeldToken | None, now: datetime) -> HeldToken | None:
    """While it can't be renewed (yet), a token serves to its last second."""
    return held if held is not None and row.expires_at is not None and row.expires_at > now else None


def _held(row: AccessToken) -> HeldToken | None:
    if row.encrypted_token is None or row.fetched_at is None:
        return None
    try:
        text = decrypt(row.encrypted_token)
    except SecretUnreadable:  # written with a key that is gone: another one is to be had
        return None
    refused = row.refused_at
    return HeldToken(text, row.fetched_at, refused is None or timezone.now() - refused > REFUSAL_PAUSE)


def _renewal_due(row: AccessToken, now: datetime) -> bool:
    if row.expires_at is None or row.fetched_at is None:
        return True
    life = row.expires_at - row.fetched_at
    return now >= row.expires_at - min(RENEW_BEFORE, life / 2)


def _lease_take(row: AccessToken, now: datetime) -> bool:
    """Compare-and-swap on what was seen, so that nobody fetches what another has just fetched."""
    free = Q(lease_until=None) | Q(lease_until__lt=now)
    seen = AccessToken.objects.filter(
        free, pk=row.pk, fetched_at=row.fetched_at, refused_at=row.refused_at, problem_until=row.problem_until
    )
    row.lease = uuid.uuid4()
    return bool(seen.update(lease=row.lease, lease_until=now + LEASE))


def _as_stored(connection: Connection) -> Connection:
    """With the secret that holds now: this one may have waited for seconds, and nobody asks with one that was replaced.

    Read by whoever holds the lease, and locked: whoever is replacing the secret has either done so, or will find and
    remove the row with the lease.
    """
    with transaction.atomic():
        return Connection.objects.select_for_update(of=("self",), no_key=True).get(pk=connection.pk)


def _fetch(
    connection: Connection, row: AccessToken, held: HeldToken | None, http: HttpLoop
) -> HeldToken | TokenProblem | None:
    """Asks the token server; the caller holds the lease. None: what was asked with was replaced meanwhile."""
    if connection.auth_kind != AuthKind.OAUTH:
        return TokenProblem("The connection does not sign in with OAuth any more.", permanent=False)
    wanted = _request(connection)
    if not database.in_atomic_block:  # true only under tests: nobody asks within a transaction
        database.close()
    result = http.run(token_fetch(http.transport, wanted)).result(TOTAL_SECONDS + 5)
    now = timezone.now()
    if isinstance(result, Token):
        return _keep(row, result, now)
    problem = broken_words(result) if isinstance(result, Broken) else refused_words(result)
    pause = PAUSE_WHEN_REFUSED if problem.permanent else PAUSE
    if not _release(row, problem=problem.words, problem_permanent=problem.permanent, problem_until=now + pause):
        return None
    return _until_its_end(row, held, now) or problem


def _request(connection: Connection) -> TokenRequest:
    """Raises SecretUnreadable. The certificate goes along only to the origin that it was given for."""
    oauth = connection.oauth
    same_origin = origin_of(oauth.token_url) == connection.origin
    return TokenRequest(
        url=oauth.token_url,
        client_id=oauth.client_id,
        client_secret=connection.secret,
        scope=oauth.scope,
        audience=oauth.audience,
        extra=oauth.extra,
        style=oauth.style,
        certificate=client_certificate(connection) if same_origin else None,
    )


def _keep(row: AccessToken, token: Token, now: datetime) -> HeldToken | None:
    life = UNSTATED_LIFE if token.expires_in is None else timedelta(seconds=token.expires_in)
    kept = _release(
        row,
        encrypted_token=encrypt(token.text),
        fetched_at=now,
        expires_at=now + life,
        problem="",
        problem_until=None,
        problem_permanent=False,
    )
    refused = row.refused_at
    return HeldToken(token.text, now, refused is None or now - refused > REFUSAL_PAUSE) if kept else None


def _release(row: AccessToken, **changes: object) -> bool:
    """Nothing is stored when the row was removed meanwhile or the lease lost."""
    released = AccessToken.objects.filter(pk=row.pk, lease=row.lease).update(lease=None, lease_until=None, **changes)
    return released == 1
