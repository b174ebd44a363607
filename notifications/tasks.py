"""Keeps the ledger's partitions: made ahead of time, dropped when their retention is over."""

from celery import shared_task
from django.utils import timezone

from notifications.partitions import partitions_ensure
from notifications.retention import retention_enforce


@shared_task(name="notifications.partitions")
def partitions() -> None:
    partitions_ensure(now=timezone.now())


@shared_task(name="notifications.retention")
def retention() -> None:
    retention_enforce(now=timezone.now())
