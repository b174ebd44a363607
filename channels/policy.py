"""How requests to a destination are sent: one typed value, stored with the connection and copied into each run."""

from typing import Literal

from pydantic import Field

from webhooks_platform.base.typed_json import StoredModel

RatePeriod = Literal["second", "minute", "hour"]
PERIOD_SECONDS: dict[RatePeriod, int] = {"second": 1, "minute": 60, "hour": 3600}
PERIOD_WORDS: dict[RatePeriod, str] = {"second": "a second", "minute": "a minute", "hour": "an hour"}
BodyMatchKind = Literal["contains", "lacks", "json"]


class SuccessRule(StoredModel):
    """Which answers count as delivered: a status from the ranges, as inclusive pairs."""

    statuses: tuple[tuple[int, int], ...] = ((200, 299),)


class BodyMatch(StoredModel):
    """What the body of an answer must show besides, for it to count as delivered.

    ``contains`` and ``lacks`` look for ``text``; ``json`` compares what stands at ``path`` (``data.0.ok``) with
    ``value``, read as JSON where it is JSON and as words otherwise. ``retried``: whether an answer that fails this is
    tried again like an error, or is the end.
    """

    kind: BodyMatchKind
    text: str = Field(default="", max_length=500)
    path: str = Field(default="", max_length=200)
    value: str = Field(default="", max_length=500)
    retried: bool = False


class RetryPolicy(StoredModel):
    """When a failed attempt is repeated. Seconds throughout; backoff is exponential with full jitter."""

    attempts: int = Field(default=5, ge=1, le=20)
    within_seconds: int = Field(default=3600, ge=0, le=7 * 86_400)
    base_seconds: float = Field(default=30.0, gt=0, le=3600)
    max_seconds: float = Field(default=600.0, gt=0, le=86_400)
    statuses: tuple[tuple[int, int], ...] = ((408, 408), (425, 425), (429, 429), (500, 599))

    @property
    def longest_wait(self) -> int:
        """Seconds for which a destination that asks to wait is left alone at most: while retries go on, and an hour
        where they end sooner, since others are still to be sent to."""
        return max(self.within_seconds, 3600)


class Rate(StoredModel):
    """At most ``count`` requests in a ``per``, spread evenly, by all runs of the connection together."""

    count: int = Field(ge=1, le=1_000_000)
    per: RatePeriod = "second"

    @property
    def per_second(self) -> float:
        return self.count / PERIOD_SECONDS[self.per]

    @property
    def words(self) -> str:
        """ "50 a second"."""
        return f"{self.count:,} {PERIOD_WORDS[self.per]}"


class BreakerRule(StoredModel):
    """When sending to a destination that mostly fails is suspended, so that no attempt is spent on it.

    ``failure_share`` (0 to 1) of at least ``minimum_calls`` within ``window_seconds`` opens it for ``pause_seconds``;
    then a few requests probe.
    """

    enabled: bool = True
    failure_share: float = Field(default=0.5, gt=0, le=1)
    minimum_calls: int = Field(default=20, ge=1, le=10_000)
    window_seconds: int = Field(default=60, ge=5, le=3600)
    pause_seconds: int = Field(default=30, ge=1, le=3600)


class SendPolicy(StoredModel):
    """How requests to a destination are sent. A run keeps a frozen copy."""

    connect_seconds: float = Field(default=5.0, gt=0, le=30)
    total_seconds: float = Field(default=30.0, gt=0, le=120)
    guarantee: Literal["at_least_once", "at_most_once"] = "at_least_once"
    max_in_flight: int = Field(default=64, ge=1, le=1000)
    rate: Rate | None = None
    success: SuccessRule = SuccessRule()
    success_body: BodyMatch | None = None
    retry: RetryPolicy = RetryPolicy()
    breaker: BreakerRule = BreakerRule()


class OAuthSettings(StoredModel):
    """OAuth 2.0 client credentials (RFC 6749, section 4.4), but for the client secret.

    ``style``: the client id and secret travel as HTTP Basic or as form fields; ``extra``: further form fields.
    """

    token_url: str = Field(max_length=500)
    client_id: str = Field(max_length=300)
    scope: str = Field(default="", max_length=1000)
    audience: str = Field(default="", max_length=500)
    extra: tuple[tuple[str, str], ...] = ()
    style: Literal["basic", "body"] = "basic"


class DefaultHeader(StoredModel):
    """A header that every request of a connection carries. A secret one is kept encrypted: ``value`` is then empty."""

    name: str = Field(max_length=100)
    value: str = Field(default="", max_length=4000)
    secret: bool = False


class DefaultHeaders(StoredModel):
    headers: tuple[DefaultHeader, ...] = ()
