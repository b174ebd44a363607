"""A name server on UDP that says exactly what a test wants (RFC 1035, section 4)."""

import socket
import struct
import threading
from collections import Counter
from collections.abc import Callable

A, CNAME, AAAA = 1, 5, 28
NO_ERROR, SERVER_FAILURE, NO_SUCH_NAME = 0, 2, 3

Record = tuple[str, int, int, str]  # name, type, TTL in seconds, value
Zone = Callable[[str, int], list[Record] | int | None]  # the records, a code, or None: no answer at all


class DnsServer:
    """`zone` is asked for each question; `asked` counts them by name and type."""

    def __init__(self, zone: Zone) -> None:
        self.zone = zone
        self.asked: Counter[tuple[str, int]] = Counter()
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._socket.getsockname()[1]}"
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def close(self) -> None:
        if self._socket.fileno() < 0:
            return
        self._socket.sendto(b"", self._socket.getsockname())
        self._thread.join(5)
        self._socket.close()

    def _serve(self) -> None:
        while True:
            question, client = self._socket.recvfrom(4096)
            if not question:
                return
            if answer := self._answer(question):
                self._socket.sendto(answer, client)

    def _answer(self, question: bytes) -> bytes:
        name, end = _read_name(question, 12)
        (kind,) = struct.unpack_from("!H", question, end)
        self.asked[name, kind] += 1
        found = self.zone(name, kind)
        if found is None:
            return b""
        records, code = (found, NO_ERROR) if isinstance(found, list) else ([], found)
        head = question[:2] + struct.pack("!HHHHH", 0x8180 | code, 1, len(records), 0, 0)
        return head + question[12 : end + 4] + b"".join(map(_written, records))


def _read_name(message: bytes, at: int) -> tuple[str, int]:
    labels = []
    while length := message[at]:
        labels.append(message[at + 1 : at + 1 + length].decode("ascii").lower())
        at += 1 + length
    return ".".join(labels), at + 1


def _written(record: Record) -> bytes:
    name, kind, ttl, value = record
    if kind == CNAME:
        data = _wire_name(value)
    else:
        data = socket.inet_pton(socket.AF_INET if kind == A else socket.AF_INET6, value)
    return _wire_name(name) + struct.pack("!HHIH", kind, 1, ttl, len(data)) + data


def _wire_name(name: str) -> bytes:
    return b"".join(bytes((len(label),)) + label.encode("ascii") for label in name.split(".")) + b"\0"
