"""The languages that templates write, each as a machine that knows the place of a value."""

from typing import Any

from .base import Language, Misplaced
from .json import Json
from .plain import Form, Header, Text
from .url import Url
from .xml import Xml

LANGUAGES: dict[str, Language[Any]] = {
    "text": Text(),
    "header": Header(),
    "form": Form(),
    "json": Json(),
    "xml": Xml(),
    "url": Url(fixed_host=False),
    "url_fixed_host": Url(fixed_host=True),
}

__all__ = ["LANGUAGES", "Language", "Misplaced"]
