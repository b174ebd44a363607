"""Client certificates (mutual TLS): checked when they are entered, shown without their key, handed to the sender."""

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa
from cryptography.x509.oid import NameOID

from channels.errors import ConnectionInvalid
from channels.models import Connection
from outbound.client_certificate import ClientCertificate

LONGEST_PEM = 64_000
# Renewing takes people some time.
WARN_BEFORE = timedelta(days=30)
_KEY_BLOCK = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?-----END [A-Z ]*PRIVATE KEY-----", re.DOTALL)
PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | ed448.Ed448PrivateKey


@dataclass(frozen=True)
class CheckedCertificate:
    """As it is stored: the chain in PEM, and the key in PEM where one was entered."""

    certificate: str
    key: str = field(repr=False)
    expires_at: datetime


def client_certificate(connection: Connection) -> ClientCertificate | None:
    """What the connection shows to servers that ask; None without one. Raises SecretUnreadable."""
    if not connection.client_certificate or connection.encrypted_client_key is None:
        return None
    return ClientCertificate(connection.client_certificate.encode(), connection.client_key.encode())


def certificate_checked(certificate: str, key: str, *, now: datetime) -> CheckedCertificate:
    """Certificate and key belong together and can be used now; raises ConnectionInvalid naming the field.

    A key pasted along with the certificate is taken from there.
    """
    found = _KEY_BLOCK.search(certificate)
    if found and not key.strip():
        key = found[0]
    certificate = _KEY_BLOCK.sub("", certificate).strip()
    chain = _chain(certificate)
    if chain[0].not_valid_after_utc <= now:
        raise _invalid(f"This certificate ended on {chain[0].not_valid_after_utc:%-d %B %Y}. Enter a valid one.")
    if _public(_key(key)) != _public(chain[0]):
        raise _invalid("The key doesn't belong to this certificate. Paste the two that were issued together.", "key")
    pem = "".join(each.public_bytes(serialization.Encoding.PEM).decode() for each in chain)
    return CheckedCertificate(pem, key.strip() + "\n", chain[0].not_valid_after_utc)


def certificate_name(certificate: str) -> str:
    """Whom a stored certificate names, for its owner to recognise it."""
    subject = x509.load_pem_x509_certificate(certificate.encode()).subject
    names = subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(names[0].value) if names else subject.rfc4514_string()


def _chain(text: str) -> list[x509.Certificate]:
    if len(text) > LONGEST_PEM:
        raise _invalid(f"The certificate is longer than {LONGEST_PEM:,} characters.")
    try:
        return x509.load_pem_x509_certificates(text.encode())
    except ValueError:
        raise _invalid("This is not a certificate in PEM: it begins with -----BEGIN CERTIFICATE-----.") from None


def _key(text: str) -> PrivateKey:
    if not text.strip():
        raise _invalid("Enter the private key that belongs to the certificate.", "key")
    try:
        key = serialization.load_pem_private_key(text.strip().encode(), password=None)
    except TypeError:
        raise _invalid(
            "The key is locked with a passphrase. Unlock it first: openssl pkey -in key.pem.", "key"
        ) from None
    except ValueError:
        raise _invalid("This is not a private key in PEM: it begins with -----BEGIN PRIVATE KEY-----.", "key") from None
    if not isinstance(key, PrivateKey):
        raise _invalid("Keys of this kind can't be used for TLS. Use RSA, ECDSA or EdDSA.", "key")
    return key


def _public(owner: x509.Certificate | PrivateKey) -> bytes:
    return owner.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def _invalid(message: str, part: str = "certificate") -> ConnectionInvalid:
    return ConnectionInvalid(message, field=f"client_{part}")
