"""The proof of an erasure in words and as a document. It names nobody but who asked for it."""

from typing import Any

from audience.models import Erasure

# What the counts count, in words; the profile itself comes first.
ROWS = {
    "notifications": "Notifications: user ID replaced, snapshot and rendered request emptied",
    "attempts": "Attempts: details of failures emptied",
    "exchanges": "Exchanges: address, headers and bodies of request and response emptied",
}
HOW_TO_CHECK = "SHA-256 of the salt followed by the user ID, as UTF-8, in hexadecimal"
KEPT = "States, reasons, times and counts of the notifications, without anything that names the person"


def rows_erased(erasure: Erasure) -> list[tuple[str, int]]:
    """What was erased, in words, and how many rows of it."""
    return [
        ("Profile: removed with its attributes", 1),
        *((words, erasure.counts.get(name, 0)) for name, words in ROWS.items()),
    ]


def proof_of(erasure: Erasure) -> dict[str, Any]:
    """The proof as a JSON document."""
    return {
        "erasure": erasure.pk,
        "workspace": erasure.workspace.name,
        "requested_by": erasure.requested_by_label,
        "requested_at": erasure.requested_at.isoformat(),
        "completed_at": erasure.completed_at.isoformat() if erasure.completed_at else None,
        "user_id": {"sha256": erasure.digest, "salt": erasure.salt, "how_to_check": HOW_TO_CHECK},
        "erased": {"profiles": 1, **{name: erasure.counts.get(name, 0) for name in ROWS}},
        "kept": KEPT,
    }
