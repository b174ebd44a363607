"""What Django loads by the setting ENGINE."""

from typing import Any

from django.db.backends.base.base import NO_DB_ALIAS
from django.db.backends.postgresql import base
from psycopg_pool import ConnectionPool

from webhooks_platform.base.postgresql.pool import recovering_pool

# Pools are not in the stubs.
_Wrapper: Any = base.DatabaseWrapper


class DatabaseWrapper(_Wrapper):  # type: ignore[misc]
    @property
    def pool(self) -> ConnectionPool | None:
        """Made here; kept and opened by Django as its own would be."""
        options = self.settings_dict["OPTIONS"].get("pool")
        if options and self.alias != NO_DB_ALIAS and self.alias not in self._connection_pools:
            arguments = {**self.get_connection_params(), "autocommit": True}
            pool = recovering_pool(kwargs=arguments, configure=self._configure_connection, **options)
            self._connection_pools.setdefault(self.alias, pool)
        kept: ConnectionPool | None = super().pool
        return kept
