"""One version of a template as its page shows it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from accounts.models import Workspace
from channels.models import AuthKind
from channels.selectors import connection_find
from templates_lib.checks import variables
from templates_lib.content import FormBody, JsonPairsBody, MultipartBody, Pair, RawBody, WebhookContent
from templates_lib.describe import BODY_WORDS, MISSING_WORDS, DifferenceLine, content_difference, content_lines
from templates_lib.models import TemplateVersion

_MESSAGE = re.compile(r"\{[{%][^}]*\bmessage\b")


@dataclass(frozen=True)
class Asked:
    """A value of the person that the content asks for. ``has_fallback``: in every place where it stands."""

    name: str
    has_fallback: bool


@dataclass(frozen=True)
class ReadableContent:
    """Webhook content prepared for reading; ``connection_label`` says whose credentials it uses, in words."""

    content: WebhookContent
    connection_label: str
    connection_missing: bool

    @property
    def headers(self) -> list[tuple[str, str]]:
        return [(pair.name, pair.value) for pair in self.content.headers if pair.enabled and pair.name]

    @property
    def parameters(self) -> list[Pair]:
        return [pair for pair in self.content.parameters if pair.name or pair.value]

    @property
    def body_words(self) -> str:
        body = self.content.body
        return body.content_type if isinstance(body, RawBody) else BODY_WORDS[body.kind]

    @property
    def body_pairs(self) -> Sequence[Pair]:
        body = self.content.body
        written = body.pairs if isinstance(body, JsonPairsBody | FormBody | MultipartBody) else ()
        return [pair for pair in written if pair.name or pair.value]

    @property
    def body_text(self) -> str:
        return self.content.body.text if isinstance(self.content.body, RawBody) else ""

    @property
    def missing_words(self) -> str:
        return MISSING_WORDS[self.content.missing]

    @property
    def asked(self) -> list[Asked]:
        found: dict[str, bool] = {}
        for variable in variables(self.content):
            found[variable.name] = found.get(variable.name, True) and variable.has_fallback
        return [Asked(name, has_fallback) for name, has_fallback in sorted(found.items())]

    @property
    def takes_message(self) -> bool:
        """Whether the message text has a place in the request."""
        return bool(_MESSAGE.search("\n".join(self.lines)))

    @property
    def lines(self) -> list[str]:
        return content_lines(self.content, connection=self.connection_label)


def content_readable(workspace: Workspace, content: WebhookContent) -> ReadableContent:
    """With the connection's name, not its secret."""
    connection = connection_find(workspace, content.connection_id)
    if connection is None:
        gone = content.connection_id is not None
        return ReadableContent(content, "a connection that was removed" if gone else "", gone)
    kind = AuthKind(connection.auth_kind).label
    label = f"{kind}, set in a campaign" if connection.campaign_only else f"{connection.name} ({kind})"
    return ReadableContent(content, label, False)


def versions_difference(workspace: Workspace, old: TemplateVersion, new: TemplateVersion) -> list[DifferenceLine]:
    """How the two versions differ, in words; empty when they say the same."""
    before, after = (content_readable(workspace, version.content).lines for version in (old, new))
    return content_difference(before, after)


def destination(content: WebhookContent) -> str:
    """Host of the URL, for a list; the whole text where it has none."""
    return urlsplit(content.url.split("{", 1)[0]).netloc or content.url
