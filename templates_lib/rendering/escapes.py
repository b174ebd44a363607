"""One escaper per place. A value becomes exactly one unit of the language around it, or the request is refused.

The names of `ESCAPES` are the places that the language machines (`languages/`) speak of.
"""

import math
import re
from typing import Any
from urllib.parse import quote

import orjson
from jinja2 import pass_context

from .budget import RenderContext
from .failures import BadValue, MissingValue, Site
from .values import JsonText, UrlText, XmlText, is_blank, missing_text, to_json, to_text, valid_unicode

_HOST_LABEL = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\Z")
_HEADER_FORBIDDEN = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
# XML 1.0 has no way to write these at all, escaped or not (https://www.w3.org/TR/xml/#charsets).
_XML_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_XML_TEXT = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"})
_XML_ATTRIBUTE = {**_XML_TEXT, **str.maketrans({'"': "&#34;", "'": "&#39;", "\t": "&#9;", "\n": "&#10;"})}
_XML_CDATA = str.maketrans(
    {"]": "]]>&#93;<![CDATA[", ">": "]]>&gt;<![CDATA[", "\r": "]]>&#13;<![CDATA["},
)


def quoted_json(text: str) -> str:
    try:
        return orjson.dumps(text).decode()
    except orjson.JSONEncodeError:
        return orjson.dumps(valid_unicode(str.__str__(text))).decode()


def percent_encoded(text: str) -> str:
    return quote(valid_unicode(text), safe="")


@pass_context
def plain_text(context: RenderContext, value: Any, site: Site) -> str:
    return valid_unicode(value if type(value) is str else to_text(context, value, site))


@pass_context
def stored_text(context: RenderContext, value: Any, site: Site) -> str:
    """Inside `{% set x %}…{% endset %}` nothing is streamed, so the output is counted here."""
    text = plain_text(context, value, site)
    context.budget.add_output(len(text))
    return text


@pass_context
def json_string(context: RenderContext, value: Any, site: Site) -> str:
    return quoted_json(value if type(value) is str else to_text(context, value, site))[1:-1]


@pass_context
def json_name(context: RenderContext, value: Any, site: Site) -> str:
    return quoted_json(to_text(context, value, site))


@pass_context
def json_value(context: RenderContext, value: Any, site: Site) -> str:
    kind = type(value)
    if kind is str:
        return quoted_json(value)
    if kind is JsonText:
        return value  # type: ignore[no-any-return]
    if kind is int:
        return repr(value)
    if value is None:
        return "null"
    if isinstance(value, str):
        return quoted_json(value)
    if is_blank(value) or (kind is float and not math.isfinite(value)):
        return missing_text(context, value, site) or "null"
    return to_json(context, value, site)


@pass_context
def url_part(context: RenderContext, value: Any, site: Site) -> str:
    if type(value) is UrlText:
        return value
    return percent_encoded(value if type(value) is str else to_text(context, value, site))


@pass_context
def url_segment(context: RenderContext, value: Any, site: Site) -> str:
    """The start of a path segment: an empty value would change which address is called."""
    text = url_part(context, value, site)
    if not text:
        raise MissingValue(site[2], site=site)
    return text


@pass_context
def url_host_label(context: RenderContext, value: Any, site: Site) -> str:
    text = to_text(context, value, site)
    if not _HOST_LABEL.match(text):
        raise BadValue(
            f"{site[2]} can't be part of a website address.",
            site=site,
            hint="Only letters, digits and - are allowed.",
        )
    return text


@pass_context
def header_text(context: RenderContext, value: Any, site: Site) -> str:
    text = plain_text(context, value, site)
    if not text.isprintable() and _HEADER_FORBIDDEN.search(text):
        raise BadValue(
            f"{site[2]} has a line break or control character, which a header can't carry.",
            site=site,
            hint="Send it in the body, or replace the line breaks.",
        )
    return text


@pass_context
def header_quoted(context: RenderContext, value: Any, site: Site) -> str:
    return header_text(context, value, site).replace("\\", "\\\\").replace('"', '\\"')


def xml_characters(text: str) -> str:
    return _XML_FORBIDDEN.sub("\ufffd", valid_unicode(text))


def xml_escaped(text: str) -> XmlText:
    return XmlText(xml_characters(text).translate(_XML_ATTRIBUTE))


@pass_context
def xml_text(context: RenderContext, value: Any, site: Site) -> str:
    if type(value) is XmlText:
        return value
    return xml_characters(to_text(context, value, site)).translate(_XML_TEXT)


@pass_context
def xml_attribute(context: RenderContext, value: Any, site: Site) -> str:
    return value if type(value) is XmlText else xml_escaped(to_text(context, value, site))


@pass_context
def xml_cdata(context: RenderContext, value: Any, site: Site) -> str:
    return xml_characters(to_text(context, value, site)).translate(_XML_CDATA)


ESCAPES = {
    escape.__name__: escape
    for escape in (
        plain_text,
        stored_text,
        json_string,
        json_name,
        json_value,
        url_part,
        url_segment,
        url_host_label,
        header_text,
        header_quoted,
        xml_text,
        xml_attribute,
        xml_cdata,
    )
}
