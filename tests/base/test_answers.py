import pytest
from rest_framework.exceptions import MethodNotAllowed

from webhooks_platform.base.answers import drf_exception_handler, problem, server_error, status_of
from webhooks_platform.base.errors import InvalidInput, LimitReached, NotAllowed, NotFound, ProductError, StaleState


class FarDown(InvalidInput):
    code = "far_down"


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (InvalidInput("x"), 422),
        (FarDown("x"), 422),
        (NotAllowed("x"), 403),
        (NotFound("x"), 404),
        (StaleState("x"), 409),
        (LimitReached("x"), 429),
        (ProductError("x"), 400),
    ],
)
def test_each_error_has_its_status(error, status):
    assert status_of(error) == status


def test_a_problem_names_the_field():
    body = problem(FarDown("Too long.", field="name"))
    assert body["code"] == "far_down"
    assert body["errors"] == [{"field": "name", "detail": "Too long."}]


def test_the_frameworks_errors_are_called_by_their_status():
    answer = drf_exception_handler(MethodNotAllowed("PUT"), {})
    assert answer is not None
    assert answer.data["title"] == "Method Not Allowed"
    assert answer.data["detail"] == 'Method "PUT" not allowed.'


@pytest.mark.parametrize("method", ["get", "post", "delete"])
@pytest.mark.parametrize("address", ["/api/v1/unknown", "/api/v1/", "/api/v1/campaigns/x/y"])
def test_the_api_says_in_its_own_form_that_an_address_leads_nowhere(client, address, method):
    answer = getattr(client, method)(address)
    assert answer.status_code == 404
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json() == {
        "type": "about:blank",
        "title": "Not Found",
        "status": 404,
        "detail": f"There is no {address}. The addresses are listed at /api/docs/.",
        "code": "not_found",
    }


def test_other_addresses_that_lead_nowhere_get_a_page(client):
    answer = client.get("/unknown")
    assert answer.status_code == 404
    assert "There is nothing at this address" in answer.content.decode()


def test_a_fault_under_the_api_is_a_problem_document(rf):
    answer = server_error(rf.get("/api/v1/me/"))
    assert (answer.status_code, answer["Content-Type"]) == (500, "application/problem+json")
    assert b"Something went wrong on our side" in answer.content
    assert server_error(rf.get("/w/acme/"))["Content-Type"].startswith("text/html")
