"""Everything in one process: pages, static files and the built-in room's sockets."""

import os
import warnings
from importlib import import_module

from channels.routing import ProtocolTypeRouter, URLRouter
from channels.security.websocket import AllowedHostsOriginValidator
from django.conf import settings
from django.core.asgi import get_asgi_application

from config.loading import all_at_once

# Static files are read from disk as they are sent, and disks are read synchronously: that is fine.
warnings.filterwarnings("ignore", message="StreamingHttpResponse must consume synchronous")

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
with all_at_once():
    pages = get_asgi_application()  # first: it loads the apps that the next import needs
    import_module(settings.ROOT_URLCONF)  # Django would wait for somebody to ask for a page

from meetings.builtin_room.routing import websocket_urlpatterns  # noqa: E402

application = ProtocolTypeRouter(
    {
        "http": pages,
        "websocket": AllowedHostsOriginValidator(URLRouter(websocket_urlpatterns)),
    }
)
