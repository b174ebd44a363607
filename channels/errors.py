from webhooks_platform.base.errors import InvalidInput, NotFound, ProductError


class ConnectionInvalid(InvalidInput):
    title = "This connection can't be saved"


class ConnectionNotFound(NotFound):
    title = "No such connection"


class ChannelNotFound(NotFound):
    title = "No such channel"


class ChannelChoiceMissing(InvalidInput):
    title = "Runs are in flight"


class ConnectionUnusable(ProductError):
    """The connection's secret may not, or can't, travel with this request. ``code`` says which."""

    code = "connection_unusable"
    title = "The connection can't be used for this request"
