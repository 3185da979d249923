"""What a mailbox is to us, wherever it is."""

from typing import Protocol

LARGEST = 2 * 1024 * 1024  # bytes; answers have a few thousand
Key = str


class Away(Exception):
    """The mailbox cannot be read now, and why."""


class Vanished(Exception):
    """Somebody took this mail out of the mailbox meanwhile."""


class Box(Protocol):
    """A mailbox while it is open. What is settled is not unread any more."""

    def unread(self) -> list[Key]: ...

    def content(self, key: Key) -> bytes | None:
        """The whole mail; None when it is larger than anything that we would understand."""

    def settle(self, key: Key, *, flagged: bool) -> None:
        """Have it count as read; `flagged` when a person should look at it."""
