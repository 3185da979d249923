"""The queue that the worker reads: a file of its own, or Redis when there is one."""

from typing import Any

from django.conf import settings
from huey import Huey
from huey.serializer import SignedSerializer
from huey.storage import RedisStorage, SqliteStorage


class TaskQueue(Huey):  # type: ignore[misc]
    """Messages are signed with our secret: huey pickles them, and a pickle is code."""

    def __init__(self, name: str = "parley", **options: Any) -> None:
        options["serializer"] = SignedSerializer(secret=settings.SECRET_KEY)
        if settings.REDIS_URL:
            options.update(storage_class=RedisStorage, url=settings.REDIS_URL)
        else:
            options.update(
                storage_class=SqliteStorage, filename=str(settings.DATA_DIR / "tasks.sqlite3")
            )
        super().__init__(name, **options)

    def put_result(self, key: str, data: Any) -> None:
        """Kept nowhere: our own rows say what came of it, and nobody would take these out."""
