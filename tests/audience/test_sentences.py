from audience.rules import Group, Rule, Rules
from audience.sentences import rules_sentence

AGE = Rule(field="attributes.age", operator="greater", value="30")
VIP = Rule(field="attributes.vip", operator="is_true")
COUNTRY = Rule(field="country", operator="is", value="DE")


def test_nested_groups_get_brackets():
    tree = Rules(root=Group(items=(COUNTRY, Group(match="any", items=(AGE, VIP)), Group())))
    assert rules_sentence(tree) == "People whose Country is “DE” and (age is greater than “30” or vip is true)"


def test_no_rules_are_everyone():
    assert rules_sentence(Rules()) == rules_sentence(Rules(root=Group(items=(Group(),)))) == "Everyone"
