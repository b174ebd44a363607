"""What workers agree on through Redis: pace, waits and breakers. All of it may be lost at any moment."""

from functools import lru_cache
from pathlib import Path

from django.conf import settings
from redis import Redis
from redis.backoff import NoBackoff
from redis.commands.core import Script
from redis.exceptions import RedisError
from redis.retry import Retry

REDIS_DOWN = (RedisError, OSError)
ANSWER_WITHIN = 1.0  # seconds; whoever asks stands before a destination, not before a person
_SCRIPTS = Path(__file__).parent / "lua"


def shared_redis() -> Redis:
    """This process's connections, for any of its threads."""
    return _connected(settings.REDIS_URL)


@lru_cache(maxsize=4)
def _connected(url: str) -> Redis:
    return Redis.from_url(
        url,
        socket_timeout=ANSWER_WITHIN,
        socket_connect_timeout=ANSWER_WITHIN,
        retry=Retry(NoBackoff(), 1),
        health_check_interval=30,
    )


@lru_cache(maxsize=16)
def script(name: str) -> Script:
    """A script of ``lua/``; it loads itself again where the server has forgotten it."""
    return Redis().register_script((_SCRIPTS / f"{name}.lua").read_text())
