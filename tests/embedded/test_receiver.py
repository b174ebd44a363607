import json
import re
import socket
from contextlib import closing
from dataclasses import dataclass
from email.message import Message
from http.client import HTTPConnection, RemoteDisconnected

import pytest

from tests.receiver import Receiver


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Message
    body: bytes


def ask(receiver: Receiver, path: str, *, identifier: str = "", body: bytes = b"{}") -> Answer:
    headers = {"webhook-id": identifier} if identifier else {}
    with closing(HTTPConnection(receiver.address, timeout=60)) as connection:
        connection.request("POST", path, body=body, headers=headers)
        answer = connection.getresponse()
        return Answer(answer.status, answer.headers, answer.read())


def send_bytes(receiver: Receiver, data: bytes) -> bytes:
    """What comes back until the receiver ends the connection."""
    host, _, port = receiver.address.partition(":")
    with socket.create_connection((host, int(port)), timeout=60) as connection:
        connection.sendall(data)
        return b"".join(iter(lambda: connection.recv(65_536), b""))


@pytest.mark.parametrize("status", [200, 201, 204, 302, 401, 404, 422, 429, 500, 418])
def test_the_path_names_the_status(receiver, status):
    assert ask(receiver, f"/{status}/people/42").status == status


def test_a_429_says_when_to_come_back(receiver):
    assert ask(receiver, "/429").headers["Retry-After"] == "1"
    assert ask(receiver, "/429?after=7").headers["Retry-After"] == "7"


def test_a_422_names_the_field(receiver):
    error = json.loads(ask(receiver, "/422").body)["error"]
    assert error["fields"] == {"email": "This is not an e-mail address."}


def test_503_twice_then_200_counts_each_webhook_id_for_itself(receiver):
    path = "/503-twice-then-200"
    assert [ask(receiver, path, identifier="a").status for _ in range(4)] == [503, 503, 200, 200]
    assert ask(receiver, path, identifier="b").status == 503


def test_huge_sends_all_its_bytes(receiver):
    assert len(ask(receiver, "/huge?bytes=3000001").body) == 3_000_001


def test_garbage_is_no_http(receiver):
    assert not send_bytes(receiver, b"GET /garbage HTTP/1.1\r\n\r\n").startswith(b"HTTP/")


def test_drop_gives_no_answer(receiver):
    with pytest.raises((RemoteDisconnected, ConnectionResetError)):
        ask(receiver, "/drop")


def test_it_counts_paths_answers_and_repeats(receiver):
    for identifier in ("a", "b", "a", ""):
        ask(receiver, "/200", identifier=identifier)
    received = receiver.received(with_ids=True)
    assert received["paths"] == {"/200": 4}
    assert received["answers"] == {"200": 4}
    assert received["ids"] == {"a": 2, "b": 1}
    assert (received["distinct_ids"], received["repeats"], received["without_id"]) == (2, 1, 1)


def test_it_keeps_the_last_requests(receiver):
    ask(receiver, "/200?x=1", body='{"name":"Zoë"}'.encode())
    last = receiver.received()["last"][-1]
    assert (last["method"], last["target"], last["body"]) == ("POST", "/200?x=1", '{"name":"Zoë"}')


def test_chunked_requests_are_read_whole(receiver):
    chunks = (
        b"POST /echo HTTP/1.1\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n6\r\nfirst,\r\n6\r\nsecond\r\n"
    )
    assert b'"body": "first,second"' in send_bytes(receiver, chunks + b"0\r\n\r\n")


def test_answers_of_one_connection_come_in_order(receiver):
    requests = [b"GET /slow?ms=50 HTTP/1.1", b"GET /201 HTTP/1.1", b"GET /404 HTTP/1.1\r\nConnection: close"]
    answers = send_bytes(receiver, b"\r\n\r\n".join([*requests, b""]))
    assert re.findall(rb"HTTP/1.1 (\d+)", answers) == [b"200", b"201", b"404"]


@pytest.mark.parametrize("data", [b"rubbish\r\n\r\n", b"POST /200 HTTP/1.1\r\nContent-Length: x\r\n\r\n"])
def test_what_is_not_a_request_is_refused(receiver, data):
    assert send_bytes(receiver, data).startswith(b"HTTP/1.1 400 Bad Request\r\n")
