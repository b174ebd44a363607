"""What a lane must know of its run for one slice: read once, then no object of the database is touched."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.conf import settings

from channels.models import SendPolicy
from delivery.context import RunFacts
from delivery.credentials import NOBODY, Credentials, credentials_resolve
from delivery.destination import Destination, run_destination
from delivery.gate import AHEAD, GateRule
from delivery.outgoing import RequestMaker
from notifications.models import Run
from notifications.states import RUN_SENDING
from outbound.loop import HttpLoop
from templates_lib.rendering import CompiledContent, ContentInvalid, compile_content

# Beyond the slice and the request's own deadline: time to record, and to be a slow machine.
LEASE_MARGIN = 5.0


@dataclass(frozen=True, slots=True)
class LanePlan:
    """A run as one of its lanes sees it. ``limit``: how many requests it may have in flight, as its run's share.
    ``most_in_flight``: how many all runs of the connection together may have; None without a connection.
    """

    run_id: int
    workspace_id: int
    run_at: datetime
    retention_days: int
    policy: SendPolicy
    limit: int
    most_in_flight: int | None
    maker: RequestMaker
    secrets: tuple[str, ...] = field(repr=False)
    destination: Destination
    gate_rule: GateRule

    @property
    def credentials(self) -> Credentials:
        """Those that its requests are sent with; nobody's where there are none to send with."""
        credentials = self.maker.credentials
        return credentials if isinstance(credentials, Credentials) else NOBODY

    @property
    def at_most_once(self) -> bool:
        return self.policy.guarantee == "at_most_once"

    @property
    def is_paced(self) -> bool:
        return self.gate_rule.per_second is not None

    @property
    def tokens_ahead(self) -> int:
        """How many requests of a paced run a lane prepares before their time."""
        per_second = self.gate_rule.per_second or 0.0
        return max(1, min(int(settings.LANE_BATCH), round(per_second * AHEAD / 2)))

    @property
    def slice_seconds(self) -> float:
        return float(settings.LANE_SLICE_SECONDS)

    @property
    def leaves_within(self) -> float:
        """Seconds from its claim after which a request is given back: a slice, and longer than tokens let it wait."""
        return max(self.slice_seconds, 3 * AHEAD)

    @property
    def lease(self) -> timedelta:
        """Long enough for a row that leaves at the last moment and is answered at the last moment."""
        return timedelta(seconds=self.leaves_within + self.policy.total_seconds + LEASE_MARGIN)


def lane_plan(run_id: int, slot: int, *, http: HttpLoop | None = None, at_once: bool = False) -> LanePlan | None:
    """The plan of one slot's lane, or None when the run is not sending (any more). May wait seconds for the
    connection's OAuth token; ``at_once``, it raises TokenDue instead."""
    run = Run.objects.select_related("workspace").filter(pk=run_id, state__in=RUN_SENDING).first()
    if run is None:
        return None
    credentials = credentials_resolve(run.workspace, run.connection_id, http=http, at_once=at_once)
    connection = credentials.connection if isinstance(credentials, Credentials) else None
    policy: SendPolicy = run.policy if connection is None else connection.policy
    return LanePlan(
        run_id=run.pk,
        workspace_id=run.workspace_id,
        run_at=run.run_at,
        retention_days=run.retention_days,
        policy=run.policy,
        limit=min(settings.LANE_IN_FLIGHT, share(policy.max_in_flight, run.slots, slot)),
        most_in_flight=None if connection is None else policy.max_in_flight,
        maker=_request_maker(run, credentials),
        secrets=credentials.secrets if isinstance(credentials, Credentials) else (),
        destination=run_destination(run),
        gate_rule=_gate_rule(run, policy),
    )


def share(most: int, slots: int, slot: int) -> int:
    """How many of ``most`` at the same time one of the slots may have: as many as the others, one more for some where
    there is a remainder, and never none. Pure."""
    return max(1, most // slots + (slot < most % slots))


def _gate_rule(run: Run, policy: SendPolicy) -> GateRule:
    """Rate and breaker protect a destination as it is now, so a running run follows its connection's ``policy``."""
    return GateRule(
        rate=policy.rate,
        run_rate=run.rate,
        breaker=policy.breaker,
        longest_wait=float(policy.retry.longest_wait),
        total_seconds=policy.total_seconds,
    )


def _request_maker(run: Run, credentials: Credentials | str) -> RequestMaker:
    usable = credentials if isinstance(credentials, Credentials) else NOBODY
    connection = usable.connection
    policy: SendPolicy = run.policy
    return RequestMaker(
        compiled=_compiled(run, secret_attached=connection is not None and connection.carries_secrets),
        credentials=credentials,
        facts=RunFacts(run.campaign_id, run.campaign_name, run.pk, run.run_at),
        stop_when_missing=run.content.missing == "stop",
        extensions={
            "deadline": {"connect": policy.connect_seconds, "total": policy.total_seconds},
            "repeatable": policy.guarantee == "at_least_once",
            **({"client_certificate": usable.certificate} if usable.certificate else {}),
        },
    )


def _compiled(run: Run, *, secret_attached: bool) -> CompiledContent | str:
    """Compiled once for each process; in words when nobody's request can be rendered."""
    try:
        return compile_content(run.content, secret_attached=secret_attached)
    except ContentInvalid as error:
        return str(error)
