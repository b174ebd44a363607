"""Every error that the product raises on purpose.

A room subclasses these in its own ``errors.py``. The message is for people: what is wrong, where, and what to do.
"""


class ProductError(Exception):
    """Base of all expected errors. ``code`` is stable for machines, ``field`` names the input at fault."""

    code = "error"
    title = "Something is wrong"

    def __init__(self, message: str, *, code: str = "", field: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.code = code or self.code
        self.field = field

    @property
    def errors(self) -> list[dict[str, str]]:
        """What an API answer lists under ``errors``: each with ``field`` and ``detail``, by room also more."""
        return [{"field": self.field, "detail": self.message}] if self.field else []


class InvalidInput(ProductError):
    code = "invalid"
    title = "That can't be accepted"


class NotAllowed(ProductError):
    code = "not_allowed"
    title = "You don't have the right to do this"


class NotFound(ProductError):
    code = "not_found"
    title = "Not found"


class StaleState(ProductError):
    """The thing changed meanwhile: a status moved on, or a second editor saved first."""

    code = "stale_state"
    title = "This changed meanwhile"


class LimitReached(ProductError):
    code = "limit_reached"
    title = "A limit is reached"
