"""Every reason in words: what happened, and what to do about it. Numbers and details of the case are woven in."""

import json
from dataclasses import dataclass
from typing import Any

from notifications.states import Reason

MESSAGE_LENGTH = 300
DETAIL_SHOWN = 120
_MESSAGE_KEYS = ("message", "detail", "error_description", "error", "errors", "reason", "title", "description")


@dataclass(frozen=True)
class Explanation:
    """``next_step`` tells the reader what to do; it is never empty."""

    title: str
    what_happened: str
    next_step: str


@dataclass(frozen=True)
class _Words:
    """``{status}`` stands for the status code. ``detail``: how the detail of the case is introduced."""

    title: str
    what_happened: str
    next_step: str
    detail: str = "Details: {detail}."


_ANSWERED = "The destination said: “{detail}”."

_WORDS: dict[str, _Words] = {
    Reason.NONE: _Words(
        "No problem",
        "Nothing went wrong.",
        "Nothing to do.",
    ),
    Reason.NAME_NOT_FOUND: _Words(
        "Host name not found",
        "No server goes by the host name in the URL, so nothing could be sent.",
        "Check the URL in the campaign's Content for a typing mistake, correct it, then use Resend failed.",
    ),
    Reason.REFUSED: _Words(
        "Connection refused",
        "The server exists, but nothing there accepts connections on this port.",
        "Check the port in the URL. If it is right, the destination is down: ask the people who run it.",
    ),
    Reason.CONNECT_TIMEOUT: _Words(
        "No connection in time",
        "The server did not take the connection within the time allowed; a firewall may drop it silently.",
        "Ask the people who run the destination whether it is up and whether it admits our address.",
    ),
    Reason.TIMEOUT: _Words(
        "No answer in time",
        "The request was sent, but no complete answer came within the time allowed. It may have taken effect.",
        "If the destination needs longer, raise the total time in the connection; it can drop repeats by webhook-id.",
    ),
    Reason.TLS: _Words(
        "TLS certificate not trusted",
        "The server's certificate could not be verified, so nothing was sent: it may be expired, self-signed or made "
        "for another host.",
        "Have the destination's certificate renewed, or correct the host name in the URL.",
    ),
    Reason.TLS_HANDSHAKE: _Words(
        "No agreement on TLS",
        "The server took the connection, but no TLS could be agreed on over it.",
        "Check scheme and port in the URL: https on a port that speaks plain HTTP looks like this. If they are right, "
        "ask the people who run the destination: it may offer no TLS 1.2 or later, or demand a client certificate.",
    ),
    Reason.CLIENT_CERTIFICATE: _Words(
        "Client certificate not accepted",
        "The destination demands a client certificate and was shown none, or refused the connection's, or that one "
        "can't be used.",
        "Ask the people who run the destination which certificate they accept, enter it in the connection, then use "
        "Resend failed.",
    ),
    Reason.BLOCKED_ADDRESS: _Words(
        "Blocked address",
        "The host name leads to a private or otherwise non-public address. We never connect to those.",
        "Use the destination's public address. An operator can allow an address or a range in the settings "
        "(OUTBOUND_ALLOWED_ADDRESSES).",
    ),
    Reason.BLOCKED_PORT: _Words(
        "Blocked port",
        "The URL names a port to which requests may not be sent.",
        "Use port 443 or 80, or ask an operator to allow the port in the settings (OUTBOUND_PORTS).",
    ),
    Reason.DROPPED: _Words(
        "Connection dropped",
        "The server closed the connection before its answer was complete. The request may have taken effect.",
        "If it goes on, give the people who run the destination the time and the webhook-id of an attempt.",
    ),
    Reason.GARBAGE: _Words(
        "Not an HTTP answer",
        "Something answered, but not in HTTP.",
        "Check scheme and port in the URL: another kind of service, or http on a port of https, looks like this.",
    ),
    Reason.HEADERS_TOO_LARGE: _Words(
        "Answer headers too large",
        "The headers of the answer are larger than we accept.",
        "Ask the people who run the destination to send smaller headers; large cookies are the usual cause.",
    ),
    Reason.NETWORK: _Words(
        "Network error",
        "The network failed on the way to the server.",
        "Launch again later. If it stays, check that the destination can be reached from outside its own network.",
    ),
    Reason.REDIRECT: _Words(
        "Redirected",
        "The destination answered {status}: it points to another URL. Redirects are not followed, so that neither "
        "data nor secrets travel to a place nobody chose.",
        "Read the location header of the answer in Details and put that URL into Content.",
        _ANSWERED,
    ),
    Reason.UNAUTHORIZED: _Words(
        "Not authorized",
        "The destination answered {status}: it does not accept our credentials, or they lack the right.",
        "Check the authentication in Content or in the connection: the secret may be wrong, expired or revoked.",
        _ANSWERED,
    ),
    Reason.NOT_FOUND: _Words(
        "Not found",
        "The destination answered {status}: there is nothing at this URL.",
        "Check path and personalised values of the URL as it was sent; the record may also not exist over there.",
        _ANSWERED,
    ),
    Reason.UNPROCESSABLE: _Words(
        "The destination refused the data",
        "The destination answered {status}: it understood the request, but not its data.",
        "Compare the body as sent with what the destination expects, correct it in Content, then use Resend failed.",
        _ANSWERED,
    ),
    Reason.RATE_LIMITED: _Words(
        "Too many requests",
        "The destination answered {status}: requests come faster than it allows. Such answers are retried later.",
        "Set a slower pace in the connection, or allow more time for retries.",
        _ANSWERED,
    ),
    Reason.CLIENT_ERROR: _Words(
        "The destination refused the request",
        "The destination answered {status}, which says that the request itself is at fault. Repeating it won't help.",
        "Read the answer in Details, correct method, URL or headers in Content, then use Resend failed.",
        _ANSWERED,
    ),
    Reason.SERVER_ERROR: _Words(
        "The destination has an error",
        "The destination answered {status}: the fault is on its side. Such answers are retried for a while.",
        "Wait until the destination works again, or tell the people who run it; then use Resend failed.",
        _ANSWERED,
    ),
    Reason.NO_TOKEN: _Words(
        "No access token",
        "The connection signs in with OAuth 2.0, and its token server gave no token, so nothing was sent.",
        "Use Test connection on the connection's page, which says what is wrong; then use Resend failed.",
        "{detail}.",
    ),
    Reason.BODY_MISMATCH: _Words(
        "The answer's body says no",
        "The destination answered {status}, but its body is not what the connection's success rule asks for.",
        "Read the answer in Details: correct the request in Content, or the success rule of the connection.",
        "{detail}.",
    ),
    Reason.UNEXPECTED_STATUS: _Words(
        "Unexpected answer",
        "The destination answered {status}, which the connection's rule does not count as delivered.",
        "If this answer means success, add it to the success rule of the connection.",
        _ANSWERED,
    ),
    Reason.BAD_TEMPLATE: _Words(
        "The content can't be rendered",
        "The request could not be made for this person from the campaign's content.",
        "Open Content, preview it as this person, and correct the marked place.",
        "The mistake: {detail}.",
    ),
    Reason.MISSING_VARIABLE: _Words(
        "A value is missing",
        "The content asks for a value that this person does not have, so the person was left out.",
        'Add the value to the profile, or write a fallback in Content, such as {{ first_name | default("there") }}.',
        "Missing: {detail}.",
    ),
    Reason.SKIPPED_BY_TEMPLATE: _Words(
        "Skipped on purpose",
        "The content's own skip rule left this person out.",
        "Nothing to do if that was meant. The rule is the {% skip %} in Content.",
        "Its reason: {detail}.",
    ),
    Reason.PROFILE_REMOVED: _Words(
        "Profile removed",
        "The profile was deleted before its request was sent.",
        "Nothing to do. Import the person again before the next launch if the deletion was a mistake.",
    ),
    Reason.CONNECTION_REMOVED: _Words(
        "Connection removed or unusable",
        "The connection that holds the credentials can't be used for this request, so nothing was sent.",
        "Choose a connection in Content whose origin is that of the URL, then use Resend failed.",
    ),
    Reason.INTERRUPTED: _Words(
        "Interrupted, may have arrived",
        "A worker stopped while the request was on its way, so nobody knows whether it arrived.",
        "Look at the destination for the webhook-id of this notification before you send it once more.",
    ),
    Reason.STOPPED: _Words(
        "Run stopped",
        "The run was stopped before this person's turn.",
        "Launch the campaign again if these people should be reached after all.",
    ),
}


