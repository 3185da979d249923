"""How Parley runs: secrets, development switches, rules of zones, what is told to whom."""

import importlib.util
from collections.abc import Iterator

from django.conf import settings
from django.utils import timezone

from meetings.zone_edition import zone_edition

from .finding import Finding, Question, fine, look, wrong

SHORTEST_SECRET = 50
SHORTEST_TOKEN = 24


def secret_key() -> Iterator[Finding]:
    key = settings.SECRET_KEY
    generated = settings.DATA_DIR / "secrets.env"
    if key.startswith("django-insecure-") or len(key) < SHORTEST_SECRET or len(set(key)) < 5:
        yield wrong(
            f"SECRET_KEY is weak: it has {len(key)} characters, and should have"
            f" {SHORTEST_SECRET} by chance.",
            "Make one as .env.example says; put the former one into SECRET_KEY_FALLBACKS.",
        )
    elif not settings.DEBUG and generated.exists() and key in generated.read_text():
        yield look(
            f"SECRET_KEY is the one that development made, in {generated}.",
            "That is fine if the file is backed up and readable by nobody else.",
        )
    else:
        yield fine("SECRET_KEY is long enough.")
    if len(settings.SECRET_KEY_FALLBACKS) > 2:
        yield look(
            f"SECRET_KEY_FALLBACKS holds {len(settings.SECRET_KEY_FALLBACKS)} former keys.",
            "Take those away whose sessions and links are over.",
        )


def development() -> Iterator[Finding]:
    public = settings.SITE_IS_SECURE
    if settings.DEBUG and public:
        yield wrong(
            "DEBUG is on at an https address: error pages show settings and code to everybody.",
            "Set DEBUG=false.",
        )
    if settings.DEMO and (public or not settings.DEBUG):
        yield wrong(
            "DEMO is on: a link can sign in without a password.",
            "Set DEMO=false, and run manage.py demo remove.",
        )
    if settings.DEBUG and not public:
        yield look("DEBUG is on: this is a development machine.", "Never let others reach it.")
    if not (settings.DEBUG or settings.DEMO):
        yield fine("DEBUG and DEMO are off.")


def zones() -> Iterator[Finding]:
    edition = zone_edition()
    year = edition[:4]
    if year.isdecimal() and int(year) < timezone.now().year - 1:
        yield look(
            f"The rules of time zones are of {edition}.",
            "Update the system's package tzdata, so that meetings keep their hours.",
        )
    else:
        yield fine(f"The rules of time zones are edition {edition}.")


def telling() -> Iterator[Finding]:
    """Who may read what we count, and who hears of errors."""
    token = settings.METRICS_TOKEN
    if token and len(token) < SHORTEST_TOKEN:
        yield wrong(
            f"METRICS_TOKEN has {len(token)} characters: it can be guessed.",
            f"Make one of {SHORTEST_TOKEN} or more.",
        )
    elif any(network.prefixlen == 0 for network in settings.METRICS_ALLOWED):
        yield wrong("METRICS_ALLOWED is everybody.", "Name the address of your Prometheus.")
    elif token or settings.METRICS_ALLOWED:
        yield fine("/metrics is there for whom you say.")
    else:
        yield fine("/metrics is off.")
    if (token or settings.METRICS_ALLOWED) and not settings.PROMETHEUS_MULTIPROC_DIR:
        yield look(
            "PROMETHEUS_MULTIPROC_DIR is empty: /metrics has the counts of one process, without"
            " those of the worker.",
            "Give all processes one folder (docs/operations.md).",
        )
    has_package = importlib.util.find_spec("sentry_sdk") is not None
    if settings.SENTRY_DSN and not has_package:
        yield wrong("SENTRY_DSN is set and its package is missing.", "Install the extra “sentry”.")
    elif settings.SENTRY_DSN:
        yield fine("Errors are told to SENTRY_DSN, without people and links.")
    if settings.LOGGING["root"]["level"] == "DEBUG" and not settings.DEBUG:
        yield look("LOG_LEVEL is DEBUG: logs are long.", "Set LOG_LEVEL=INFO.")


QUESTIONS = (
    Question("Secret key", secret_key, ("SECRET_KEY", "SECRET_KEY_FALLBACKS")),
    Question("Development", development, ("DEBUG", "DEMO")),
    Question("Time zones", zones, ("TIME_ZONE", "LANGUAGE_CODE")),
    Question(
        "What is told",
        telling,
        (
            "METRICS_TOKEN",
            "METRICS_ALLOWED",
            "PROMETHEUS_MULTIPROC_DIR",
            "SENTRY_DSN",
            "LOG_LEVEL",
            "LOG_FORMAT",
            "LOG_REQUESTS",
            "LOG_ADDRESSES",
        ),
    ),
)
