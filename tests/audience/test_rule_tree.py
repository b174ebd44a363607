import pytest

from audience.rule_tree import (
    find_group,
    form_path,
    leaves,
    rules_of,
    tree_of,
    tree_posted,
    with_group,
    with_rule,
    without,
)
from audience.rules import Group, Rule, Rules

POSTED = {
    "rules.match": "all",
    "rules.3.field": "",
    "rules.5.field": "country",
    "rules.5.value": "DE",
    "rules.7.match": "any",
    "rules.7.0.field": "email",
    "rules.7.0.operator": "is_set",
    "rules.7.2.match": "all",
    "rules.7.2.0.field": "phone",
    "rules.7.2.0.operator": "drop table",
    "rules.9.match": "any",
    "rules.9.0.field": "",
}


def paths(tree):
    return [rule.path for rule in leaves(tree)]


def test_blank_rules_and_empty_groups_are_left_out():
    phone = Group(items=(Rule(field="phone", operator="is"),))
    group = Group(match="any", items=(Rule(field="email", operator="is_set"), phone))
    country = Rule(field="country", operator="is", value="DE")
    assert rules_of(tree_posted(POSTED)) == Rules(root=Group(items=(country, group)))


def test_what_is_stored_is_found_again_in_the_form():
    tree = tree_posted(POSTED)
    assert form_path(tree, "rules.0.value") == "rules.5.value"
    assert form_path(tree, "rules.1.1.0.field") == "rules.7.2.0.field"
    assert form_path(tree, "rules.1") == "rules.7"
    assert form_path(tree, "rules") == "rules"


def test_a_stored_tree_comes_back_as_it_was():
    rule = Rule(field="country", operator="is", value="DE")
    rules = Rules(root=Group(match="any", items=(rule, Group(items=(rule, Group(match="any", items=(rule,)))))))
    assert rules_of(tree_of(rules)) == rules


@pytest.mark.parametrize(
    ("edit", "path", "expected", "focus"),
    [
        (with_rule, "rules", "3 5 7.0 7.2.0 9.0 10", "rules.10"),
        (with_rule, "rules.7.2", "3 5 7.0 7.2.0 7.2.1 9.0", "rules.7.2.1"),
        (with_group, "rules.7", "3 5 7.0 7.2.0 7.3.0 9.0", "rules.7.3.0"),
        (without, "rules.5", "3 7.0 7.2.0 9.0", "rules.7.0"),
        (without, "rules.7", "3 5 9.0", "rules.9.0"),
        (without, "rules.9.0", "3 5 7.0 7.2.0", "rules.7.0"),
        (without, "rules.7.2.0", "3 5 7.0 9.0", "rules.7.0"),
        (without, "rules.77", "3 5 7.0 7.2.0 9.0", ""),
    ],
)
def test_rules_and_groups_come_and_go(edit, path, expected, focus):
    tree, place = edit(tree_posted(POSTED), path)
    assert [rule.removeprefix("rules.") for rule in paths(tree)] == expected.split()
    assert place == focus


def test_a_new_group_matches_the_other_way_round():
    tree, place = with_group(tree_posted(POSTED), "rules")
    made = find_group(tree, place.rpartition(".")[0])
    assert made is not None
    tree, place = with_group(tree, made.path)
    deeper = find_group(tree, place.rpartition(".")[0])
    assert deeper is not None
    assert (tree.match, made.match, deeper.match) == ("all", "any", "all")


def test_nobody_posts_groups_without_end():
    deep = "rules" + ".0" * 40
    assert paths(tree_posted({f"{deep}.field": "country", "rules.1.field": "email"})) == ["rules.1"]
