"""Bounds with room for a busy machine; the measured figures are in docs/decisions/0004-rendering-by-place.md."""

import time
from collections.abc import Callable

from templates_lib.content import Pair
from templates_lib.rendering import compile_content
from templates_lib.rendering.compiler import CONTENTS
from templates_lib.rendering.template import FIELDS
from tests.templates_lib.rendering import URL, raw

BODY = """{"email": "{{ email }}", "name": "{{ first_name }} {{ last_name | default("") }}", "age": {{ age }},
  "tags": {{ tags }}, "vip": {% if vip %}true{% else %}false{% endif %}, "note": "{{ message }}"}"""
CONTENT = raw(
    BODY,
    url=f"{URL}/{{{{ user_id }}}}",
    parameters=(Pair(name="city", value="{{ city }}"),),
    headers=(Pair(name="X-Name", value="{{ first_name }}"),),
    message_text="Hi {{ first_name | default('there') }}, welcome to {{ city }}",
)
PERSON = {
    "user_id": "u-1",
    "email": "zoe@example.com",
    "first_name": "Zoë",
    "city": "São Paulo",
    "age": 7,
    "tags": ["a", 1, None],
    "vip": True,
}


def best_seconds(work: Callable[[], object]) -> float:
    """CPU time of this thread, so that other work on the machine doesn't count."""

    def once() -> float:
        started = time.thread_time()
        work()
        return time.thread_time() - started

    return min(once() for _ in range(5))


def test_compile_a_request_of_five_fields() -> None:
    def compile_anew() -> None:
        FIELDS.clear()
        CONTENTS.clear()
        compile_content(CONTENT, secret_attached=True)

    assert best_seconds(compile_anew) < 0.040


def test_render_a_thousand_requests_of_five_fields() -> None:
    compiled = compile_content(CONTENT, secret_attached=True)
    assert best_seconds(lambda: [compiled.render(PERSON) for _ in range(1000)]) < 0.200
