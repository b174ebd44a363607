"""What the ledger's pages and API refuse, in words."""

from webhooks_platform.base.errors import InvalidInput, LimitReached, NotFound


class RunNotFound(NotFound):
    code = "run_not_found"
    title = "No such run"


class NotificationNotFound(NotFound):
    code = "notification_not_found"
    title = "No such notification"


class FilterInvalid(InvalidInput):
    code = "filter_invalid"
    title = "This filter can't be used"


class ExchangeExpired(NotFound):
    code = "exchange_expired"
    title = "Not kept any more"


class LogTooLarge(LimitReached):
    code = "log_too_large"
    title = "Too many rows to search"
