import pytest

from channels.errors import ConnectionInvalid
from channels.statuses import Ranges, statuses_read, statuses_text


@pytest.mark.parametrize(
    ("text", "ranges"),
    [
        ("200-299", ((200, 299),)),
        ("2xx", ((200, 299),)),
        ("304, 200 – 204", ((200, 204), (304, 304))),
        ("200,201,202", ((200, 202),)),
        ("200-299, 250-310", ((200, 310),)),
        ("2XX,,", ((200, 299),)),
    ],
)
def test_statuses_are_read_as_ranges(text: str, ranges: Ranges) -> None:
    assert statuses_read(text) == ranges


@pytest.mark.parametrize("text", ["", ",", "20", "600", "99", "200-", "299-200", "2x", "ok", "200;201", "2xx-3xx"])
def test_what_is_no_status_is_refused(text: str) -> None:
    with pytest.raises(ConnectionInvalid) as refused:
        statuses_read(text)
    assert refused.value.field == "statuses"


def test_ranges_are_written_as_they_are_read() -> None:
    assert statuses_read(statuses_text(((200, 204), (304, 304)))) == ((200, 204), (304, 304))
