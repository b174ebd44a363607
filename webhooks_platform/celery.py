"""The Celery app. Tasks carry "there is work", never the work itself: rows in PostgreSQL are the only truth."""

import os

from celery import Celery

from webhooks_platform.celery_broker import transport_register

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "webhooks_platform.settings")

transport_register()
app = Celery("webhooks_platform")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
