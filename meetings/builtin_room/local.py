"""The pages connected to this very process."""

from typing import Protocol

from .protocol import Close, Message


class LocalPage(Protocol):
    """One socket whose page is in a room."""

    key: str
    pid: str
    identity: str
    rev: int  # of the newest message that it passed on
    heard_at: float
    ice_until: float

    async def send_message(self, message: Message) -> None: ...

    async def hang_up(self, code: Close) -> None: ...


pages: set[LocalPage] = set()
