import pytest

from audience.attributes import Kind
from audience.fields import Field
from audience.rules import Group, Rule, Rules
from audience.sentences import rules_sentence

AGE = Rule(field="attributes.age", operator="greater", value="30")
VIP = Rule(field="attributes.vip", operator="is_true")
COUNTRY = Rule(field="country", operator="is", value="DE")


def test_nested_groups_get_brackets():
    tree = Rules(root=Group(items=(COUNTRY, Group(match="any", items=(AGE, VIP)), Group())))
    assert rules_sentence(tree) == "People whose Country is “DE” and (age is greater than 30 or vip is true)"


def test_values_stand_where_they_belong():
    tree = Rules(
        root=Group(
            match="any",
            items=(
                Rule(field="country", operator="one_of", value="DE, AT"),
                Rule(field="attributes.joined", operator="in_last_days", value="7"),
                Rule(field="created_at", operator="more_days_ago", value="30"),
                Rule(field="attributes.born", operator="anniversary"),
            ),
        )
    )
    assert rules_sentence(tree) == (
        "People whose Country is one of “DE”, “AT” or joined is in the last 7 days "
        "or Added is more than 30 days ago or born is today in any year"
    )


KINDS: dict[str, Kind] = {"attributes.points": "number", "attributes.born": "date", "attributes.code": "text"}
FIELDS = {name: Field(name, name.removeprefix("attributes."), kind) for name, kind in KINDS.items()}


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (Rule(field="attributes.points", operator="at_least", value="100"), "points is at least 100"),
        (Rule(field="attributes.points", operator="is", value="-1.5"), "points is -1.5"),
        (Rule(field="attributes.points", operator="one_of", value="1, 2"), "points is one of 1, 2"),
        (Rule(field="attributes.points", operator="is", value="many"), "points is “many”"),
        (Rule(field="attributes.born", operator="before", value="2000-01-31"), "born is before 2000-01-31"),
        (Rule(field="attributes.born", operator="is", value="soon"), "born is “soon”"),
        (Rule(field="attributes.code", operator="is", value="100"), "code is “100”"),
        (Rule(field="attributes.code", operator="contains", value="2000-01-31"), "code contains “2000-01-31”"),
        (Rule(field="attributes.points", operator="at_least"), "points is at least “”"),
    ],
)
def test_text_stands_in_quotation_marks_numbers_and_dates_without(rule, words):
    assert rules_sentence(Rules(root=Group(items=(rule,))), FIELDS) == f"People whose {words}"


def test_attributes_are_called_what_people_call_them():
    fields = {"attributes.tags": Field("attributes.tags", "Interests", "list")}
    tree = Rules(root=Group(items=(Rule(field="attributes.tags", operator="not_contains", value="golf"),)))
    assert rules_sentence(tree, fields) == "People whose Interests has not “golf”"


def test_no_rules_are_everyone():
    assert rules_sentence(Rules()) == rules_sentence(Rules(root=Group(items=(Group(),)))) == "Everyone"
