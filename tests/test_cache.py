"""The cache in Redis, while Redis is away."""

import time
from pathlib import Path

import pytest

from config.cache import RedisOrMemory, cache_place

from .redis_server import MISSING, PROGRAM, Redis

NOWHERE = "redis://127.0.0.1:1/0"


def cache_at(url: str) -> RedisOrMemory:
    place = cache_place({"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": url})
    return RedisOrMemory(url, {"OPTIONS": place["OPTIONS"]})


def test_only_a_cache_in_redis_is_changed() -> None:
    table = {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "parley_cache"}

    assert cache_place(table) == table


def test_without_redis_each_process_remembers_by_itself() -> None:
    cache = cache_at(NOWHERE)
    cache.clear()

    cache.set("tries", 1)
    cache.incr("tries")

    assert cache.get("tries") == 2
    assert cache.add("tries", 9) is False
    assert "tries" in cache
    assert cache.get_many(["tries", "other"]) == {"tries": 2}
    cache.set_many({"a": 1, "b": 2})
    cache.delete_many(["a"])
    assert (cache.get("a"), cache.get("b")) == (None, 2)
    assert cache.touch("b", 10)
    cache.delete("b")
    assert cache.get("b", "gone") == "gone"


def test_redis_that_is_away_is_asked_once_and_then_left_in_peace() -> None:
    cache = cache_at(NOWHERE)
    cache.get("first")

    began = time.monotonic()
    for _ in range(100):
        cache.get("next")

    assert time.monotonic() - began < 0.1


@pytest.mark.skipif(not PROGRAM, reason=MISSING)
def test_redis_that_is_back_is_used_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("config.cache.REST", 0.0)
    redis = Redis(tmp_path)
    one, other = cache_at(redis.url), cache_at(redis.url)
    redis.kill()
    one.set("word", "mine")
    redis.start()

    one.set("word", "ours")

    assert other.get("word") == "ours"
    one.close()
    other.close()
    redis.kill()
