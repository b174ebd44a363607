"""A rule tree as it stands in a form: every group and rule under its own path, such as ``rules.1.0``.

Fields: ``<group>.match``; ``<rule>.field``, ``.operator``, ``.value`` and ``.input`` (what the value was typed into).
A row keeps its number while the editor is open, so numbers have gaps. Rules without a field are blank and left out.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from audience.operators import ALL_OPERATORS
from audience.rules import Group, Match, Operator, Rule, Rules

ROOT = "rules"
# As deep as rules may be stored; the editor itself stops earlier.
_ROW = re.compile(r"rules((?:\.[0-9]{1,6}){1,6})\.(?:field|match)")


@dataclass(frozen=True)
class RuleNode:
    path: str
    field: str = ""
    operator: Operator = "is"
    value: str = ""
    # Empty where no value was asked for yet.
    typed_into: str = ""


@dataclass(frozen=True)
class GroupNode:
    path: str
    match: Match = "all"
    items: "tuple[RuleNode | GroupNode, ...]" = ()


Node = RuleNode | GroupNode


def tree_of(rules: Rules) -> GroupNode:
    """Stored rules, numbered from 0 in each group."""
    return _group_of(rules.root, ROOT)


def _group_of(group: Group, path: str) -> GroupNode:
    items = (_node_of(item, f"{path}.{number}") for number, item in enumerate(group.items))
    return GroupNode(path, group.match, tuple(items))


def _node_of(item: Rule | Group, path: str) -> Node:
    if isinstance(item, Group):
        return _group_of(item, path)
    return RuleNode(path, item.field, item.operator, item.value)


def tree_posted(data: Mapping[str, str]) -> GroupNode:
    """The tree of a posted editor, as typed."""
    numbers: dict[str, set[int]] = {}
    for key in data:
        found = _ROW.fullmatch(key)
        if found:
            parent, _, number = f"{ROOT}{found[1]}".rpartition(".")
            numbers.setdefault(parent, set()).add(int(number))
    return _group_posted(data, ROOT, numbers)


def _group_posted(data: Mapping[str, str], path: str, numbers: Mapping[str, set[int]]) -> GroupNode:
    items: list[Node] = []
    for number in sorted(numbers.get(path, ())):
        inner = f"{path}.{number}"
        is_group = f"{inner}.match" in data
        items.append(_group_posted(data, inner, numbers) if is_group else _rule_posted(data, inner))
    return GroupNode(path, "any" if data.get(f"{path}.match") == "any" else "all", tuple(items))


def _rule_posted(data: Mapping[str, str], path: str) -> RuleNode:
    operator = data.get(f"{path}.operator", "is")
    return RuleNode(
        path=path,
        field=data.get(f"{path}.field", ""),
        operator=operator if operator in ALL_OPERATORS else "is",
        value=data.get(f"{path}.value", ""),
        typed_into=data.get(f"{path}.input", ""),
    )


def rules_of(tree: GroupNode) -> Rules:
    """What the tree means: blank rules and empty groups left out. A value may still be missing."""
    return Rules(root=_stored(tree))


def _stored(group: GroupNode) -> Group:
    items = (
        _stored(node)
        if isinstance(node, GroupNode)
        else Rule(field=node.field, operator=node.operator, value=node.value)
        for node in _kept(group)
    )
    return Group(match=group.match, items=tuple(items))


def _kept(group: GroupNode) -> list[Node]:
    return [node for node in group.items if (_kept(node) if isinstance(node, GroupNode) else node.field)]


def form_path(tree: GroupNode, stored: str) -> str:
    """Where the form has what stands at a path of ``rules_of(tree)``, such as ``rules.2.value``."""
    node: Node = tree
    parts = stored.split(".")[1:]
    while parts and parts[0].isdecimal() and isinstance(node, GroupNode):
        node = _kept(node)[int(parts.pop(0))]
    return ".".join([node.path, *parts])


def leaves(node: Node) -> Iterator[RuleNode]:
    """The rules below, from top to bottom."""
    if isinstance(node, RuleNode):
        yield node
    else:
        for item in node.items:
            yield from leaves(item)


def with_rule(tree: GroupNode, path: str) -> tuple[GroupNode, str]:
    """The tree with a blank rule at the end of the group at ``path``, and where that is."""
    added = _next_path(tree, path)
    return _changed(tree, path, lambda group: (*group.items, RuleNode(added))), added


def with_group(tree: GroupNode, path: str) -> tuple[GroupNode, str]:
    """The same with a group that holds a blank rule. It matches the other way round: the same way would add nothing."""
    added = _next_path(tree, path)

    def change(group: GroupNode) -> tuple[Node, ...]:
        match: Match = "any" if group.match == "all" else "all"
        return (*group.items, GroupNode(added, match, (RuleNode(f"{added}.0"),)))

    return _changed(tree, path, change), f"{added}.0"


def without(tree: GroupNode, path: str) -> tuple[GroupNode, str]:
    """The tree without a rule or group, and the rule that stands in its place now. A group that is empty goes, too."""
    parent = path.rpartition(".")[0]
    group = find_group(tree, parent)
    if group is None or path == ROOT:
        return tree, ""
    places = [node.path for node in group.items]
    left = tuple(node for node in group.items if node.path != path)
    if not left and parent != ROOT:
        return without(tree, parent)
    after = left[min(places.index(path), len(left) - 1)] if left and path in places else None
    focus = next(leaves(after), None) if after else None
    return _changed(tree, parent, lambda _: left), focus.path if focus else ""


def find_group(tree: GroupNode, path: str) -> GroupNode | None:
    if tree.path == path:
        return tree
    below = (find_group(node, path) for node in tree.items if isinstance(node, GroupNode))
    return next((found for found in below if found), None)


def _next_path(tree: GroupNode, path: str) -> str:
    group = find_group(tree, path)
    numbers = [int(node.path.rpartition(".")[2]) for node in group.items] if group else []
    return f"{path}.{max(numbers, default=-1) + 1}"


def _changed(group: GroupNode, path: str, change: Callable[[GroupNode], tuple[Node, ...]]) -> GroupNode:
    if group.path == path:
        return replace(group, items=change(group))
    items = (_changed(node, path, change) if isinstance(node, GroupNode) else node for node in group.items)
    return replace(group, items=tuple(items))
