"""Secrets planted for a test, every form in which one could come out again, and everything that the product emits."""

import html
import json
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, quote_plus

import redis
from django.conf import settings
from django.db import connection

from tests.escapes import WRITERS, escaped_by

# Each with characters that the encodings treat differently.
PLANTED = {
    "bearer": "bearer-Pl4nted/+=&<%>~one",
    "basic": 'basic Pl4nted "två" & <three>',
    "api_key_header": "header Pl4nted; /+=<&>",
    "api_key_query": "query-Pl4nted=&?#+/ ü",
    "oauth": "client-Pl4nted/+secret",
    "token": "token-Pl4nted-0123456789",
    "signing": "whsec_" + b64encode(b"Pl4nted signing key of 32 bytes!").decode(),
    "header": "default Pl4nted: <value>&more",
    "campaign": "campaign-Pl4nted/+only",
    "replaced": "replaced-Pl4nted/+secret",
}


def forms(secret: str) -> set[str]:
    raw = secret.encode()
    found = {secret, html.escape(secret), json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1]}
    found |= {quote(secret), quote(secret, safe=""), quote_plus(secret), raw.hex(), secret[::-1]}
    found |= {escaped_by(writer, secret) for writer in WRITERS}
    for before in range(3):  # within base64 of something longer, such as user:secret
        coded = b64encode(b"\0" * before + raw).decode()
        whole = coded[(0, 2, 3)[before] : (before + len(raw)) // 3 * 4]
        found |= {whole, whole.replace("+", "-").replace("/", "_")}
    return found | {urlsafe_b64encode(raw).decode().rstrip("=")}


def leaks(emitted: dict[str, str], secrets: dict[str, str]) -> list[str]:
    """Where which secret stands; empty when nothing came out."""
    wanted = {kind: forms(secret) for kind, secret in secrets.items()}
    return [
        f"{kind} in {place}: …{text[max(0, text.index(form) - 40) : text.index(form)]}"
        for place, text in emitted.items()
        for kind, each in wanted.items()
        for form in each
        if form in text
    ]


def in_database() -> Iterator[tuple[str, str]]:
    """Every table outside the encrypted columns, bytes read as text."""
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        for table in tables:
            cursor.execute(f'select * from "{table}"')
            columns = [column.name for column in cursor.description]
            for row in cursor.fetchall():
                for column, value in zip(columns, row, strict=True):
                    if not column.startswith("encrypted_"):
                        yield f"{table}.{column}", _text(value)


def in_redis() -> Iterator[tuple[str, str]]:
    store = redis.Redis.from_url(settings.REDIS_URL)
    readers: dict[bytes, Any] = {
        b"string": store.get,
        b"hash": store.hgetall,
        b"list": lambda key: store.lrange(key, 0, -1),
        b"set": store.smembers,
        b"zset": lambda key: store.zrange(key, 0, -1, withscores=True),
        b"stream": store.xrange,
        b"none": lambda key: "",  # its time was over since it was listed
    }
    for key in store.scan_iter():
        read = readers[bytes(store.type(key))]  # type: ignore[arg-type]
        yield f"redis {key!r}", str(read(key)) + repr(key)
    store.close()


def _text(value: Any) -> str:
    if isinstance(value, bytes | memoryview):
        return bytes(value).decode(errors="replace")
    return json.dumps(value, ensure_ascii=False, default=str) if isinstance(value, dict | list) else str(value)
