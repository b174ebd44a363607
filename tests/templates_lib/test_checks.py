from templates_lib.checks import check_content, variables
from templates_lib.content import JsonPair, JsonPairsBody, Pair, WebhookContent
from tests.templates_lib.rendering import URL, raw

ORDER = """{"a": "{{ profile.frist_name }}", "b": "{{ city | default('x') | upper }}",
  {% if vip %}"v": {{ vip }},{% endif %} "u": "{{ mail | upper | default('x') }}",
  {% if not phone %}{% skip x ~ "" %}{% endif %}
  "o": [{% for i in order.lines %}"{{ i.sku }}"{{ "," if not loop.last }}{% endfor %}], "z": "{{ phone or 'n' }}",
  "s": "{% set t = street %}{{ t }}", "w": "{{ 'w' if web == 'a' else web | d('b') }}", "c": "{{ campaign.name }}"}"""


def words(content: WebhookContent, **options: object) -> list[tuple[str, str, str]]:
    found = check_content(content, secret_attached=True, **options)  # type: ignore[arg-type]
    return [(problem.field, problem.severity, f"{problem.message} {problem.hint}") for problem in found]


def test_variables_and_their_fallbacks() -> None:
    found = variables(raw(ORDER, message_text="{{ hi }}"))
    needed = {variable.name for variable in found if not variable.has_fallback}
    assert needed == {"hi", "frist_name", "mail", "order.lines", "order.lines.[].sku", "street"}
    assert {variable.name for variable in found} - needed == {"city", "vip", "phone", "x", "web"}
    first = next(variable for variable in found if variable.name == "frist_name")
    assert (first.field, first.line, first.column) == ("body.text", 1, 11)


def test_variables_of_content_with_mistakes() -> None:
    content = WebhookContent(url="{{ broken", parameters=(Pair(name="a", value="{{ b }}"),))
    assert [variable.name for variable in variables(content)] == ["b"]


def test_unknown_name() -> None:
    found = words(raw(ORDER), known_names=["first_name", "city", "order", "mail"])
    unknown = [text for _, _, text in found if text.startswith("No profile has frist_name")]
    assert unknown == ["No profile has frist_name. Did you mean first_name?"]
    assert not any("No profile has order" in text for _, _, text in found)


def test_clean_content() -> None:
    content = raw(
        '{"a": "{{ message }}", "b": "{{ first_name | default(\'\') }}"}',
        message_text="Hi",
        url=f"{URL}/{{{{ user_id }}}}",
    )
    assert check_content(content, secret_attached=True, known_names=["first_name", "user_id"]) == ()


def test_message_written_but_not_placed() -> None:
    (found,) = words(raw("{}", message_text="Hi"))
    assert found[:2] == ("message_text", "warning")
    assert "not placed" in found[2]


def test_message_placed_but_empty() -> None:
    body = JsonPairsBody(pairs=(JsonPair(name="m", value="{{ message }}"),))
    (found,) = words(WebhookContent(url=URL, body=body))
    assert found[:2] == ("body.pairs.0.value", "warning")
    assert "empty" in found[2]


def test_message_in_a_field_with_a_mistake_counts_as_placed() -> None:
    (found,) = words(raw('{"m": "{{ message }}"', message_text="Hi"))
    assert found[1] == "error"


def test_secrets_typed_by_hand() -> None:
    headers = (
        Pair(name="Authorization", value="Basic {{ x | d(1) }}"),
        Pair(name="X-Api-Key", value="abc"),
        Pair(name="X-Custom", value="Bearer abcdefghij"),
        Pair(name="X-Plain", value="hello"),
    )
    found = words(
        WebhookContent(url=f"{URL}?access_token=abc", headers=headers, parameters=(Pair(name="token", value="t"),))
    )
    fields = [field for field, severity, text in found if "looks like a secret" in text and severity == "warning"]
    assert fields == ["headers.1.value", "headers.2.value", "parameters.0.value", "url"]


def test_no_fallback() -> None:
    (found,) = words(raw('\n{"a": {{ age }}}'))
    assert found == (
        "body.text",
        "warning",
        "age has no fallback: the rule for missing values applies to people without it. "
        'Give one: {{ age | default("…") }}.',
    )


def test_extra_comma() -> None:
    (found,) = words(raw("[{% for i in x | d([]) %}{{ i }},{% endfor %}]"))
    assert found[:2] == ("body.text", "warning")
    assert "comma too many" in found[2]
