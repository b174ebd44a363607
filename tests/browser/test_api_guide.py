"""The commands of docs/api.md, run as they stand against a running product, with a token made on the page."""

import re
import shlex
import subprocess
from dataclasses import dataclass
from time import monotonic, sleep

import psycopg
import pytest

from tests.browser.journey import Marketer
from tests.docs.pages import ROOT, blocks

COMMANDS = blocks(ROOT / "docs" / "api.md", "sh")
RUN_ENDS_WITHIN = 120
DUE_NOW = "update notification set due_at = now() where run_id = %s and state = 'retrying' and due_at > now()"


@pytest.fixture
def token(page, product):
    mara = Marketer(page, product)
    mara.sign_up("Ada")
    mara.create_workspace("Acme programs")
    mara.switch_webhook_on()
    mara.open("Settings", "API tokens")
    page.get_by_role("button", name="Create token").first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("CRM sync")
    dialog.get_by_label("Role").select_option(label="Marketer")
    dialog.get_by_role("button", name="Create token").click()
    return found(r"(whp_[\w-]+)", page.get_by_text("whp_").first.inner_text())


def found(pattern: str, text: str) -> str:
    """What the pattern's group holds."""
    match = re.search(pattern, text)
    assert match, f"{pattern} is not in {text}"
    return match[1]


@dataclass
class Reader:
    """Somebody who pastes one command after the other, putting in the ids that the answers name."""

    variables: dict[str, str]

    def paste(self, command: str) -> str:
        for name, value in self.variables.items():
            command = re.sub(rf"^{name}=.*$", f"{name}={value}", command, flags=re.MULTILINE)
        known = "".join(f"{name}={shlex.quote(value)}\n" for name, value in self.variables.items())
        done = subprocess.run(["bash", "-c", known + command], capture_output=True, text=True, timeout=60, check=True)
        return done.stdout

    def command(self, part: str) -> str:
        return next(command for command in COMMANDS if part in command)

    def remember(self, name: str, answer: str) -> None:
        self.variables[name] = found(r'"id":"?([\w-]+)', answer)


def test_the_commands_of_the_api_guide_work(token, product):
    reader = Reader({"URL": product.url, "RECEIVER": product.receiver.url, "TOKEN": token})
    assert '"role":"marketer"' in reader.paste(reader.command("/api/v1/me"))
    upserted = reader.paste(reader.command("/profiles/bulk"))
    assert '"created":1,"updated":0,"rejected":1' in upserted
    assert '"user_id":"c-2","result":"rejected","field":"email"' in upserted
    reader.remember("CAMPAIGN", reader.paste(reader.command('POST "$URL/api/v1/campaigns"')))
    assert reader.paste(reader.command("/problems")).strip() == "[]"
    assert '"revision":2' in reader.paste(reader.command("PATCH"))
    reader.remember("RUN", reader.paste(reader.command("/launch")))

    completed = wait_for_the_end(reader, product, reader.command('"$URL/api/v1/runs/$RUN"'))
    assert '"delivered":1,"failed":0' in completed
    assert reader.paste(reader.command("/pause")).count("stale_state") == 3
    listed = reader.paste(reader.command("/notifications?"))
    reader.variables["NOTIFICATION"] = found(r'"id":"([\w-]+)"', listed)
    detail = reader.paste(reader.command("/api/v1/notifications/"))
    assert [f'"number":{number}' in detail for number in (1, 2, 3)] == [True, True, True]
    assert r"Hi Zoë \\\"Z\\\", you have 120 points." in detail
    assert '"items":[' in reader.paste(reader.command("cursor="))


def wait_for_the_end(reader, product, command):
    """Of the run; the waits before its retries are skipped."""
    until = monotonic() + RUN_ENDS_WITHIN
    with psycopg.connect(product.database_url, autocommit=True) as database:
        while '"state":"completed"' not in (answer := reader.paste(command)):
            assert monotonic() < until, answer
            database.execute(DUE_NOW, [reader.variables["RUN"]])
            sleep(0.5)
    return answer
