from webhooks_platform.base.errors import ProductError


class DestinationUnknown(ProductError):
    code = "destination_unknown"
    title = "How the destination stands is not known"
