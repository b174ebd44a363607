from webhooks_platform.base.errors import InvalidInput, LimitReached, NotFound, ProductError, StaleState


class ConnectionInvalid(InvalidInput):
    title = "This connection can't be saved"


class ConnectionNotFound(NotFound):
    title = "No such connection"


class ChannelNotFound(NotFound):
    title = "No such channel"


class ChannelDefaultsInvalid(InvalidInput):
    title = "These defaults can't be saved"


class ChannelDefaultsChanged(StaleState):
    title = "Somebody else changed these defaults"


class DailyLimitReached(LimitReached):
    title = "The channel's daily limit is reached"


class ChannelChoiceMissing(InvalidInput):
    title = "Runs are in flight"


class ConnectionUnusable(ProductError):
    """The connection's secret may not, or can't, travel with this request. ``code`` says which."""

    code = "connection_unusable"
    title = "The connection can't be used for this request"


class ConnectionChanged(StaleState):
    title = "Somebody else changed this connection"


class ConnectionInUse(StaleState):
    title = "This connection is in use"
