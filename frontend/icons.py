"""The markup of an icon, made once: pages hold hundreds of them."""

from functools import cache

from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString


@cache
def icon_markup(name: str, css_class: str = "", label: str = "") -> SafeString:
    """An icon of icons.svg. With a label it is an image of that name, without one it is decoration."""
    look = "icon icon-filled" if name.endswith("-filled") else "icon"
    role = format_html('role="img" aria-label="{}"', label) if label else SafeString('aria-hidden="true"')
    css = f"{look} {css_class}".strip()
    return format_html('<svg class="{}" {}><use href="{}#{}"></use></svg>', css, role, static("dist/icons.svg"), name)
