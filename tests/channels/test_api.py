from channels.models import Connection
from tests.channels.conftest import Call


def test_a_connection_is_read_without_its_secret(call: Call, connection: Connection) -> None:
    found = call("get", "api_connection", role="viewer", connection=connection.pk).json()
    assert (found["name"], found["has_secret"], found["revision"]) == ("CRM", True, 1)
    assert "s3cret" not in str(found)


def test_name_and_policy_change_by_compare_and_swap(call: Call, connection: Connection) -> None:
    policy = {"rate": {"count": 5, "per": "minute"}, "max_in_flight": 2}
    place = {"connection": connection.pk}
    saved = call("patch", "api_connection", {"revision": 1, "name": "CRM 2", "policy": policy}, **place).json()
    assert (saved["name"], saved["policy"]["rate"]["count"], saved["revision"]) == ("CRM 2", 5, 2)
    assert Connection.objects.get().secret == "s3cret-token"
    late = call("patch", "api_connection", {"revision": 1, "name": "CRM 3"}, **place)
    assert (late.status_code, "was changed by API token owner on" in late.json()["detail"]) == (409, True)
    bad = call("patch", "api_connection", {"revision": 2, "policy": {"rate": {"count": 0}}}, **place)
    assert bad.status_code == 422
    assert call("patch", "api_connection", {"revision": 2}, role="viewer", **place).status_code == 403


def test_its_health(call: Call, connection: Connection) -> None:
    found = call("get", "api_connection_health", role="viewer", connection=connection.pk).json()
    assert (found["words"], found["requests"], found["last_errors"]) == ("Not used yet", 0, [])


def test_testing_it_says_what_came_of_it(call: Call, connection: Connection) -> None:
    connection.origin = "http://127.0.0.1:9"
    connection.save()
    assert call("post", "api_connection_test", connection=connection.pk).json()["title"] == "Blocked address"
    assert call("post", "api_connection_test", role="viewer", connection=connection.pk).status_code == 403


def test_resetting_it(call: Call, connection: Connection) -> None:
    assert call("post", "api_connection_reset", connection=connection.pk).status_code == 204
    assert call("post", "api_connection_reset", role="viewer", connection=connection.pk).status_code == 403


def test_a_channels_defaults(call: Call) -> None:
    assert call("get", "api_channel", role="viewer", kind="webhook").json() == {
        "kind": "webhook",
        "enabled": False,
        "time_zone": "UTC",
        "retention_days": 30,
        "daily_limit": None,
        "people_today": 0,
        "revision": 1,
    }
    chosen = {"time_zone": "Asia/Tokyo", "retention_days": 7, "daily_limit": 10}
    assert call("put", "api_channel", chosen, kind="webhook").json()["time_zone"] == "Asia/Tokyo"
    assert call("put", "api_channel", chosen | {"revision": 1}, kind="webhook").status_code == 409
    assert call("put", "api_channel", chosen | {"revision": 2}, kind="webhook").json()["revision"] == 2
    assert call("put", "api_channel", chosen, role="viewer", kind="webhook").status_code == 403
    assert call("put", "api_channel", chosen | {"daily_limit": 0}, kind="webhook").status_code == 422
    assert call("get", "api_channel", kind="pigeon").status_code == 404
