"""The log's filters as they stand in an address: read with clear refusals, and written back."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.timezone import get_current_timezone, is_naive, localtime

from accounts.models import Workspace
from notifications.errors import FilterInvalid
from notifications.selectors import LogFilters
from notifications.selectors.groups import ProblemKind
from notifications.selectors.log import PENDING_STATES
from notifications.states import NotificationState, Reason

STATE_CHOICES = [*NotificationState.choices, (PENDING_STATES, "Pending (any not final)")]
REASON_CHOICES = [(value, words) for value, words in Reason.choices if value]
TEST_CHOICES = [("yes", "Test users only"), ("no", "Without test users")]
# The time from ``since`` to ``until``, of which either may be left open.
CUSTOM_TIME = "custom"
WITHIN_CHOICES = [
    ("1h", "Last hour"),
    ("24h", "Last 24 hours"),
    ("7d", "Last 7 days"),
    ("30d", "Last 30 days"),
    (CUSTOM_TIME, "From … to …"),
]
_WITHIN = {
    "": None,
    "1h": timedelta(hours=1),
    "24h": timedelta(hours=24),
    "7d": timedelta(days=7),
    "30d": timedelta(days=30),
    CUSTOM_TIME: None,
}
_TEST = {"yes": True, "no": False, "": None}
# A number beyond bigint can be no id.
_GREATEST_ID = 2**63 - 1


def filters_from(query: Mapping[str, str]) -> LogFilters:
    """Raises FilterInvalid for a value that can't be one. Moments without a zone are in the current one."""
    within = _WITHIN[_chosen(query, "within", dict(WITHIN_CHOICES))]
    since, until = (None, None) if within else _moments(query)
    return LogFilters(
        campaign=_number(query, "campaign", _GREATEST_ID),
        run=_number(query, "run", _GREATEST_ID),
        state=_chosen(query, "state", dict(STATE_CHOICES)),
        reason=_chosen(query, "reason", dict(REASON_CHOICES)),
        detail=_detail(query),
        status_code=_number(query, "status", 999),
        person=query.get("person", "").replace("\0", "").strip(),
        test=_TEST[_chosen(query, "test", dict(TEST_CHOICES))],
        within=within,
        since=since,
        until=until,
    )


def _moments(query: Mapping[str, str]) -> tuple[datetime | None, datetime | None]:
    since, until = _moment(query, "since"), _moment(query, "until")
    if since and until and since > until:
        raise FilterInvalid("since is later than until, so nothing can match. Swap them or clear one.", field="since")
    return since, until


def _moment(query: Mapping[str, str], name: str) -> datetime | None:
    text = query.get(name, "").strip()
    if not text:
        return None
    try:
        moment = parse_datetime(text)
    except ValueError:
        moment = None
    if moment is None:
        raise FilterInvalid(f"{name} must be a time such as 2026-11-24T15:04, not “{text[:40]}”.", field=name)
    return moment.replace(tzinfo=get_current_timezone()) if is_naive(moment) else moment


def _number(query: Mapping[str, str], name: str, greatest: int) -> int | None:
    text = query.get(name, "").strip()
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 20 and int(text) <= greatest):
        raise FilterInvalid(f"{name} must be a whole number, not “{text[:40]}”. Correct it or clear it.", field=name)
    return int(text)


def _detail(query: Mapping[str, str]) -> str | None:
    """As it stands in the row; a browser's form sends the ends of its lines as CR LF."""
    return query["detail"].replace("\0", "").replace("\r\n", "\n") if "detail" in query else None


def _chosen(query: Mapping[str, str], name: str, choices: Mapping[str, object]) -> str:
    value = query.get(name, "").strip()
    if value and value not in choices:
        listed = ", ".join(choices)
        raise FilterInvalid(f"{name} must be one of: {listed}; not “{value[:40]}”.", field=name)
    return value


def _local_words(moment: datetime | None) -> str:
    """As the browser's field for a time holds it."""
    if moment is None:
        return ""
    local = localtime(moment).replace(tzinfo=None)
    return local.isoformat(timespec="seconds" if local.second else "minutes")


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
        texts["within"] = next(name for name, length in _WITHIN.items() if length == self.filters.within)
        texts |= {name: _local_words(texts[name]) for name in ("since", "until")}
        found = {name: str(value) for name, value in texts.items() if value not in (None, "")}
        return found if self.filters.detail is None else {**found, "detail": self.filters.detail}

    def address(self, workspace: Workspace, **cursor: str) -> str:
        """The log's address with these filters, and with a cursor at one of its pages."""
        return self._at("notifications_log", workspace, cursor)

    def first_page(self, workspace: Workspace) -> str:
        """The log's address; where nothing is filtered, not that of the reader's default view."""
        return self.address(workspace, **({} if self.values() else {"view": "all"}))

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

    def of_kind(self, kind: ProblemKind, **values: object) -> "FilterQuery":
        """The people with this kind of problem."""
        return self.within(state="", reason=kind.reason, status_code=kind.status_code, detail=kind.detail, **values)

    def within(self, **values: object) -> "FilterQuery":
        return FilterQuery(replace(self.filters, **values))  # type: ignore[arg-type]

    @property
    def cleared(self) -> "FilterQuery":
        """The place (campaign, run) alone."""
        return FilterQuery(LogFilters(campaign=self.filters.campaign, run=self.filters.run))

    @property
    def narrowed(self) -> bool:
        """Whether anything but the place is filtered."""
        return self != self.cleared
