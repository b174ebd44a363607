"""Keyset paging: pages that stay put while rows arrive, at the same cost for the first and the last."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

import orjson
from django.core.signing import BadSignature, Signer
from django.db.models import Model, Q, QuerySet

from webhooks_platform.base.errors import InvalidInput

M = TypeVar("M", bound=Model)
T = TypeVar("T")
_signer = Signer(salt="paging")


@dataclass(frozen=True)
class Page(Generic[M]):
    """One page of rows; ``next_cursor`` is empty on the last page."""

    items: list[M]
    next_cursor: str


def keyset_page(queryset: QuerySet[M], *, order: tuple[str, ...], after: str = "", size: int = 50) -> Page[M]:
    """Rows after the cursor in ``order`` (field names, "-" for descending; the last must be unique).

    Raises InvalidInput for a cursor that was not made here.
    """
    rows = queryset.order_by(*order)
    if after:
        rows = rows.filter(_beyond(order, _decode(after, len(order))))
    items = list(rows[: size + 1])
    more = len(items) > size
    items = items[:size]
    return Page(items, _encode(items[-1], order) if more else "")


@dataclass(frozen=True)
class TwoWayPage(Generic[T]):
    """One page of a list that people leaf through; a cursor is empty where the list ends."""

    items: list[T]
    newer_cursor: str
    older_cursor: str


def two_way_page(
    queryset: QuerySet[M], *, order: tuple[str, ...], after: str = "", before: str = "", size: int = 50
) -> TwoWayPage[M]:
    """The page beyond ``after``, or the one that ends just before ``before``; raises InvalidInput for a bad cursor."""
    if before:
        back = keyset_page(queryset, order=_reversed(order), after=before, size=size)
        if back.next_cursor:
            items = back.items[::-1]
            return TwoWayPage(items, _encode(items[0], order), _encode(items[-1], order))
        after = ""  # the list starts here: show its first page in full
    page = keyset_page(queryset, order=order, after=after, size=size)
    return TwoWayPage(page.items, _encode(page.items[0], order) if after and page.items else "", page.next_cursor)


def _reversed(order: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(field[1:] if field.startswith("-") else f"-{field}" for field in order)


def _beyond(order: tuple[str, ...], values: list[Any]) -> Q:
    """(a, b) beyond (x, y) as a row comparison would: a beyond x, or a = x and b beyond y."""
    first, step = order[0].removeprefix("-"), "lte" if order[0].startswith("-") else "gte"
    bound = Q(**{f"{first}__{step}": values[0]})  # says nothing new, but an index can start from it
    condition = Q()
    equal: dict[str, Any] = {}
    for field, value in zip(order, values, strict=True):
        name = field.removeprefix("-")
        step = "lt" if field.startswith("-") else "gt"
        condition |= Q(**equal, **{f"{name}__{step}": value})
        equal[name] = value
    return bound & condition


def _encode(row: Model, order: tuple[str, ...]) -> str:
    values = [getattr(row, field.removeprefix("-")) for field in order]
    return _signer.sign(orjson.dumps([_plain(value) for value in values]).hex())


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def _decode(cursor: str, length: int) -> list[Any]:
    try:
        values = orjson.loads(bytes.fromhex(_signer.unsign(cursor)))
    except (BadSignature, ValueError):
        values = None
    if not isinstance(values, list) or len(values) != length:
        raise InvalidInput("This page link is damaged or old. Go back to the first page.", field="cursor")
    return values
