"""The shared cache. What is in it may be lost at any time, so pages go on without it."""

import logging
import time
from functools import cached_property
from typing import Any

from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache

log = logging.getLogger(__name__)

REST = 5.0  # seconds in which a Redis that was away is not asked again
PATIENCE = {"socket_connect_timeout": 1, "socket_timeout": 2}  # seconds


class RedisOrMemory(RedisCache):
    """Redis; while it is away, this process's memory, so that guesses are still counted."""

    _away_until = 0.0

    @cached_property
    def memory(self) -> LocMemCache:
        return LocMemCache("while-redis-is-away", {})

    def _ask(self, name: str, *told: Any, **more: Any) -> Any:
        from redis.exceptions import RedisError  # noqa: PLC0415  (an extra)

        if time.monotonic() >= self._away_until:
            try:
                return getattr(super(), name)(*told, **more)
            except RedisError as error:
                log.warning("The cache in Redis is away: %s", type(error).__name__)
                self._away_until = time.monotonic() + REST
        return getattr(self.memory, name)(*told, **more)

    def add(self, *told: Any, **more: Any) -> Any:
        return self._ask("add", *told, **more)

    def get(self, *told: Any, **more: Any) -> Any:
        return self._ask("get", *told, **more)

    def set(self, *told: Any, **more: Any) -> Any:
        return self._ask("set", *told, **more)

    def touch(self, *told: Any, **more: Any) -> Any:
        return self._ask("touch", *told, **more)

    def delete(self, *told: Any, **more: Any) -> Any:
        return self._ask("delete", *told, **more)

    def get_many(self, *told: Any, **more: Any) -> Any:
        return self._ask("get_many", *told, **more)

    def has_key(self, *told: Any, **more: Any) -> Any:
        return self._ask("has_key", *told, **more)

    def incr(self, *told: Any, **more: Any) -> Any:
        return self._ask("incr", *told, **more)

    def set_many(self, *told: Any, **more: Any) -> Any:
        return self._ask("set_many", *told, **more)

    def delete_many(self, *told: Any, **more: Any) -> Any:
        return self._ask("delete_many", *told, **more)

    def clear(self) -> Any:
        return self._ask("clear")


def cache_place(place: dict[str, Any]) -> dict[str, Any]:
    """A cache from its URL; one in Redis is not waited for when it is away."""
    if not str(place["BACKEND"]).endswith("redis.RedisCache"):
        return place
    options = PATIENCE | place.get("OPTIONS", {})
    return place | {"BACKEND": "config.cache.RedisOrMemory", "OPTIONS": options}
