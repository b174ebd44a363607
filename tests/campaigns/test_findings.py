import pytest

from audience.choice import AudienceChoice
from audience.models import Attribute, Profile
from audience.rules import Group, Rule, Rules
from campaigns.findings import content_findings
from campaigns.lacking import lacking_asked, lacking_counted, lacking_words
from templates_lib.content import JsonPair, JsonPairsBody, RawBody, WebhookContent

pytestmark = pytest.mark.django_db


def findings(workspace, content, audience=None, ask=lacking_counted):
    return content_findings(workspace, content, connection=None, audience=audience, ask=ask)


def with_value(value, **parts):
    body = JsonPairsBody(pairs=(JsonPair(name="v", value=value),))
    return WebhookContent(url="https://a.example", body=body, **parts)


@pytest.fixture
def people(workspace):
    Attribute.objects.create(workspace=workspace, name="points", kind="number")
    for number, (name, attributes) in enumerate([("Ada", {}), ("", {"points": 3}), ("", {})]):
        Profile.objects.create(workspace=workspace, user_id=f"p-{number}", first_name=name, attributes=attributes)


def test_a_missing_fallback_says_how_many_people_it_concerns(workspace, people):
    [found] = findings(workspace, with_value("{{ first_name }}"), AudienceChoice())
    assert found.words == "first_name has no fallback: 2 people in the audience lack it and are skipped."
    assert (found.field, found.severity) == ("body.pairs.0.value", "warning")


def test_only_the_chosen_audience_counts(workspace, people):
    named = Rules(root=Group(items=(Rule(field="first_name", operator="is_set"),)))
    [found] = findings(workspace, with_value("{{ first_name }}"), AudienceChoice(kind="rules", rules=named))
    assert "everybody in the audience has it" in found.message


def test_an_audience_that_can_not_be_told_leaves_the_number_out(workspace, people):
    [found] = findings(workspace, with_value("{{ first_name }}"), AudienceChoice(kind="segment", segment_id=7))
    assert "the rule for missing values" in found.message


def test_one_query_counts_every_variable(workspace, people, django_assert_num_queries):
    content = with_value("{{ first_name }} {{ last_name }} {{ points }} {{ email }}")
    with django_assert_num_queries(3):  # the attributes, the counts, how many they all are
        assert len(findings(workspace, content, AudienceChoice())) == 4


@pytest.mark.parametrize(
    ("missing", "words"), [("skip", "are skipped"), ("empty", "get it empty"), ("stop", "stop the campaign")]
)
def test_the_rule_for_missing_values_is_spelled_out(missing, words):
    assert lacking_words(2, missing).endswith(words)


def test_one_person_is_not_people():
    assert lacking_words(1, "skip") == ": 1 person in the audience lacks it and is skipped"


def test_a_mistyped_name_is_told_the_right_one_instead_of_a_fallback(workspace, people):
    [found] = findings(workspace, with_value("{{ first_nam }}"), AudienceChoice())
    assert found.words == "No profile has first_nam. Everybody would be skipped. Did you mean first_name?"
    assert (found.severity, found.fix) == ("error", None)


@pytest.mark.parametrize("ask", [lacking_counted, lacking_asked])
def test_a_value_that_nobody_has_is_an_error(workspace, people, ask):
    [found] = findings(workspace, with_value("{{ last_name }}"), AudienceChoice(), ask)
    assert found.severity == "error"
    assert found.words == "Nobody in the audience has last_name, and it has no fallback: everybody would be skipped."
    [stopping] = findings(workspace, with_value("{{ last_name }}", missing="stop"), AudienceChoice(), ask)
    assert (stopping.severity, "would stop at the first person" in stopping.message) == ("error", True)
    [empty] = findings(workspace, with_value("{{ last_name }}", missing="empty"), AudienceChoice(), ask)
    assert empty.severity == "warning"
    assert findings(workspace, with_value('{{ last_name | default("") }}'), AudienceChoice(), ask) == ()


@pytest.mark.parametrize("ask", [lacking_counted, lacking_asked])
def test_what_somebody_has_or_an_empty_audience_is_no_error(workspace, people, ask):
    assert {found.severity for found in findings(workspace, with_value("{{ points }}"), AudienceChoice(), ask)} == {
        "warning"
    }
    nobody = AudienceChoice(kind="profiles", profile_ids=())
    assert {found.severity for found in findings(workspace, with_value("{{ points }}"), nobody, ask)} == {"warning"}


def test_a_launch_asks_only_until_the_first_person_with_a_value(workspace, people, django_assert_num_queries):
    with django_assert_num_queries(4):  # the attributes, is anybody there, one question a name
        findings(workspace, with_value("{{ first_name }} {{ points }}"), AudienceChoice(), lacking_asked)


@pytest.mark.parametrize(
    ("value", "path", "insert"),
    [
        ("{{ first_name }}", "first_name", ' | default("there")'),
        ("Hi {{ profile.last_name | upper }}", "profile.last_name", ' | default("")'),
        ("{{ points * 2 }}", "points", " | default(0)"),
        ('{{ profile["email"] }}', 'profile["email"]', ' | default("")'),
    ],
)
def test_the_fix_goes_right_behind_the_variable(workspace, people, value, path, insert):
    [found] = findings(workspace, with_value(value))
    assert (found.fix["path"], found.fix["insert"]) == (path, insert)
    at = found.fix["column"] - 1 + len(path)
    mended = value[:at] + insert + value[at:]
    assert findings(workspace, with_value(mended)) == ()


def test_the_fix_knows_the_line_in_a_longer_text(workspace, people):
    body = RawBody(text='{\n  "😀": "{{ last_name }}"\n}')
    [found] = findings(workspace, WebhookContent(url="https://a.example", body=body))
    assert (found.fix["line"], found.fix["column"]) == (2, 12)
