from celery import shared_task
from django.utils import timezone

from campaigns.services import campaigns_launch_due


@shared_task(name="campaigns.launch_due")
def launch_due() -> None:
    """Every few seconds: launches what is due."""
    campaigns_launch_due(now=timezone.now())