# A test is neither resent nor launched.
_STEPS_OF_A_TEST = (
    ("use Resend failed", "send the test again"),
    ("Launch again later", "Send the test again later"),
    ("Launch the campaign again if these people should be reached after all", "Send the test again"),
    ("before the next launch", "before the next test"),
)


def explain(reason: str, status_code: int | None = None, detail: str = "", *, is_of_test: bool = False) -> Explanation:
    """The reason in words. ``detail`` is what the case adds: the library's error, the answer's own message.

    ``is_of_test``: it was sent by *Send test*, so what to do is another thing.
    """
    words = _WORDS[Reason(reason)]
    what = words.what_happened.replace("{status}", str(status_code) if status_code else "with an error")
    if detail:
        what = f"{what} {words.detail.replace('{detail}', detail.strip().rstrip('.'))}"
    title = f"{words.title} ({status_code})" if status_code and reason else words.title
    if not reason and status_code:
        what = f"The destination answered {status_code}."
    return Explanation(title, what, _step_of_test(words.next_step) if is_of_test else words.next_step)


def _step_of_test(step: str) -> str:
    for of_launch, of_test in _STEPS_OF_A_TEST:
        step = step.replace(of_launch, of_test)
    return step if "Content" in step else step.replace("the test again", "the test again from Content")


