"""Jinja's words about a mistake, put into the words of the people who write templates."""

import re

from jinja2.exceptions import TemplateSyntaxError

from .failures import TemplateRefused
from .positions import Position, Source

_END_OF_VALUE = "end of print statement"
_END_OF_TAG = "end of statement block"
_VALUE = "A value is written {{ name }} or {{ name | filter }}."
_TAG_LIST = "The tags are if, elif, else, endif, for, endfor, set, endset, with, endwith, raw, endraw and skip."
# The first pattern that matches tells what to say; \1 and \2 are what it found.
_WORDS = (
    (
        r"unexpected (?:end of template, expected|'end of template')",
        r"A value or tag is never closed.",
        "End values with }} and tags with %}.",
    ),
    (r"Unexpected end of template.*closed is '(\w+)'", r"{% \1 %} is never closed.", r"End it with {% end\1 %}."),
    (r"Encountered unknown tag 'else ?if'.*", r"There is no tag {% elseif %}.", "Write {% elif … %}."),
    (
        r"Encountered unknown tag '(\w+)'.*closed is '(\w+)'",
        r"{% \1 %} can't stand here.",
        r"First end {% \2 %} with {% end\2 %}.",
    ),
    (
        r"Encountered unknown tag '((?:end|el)\w+)'",
        r"{% \1 %} ends nothing.",
        "Remove it, or write the tag that it ends.",
    ),
    (r"Encountered unknown tag '(\w+)'", r"There is no tag {% \1 %}.", _TAG_LIST),
    (
        rf"Expected an expression, got '{_END_OF_VALUE}'",
        "There is no name between {{ and }}.",
        "Write one, as in {{ first_name }}.",
    ),
    (
        rf"Expected an expression, got '{_END_OF_TAG}'",
        "Something is missing in this tag.",
        "Write it like {% if city %}.",
    ),
    (
        rf"expected token 'name', got '{_END_OF_VALUE}'",
        "A filter's name is missing after the |.",
        "Write one, as in | upper.",
    ),
    (rf"expected token '{_END_OF_VALUE}', got '(.+)'", r"“\1” is not expected here.", _VALUE),
    (rf"expected token '{_END_OF_TAG}', got '='", "A single = can't compare.", "Write ==."),
    (rf"expected token '{_END_OF_TAG}', got '(.+)'", r"“\1” is not expected in this tag.", "End the tag with %}."),
    (r"expected token '(.+)', got '(.+)'", r"“\1” is expected here, not “\2”.", "Compare with an example of this tag."),
    (
        r"unexpected '(.)', expected '(.)'",
        r"“\2” is missing before this “\1”.",
        "Close every bracket inside the value.",
    ),
    (r"unexpected char '[“”‘’„]'", "Curly quotes don't work in templates.", "Write straight quotes: \" or '."),
    (r"""unexpected char ['"](['"])""", "A quote is never closed.", "Close it before the end of the value."),
    (r"""unexpected (?:char )?['"](.)['"]""", r"“\1” is not expected here.", _VALUE),
    (r"Missing end of comment tag", "A note is never closed.", "End it with #}."),
)


def refusal(error: TemplateSyntaxError, source: Source) -> TemplateRefused:
    line, column = error.lineno, None
    if isinstance(error.lineno, Position):
        line, column = source.line_and_column(error.lineno.offset)
    message, hint = _in_plain_words(error.message or "The template has a mistake")
    return TemplateRefused(message, line=line, column=column, hint=hint)


def _in_plain_words(message: str) -> tuple[str, str]:
    for pattern, words, hint in _WORDS:
        match = re.match(pattern, message, re.DOTALL)
        if match:
            return match.expand(words), match.expand(hint)
    return f"{message[:1].upper()}{message[1:].rstrip('.')}.", "Compare with an example of this tag."
