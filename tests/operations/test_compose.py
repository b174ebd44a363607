"""The containers' files by what they say. Their commands are run in test_compose_commands.py."""

import re
from itertools import chain

import pytest
from django.conf import settings

from channels.policy import SendPolicy
from delivery.tasks import SHUTDOWN_WAITS
from tests.docs.pages import blocks
from tests.operations.image import COMPOSE, DOCKERFILE, PROGRAMS, ROOT, SERVERS, SERVICES, copied, image_settings
from webhooks_platform.embedded.application import LANES_STOP_WITHIN, plan_application

OPERATOR = ROOT / "docs" / "guide" / "operator.md"
# Python's own, not the product's.
OF_PYTHON = {"PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE", "PYTHONUTF8"}
SECRETS = {"SECRET_KEY_FILE", "ENCRYPTION_KEYS_FILE", "DATABASE_URL_FILE", "REDIS_URL_FILE"}


def test_the_image_takes_every_room() -> None:
    rooms = {name for name in settings.INSTALLED_APPS if (ROOT / name).is_dir()}
    assert {*rooms, "outbound", "webhooks_platform", "manage.py", "docs", "requirements/base.txt"} == set(copied())


def test_what_is_copied_is_not_ignored() -> None:
    allowed = re.findall(r"^!(.+)$", (ROOT / ".dockerignore").read_text(), re.MULTILINE)
    assert sorted(allowed) == sorted(copied())
    assert (ROOT / ".dockerignore").read_text().splitlines()[1] == "*"


def test_the_image_is_built_in_stages_and_runs_without_rights() -> None:
    stages = DOCKERFILE.split("\nFROM ")[1:]
    assert len(stages) == 2
    assert "--require-hashes" in stages[0]
    assert re.search(r"^USER [1-9]\d*$", stages[-1], re.MULTILINE)
    assert "pip install" not in stages[-1]


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_takes_its_secrets_from_files(name: str) -> None:
    service = PROGRAMS[name]
    given = {variable for variable in service["environment"] if variable.endswith("_FILE") and variable in SECRETS}
    assert given == SECRETS
    files = {service["environment"][variable].removeprefix("/run/secrets/") for variable in given}
    assert files == set(service["secrets"]) <= set(COMPOSE["secrets"])


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_waits_for_servers_and_can_do_little(name: str) -> None:
    service = PROGRAMS[name]
    conditions = {needed: way["condition"] for needed, way in service["depends_on"].items()}
    migrated = {} if name == "migrate" else {"migrate": "service_completed_successfully"}
    assert conditions == {"postgres": "service_healthy", "valkey": "service_healthy", **migrated}
    assert (service["read_only"], service["cap_drop"]) == (True, ["ALL"])


def test_everything_that_stays_has_a_health_check() -> None:
    assert {name for name, service in SERVICES.items() if "healthcheck" not in service} == {"migrate"}


def test_servers_are_reached_by_the_product_alone() -> None:
    assert COMPOSE["networks"]["servers"] == {"internal": True}
    for name in SERVERS:
        assert SERVICES[name]["networks"] == ["servers"]
        assert "ports" not in SERVICES[name]


def test_settings_are_those_that_the_docs_list() -> None:
    listed = set(re.findall(r"`([A-Z_]{4,})`", (ROOT / "docs" / "settings.md").read_text()))
    given = set(image_settings()) | set(chain.from_iterable(service["environment"] for service in PROGRAMS.values()))
    assert {name.removesuffix("_FILE") if name in SECRETS else name for name in given} - OF_PYTHON <= listed


def test_variables_of_the_file_are_in_the_guide() -> None:
    variables = set(re.findall(r"(?<!\$)\$\{(\w+)", (ROOT / "docker-compose.yml").read_text()))
    text = OPERATOR.read_text()
    assert variables
    assert [name for name in variables if f"`{name}`" not in text] == []


def test_the_pages_start_as_the_image_does() -> None:
    command = re.findall(r"^CMD (\[.+\])$", DOCKERFILE, re.MULTILINE)
    assert [str(SERVICES["web"]["command"]).replace("'", '"')] == command


def test_lane_workers_are_given_the_time_that_they_wait_for_answers() -> None:
    (longest,) = [rule.le for rule in SendPolicy.model_fields["total_seconds"].metadata if hasattr(rule, "le")]
    grace = float(SERVICES["lanes"]["stop_grace_period"].removesuffix("s"))
    assert longest < SHUTDOWN_WAITS < min(grace, LANES_STOP_WITHIN)
    planned = plan_application(checkout=ROOT, folder=ROOT, environment={"LANE_WORKERS": "2"}).programs()
    assert {program.stop_seconds for program in planned if "lanes" in program.arguments} == {LANES_STOP_WITHIN}
    assert f"{grace:.0f} s" in OPERATOR.read_text()


def test_volumes_and_secrets_are_declared() -> None:
    used = {volume.partition(":")[0] for service in SERVICES.values() for volume in service.get("volumes", ())}
    assert used == set(COMPOSE["volumes"])
    (block,) = [text for text in blocks(OPERATOR, "sh") if "mkdir -m 700 secrets" in text]
    assert set(re.findall(r"> (\w+)$", block, re.MULTILINE)) == set(COMPOSE["secrets"])


def test_workers_take_the_queues_that_one_machine_has() -> None:
    planned = plan_application(checkout=ROOT, folder=ROOT, environment={"LANE_WORKERS": "1"}).programs()
    queues = {program.arguments[program.arguments.index("-Q") + 1] for program in planned if "-Q" in program.arguments}
    commands = [service["command"] for service in PROGRAMS.values()]
    assert {command[command.index("-Q") + 1] for command in commands if "-Q" in command} == queues
