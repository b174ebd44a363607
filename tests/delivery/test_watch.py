import threading

import psycopg
import pytest
from django.db import connection

from delivery.watch import Watch
from tests.chaos.fleet import database_url


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_is_cut_leaves_the_watch_at_work(caplog: pytest.LogCaptureFixture) -> None:
    watch, url = Watch(), database_url()
    watch._halted = frozenset({5})
    problems: list[BaseException] = []

    def look() -> None:
        connection.ensure_connection()
        with psycopg.connect(url, autocommit=True) as other:
            other.execute("select pg_terminate_backend(%s, 5000)", [connection.connection.info.backend_pid])
        try:
            watch._look(frozenset({5}))
            assert not watch.may_send(5), "what was known stays until the database answers"
            watch.runs_sending = 7
            watch._look(frozenset({5}))
        except BaseException as problem:
            problems.append(problem)

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    assert not problems
    assert "The database can't be asked" in caplog.text
    assert watch.runs_sending == 0
