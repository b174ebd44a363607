"""Templates are untrusted code: known ways out of a sandbox, and ways to waste its time and memory."""

import datetime
import gc
import resource
import time
from typing import Any

import pytest

from templates_lib.content import FormBody, Pair, WebhookContent
from templates_lib.rendering import RenderProblem, compile_content, limits
from templates_lib.rendering.budget import Budget
from templates_lib.rendering.failures import BudgetExceeded, RenderFailure, TemplateRefused
from templates_lib.rendering.worktime import work_time
from tests.templates_lib.rendering import raw, refused, render_field

SECRET = "s3cr3t-value"


class Guarded:
    """An object that should not be in a context, with things worth stealing."""

    token = SECRET

    def reveal(self) -> str:
        return SECRET


NAMES = [
    *("self", "cycler", "joiner", "lipsum", "config", "request", "settings", "g", "session", "url_for"),
    *("get_flashed_messages", "app", "__builtins__", "__import__", "open", "eval", "exec", "environment"),
    *("context", "resolve", "undefined", "missing", "caller", "super", "varargs", "kwargs", "budget"),
]
ATTRIBUTES = [
    *("__class__", "__mro__", "__bases__", "__base__", "__subclasses__", "__init__", "__globals__", "__dict__"),
    *("__getattribute__", "__reduce__", "__reduce_ex__", "__module__", "__doc__", "__code__", "__closure__"),
    *("__func__", "__self__", "__builtins__", "func_globals", "gi_frame", "gi_code", "cr_frame", "f_globals"),
    *("f_builtins", "f_back", "tb_frame", "ag_frame", "mro", "token", "reveal", "format", "format_map", "encode"),
    *("_undefined_name", "_fail_with_undefined_error", "environment", "budget", "parent", "vars", "get_all"),
]
VALUES = ["x", "{}", "range(2)", "namespace(a=1)", "missing", "now", "obj", "loop"]
WAYS = ["{{ %s.%s }}", "{{ %s['%s'] }}", "{{ %s | map(attribute='%s') }}"]


def attempt(source: str) -> str:
    """What a template gets to see of the inside."""
    values = {"x": ["text"], "obj": Guarded(), "now": time, "order": {"a": 1}}
    try:
        return render_field("text", f"{{% for i in [1] %}}{source}{{% endfor %}}", values, missing="empty")
    except (TemplateRefused, RenderFailure):
        return ""


@pytest.mark.parametrize("attribute", ATTRIBUTES)
def test_no_attribute_of_the_inside(attribute: str) -> None:
    for value in VALUES:
        for way in WAYS:
            assert attempt(way % (value, attribute)) in ("", "[]", '[""]', "[null]", "[null,null]"), (way, value)


@pytest.mark.parametrize("name", NAMES)
def test_no_name_of_the_inside(name: str) -> None:
    assert attempt(f"{{{{ {name} }}}}") == ""
    assert attempt(f"{{{{ {name}() }}}}") == ""


