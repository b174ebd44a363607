"""Every way in which servers write a secret: as it is, or with any of its characters escaped for JSON, URLs or HTML.

Letters and digits are never escaped by them, all else may be, each differently: Gson writes "=" as \\u003d, .NET "+" as
\\u002B, Go "&" as \\u0026, PHP "/" as \\/, templates any of them as &#61; or &#x3D;.
"""

import html.entities
import re
from dataclasses import dataclass
from functools import cached_property, lru_cache

# Encoded in one another at most so often, as JSON that stands in a string of JSON.
_DEPTH = 3
_PERCENT = f"%(?:25){{0,{_DEPTH}}}"
# Possessive where more could be taken in more than one way: what doesn't match must be known without trying them all.
_MORE_BACKSLASHES = rf"\\{{0,{2**_DEPTH - 1}}}+"
_BACKSLASH = rf"(?:\\|{_PERCENT}5[cC]){{1,{2**_DEPTH}}}+"
_BACKSLASH_IF_ANY = _BACKSLASH.replace("{1,", "{0,")
_AND = rf"(?:&|{_BACKSLASH}u0026|{_PERCENT}26)(?:(?:amp|#38|#[xX]26);){{0,{_DEPTH}}}"
_NUMBER = f"(?:#|{_PERCENT}23)"
_END = f"(?:;|{_PERCENT}3[bB])"
_JSON_LETTERS = {"\n": "n", "\r": "r", "\t": "t", "\b": "b", "\f": "f"}
_PARTS = re.compile(r"[0-9A-Za-z]+|\\+|[^0-9A-Za-z\\]")
_RUN = re.compile(r"[0-9A-Za-z]*")
# What an escape that was cut may look like; one is this long at the most, but for the strangest.
_ESCAPE_LENGTH = 16
_ESCAPE_BEGUN = re.compile(rb"[\\%%&][\\%%&#;{0-9A-Za-z]{0,%d}" % (_ESCAPE_LENGTH - 1))

Part = bytes | re.Pattern[bytes]


@dataclass(frozen=True)
class Spelling:
    """One text in all its spellings. `base64`: also with the two characters that are others in URLs."""

    text: str
    base64: bool = False

    @cached_property
    def core(self) -> bytes:
        """Stands in every spelling. To look for it costs next to nothing, and most texts don't hold it."""
        runs: list[str] = _RUN.findall(self.text)
        return max(runs, key=len).encode()

    def stands_in(self, text: bytes) -> bool:
        return self._pattern.search(text) is not None

    def replaced(self, text: bytes, by: bytes) -> bytes:
        return self._pattern.sub(lambda _: by, text)

    def cut_at(self, text: bytes, shortest: int) -> int | None:
        """Where the beginning of it stands that goes on to the text's very end, in `shortest` bytes or more."""
        begin = max(0, len(text) - self._longest)
        first = self._parts[0]
        candidates = re.compile(re.escape(first[:1])) if isinstance(first, bytes) else first
        starts = (found.start() for found in candidates.finditer(text, begin, len(text) - shortest + 1))
        return next((start for start in starts if self._reaches_end(text, start)), None)

    def _reaches_end(self, text: bytes, at: int) -> bool:
        for part in self._parts:
            if isinstance(part, bytes):
                if not text.startswith(part, at):
                    return part.startswith(text[at : at + len(part)]) and at + len(part) > len(text)
                at += len(part)
            elif _ESCAPE_BEGUN.fullmatch(text, at):
                return True
            elif found := part.match(text, at):
                at = found.end()
            else:
                return at == len(text)
        return False

    @cached_property
    def _pattern(self) -> re.Pattern[bytes]:
        """Made when it is first needed: a long one takes milliseconds."""
        return re.compile("|".join((re.escape(self.text), "".join(self._patterns))).encode())

    @cached_property
    def _parts(self) -> tuple[Part, ...]:
        return tuple(part.encode() if _is_plain(part) else _compiled(part) for part in self._patterns)

    @cached_property
    def _longest(self) -> int:
        return sum(len(part) * (1 if _is_plain(part) else _ESCAPE_LENGTH) for part in _PARTS.findall(self.text))

    @cached_property
    def _patterns(self) -> list[str]:
        found: list[str] = _PARTS.findall(self.text)
        return [
            part if _is_plain(part) else self._written(part, after_backslash=before.endswith("\\"))
            for before, part in zip(["", *found], found, strict=False)
        ]

    def _written(self, part: str, *, after_backslash: bool) -> str:
        other = {"+": "|-", "/": "|_"}.get(part, "") if self.base64 else ""
        ways = _written(part)
        if after_backslash:  # which has taken those that escape this one
            ways = ways.replace(_BACKSLASH, _BACKSLASH_IF_ANY)
        return f"(?:{ways}{other})"


def _is_plain(part: str) -> bool:
    return part.isascii() and part.isalnum()


@lru_cache(maxsize=1024)
def _compiled(pattern: str) -> re.Pattern[bytes]:
    return re.compile(pattern.encode())


@lru_cache(maxsize=1024)
def _written(part: str) -> str:
    """One character that is neither letter nor digit, or a run of backslashes, as a pattern."""
    if part[0] == "\\":
        escapes = "|".join(_escapes("\\"))
        return rf"(?:{escapes}|\\){{{len(part)},{(len(part) + 1) << _DEPTH}}}+"
    ways = [*_ways(part)]
    if part == " ":  # as forms are encoded
        ways += _ways("+")
    if not part.isascii():  # UTF-8 that a server takes for Latin-1, as it may do with headers
        ways.append("".join(f"(?:{'|'.join(_ways(chr(byte)))})" for byte in part.encode()))
    return "|".join(ways)


def _ways(character: str) -> list[str]:
    """The longest first: "&" begins "&amp;", too."""
    return [*_escapes(character), _MORE_BACKSLASHES + re.escape(character)]


def _escapes(character: str) -> list[str]:
    code = ord(character)
    names = [name[:-1] for name, value in html.entities.html5.items() if value == character and name[-1] == ";"]
    entity = "|".join([f"{_NUMBER}(?:0{{0,5}}{code}|[xX]0{{0,5}}{_hexadecimal(f'{code:x}')})", *names])
    units = character.encode("utf-16-be")
    return [
        f"{_AND}(?:{entity}){_END}",
        "".join(f"{_BACKSLASH}u{_hexadecimal(units[at : at + 2].hex())}" for at in range(0, len(units), 2)),
        "".join(_PERCENT + _hexadecimal(f"{byte:02x}") for byte in character.encode()),
        rf"{_BACKSLASH}(?:u\{{0{{0,5}}{_hexadecimal(f'{code:x}')}\}}{_short(character)})",
    ]


def _short(character: str) -> str:
    letter = _JSON_LETTERS.get(character)
    code = ord(character)
    return (f"|x{_hexadecimal(f'{code:02x}')}" if code < 256 else "") + (f"|{letter}" if letter else "")


def _hexadecimal(digits: str) -> str:
    """In both cases."""
    return "".join(f"[{digit}{digit.upper()}]" if digit.isalpha() else digit for digit in digits)
