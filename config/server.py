"""How the web server is started, for `manage.py serve` and `manage.py up` alike."""

import os
import sys
from dataclasses import dataclass

from django.conf import settings

from config.addresses import EVERYWHERE, LOOPBACK, own_addresses, own_names, url_of
from config.certificate import certificate_for

# Django alone decides which proxies to believe (TRUSTED_PROXIES), so uvicorn reads no such header.
UVICORN = [
    *("-m", "uvicorn", "config.asgi:application"),
    *("--no-proxy-headers", "--no-server-header"),
    *("--timeout-graceful-shutdown", "5"),
    *("--ws-max-size", "262144"),  # the longest message of the built-in room is far below
]


@dataclass(frozen=True)
class Server:
    """A web server at a host and port, for this machine alone or for its whole network."""

    host: str
    port: int
    https: bool = False
    access_log: bool = False

    @property
    def is_shared(self) -> bool:
        return self.host not in LOOPBACK

    @property
    def names(self) -> list[str]:
        """What people call this server, the network's names for it first."""
        if self.host == EVERYWHERE:
            return [*own_addresses(), "localhost"]
        return [self.host] if self.is_shared else ["localhost"]

    @property
    def urls(self) -> list[str]:
        return [url_of("https" if self.https else "http", name, self.port) for name in self.names]

    @property
    def hosts(self) -> list[str]:
        """Every name and address by which this server may be asked for."""
        return list(dict.fromkeys([*self.names, *own_names(), "127.0.0.1"]))

    def command(self) -> list[str]:
        command = [sys.executable, *UVICORN, "--app-dir", str(settings.BASE_DIR)]
        command += ["--host", self.host, "--port", str(self.port), "--log-level"]
        command += ["info"] if self.access_log else ["warning", "--no-access-log"]
        if self.https:
            certificate = certificate_for(self.hosts, settings.DATA_DIR / "tls")
            command += ["--ssl-certfile", str(certificate.path)]
            command += ["--ssl-keyfile", str(certificate.key_path)]
        return command

    def environment(self) -> dict[str, str]:
        """The environment of this server: where it is, and what it may be asked for as."""
        found = os.environ | {"PORT": str(self.port), "SITE_URL": self.site_url}
        if self.https:  # a browser that insists on https does so for all else on this machine
            found["HSTS_SECONDS"] = "0"
        if self.https or self.is_shared:
            found["ALLOWED_HOSTS"] = _listed(settings.ALLOWED_HOSTS, self.hosts)
            found["CSRF_TRUSTED_ORIGINS"] = _listed(settings.CSRF_TRUSTED_ORIGINS, self.urls)
        return found

    @property
    def site_url(self) -> str:
        """Where links lead: what the operator says, unless that is not https and we are."""
        stated = os.environ.get("SITE_URL", "")
        usable = stated.startswith("https://") or not self.https
        return stated if stated and usable else self.urls[0]


def _listed(*several: list[str]) -> str:
    return ",".join(dict.fromkeys(item for items in several for item in items))
