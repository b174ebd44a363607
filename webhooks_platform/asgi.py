import os
from importlib import import_module

from django.conf import settings
from django.core.asgi import get_asgi_application

from webhooks_platform.base.collecting import imported_stays

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "webhooks_platform.settings")

application = get_asgi_application()
# All pages and what they import: the first visitor does not wait for them, and no collection looks at them.
import_module(settings.ROOT_URLCONF)
imported_stays()
