"""Questions that this room asks and that higher rooms answer from their ``AppConfig.ready()``."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # registered from ready(), imported before models are
    from accounts.models import Workspace


@dataclass(frozen=True)
class Use:
    """Something that needs a segment or an attribute, such as a campaign: what it is called and where it is edited."""

    label: str
    url: str


# Answers for all of the asked ids or names at once, in a number of queries that does not grow with them.
FindSegmentUses = Callable[["Workspace", Sequence[int]], Mapping[int, Sequence[Use]]]
FindAttributeUses = Callable[["Workspace", Sequence[str]], Mapping[str, Sequence[Use]]]

_segment_uses: list[FindSegmentUses] = []
_attribute_uses: list[FindAttributeUses] = []


def register_segment_uses(find_function: FindSegmentUses) -> None:
    """``find_function(workspace, segment_ids)``: what uses each segment now."""
    if find_function not in _segment_uses:
        _segment_uses.append(find_function)


def register_attribute_uses(find_function: FindAttributeUses) -> None:
    """``find_function(workspace, names)``: what reads each attribute now."""
    if find_function not in _attribute_uses:
        _attribute_uses.append(find_function)


def segment_uses(workspace: "Workspace", segment_ids: Iterable[int]) -> dict[int, list[Use]]:
    """By the segment's id; one that nothing uses has an empty list."""
    found: dict[int, list[Use]] = {segment_id: [] for segment_id in segment_ids}
    for find in _segment_uses:
        for segment_id, uses in find(workspace, list(found)).items():
            found[segment_id].extend(uses)
    return found


def attribute_uses(workspace: "Workspace", names: Iterable[str]) -> dict[str, list[Use]]:
    """By the attribute's name, the uses by their labels; one that nothing uses has an empty list."""
    found: dict[str, list[Use]] = {name: [] for name in names}
    for find in _attribute_uses:
        for name, uses in find(workspace, list(found)).items():
            found[name].extend(uses)
    return {name: sorted(uses, key=lambda use: use.label) for name, uses in found.items()}
