"""Where the queue of the background work is."""

from typing import Any

from django.core.exceptions import ImproperlyConfigured


class QueueAway(Exception):
    """Work could not be queued. Where a row says what is owed, the minute's sweep finds it."""


FILE, REDIS, POSTGRES = "file", "redis", "postgres"
KINDS = (FILE, REDIS, POSTGRES)


def queue_kind(wanted: str, *, redis_url: str, database: dict[str, Any]) -> str:
    """As was chosen, or else where all processes surely find it: Redis, PostgreSQL, a file."""
    has_postgres = str(database["ENGINE"]).endswith("postgresql")
    kind = wanted or (REDIS if redis_url else POSTGRES if has_postgres else FILE)
    if kind not in KINDS:
        raise ImproperlyConfigured(f"TASK_QUEUE is “{kind}”: choose one of {', '.join(KINDS)}.")
    if kind == REDIS and not redis_url:
        raise ImproperlyConfigured("TASK_QUEUE is “redis”, and REDIS_URL is not set.")
    if kind == POSTGRES and not has_postgres:
        raise ImproperlyConfigured("TASK_QUEUE is “postgres”, and DATABASE_URL names no such one.")
    return kind
