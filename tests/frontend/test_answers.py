import json
from types import SimpleNamespace

from django.http import HttpResponse

from frontend.answers import with_problems, with_toast


def test_a_toast_and_problems_travel_together() -> None:
    problem = SimpleNamespace(field="url", message="No host", line=1, column=2, severity="error")
    response = with_problems(with_toast(HttpResponse(), "Saved"), [problem])
    events = json.loads(response["HX-Trigger"])
    assert events["toast"] == {"message": "Saved", "tone": "ok"}
    assert events["problems"]["items"] == [
        {"field": "url", "message": "No host", "line": 1, "column": 2, "severity": "error", "fix": None}
    ]
