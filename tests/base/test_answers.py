import pytest
from rest_framework.exceptions import MethodNotAllowed

from webhooks_platform.base.answers import drf_exception_handler, problem, status_of
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
