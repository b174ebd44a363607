import os
import subprocess
import sys
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import models

from accounts.models import Workspace
from channels.key_rotation import PREFIX, encrypted_columns, keys_rotate
from channels.models import AccessToken, Connection
from webhooks_platform.base.encryption import decrypt, encrypt

OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()
# Not secrets: digests, requests as rendered, and bodies with secrets masked.
PLAIN = {"digest", "request", "request_body", "response_body"}


@pytest.fixture
def planted(workspace: Workspace, settings: Any) -> dict[str, str]:
    """One secret in each encrypted column, by its column, written with the old key."""
    settings.ENCRYPTION_KEYS = [OLD]
    connection = Connection.objects.create(workspace=workspace, name="CRM", origin="https://a.example")
    AccessToken.objects.create(connection=connection)
    texts = {}
    for model, column in encrypted_columns():
        texts[f"{model.__name__}.{column}"] = f"secret of {column}"
        model._default_manager.update(**{column: encrypt(f"secret of {column}")})
    return texts


def readable() -> dict[str, str]:
    return {
        f"{model.__name__}.{column}": decrypt(model._default_manager.values_list(column, flat=True).get())
        for model, column in encrypted_columns()
    }


def test_after_rotation_the_old_key_can_go(planted: dict[str, str], settings: Any) -> None:
    settings.ENCRYPTION_KEYS = [NEW, OLD]
    said = StringIO()
    call_command("rotate_keys", stdout=said)
    assert f"{len(planted)} secrets encrypted anew, 0 were" in said.getvalue()
    settings.ENCRYPTION_KEYS = [NEW]
    assert readable() == planted
    assert len(planted) == 6


def test_it_can_be_run_again(planted: dict[str, str], settings: Any) -> None:
    settings.ENCRYPTION_KEYS = [NEW, OLD]
    keys_rotate()
    again = keys_rotate()
    assert (again.rotated, again.newest) == (0, len(planted))


def test_what_no_key_reads_is_named_and_left_alone(planted: dict[str, str], settings: Any) -> None:
    settings.ENCRYPTION_KEYS = [NEW]
    said = StringIO()
    with pytest.raises(CommandError, match="Keep the old keys"):
        call_command("rotate_keys", stdout=StringIO(), stderr=said)
    assert "channels.Connection" in said.getvalue()
    assert "encrypted_client_key" in said.getvalue()
    settings.ENCRYPTION_KEYS = [NEW, OLD]
    assert readable() == planted


def test_every_binary_column_is_encrypted_by_name_or_known_not_to_be() -> None:
    columns = {
        field.name
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if isinstance(field, models.BinaryField) and not field.name.startswith(PREFIX)
    }
    assert columns <= PLAIN


def test_keys_come_from_a_file_too(tmp_path: Path) -> None:
    keys = tmp_path / "keys"
    keys.write_text(f"{NEW}\n{OLD}\n")
    known = {name: value for name, value in os.environ.items() if name != "ENCRYPTION_KEYS"}
    program = "from django.conf import settings; print(settings.ENCRYPTION_KEYS)"
    said = subprocess.run(
        [sys.executable, "-c", program],
        env={**known, "DJANGO_SETTINGS_MODULE": "webhooks_platform.settings", "ENCRYPTION_KEYS_FILE": str(keys)},
        check=True,
        capture_output=True,
        text=True,
    )
    assert said.stdout.strip() == str([NEW, OLD])