ATTACKS = [
    "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "{{ [].__class__.__base__.__subclasses__()[40]('/etc/passwd').read() }}",
    "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
    "{{ lipsum.__globals__['os'].popen('id').read() }}",
    "{{ self.__init__.__globals__.__builtins__ }}",
    "{{ self._TemplateReference__context.cycler }}",
    "{{ x | attr('__class__') }}",
    "{{ x | map('attr', '__class__') | list }}",
    "{{ x | map(attribute='__class__.__name__') | list }}",
    "{{ x | selectattr('__class__') | list }}",
    "{{ x | sort(attribute='__class__') }}",
    "{{ x | sum(attribute='__class__') }}",
    "{{ x | map('__method', 'format') }}",
    "{{ x | map('format', 1) | list }}",
    "{{ ['{0.__class__}'] | map('format', 1) | list }}",
    "{{ '{0.__class__}'.format(1) }}",
    "{{ '%s' | format(x) }}",
    "{{ '%(a)s' % {'a': x} }}",
    "{{ ''.join }}",
    "{{ namespace.__init__ }}",
    "{{ namespace(__class__=1).__class__ }}",
    "{% set n = namespace() %}{% set n.__class__ = x %}{{ n.__class__ }}",
    "{{ loop.__class__ }}{{ loop._iterator }}{{ loop.cycle.__globals__ }}",
    "{{ loop.cycle.__self__ }}{{ loop._undefined }}",
    "{{ range.__class__ }}{{ range(1).__class__ }}",
    "{{ now.sys }}{{ now.sleep(1) }}",
    "{{ obj }}{{ obj.token }}{{ obj.reveal() }}{{ obj['token'] }}",
    "{{ obj | string }}{{ obj | tojson }}",
    "{{ x.append('a') }}{{ x.pop() }}{{ order.update({}) }}{{ order.clear() }}",
    "{% for k in order.keys().mapping %}{{ k }}{% endfor %}",
    "{{ order.items().__class__ }}",
    "{% import 'os' as os %}",
    "{% include '/etc/passwd' %}",
    "{% from 'a' import b with context %}",
    "{{ caller() }}{{ super() }}",
    "{% macro f() %}{{ varargs }}{% endmacro %}{{ f() }}",
    "{% call(a) f() %}{% endcall %}",
    "{{ x | tojson | safe }}",
    "{{ x is filter }}",
    "{{ x is callable }}{{ x is sameas x }}",
    "{{ debug }}{% debug %}",
    "{{ dict(a=1) }}{{ cycler('a') }}{{ joiner() }}",
    "{{ x | __stored_text((1, 2, 'a')) }}",
    "{{ (x | map('upper')).__next__ }}",
    "{{ undefined.__class__ }}{{ undefined._undefined_obj }}",
    "{{ true.__class__ }}{{ 1.0.__class__ }}{{ none.__class__ }}",
    "{{ 5 | currency('EUR', language='../../../etc/passwd') }}{{ now | date(zone='/etc/passwd') }}",
    "{{ '2026-01-31' | date(\"'%(__class__)s' y\") }}{{ x | number(language=obj) }}",
    "{{ ({}.get).__self__ }}{{ 'a'.upper.__self__ }}",
]


@pytest.mark.parametrize("source", ATTACKS)
def test_known_attack(source: str) -> None:
    shown = attempt(source)
    for word in (SECRET, "class", "object", "root:", "uid=", "<", "function", "module"):
        assert word not in shown


def test_values_are_not_changed() -> None:
    values: dict[str, Any] = {"x": [1, 2], "d": {"a": 1}}
    render_field("text", "{% set x = x + [3] %}{% set d = {} %}{{ x | reverse }}{{ x | sort }}{{ d }}", values)
    assert values == {"x": [1, 2], "d": {"a": 1}}