def kind_title(reason: str, status_code: int | None, detail: str | None = None, more_kinds: int = 0) -> str:
    """ "A value is missing: first_name"; "A value is missing: 3 more kinds" for what several details have in common."""
    title = explain(reason, status_code).title
    if more_kinds:
        return f"{title}: {more_kinds:,} more kind{'' if more_kinds == 1 else 's'}"
    return f"{title}: {shortened(detail)}" if detail else title


def shortened(detail: str) -> str:
    """On one line, at most 120 characters."""
    line = " ".join(detail.split())
    return line if len(line) <= DETAIL_SHOWN else line[: DETAIL_SHOWN - 1] + "…"


def answer_message(body: str) -> str:
    """The message in a JSON error answer, at most 300 characters; empty when it has none.

    Knows RFC 9457 and the habits of the large APIs: message, error, detail, title, errors as a list or by field.
    """
    try:
        found = _message(json.loads(body), depth=3) if body.lstrip()[:1] in ("{", "[") else ""
    except (ValueError, RecursionError):
        found = ""
    found = found.encode("utf-8", "replace").decode()  # JSON may hold half a character: "\\ud800"
    return found if len(found) <= MESSAGE_LENGTH else found[: MESSAGE_LENGTH - 1] + "…"


def _message(value: Any, depth: int) -> str:
    if isinstance(value, str):
        return " ".join(value.split())
    if depth == 0:
        return ""
    if isinstance(value, list):
        return next((text for text in (_message(item, depth - 1) for item in value) if text), "")
    if not isinstance(value, dict):
        return ""
    texts = (_message(value[key], depth - 1) for key in _MESSAGE_KEYS if key in value)
    return next((text for text in texts if text), "") or _field_message(value, depth)


def _field_message(value: dict[str, Any], depth: int) -> str:
    """{"email": ["is invalid"]} reads "email: is invalid"; only inside an error, where names are fields."""
    if depth == 3:
        return ""
    return next((f"{name}: {text}" for name in value if (text := _message(value[name], depth - 1))), "")
