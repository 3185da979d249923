"""One change at a time in one room."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction
from django.db.models import F

from meetings.models import RoomPeer, RoomSession

from ..effects import Effect
from ..protocol import Code, RoomRefusal


@contextmanager
def changing(key: str) -> Iterator[RoomSession]:
    """The room for one change, under its next `rev`; other changes wait until this one is saved."""
    with transaction.atomic():
        # Raising `rev` first takes the row's lock on PostgreSQL; SQLite has one writer anyway.
        if not RoomSession.objects.filter(key=key).update(rev=F("rev") + 1):
            raise RoomRefusal(Code.NO_ROOM)
        yield RoomSession.objects.select_related("room", "booking").get(key=key)


def nothing_changed() -> list[Effect]:
    """Take the raised `rev` back, or pages would think that they missed something."""
    transaction.set_rollback(True)
    return []


def require_live(session: RoomSession) -> None:
    if session.state == RoomSession.State.ENDED:
        raise RoomRefusal(over(session))
    if not session.is_live:
        raise RoomRefusal(Code.NOT_OPEN)


def over(session: RoomSession) -> Code:
    """Why nobody comes into a room that has ended."""
    return Code.MOVED if session.end_reason == RoomSession.EndReason.MOVED else Code.ENDED


def find_inside(session: RoomSession, pid: object) -> RoomPeer:
    """The page with this id, which must be in the room."""
    peer = session.peers.inside().filter(pid=str(pid)[:16]).first()
    if peer is None:
        raise RoomRefusal(Code.NO_PEER)
    return peer
