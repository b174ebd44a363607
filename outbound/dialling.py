"""How sockets are opened: by which policy and limits, through which proxy, and what pycurl takes and gives for it."""

import socket
from dataclasses import dataclass, field
from typing import Protocol

from outbound.addresses import AddressPolicy
from outbound.limits import DEFAULT_LIMITS, TransferLimits
from outbound.proxy import Proxy


@dataclass(frozen=True, slots=True)
class Dialling:
    """What all transfers of a transport have in common."""

    addresses: AddressPolicy = field(default_factory=AddressPolicy)
    limits: TransferLimits = DEFAULT_LIMITS
    ca_file: str | None = None
    proxy: Proxy | None = None


class DialledSocket(socket.socket):
    """pycurl duplicates the descriptor and lets go of the object, which would complain that nobody closed it."""

    def __del__(self) -> None:
        if self.fileno() >= 0:
            self.close()


class SocketAddress(Protocol):
    """What pycurl hands to the callback that opens a socket; `addr` as Python's socket module has it."""

    family: int
    socktype: int
    protocol: int
    addr: tuple[str, int] | tuple[str, int, int, int]
