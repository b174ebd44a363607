"""The database and the broker: own ones, or those that DATABASE_URL and REDIS_URL name."""

import base64
import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from webhooks_platform.embedded.account import server_account
from webhooks_platform.embedded.data_folder import read_or_create_secrets
from webhooks_platform.embedded.errors import LaunchError
from webhooks_platform.embedded.given import database_check, redis_check
from webhooks_platform.embedded.postgresql import PostgresPlan, start_postgres
from webhooks_platform.embedded.processes import Supervisor
from webhooks_platform.embedded.valkey import start_valkey


def is_set(environment: Mapping[str, str], name: str) -> bool:
    """Whether a setting is given, itself or as NAME_FILE."""
    return bool(environment.get(name) or environment.get(f"{name}_FILE"))


def read_setting(environment: Mapping[str, str], name: str) -> str:
    """A setting's value, from NAME_FILE's file where that is given, as the product reads it; empty if not set.

    Raises LaunchError if the file can't be read.
    """
    file = environment.get(f"{name}_FILE")
    try:
        return Path(file).read_text().strip() if file else environment.get(name, "")
    except OSError as error:
        raise LaunchError(f"{name}_FILE names {file}, which can't be read: {error.strerror}.") from error


def start_servers(
    supervisor: Supervisor, *, folder: Path, environment: Mapping[str, str], durable: bool, max_connections: int = 200
) -> dict[str, str]:
    """Starts what isn't given from outside. Returns the settings that the product's programs need on top.

    Raises LaunchError, before anything starts, if what is given can't be used.
    """
    if database_url := read_setting(environment, "DATABASE_URL"):
        database_check(database_url)
    if redis_url := read_setting(environment, "REDIS_URL"):
        redis_check(redis_url)
    kept = _secrets(folder)
    settings = {name: kept[name] for name in ("SECRET_KEY", "ENCRYPTION_KEYS") if not is_set(environment, name)}
    if not database_url:
        plan = PostgresPlan(
            folder=folder,
            password=kept["DATABASE_PASSWORD"],
            account=server_account(folder / "postgresql"),
            durable=durable,
            max_connections=max_connections,
        )
        settings["DATABASE_URL"] = start_postgres(supervisor, plan)
    if not redis_url:
        settings["REDIS_URL"] = start_valkey(
            supervisor, folder=folder, password=kept["REDIS_PASSWORD"], durable=durable
        )
    return settings


def _secrets(folder: Path) -> dict[str, str]:
    return read_or_create_secrets(
        folder / "secrets.json",
        {
            "SECRET_KEY": lambda: secrets.token_urlsafe(48),
            # The form of a Fernet key.
            "ENCRYPTION_KEYS": lambda: base64.urlsafe_b64encode(os.urandom(32)).decode(),
            "DATABASE_PASSWORD": lambda: secrets.token_urlsafe(24),
            "REDIS_PASSWORD": lambda: secrets.token_urlsafe(24),
        },
    )
