from collections.abc import Iterator
from typing import Any

import pytest

from tests.chromium import ARGUMENTS, find_chromium
from tests.receiver import Receiver, running_receiver


@pytest.fixture(scope="session")
def receiver_process() -> Iterator[Receiver]:
    with running_receiver() as receiver:
        yield receiver


@pytest.fixture
def receiver(receiver_process: Receiver) -> Receiver:
    """The demo receiver, having received nothing yet."""
    receiver_process.reset()
    return receiver_process


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    return {**browser_type_launch_args, "executable_path": find_chromium(), "args": ARGUMENTS}
