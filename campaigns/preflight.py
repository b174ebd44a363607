"""Pre-flight: builds the requests of people spread over the whole audience, and says what would become of them."""

import hashlib
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db.models import F, QuerySet
from django.db.models.functions import Mod

from audience.models import Profile
from audience.persons import snapshot
from audience.selection import profiles_chosen
from campaigns.findings import secret_attached
from campaigns.models import Campaign
from campaigns.preview import preview_facts
from channels.selectors import connection_find
from delivery.context import render_context
from templates_lib.rendering import ContentInvalid, RenderedRequest, RenderProblem, compile_content
from templates_lib.rendering.compiled import CompiledContent
from webhooks_platform.base.errors import ProductError

SAMPLE = 1_000
SECONDS = 1.5
SHOWN = 5


@dataclass(frozen=True)
class Setback:
    """People whose request can't be built for the same reason; ``example`` is one of them.

    ``names``: the variables that have no value.
    """

    kind: str
    message: str
    hint: str
    field: str
    count: int
    example: Profile
    names: str = ""

    @property
    def words(self) -> str:
        """What becomes of them, without "for this person": it is said of several."""
        if self.kind == "missing":
            return f"no value for {self.names}"
        return f"left out by the content: {self.message}" if self.kind == "skip" else self.message


@dataclass(frozen=True)
class Extreme:
    """A worst case that can be sent all the same: the longest request, and the longest address."""

    words: str
    size: int
    person: Profile


@dataclass(frozen=True)
class Preflight:
    """``tried`` of ``audience`` people were rendered. ``same``: people whose request equals one of another person."""

    audience: int
    tried: int
    built: int
    setbacks: tuple[Setback, ...] = ()
    extremes: tuple[Extreme, ...] = ()
    same: int = 0
    same_example: Profile | None = None
    seconds: float = 0.0

    @property
    def everybody(self) -> bool:
        """Whether nobody was left out of the sample."""
        return self.tried >= self.audience

    @property
    def held(self) -> int:
        """How many of those tried would not be sent to."""
        return self.tried - self.built

    @property
    def estimate(self) -> int:
        """How many of the whole audience that makes, by the share of the sample."""
        return round(self.held * self.audience / self.tried) if self.tried else 0


@dataclass
class _Tally:
    """What the renders so far came to."""

    tried: int = 0
    built: int = 0
    setbacks: dict[tuple[str, str, str], tuple[int, Profile, RenderProblem]] = field(default_factory=dict)
    requests: Counter[bytes] = field(default_factory=Counter)
    first_of: dict[bytes, Profile] = field(default_factory=dict)
    largest: tuple[int, Profile] | None = None
    longest: tuple[int, Profile] | None = None

    def add(self, person: Profile, result: RenderedRequest | RenderProblem) -> None:
        self.tried += 1
        if isinstance(result, RenderProblem):
            self._add_setback(person, result)
        else:
            self.built += 1
            self._add_request(person, result)

    def _add_setback(self, person: Profile, found: RenderProblem) -> None:
        # What is wrong with a value names the value, so people with different ones have different messages.
        reason = found.message if found.kind == "skip" else ", ".join(found.missing)
        key = (found.kind, found.field, reason)
        count, example, problem = self.setbacks.get(key, (0, person, found))
        self.setbacks[key] = (count + 1, example, problem)

    def _add_request(self, person: Profile, request: RenderedRequest) -> None:
        digest = hashlib.blake2b(request.dump(), digest_size=16).digest()
        self.requests[digest] += 1
        self.first_of.setdefault(digest, person)
        if self.largest is None or len(request.body) > self.largest[0]:
            self.largest = (len(request.body), person)
        if self.longest is None or len(request.url) > self.longest[0]:
            self.longest = (len(request.url), person)


def preflight_make(campaign: Campaign, *, clock: Callable[[], float] = time.monotonic) -> Preflight | None:
    """Renders up to ``SAMPLE`` people within ``SECONDS``; None while the content or the audience has errors."""
    connection = connection_find(campaign.workspace, campaign.content.connection_id)
    try:
        compiled = compile_content(campaign.content, secret_attached=secret_attached(connection))
        people = profiles_chosen(campaign.workspace, campaign.audience)
    except (ContentInvalid, ProductError):
        return None
    audience = people.count()
    started = clock()
    tally = _Tally()
    for person, result in _rendered(campaign, compiled, people_spread(people, audience)):
        tally.add(person, result)
        if clock() - started > SECONDS:
            break
    return _preflight(audience, tally, clock() - started)


def people_spread(people: QuerySet[Profile], audience: int) -> QuerySet[Profile]:
    """All of them, or about ``SAMPLE`` taken evenly from the first to the last who was added."""
    step = -(-audience // SAMPLE)
    if step <= 1:
        return people.order_by("id")
    spread = people.annotate(turn=Mod(F("id"), step)).filter(turn=0)
    # Ids that share a divisor with the step would leave few.
    return (spread if spread.count() >= SAMPLE // 4 else people).order_by("id")[:SAMPLE]


def _rendered(
    campaign: Campaign, compiled: CompiledContent, people: QuerySet[Profile]
) -> Iterator[tuple[Profile, RenderedRequest | RenderProblem]]:
    facts, now = preview_facts(campaign)
    for person in people.iterator(chunk_size=200):
        context: dict[str, Any] = render_context(snapshot(person), facts, now=now)
        yield person, compiled.render(context)


def _preflight(audience: int, tally: _Tally, seconds: float) -> Preflight:
    repeated = [digest for digest, count in tally.requests.items() if count > 1]
    return Preflight(
        audience=audience,
        tried=tally.tried,
        built=tally.built,
        setbacks=_setbacks(tally),
        extremes=tuple(_extremes(tally)),
        same=sum(tally.requests[digest] for digest in repeated),
        same_example=tally.first_of[repeated[0]] if repeated else None,
        seconds=seconds,
    )


def _setbacks(tally: _Tally) -> tuple[Setback, ...]:
    found = sorted(tally.setbacks.values(), key=lambda entry: -entry[0])
    return tuple(
        Setback(
            problem.kind, problem.message, problem.hint, problem.field, count, example, " and ".join(problem.missing)
        )
        for count, example, problem in found[:SHOWN]
    )


def _extremes(tally: _Tally) -> Iterator[Extreme]:
    if tally.largest and tally.largest[0]:
        yield Extreme("Largest body", *tally.largest)
    if tally.longest:
        yield Extreme("Longest URL", *tally.longest)
