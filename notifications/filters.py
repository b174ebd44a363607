"""The log's filters as they stand in an address: read with clear refusals, and written back."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from urllib.parse import urlencode

from django.urls import reverse

from accounts.models import Workspace
from notifications.errors import FilterInvalid
from notifications.selectors import LogFilters
from notifications.selectors.log import PENDING_STATES
from notifications.states import NotificationState, Reason

STATE_CHOICES = [*NotificationState.choices, (PENDING_STATES, "Pending (any not final)")]
REASON_CHOICES = [(value, words) for value, words in Reason.choices if value]
TEST_CHOICES = [("yes", "Test users only"), ("no", "Without test users")]
_TEST = {"yes": True, "no": False, "": None}
# A number beyond bigint can be no id.
_GREATEST_ID = 2**63 - 1


def filters_from(query: Mapping[str, str]) -> LogFilters:
    """Raises FilterInvalid for a value that can't be one."""
    return LogFilters(
        campaign=_number(query, "campaign", _GREATEST_ID),
        run=_number(query, "run", _GREATEST_ID),
        state=_chosen(query, "state", dict(STATE_CHOICES)),
        reason=_chosen(query, "reason", dict(REASON_CHOICES)),
        status_code=_number(query, "status", 999),
        person=query.get("person", "").replace("\0", "").strip(),
        test=_TEST[_chosen(query, "test", dict(TEST_CHOICES))],
    )


def _number(query: Mapping[str, str], name: str, greatest: int) -> int | None:
    text = query.get(name, "").strip()
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 20 and int(text) <= greatest):
        raise FilterInvalid(f"{name} must be a whole number, not “{text[:40]}”. Correct it or clear it.", field=name)
    return int(text)


def _chosen(query: Mapping[str, str], name: str, choices: Mapping[str, object]) -> str:
    value = query.get(name, "").strip()
    if value and value not in choices:
        listed = ", ".join(choices)
        raise FilterInvalid(f"{name} must be one of: {listed}; not “{value[:40]}”.", field=name)
    return value


@dataclass(frozen=True)
class FilterQuery:
    """The filters as a query string, for links."""

    filters: LogFilters

    def __str__(self) -> str:
        return urlencode(self.values())

    def values(self) -> dict[str, str]:
        """Name and text of each filter that is set."""
        texts = {**asdict(self.filters), "test": {True: "yes", False: "no", None: ""}[self.filters.test]}
        texts["status"] = texts.pop("status_code")
        return {name: str(value) for name, value in texts.items() if value not in (None, "")}

    def address(self, workspace: Workspace, **cursor: str) -> str:
        """The log's address with these filters, and with a cursor at one of its pages."""
        return self._at("notifications_log", workspace, cursor)

    def export_address(self, workspace: Workspace) -> str:
        """Where the rows come as a CSV file."""
        return self._at("notifications_export", workspace, {})

    def _at(self, page: str, workspace: Workspace, cursor: Mapping[str, str]) -> str:
        query = urlencode({**self.values(), **cursor})
        base = reverse(page, kwargs={"workspace": workspace.slug})
        return f"{base}?{query}" if query else base

    def without(self, *names: str) -> "FilterQuery":
        blank = LogFilters()
        return FilterQuery(replace(self.filters, **{name: getattr(blank, name) for name in names}))

    def within(self, **values: object) -> "FilterQuery":
        return FilterQuery(replace(self.filters, **values))  # type: ignore[arg-type]

    @property
    def narrowed(self) -> bool:
        """Whether anything but the place (campaign, run) is filtered."""
        return bool(self.without("campaign", "run").values())
