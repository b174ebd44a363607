import pytest
from cryptography.fernet import Fernet

from webhooks_platform.base.encryption import SecretUnreadable, decrypt, encrypt


def test_a_secret_survives_and_is_not_readable_at_rest():
    stored = encrypt("sk_live_123")
    assert b"sk_live_123" not in stored
    assert decrypt(stored) == "sk_live_123"


def test_an_old_key_still_reads_after_rotation(settings):
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    settings.ENCRYPTION_KEYS = [old]
    stored = encrypt("secret")
    settings.ENCRYPTION_KEYS = [new, old]
    assert decrypt(stored) == "secret"


def test_a_lost_key_is_said_in_words(settings):
    stored = encrypt("secret")
    settings.ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    with pytest.raises(SecretUnreadable, match="ENCRYPTION_KEYS"):
        decrypt(stored)
