"""What pace and breaker are kept by, within a workspace: a connection, or the origin of a URL typed freely."""


def destination_key(connection_id: int | None, origin: str) -> str:
    """``connection:7``, or ``origin:https://api.example.com`` without one. Pure."""
    return f"origin:{origin}" if connection_id is None else f"connection:{connection_id}"
