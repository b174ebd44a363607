"""What is forgotten by itself: replaced signing secrets after their overlap, and days that are over."""

from celery import shared_task
from django.utils import timezone

from channels.defaults import days_forget
from channels.signing import signing_expired_forget


@shared_task(name="channels.forget")
def forget() -> None:
    signing_expired_forget(now=timezone.now())
    days_forget(now=timezone.now())
