"""What runs beside pages: the cache, Redis, the worker and what it owes."""

from collections.abc import Iterator

from django.conf import settings
from django.core.cache import cache
from django.db import connection

from meetings.services.health import background, data, network

from .finding import Finding, Question, fine, look, wrong

ALONE = {
    "django.core.cache.backends.locmem.LocMemCache": "each process has one of its own",
    "django.core.cache.backends.dummy.DummyCache": "nothing is kept at all",
}

CURSORLESS = "DISABLE_SERVER_SIDE_CURSORS"  # what `?pgbouncer=true` sets


def shared_cache() -> Iterator[Finding]:
    backend = settings.CACHES["default"]["BACKEND"]
    if backend in ALONE:
        yield wrong(
            f"The cache is not shared, {ALONE[backend]}: guesses of passwords and links are not"
            " counted as they should be.",
            "Leave CACHE_URL away, or name a Redis.",
        )
        return
    cache.get("parley.doctor")  # without its table, the database says so
    yield fine("All processes share the cache.")


def cache_works() -> Iterator[Finding]:
    part = data.cache_round_trip()
    if part.fine:
        yield fine(part.words)
    else:
        yield wrong(part.words, "Run manage.py createcachetable, or look at CACHE_URL.")


def redis() -> Iterator[Finding]:
    part = network.channel_layer()
    if part is None:
        yield fine("REDIS_URL is empty, which is right for one server process.")
    elif part.fine:
        yield fine(part.words)
    else:
        yield wrong(part.words, "Look whether its memory is full.")


def tasks() -> Iterator[Finding]:
    if settings.TASK_QUEUE == "file" and connection.settings_dict["HOST"]:
        yield look(
            "TASK_QUEUE is a file, and the database is elsewhere: workers on other machines find"
            " nothing to do.",
            "Leave TASK_QUEUE away, unless all is on this machine.",
        )
    elif settings.TASK_QUEUE == "postgres" and connection.settings_dict.get(CURSORLESS):
        yield wrong(
            "Work is queued in PostgreSQL behind PgBouncer: workers do not hear of it.",
            "Set REDIS_URL, and leave TASK_QUEUE away or set it to redis.",
        )
    else:
        yield fine(f"Background work is queued in: {settings.TASK_QUEUE}.")


def worker() -> Iterator[Finding]:
    part = background.worker()
    if part.fine:
        yield fine(part.words)
    else:
        yield wrong(part.words, "Start manage.py run_huey: it sends mails and opens rooms.")


def outbox() -> Iterator[Finding]:
    part = background.outbox()
    if part.fine:
        yield fine(part.words)
    else:
        yield wrong(part.words, "Look at Administration → Outgoing mails, which says why.")


QUESTIONS = (
    Question("Shared cache", shared_cache, ("CACHE_URL",)),
    Question("Cache", cache_works),
    Question("Redis", redis, ("REDIS_URL",), patience=6),
    Question("Queue", tasks, ("TASK_QUEUE",)),
    Question("Worker", worker),
    Question("Outgoing mails", outbox),
)
