"""The broker: who passes whom, and a Redis transport for which a connection that was given up is an error.

Kombu 5.7 closes a connection that is lost twice. The second time its channel looks for the server's name in a
connection that is no longer there, and what follows is an AttributeError, which nobody expects: it ends the worker
(docs/decisions/0015).
"""

from typing import Any, NamedTuple
from urllib.parse import urlsplit

from kombu import Queue
from kombu.transport import TRANSPORT_ALIASES, redis


class Priorities(NamedTuple):
    """Of a message that passes others, and of one that lets others pass."""

    first: int
    last: int


def priorities(broker_url: str) -> Priorities:
    """Redis hands out the lowest number first; RabbitMQ the highest, and takes a message without one for the lowest."""
    return Priorities(9, 0) if urlsplit(broker_url).scheme in ("amqp", "amqps", "pyamqp") else Priorities(0, 9)


def queues() -> list[Queue]:
    """RabbitMQ heeds priorities only in a queue that was declared with some; for Redis this means nothing."""
    return [Queue("lanes", queue_arguments={"x-max-priority": 9}), Queue("control"), Queue("bulk")]


class Channel(redis.Channel):
    @property
    def is_given_up(self) -> bool:
        return getattr(self.connection, "client", None) is None

    def _connparams(self, asynchronous: bool = False) -> dict[str, Any]:
        if self.is_given_up:
            raise ConnectionError("This connection to the broker was given up.")
        return dict(super()._connparams(asynchronous=asynchronous))  # type: ignore[misc]

    def basic_ack(self, delivery_tag: str, multiple: bool = False) -> None:
        """A message of a connection that was given up can't be acknowledged any more, and needn't be: what a second
        copy of it asks for was done, and is not done again (docs/decisions/0001)."""
        if not self.is_given_up:
            super().basic_ack(delivery_tag, multiple=multiple)


class Transport(redis.Transport):
    Channel = Channel


def transport_register() -> None:
    """From now on ``redis://`` and ``rediss://`` mean this transport, in this process."""
    TRANSPORT_ALIASES.update(dict.fromkeys(("redis", "rediss"), f"{__name__}:Transport"))
