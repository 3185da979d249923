"""Where the site is, and who stands in front of it."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from django.conf import settings
from django.http.request import validate_host

from .finding import Finding, Question, fine, look, wrong

HALF_A_YEAR = 15_552_000  # seconds


def site_url() -> Iterator[Finding]:
    parts = urlsplit(settings.SITE_URL)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        yield wrong(
            "SITE_URL is no address, so no link that we send works.",
            "Set it to what people type, such as https://meet.example.org.",
        )
    elif parts.scheme == "http" and not settings.DEBUG:
        yield wrong(
            f"SITE_URL is {settings.SITE_URL}, without encryption: browsers give no camera to it.",
            "Put something that speaks https in front, and set SITE_URL=https://….",
        )
    else:
        yield fine(f"People come to {settings.SITE_URL}.")
    if parts.path.strip("/") or parts.query:
        yield wrong(
            "SITE_URL has a path, and Parley lives at the root of its host.",
            "Give it a host name of its own.",
        )


def allowed_hosts() -> Iterator[Finding]:
    host = urlsplit(settings.SITE_URL).hostname or ""
    if "*" in settings.ALLOWED_HOSTS:
        yield look(
            "ALLOWED_HOSTS takes any name.",
            f"Name the hosts that you use: ALLOWED_HOSTS={host}.",
        )
    elif not validate_host(host, settings.ALLOWED_HOSTS):
        yield wrong(
            f"ALLOWED_HOSTS lacks {host}, so every page at SITE_URL is refused with 400.",
            f"Set ALLOWED_HOSTS={host} (separate several by commas).",
        )
    else:
        yield fine("ALLOWED_HOSTS has the host of SITE_URL.")


def form_origins() -> Iterator[Finding]:
    parts = urlsplit(settings.SITE_URL)
    origin = f"{parts.scheme}://{parts.netloc}"
    if origin not in settings.CSRF_TRUSTED_ORIGINS:
        yield look(
            f"CSRF_TRUSTED_ORIGINS lacks {origin}: forms may be refused with 403.",
            "Leave it away, or add the origin of SITE_URL.",
        )
    else:
        yield fine("Forms of SITE_URL are taken.")


def proxies() -> Iterator[Finding]:
    behind = settings.SITE_IS_SECURE
    if behind and not settings.TRUSTED_PROXIES and not settings.DEBUG:
        yield wrong(
            "SITE_URL is https and TRUSTED_PROXIES is 0. If a proxy does the encryption, pages"
            " redirect for ever and all people count as one when guesses are slowed down.",
            "Set TRUSTED_PROXIES to the number of your proxies in front; most often it is 1.",
        )
    elif settings.TRUSTED_PROXIES > 3:
        yield look(
            f"TRUSTED_PROXIES is {settings.TRUSTED_PROXIES}: whoever can add to X-Forwarded-For"
            " may choose the address that they are known by.",
            "Count only proxies of your own.",
        )
    else:
        yield fine(f"{settings.TRUSTED_PROXIES} proxies in front are believed.")


def https_only() -> Iterator[Finding]:
    seconds = settings.SECURE_HSTS_SECONDS
    if settings.SITE_IS_SECURE and seconds < HALF_A_YEAR:
        yield look(
            f"HSTS_SECONDS is {seconds}: browsers may be led to http by somebody on their way.",
            "Leave it away, which means a year, once https is there to stay.",
        )
    elif settings.SECURE_HSTS_PRELOAD and seconds < HALF_A_YEAR * 2:
        yield look("HSTS_PRELOAD needs a year of HSTS_SECONDS.", "Leave HSTS_SECONDS away.")
    else:
        yield fine("Browsers are told what to insist on.")


QUESTIONS = (
    Question("Address", site_url, ("SITE_URL", "SITE_NAME", "PORT")),
    Question("Host names", allowed_hosts, ("ALLOWED_HOSTS",)),
    Question("Forms", form_origins, ("CSRF_TRUSTED_ORIGINS",)),
    Question("Proxies", proxies, ("TRUSTED_PROXIES",)),
    Question("Encryption", https_only, ("HSTS_SECONDS", "HSTS_PRELOAD")),
)
