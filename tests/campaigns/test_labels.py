import pytest

from campaigns.labels import labels_check, labels_posted
from webhooks_platform.base.errors import InvalidInput
from webhooks_platform.base.words import words_listed


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("", []),
        ("VIP", ["VIP"]),
        (" win-back ,, spring  sale,", ["win-back", "spring sale"]),
        ("vip, VIP, Vip", ["vip"]),
    ],
)
def test_labels_are_read_from_a_text(text, labels):
    assert words_listed(text) == labels


@pytest.mark.parametrize("labels", [["x" * 31], [""], ["a,b"], ["a\nb"], [str(number) for number in range(11)]])
def test_labels_that_can_not_be_kept(labels):
    with pytest.raises(InvalidInput) as caught:
        labels_check(labels)
    assert caught.value.field == "labels"


def test_a_form_without_the_field_changes_no_labels():
    assert labels_posted({"name": "A"}) == {}
    assert labels_posted({"labels": ""}) == {"labels": []}
