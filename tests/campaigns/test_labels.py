import pytest

from campaigns.labels import labels_check, labels_posted, labels_read
from webhooks_platform.base.errors import InvalidInput


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
    assert labels_read(text) == labels


@pytest.mark.parametrize("labels", [["x" * 31], [""], ["a,b"], ["a\nb"], [str(number) for number in range(11)]])
def test_labels_that_can_not_be_kept(labels):
    with pytest.raises(InvalidInput) as caught:
        labels_check(labels)
    assert caught.value.field == "labels"


def test_a_form_without_the_field_changes_no_labels():
    assert labels_posted({"name": "A"}) == {}
    assert labels_posted({"labels": ""}) == {"labels": []}
