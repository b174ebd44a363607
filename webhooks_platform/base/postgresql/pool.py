"""A pool of connections that is back within a second or two of its server.

psycopg's own waits ever longer (1, 2, 4, 8, 16 seconds), twice over: a caller waits so after each dead connection that
it draws, and after a cut all of them are dead; and each missing connection waits so before it is tried again, whatever
became of the server meanwhile. Leases end in that time.
"""

from typing import Any

from psycopg import Connection
from psycopg_pool import ConnectionPool

# Seconds between two tries to connect. The pool doubles the pause until this is over, so it never gets to.
TRY_AGAIN_AFTER = 1.0


def recovering_pool(**options: Any) -> ConnectionPool:
    return ConnectionPool(
        open=False,
        check=check_with_others,
        reconnect_timeout=TRY_AGAIN_AFTER,
        reconnect_failed=ConnectionPool.check,
        **options,
    )


def check_with_others(connection: Connection) -> None:
    """Where one connection is dead others are likely to be: they are all replaced, before anybody draws the next one.

    Afterwards psycopg gives the caller another one, within 1.1 seconds.
    """
    pool: Any = connection._pool
    try:
        ConnectionPool.check_connection(connection)
    except Exception:
        if pool is not None:
            pool.check()
        raise
