"""Keeps the ledger's partitions: made ahead of time, dropped when their retention is over. Keeps the figures up."""

from celery import shared_task
from django.utils import timezone

from notifications.figures import figures_forget, figures_keep
from notifications.partitions import partitions_ensure
from notifications.retention import retention_enforce


@shared_task(name="notifications.partitions")
def partitions() -> None:
    partitions_ensure(now=timezone.now())


@shared_task(name="notifications.retention")
def retention() -> None:
    retention_enforce(now=timezone.now())
    figures_forget(now=timezone.now())


@shared_task(name="notifications.figures")
def figures() -> None:
    figures_keep(now=timezone.now())
