"""Tags and filters of the components. Pages rarely need them: they use the components."""

import json
from datetime import datetime
from typing import Any

from django import template
from django.contrib.messages.storage.base import Message
from django.http import HttpRequest
from django.template.context import Context
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.timesince import timesince, timeuntil

from frontend import answers, keys, navigation, palette, pills, run_bar
from frontend.api_reference import code_spans
from frontend.icons import icon_markup

register = template.Library()

PRODUCT_NAME = "Webhook campaigns"
MESSAGE_TONES = {"success": "ok", "error": "bad", "warning": "warn"}


@register.simple_tag
def product_name() -> str:
    return PRODUCT_NAME


@register.simple_tag(takes_context=True)
def nav_links(context: Context, section: str) -> list[navigation.NavLink]:
    request: HttpRequest | None = context.get("request")
    return [] if request is None else navigation.links(request, section)


@register.simple_tag(takes_context=True)
def palette_actions(context: Context) -> list[palette.ActionLink]:
    request: HttpRequest | None = context.get("request")
    return [] if request is None else palette.actions(request)


@register.simple_tag
def icon(name: str, css_class: str = "", label: str = "") -> SafeString:
    """What ``<c-icon>`` shows, at a fraction of its cost: for rows and whatever a page has many of."""
    return icon_markup(name, css_class, label)


@register.filter(name="keys")
def keys_of(shortcut: str) -> SafeString:
    """ "mod+enter" as people see it."""
    return keys.keys_markup(shortcut)


@register.filter
def aria_keys(shortcut: str) -> str:
    return keys.aria_keys(shortcut)


@register.filter
def any_open(links: list[navigation.NavLink]) -> bool:
    return any(link.open for link in links)


@register.filter
def initials(name: object) -> str:
    words = str(name).split("@")[0].replace(".", " ").split()
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper() or "?"


@register.filter
def display_name(user: Any) -> str:
    return str(getattr(user, "name", "") or getattr(user, "email", "") or user)


@register.filter
def message_tone(message: Message) -> str:
    return MESSAGE_TONES.get(message.level_tag, "info")


@register.filter
def message_undo(message: Message) -> str:
    """Where the message's Undo button posts to, empty if it has none."""
    return answers.undo_url_of(message)


@register.filter
def pill_tone(state: object) -> str:
    return pills.tone_of(str(state))


@register.filter
def status_tone(status: int | None) -> str:
    return pills.tone_of_status(status)


@register.filter
def state_words(state: object) -> str:
    """ "in_progress" reads "In progress"."""
    return str(state).replace("_", " ").capitalize()


@register.simple_tag
def bar_segments(**counts: int | str) -> list[run_bar.Segment]:
    return run_bar.segments({state: int(count or 0) for state, count in counts.items()})


@register.filter
def as_json(value: object) -> str:
    """For an attribute that a script reads."""
    return json.dumps(value)


@register.filter
def pretty_json(value: object) -> str:
    """Lays JSON out on lines; text that isn't JSON, or nests too deep to be read, comes back as it is."""
    try:
        parsed = json.loads(value) if isinstance(value, str | bytes) else value
        # JSON may hold half a character ("\\ud800"), which no page can.
        return json.dumps(parsed, indent=2, ensure_ascii=False).encode("utf-8", "replace").decode()
    except (ValueError, RecursionError):
        return value.decode(errors="replace") if isinstance(value, bytes) else str(value)


_NOW = 5  # seconds


@register.filter
def relative(moment: datetime) -> str:
    """ "3 minutes ago" or "in 2 hours", one unit."""
    now = timezone.now()
    seconds = (moment - now).total_seconds()
    if abs(seconds) < 60:
        return "in a few seconds" if seconds > _NOW else "just now"
    if moment < now:
        return f"{timesince(moment, now, depth=1)} ago"
    return f"in {timeuntil(moment, now, depth=1)}"


@register.filter
def upcoming(moment: datetime) -> str:
    """For what waits for its moment: "in 2 hours", and "as soon as possible" when that has all but come."""
    return relative(moment) if (moment - timezone.now()).total_seconds() > _NOW else "as soon as possible"


@register.filter
def absolute(moment: datetime) -> str:
    """ "24 Nov 2026, 14:53:09 UTC" in the zone that is active."""
    return timezone.localtime(moment).strftime("%-d %b %Y, %H:%M:%S %Z")


@register.filter
def split(text: str) -> list[str]:
    """ "text,number" as a list, for attributes of components."""
    return [part.strip() for part in text.split(",") if part.strip()]


register.filter("code_spans", code_spans)


@register.filter
def times(count: int | str) -> range:
    return range(int(count))