BOMBS = {
    "loops": "{% for a in range(9999) %}{% for b in range(9999) %}{% endfor %}{% endfor %}",
    "loops that write": "{% for a in range(9999) %}" + "x" * 5000 + "{% endfor %}",
    "stored loops": "{% set t %}{% for a in range(9999) %}" + "x" * 5000 + "{% endfor %}{% endset %}",
    "stored values": "{% set t %}{% for a in range(9999) %}{{ big }}{% endfor %}{% endset %}",
    "loops over text": "{% for a in big %}{% for b in big %}{% endfor %}{% endfor %}",
    "values": "{{ big }}" * 100,
    "range": "{{ range(10 ** 9) }}",
    "range list": "{{ range(10 ** 9) | list }}",
    "text times": "{{ 'a' * 999999999 }}",
    "list times": "{{ [1] * 999999999 }}",
    "power": "{{ 9 ** 99999999 }}",
    "power tower": "{{ 9 ** 9 ** 9 }}",
    "negative power": "{{ (-2) ** 0.5 }}",
    "product": "{% set n = namespace(v=9) %}{% for a in range(99) %}{% set n.v = n.v * n.v %}{% endfor %}",
    "doubling text": "{% set n = namespace(v='ab') %}{% for a in range(99) %}{% set n.v = n.v ~ n.v %}{% endfor %}",
    "adding text": "{% set n = namespace(v='ab') %}{% for a in range(99) %}{% set n.v = n.v + n.v %}{% endfor %}",
    "doubling list": "{% set n = namespace(v=[1]) %}{% for a in range(99) %}{% set n.v = n.v + n.v %}{% endfor %}",
    "nesting list": "{% set n = namespace(v=[1]) %}{% for a in range(99) %}{% set n.v = [n.v, n.v] %}{% endfor %}",
    "objects": "{% set n = namespace(v={}) %}{% for a in range(99) %}{% set n.v = {1: n.v, 2: n.v} %}{% endfor %}",
    "nesting tuple": "{% set n = namespace(v=(1,)) %}{% for a in range(99) %}{% set n.v = (n.v, n.v) %}{% endfor %}",
    "replace": "{{ big | replace('a', big) }}",
    "replace method": "{{ big.replace('a', big) }}",
    "replace nothing": "{{ big.replace('', big) }}",
    "join": "{{ range(19999) | join(big) }}",
    "date width": "{{ now.strftime('%999999999d') }}",
    "date format": "{{ now.strftime(big) }}",
    "date pattern": "{{ now | date(big) }}",
    "date patterns": "{% for a in range(9999) %}{% set x = now | date('EEEE d MMMM y zzzz') %}{% endfor %}",
    "numbers": "{% for a in range(9999) %}{% set x = a | number(15) %}{% endfor %}",
    "number of digits": "{{ 9 ** 75 | number }}",
    "decimals": "{{ 5 | number(deep | length * 99999999) }}",
    "amounts": "{% for a in range(9999) %}{% set x = a | currency('EUR') %}{% endfor %}",
    "many dates": "{% set n = [now] * 9999 %}{{ n | map('date', 'full') | join }}",
    "language": "{{ now | date(language=big) }}",
    "truncate": "{{ big | truncate(999999999) | replace('a', big) }}",
    "round": "{{ 1.5 | round(999999999) }}",
    "json": "{% for a in range(9999) %}{{ wide | tojson }}{% endfor %}",
    "nested json": "{{ ('[' * 100000) | from_json }}",
    "deep value": "{{ deep }}",
    "huge value": "{{ huge }}",
    "wide value": "{{ wide + wide }}",
    "sorting": "{% for a in range(9999) %}{% set x = wide | sort %}{% endfor %}",
    "mapping": "{% for a in range(9999) %}{% set x = wide | map('upper') %}{% endfor %}",
    "text operations": "{% for a in range(19999) %}{% set x = (big | upper | lower | title) %}{% endfor %}",
    "searching": "{% for a in range(19999) %}{% set x = big.find('ab') + big.count('ab') %}{% endfor %}",
    "comparing": "{% for a in range(19999) %}{% if big ~ 'a' == big ~ 'b' %}{% endif %}{% endfor %}",
    "splitting": "{% for a in range(19999) %}{% set x = big.split('a') %}{% endfor %}",
    "groups of loops": "{% for a in range(999) %}{% for b in range(99) %}{{ loop.changed(b) }}{% endfor %}{% endfor %}",
}
deep: list[Any] = []
for _ in range(5000):
    deep = [deep]


@pytest.mark.parametrize("name", BOMBS)
def test_bomb(name: str) -> None:
    values = {
        "big": "a" * 20_000,
        "wide": ["a"] * 15_000,
        "huge": [1] * 30_000,
        "deep": deep,
        "now": datetime.datetime(2026, 1, 1),
    }
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = work_time()
    problem = refused(raw(BOMBS[name], "text/plain"), **values)
    spent = work_time() - started
    assert problem.kind in ("budget", "invalid")
    assert spent < 1.0
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000


def test_a_garbage_collection_is_nobodys_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_SECONDS", 0.02)
    alive = [[number] for number in range(500_000)]
    budget = Budget(send_empty=False)
    gc.collect()
    budget.step()
    worked_until = work_time() + 0.03
    while work_time() < worked_until:
        pass
    with pytest.raises(BudgetExceeded, match="takes longer than 20 ms"):
        budget.step()
    assert len(alive) == 500_000


def test_budget_is_for_the_whole_request() -> None:
    loop = "{% for a in range(999) %}{% endfor %}"
    content = WebhookContent(url="https://a.example.com", body=FormBody(pairs=(Pair(name="a", value=loop),) * 50))
    result = compile_content(content, secret_attached=True).render({})
    assert isinstance(result, RenderProblem)
    assert (result.kind, result.field) == ("budget", "body.pairs.20.value")
