from audience.fields import Field
from audience.rules import Group, Rule, Rules
from audience.sentences import rules_sentence

AGE = Rule(field="attributes.age", operator="greater", value="30")
VIP = Rule(field="attributes.vip", operator="is_true")
COUNTRY = Rule(field="country", operator="is", value="DE")


def test_nested_groups_get_brackets():
    tree = Rules(root=Group(items=(COUNTRY, Group(match="any", items=(AGE, VIP)), Group())))
    assert rules_sentence(tree) == "People whose Country is “DE” and (age is greater than “30” or vip is true)"


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


def test_attributes_are_called_what_people_call_them():
    fields = {"attributes.tags": Field("attributes.tags", "Interests", "list")}
    tree = Rules(root=Group(items=(Rule(field="attributes.tags", operator="not_contains", value="golf"),)))
    assert rules_sentence(tree, fields) == "People whose Interests has not “golf”"


def test_no_rules_are_everyone():
    assert rules_sentence(Rules()) == rules_sentence(Rules(root=Group(items=(Group(),)))) == "Everyone"
