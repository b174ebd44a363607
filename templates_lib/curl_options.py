"""A cURL command taken apart, option by option. Nothing is run, and no file is read."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field

from templates_lib.rendering.headers import RESERVED
from webhooks_platform.base.errors import InvalidInput

LENGTH_LIMIT = 200_000
DATA = {"-d", "--data", "--data-ascii", "--data-raw", "--data-binary", "--json", "--data-urlencode"}
PARTS = {"-F", "--form", "--form-string"}
WITH_VALUE = DATA | PARTS | {
    "-X", "--request", "-H", "--header", "--url", "-u", "--user", "-b", "--cookie", "-A", "--user-agent",
    "-e", "--referer", "--oauth2-bearer", "--url-query",
}  # fmt: skip
# Options that say how curl behaves, not what is sent; these take a value that goes with them.
IGNORED_WITH_VALUE = {
    "-o", "--output", "-m", "--max-time", "--connect-timeout", "--retry", "--retry-delay", "--retry-max-time",
    "-x", "--proxy", "-w", "--write-out", "--cacert", "-E", "--cert", "--key", "-c", "--cookie-jar", "--resolve",
    "-D", "--dump-header", "--max-redirs", "--limit-rate", "--ciphers", "--interface", "-T", "--upload-file",
    "-K", "--config", "-y", "-Y", "-z", "-r", "--range", "-C", "--continue-at", "-U", "--proxy-user",
}  # fmt: skip
SILENT = {"--compressed", "-s", "--silent", "-S", "--show-error", "-i", "--include", "-v", "--verbose", "-g"}
SILENT |= {"--globoff", "--path-as-is", "-L", "--location", "-f", "--fail", "-#", "--progress-bar", "--http1.1"}
SILENT |= {"--http2", "-N", "--no-buffer", "--fail-with-body", "--basic"}


class CurlUnreadable(InvalidInput):
    """The text can't be read as a cURL command; the message says what to change."""

    code = "curl_unreadable"
    title = "This cURL command can't be read"

    def __init__(self, message: str) -> None:
        super().__init__(message, field="curl")


@dataclass
class CurlOptions:
    """What the command says, option by option."""

    url: str = ""
    method: str = ""
    headers: list[tuple[str, str]] = field(default_factory=list)
    data: list[tuple[str, str]] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)
    query: list[str] = field(default_factory=list)
    user: str = ""
    data_in_url: bool = False
    ignored: list[str] = field(default_factory=list)


def command_read(command: str) -> CurlOptions:
    """Raises CurlUnreadable for what is no cURL command, and for what would read a file of the person's machine."""
    options = CurlOptions()
    for name, value in _pairs(_words(command)):
        _take(options, name, value)
    if not options.url:
        raise CurlUnreadable("The command has no address. Add one, such as https://api.example.com/people.")
    return options


def _words(command: str) -> list[str]:
    """The command as a shell would split it; line ends with a backslash (or ^, as Windows writes them) go on."""
    if len(command) > LENGTH_LIMIT:
        raise CurlUnreadable(f"The command is longer than {LENGTH_LIMIT:,} characters.")
    text = re.sub(r"[\\^]\r?\n", " ", command.strip())
    text = re.sub(r"(?<=\s)\$'((?:[^'\\]|\\.)*)'", _ansi_quoted, text, flags=re.DOTALL)
    try:
        words = shlex.split(text.removeprefix("$ "))
    except ValueError:
        raise CurlUnreadable("A quotation mark is not closed. Copy the whole command again.") from None
    if not words or words[0].rsplit("/", 1)[-1] not in ("curl", "curl.exe"):
        raise CurlUnreadable("Begin with the word curl, as in: curl https://api.example.com/people")
    return words[1:]


def _ansi_quoted(found: re.Match[str]) -> str:
    """What browsers write for bodies with line breaks: $'a\\nb'."""
    escapes = {"n": "\n", "t": "\t", "r": "\r"}
    text = re.sub(r"\\u([0-9a-fA-F]{4})", lambda code: chr(int(code[1], 16)), found[1])
    return shlex.quote(re.sub(r"\\(.)", lambda part: escapes.get(part[1], part[1]), text, flags=re.DOTALL))


