"""The certificate by which a request proves who sends it (mutual TLS)."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class ClientCertificate:
    """PEM texts: the certificate, with those that lead to its issuer after it, and its key without a passphrase.

    A connection made with one certificate never carries a request with another, or with none.
    """

    certificate_pem: bytes = field(repr=False)
    key_pem: bytes = field(repr=False)
