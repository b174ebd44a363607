"""Reads the key/value rows of ``<c-kv-rows>`` back from a posted form."""

import re
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    name: str
    value: str
    enabled: bool
    type: str = "text"

    @property
    def blank(self) -> bool:
        return not self.name and not self.value


def rows_from(data: Mapping[str, str], name: str, *, keep_gaps: bool = False) -> tuple[Row, ...]:
    """The rows posted as ``<name>.<index>.name``, ``.value``, ``.enabled`` and ``.type``, in order, without blank ones.

    ``keep_gaps`` keeps blank rows before the last filled one, so that a row's number in the data is its number on the
    page and a problem found in it points at the right row.
    """
    pattern = re.compile(rf"{re.escape(name)}\.(\d+)\.name")
    indexes = sorted(int(match[1]) for key in data if (match := pattern.fullmatch(key)))
    rows = [_row(data, f"{name}.{index}") for index in indexes]
    while rows and rows[-1].blank:
        rows.pop()
    return tuple(row for row in rows if keep_gaps or not row.blank)


def _row(data: Mapping[str, str], prefix: str) -> Row:
    return Row(
        name=data.get(f"{prefix}.name", "").strip(),
        value=data.get(f"{prefix}.value", ""),
        enabled=f"{prefix}.enabled" in data,
        type=data.get(f"{prefix}.type", "text"),
    )
