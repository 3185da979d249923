"""Imported by one process, which has Django started and our code in memory before it is forked."""

from importlib import import_module

import django

django.setup()
for name in ("config.urls", "meetings.services.mail.reminding", "meetings.services.replies"):
    import_module(name)
