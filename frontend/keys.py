"""Key shortcuts as they are written (``mod+enter``, ``g c``) and as people see them (⌘↵ or Ctrl ↵, G then C)."""

from functools import cache

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

NAMES = {"enter": "↵", "escape": "Esc", "arrowup": "↑", "arrowdown": "↓", "backspace": "⌫"}
_SYMBOLS = {sign: name for name, sign in NAMES.items()}
# The style sheet writes ⌘ or Ctrl into it: only the browser knows the keyboard.
_MOD = SafeString('<span class="key-mod"></span>')


@cache
def keys_markup(shortcut: str) -> SafeString:
    """A shortcut to be looked at; whoever reads the page aloud takes it from ``aria-keyshortcuts``."""
    steps = [(_step(step),) for step in _normal(shortcut).split()]
    return format_html('<kbd aria-hidden="true">{}</kbd>', format_html_join(SafeString(" "), "{}", steps))


@cache
def aria_keys(shortcut: str) -> str:
    """For ``aria-keyshortcuts``; empty for keys one after the other, which it can't say."""
    normal = _normal(shortcut)
    if " " in normal:
        return ""
    keys = [key.capitalize() if len(key) > 1 else key for key in normal.split("+")]
    if keys[0] != "Mod":
        return "+".join(keys)
    return " ".join("+".join([mod, *keys[1:]]) for mod in ("Control", "Meta"))


def _normal(shortcut: str) -> str:
    """ "⌘K" is another way to write "mod+k"."""
    if not shortcut.startswith("⌘"):
        return shortcut.lower()
    key = shortcut.removeprefix("⌘")
    return f"mod+{_SYMBOLS.get(key, key.lower())}"


def _step(step: str) -> SafeString:
    key = step.removeprefix("mod+")
    sign = NAMES.get(key, key.upper() if len(key) == 1 else key.capitalize())
    return format_html("{}{}", _MOD if step.startswith("mod+") else "", sign)
