"""Where libfaketime is looked for, and that its lack can't be overlooked."""

from pathlib import Path

import pytest

from tests.faketime import faketime_or_skip, find_faketime


@pytest.mark.parametrize(
    ("machine", "folder"),
    [
        ("x86_64", "usr/lib/x86_64-linux-gnu"),
        ("aarch64", "usr/lib/aarch64-linux-gnu"),
        ("aarch64", "usr/lib64"),
        ("aarch64", "usr/local/lib"),
    ],
)
def test_it_is_found_where_packages_put_it(tmp_path: Path, machine: str, folder: str) -> None:
    library = tmp_path / folder / "faketime" / "libfaketime.so.1"
    library.parent.mkdir(parents=True)
    library.touch()
    assert find_faketime(root=tmp_path, machine=machine, environment={}) == library


def test_another_architecture_s_is_of_no_use(tmp_path: Path) -> None:
    library = tmp_path / "usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1"
    library.parent.mkdir(parents=True)
    library.touch()
    assert find_faketime(root=tmp_path, machine="aarch64", environment={}) is None


def test_a_path_that_is_named_is_taken(tmp_path: Path) -> None:
    assert find_faketime(root=tmp_path, environment={"FAKETIME_LIBRARY": "/opt/f.so"}) == Path("/opt/f.so")


def test_without_it_the_test_is_skipped_and_fails_in_continuous_integration() -> None:
    with pytest.raises(pytest.skip.Exception, match="apt-get install libfaketime"):
        faketime_or_skip(None, environment={})
    with pytest.raises(pytest.fail.Exception, match="apt-get install libfaketime"):
        faketime_or_skip(None, environment={"CI": "true"})
