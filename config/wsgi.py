"""Pages only, for a threaded WSGI server beside the ASGI one (docs/deploy.md)."""

import os
from importlib import import_module

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from config.loading import all_at_once

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ.setdefault("THREADS_STAY", "true")  # so each keeps its connection (config/env.py)
with all_at_once():
    application = get_wsgi_application()
    import_module(settings.ROOT_URLCONF)  # Django would wait for somebody to ask for a page
