"""Secrets at rest: authenticated encryption with keys from the settings, the first of which writes."""

from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

from webhooks_platform.base.errors import ProductError


class SecretUnreadable(ProductError):
    code = "secret_unreadable"
    title = "A stored secret can't be read"


@lru_cache(maxsize=4)
def _box(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


def encrypt(text: str) -> bytes:
    """Encrypts with the newest key of ``ENCRYPTION_KEYS``."""
    return _box(tuple(settings.ENCRYPTION_KEYS)).encrypt(text.encode())


def reencrypt(data: bytes | memoryview) -> bytes:
    """The same secret under the newest key, with the time of its first encryption; raises SecretUnreadable."""
    try:
        return _box(tuple(settings.ENCRYPTION_KEYS)).rotate(bytes(data))
    except InvalidToken:
        raise SecretUnreadable("It was encrypted with a key that is no longer in ENCRYPTION_KEYS.") from None


def is_newest(data: bytes | memoryview) -> bool:
    """Whether the newest key alone can read it."""
    try:
        _box(tuple(settings.ENCRYPTION_KEYS[:1])).decrypt(bytes(data))
    except InvalidToken:
        return False
    return True


def decrypt(data: bytes | memoryview) -> str:
    """Decrypts with any configured key; raises SecretUnreadable when none fits."""
    try:
        return _box(tuple(settings.ENCRYPTION_KEYS)).decrypt(bytes(data)).decode()
    except InvalidToken:
        raise SecretUnreadable(
            "A stored secret was encrypted with a key that is no longer in ENCRYPTION_KEYS. "
            "Add the old key back, or enter the secret again."
        ) from None
