import pytest

from webhooks_platform.base.answers import problem, status_of
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