def _pairs(words: list[str]) -> Iterator[tuple[str, str]]:
    """Options with their values; an address by itself is ("--url", address)."""
    waiting = iter(words)
    for word in waiting:
        if not word.startswith("-") or word == "-":
            yield "--url", word
        elif word.startswith("--"):
            name, equals, value = word.partition("=")
            takes = name in WITH_VALUE | IGNORED_WITH_VALUE
            yield name, value if equals else _next(waiting, name) if takes else ""
        else:
            yield from _short(word, waiting)


def _short(word: str, waiting: Iterator[str]) -> Iterator[tuple[str, str]]:
    """-sSLX POST: letters one after the other; the first that takes a value takes the rest."""
    for index, letter in enumerate(word[1:], start=1):
        name = f"-{letter}"
        if name in WITH_VALUE | IGNORED_WITH_VALUE:
            yield name, word[index + 1 :] or _next(waiting, name)
            return
        yield name, ""


def _next(waiting: Iterator[str], name: str) -> str:
    value = next(waiting, None)
    if value is None:
        raise CurlUnreadable(f"The value of {name} is missing.")
    return value


def _take(options: CurlOptions, name: str, value: str) -> None:
    if name == "--url":
        if options.url:
            raise CurlUnreadable("The command has two addresses. Paste one request at a time.")
        options.url = value
    elif name in ("-X", "--request"):
        options.method = value.upper()
    elif name in DATA | PARTS:
        _take_data(options, name, _without_file(name, value))
    elif name in ("-G", "--get"):
        options.data_in_url = True
    elif name in ("-I", "--head"):
        options.method = options.method or "HEAD"
    else:
        _take_more(options, name, value)


def _take_more(options: CurlOptions, name: str, value: str) -> None:
    if name in ("-u", "--user"):
        options.user = value
    elif name == "--url-query":
        options.query.append(value)
    elif name in _HEADER_OPTIONS:
        _take_header(options, name, value)
    elif name not in SILENT:
        options.ignored.append(name)


def _take_data(options: CurlOptions, name: str, value: str) -> None:
    if name in PARTS:
        options.parts.append(value)
    else:
        options.data.append((name, value))


_HEADER_OPTIONS = {
    "-H": "",
    "--header": "",
    "-b": "Cookie",
    "--cookie": "Cookie",
    "-A": "User-Agent",
    "--user-agent": "User-Agent",
    "-e": "Referer",
    "--referer": "Referer",
    "--oauth2-bearer": "Authorization",
}


def _take_header(options: CurlOptions, option: str, value: str) -> None:
    name = _HEADER_OPTIONS[option]
    if option in ("-H", "--header") and value.startswith("@"):
        raise CurlUnreadable(f"{value} is a file on your computer, which can't be read here. Paste its headers.")
    if option in ("-b", "--cookie") and "=" not in value:
        raise CurlUnreadable(f"{value} is a cookie file on your computer. Paste the cookies as name=value.")
    if not name:
        name, _, value = value.partition(":") if ":" in value else (value.rstrip(";"), "", "")
    elif option == "--oauth2-bearer":
        value = f"Bearer {value}"
    if name.strip().lower() in RESERVED:
        options.ignored.append(f"the header {name.strip()}, which is written for each request")
    else:
        options.headers.append((name.strip(), value.strip()))


def _without_file(option: str, value: str) -> str:
    """The value, unless curl would take it from a file."""
    if option in ("--data-raw", "--form-string"):
        return value
    name, _, rest = value.partition("=")
    is_part = option in PARTS
    by_name = option == "--data-urlencode" and "=" not in value and "@" in value
    if (rest if is_part else value).startswith(("@", "<") if is_part else "@") or by_name:
        what = name if is_part else value
        raise CurlUnreadable(
            f"{option} {what} sends a file of your computer, which can't be read here. Paste its content instead."
        )
    return value
