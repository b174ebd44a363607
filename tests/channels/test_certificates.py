from datetime import timedelta

import pytest
import trustme
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from django.utils import timezone

from accounts.models import User, Workspace
from channels.certificates import certificate_checked, certificate_name, client_certificate
from channels.errors import ConnectionInvalid
from channels.models import Connection
from channels.services import connection_save
from channels.values import ConnectionValues, EnteredCertificate
from tests.cast import acting
from tests.tls import Issued, issued

CA = trustme.CA()


@pytest.fixture(scope="module")
def pair() -> Issued:
    return issued(CA, "crm.example.com")


def refused(certificate: str, key: str) -> ConnectionInvalid:
    with pytest.raises(ConnectionInvalid) as error:
        certificate_checked(certificate, key, now=timezone.now())
    return error.value


def test_a_pair_that_belongs_together(pair: Issued) -> None:
    checked = certificate_checked(pair.certificate, pair.key, now=timezone.now())
    assert certificate_name(checked.certificate) == "crm.example.com"
    assert timedelta(days=360) < checked.expires_at - timezone.now() < timedelta(days=366)
    assert "PRIVATE" not in checked.certificate
    assert pair.key not in repr(checked)


def test_both_in_one_paste(pair: Issued) -> None:
    checked = certificate_checked(pair.key + pair.certificate, "", now=timezone.now())
    assert checked.key.strip() == pair.key.strip()


def test_what_does_not_fit_is_said_where(pair: Issued) -> None:
    other, ended = issued(CA, "other.example.com"), issued(CA, "old.example.com", days=-1)
    locked = load_pem_private_key(pair.key.encode(), None).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.BestAvailableEncryption(b"x")
    )
    problems = [
        (refused("nothing", pair.key), "client_certificate", "not a certificate in PEM"),
        (refused(pair.certificate, ""), "client_key", "Enter the private key"),
        (refused(pair.certificate, "nothing"), "client_key", "not a private key in PEM"),
        (refused(pair.certificate, other.key), "client_key", "doesn't belong"),
        (refused(pair.certificate, locked.decode()), "client_key", "passphrase"),
        (refused(ended.certificate, ended.key), "client_certificate", "ended on"),
    ]
    for error, field, words in problems:
        assert (error.field, words in error.message) == (field, True), error.message


def saved(workspace: Workspace, owner: User, origin: str, pair: Issued, made: Connection | None = None) -> Connection:
    values = ConnectionValues("Bank", origin, certificate=EnteredCertificate(pair.certificate, pair.key))
    return connection_save(actor=acting(owner, workspace), values=values, connection=made)


def test_it_is_stored_with_its_key_encrypted(workspace: Workspace, owner: User, pair: Issued) -> None:
    stored = Connection.objects.get(pk=saved(workspace, owner, "https://bank.example", pair).pk)
    assert b"PRIVATE" not in bytes(stored.encrypted_client_key or b"")
    shown = client_certificate(stored)
    assert shown is not None
    assert shown.key_pem.decode().strip() == pair.key.strip()


def test_it_goes_nowhere_else(workspace: Workspace, owner: User, pair: Issued) -> None:
    made = saved(workspace, owner, "https://bank.example", pair)
    with pytest.raises(ConnectionInvalid) as error:
        connection_save(
            actor=acting(owner, workspace), values=ConnectionValues("Bank", "https://evil.example"), connection=made
        )
    assert error.value.field == "client_certificate"


def test_it_needs_tls_and_can_be_removed(workspace: Workspace, owner: User, pair: Issued) -> None:
    with pytest.raises(ConnectionInvalid, match="https"):
        saved(workspace, owner, "http://bank.example", pair)
    made = saved(workspace, owner, "https://bank.example", pair)
    saved(workspace, owner, "https://bank.example", Issued("", ""), made)
    stored = Connection.objects.get()
    assert (stored.client_certificate, stored.encrypted_client_key, client_certificate(stored)) == ("", None, None)
