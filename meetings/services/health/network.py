"""What several server processes share: Redis, where it is set up."""

import secrets

from django.conf import settings

from .part import Part

PATIENCE = 2.0  # seconds


def channel_layer() -> Part | None:
    """Redis takes and gives; None where a single process needs none."""
    if not settings.REDIS_URL:
        return None
    from redis import Redis  # noqa: PLC0415  (an extra)

    key = f"parley.ready.{secrets.token_hex(4)}"
    with Redis.from_url(
        settings.REDIS_URL, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE
    ) as redis:
        redis.set(key, "1", ex=10)
        taken = redis.get(key)
        redis.delete(key)
    if taken != b"1":
        return Part("channel layer", fine=False, words="Redis does not keep what it is given.")
    return Part("channel layer", fine=True, words="Redis answers.")
