"""Keeps the ledger's partitions: made ahead of time, dropped when their retention is over."""

from celery import shared_task
from django.utils import timezone

from notifications.partitions import (
    exchange_partitions_expired,
    partition_drop,
    partition_is_needed,
    partitions_ensure,
)


@shared_task(name="notifications.partitions")
def partitions() -> None:
    partitions_ensure(now=timezone.now())


@shared_task(name="notifications.retention")
def retention() -> None:
    for name in exchange_partitions_expired(now=timezone.now()):
        if not partition_is_needed(name):
            partition_drop(name)
