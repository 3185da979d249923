"""What many pages ask at once: whether their door still looks as it did.

What is on at a link is remembered in this process for a moment, with all who stand there. It only
ever answers “nothing has changed”; whoever finds something else is answered afresh.
"""

import threading
import time
from dataclasses import dataclass

from django.conf import settings
from django.dispatch import receiver

from meetings.models import JoinLink, RoomSession
from meetings.models.join_link import link_with_meeting
from meetings.signals import doors_changed

from .door import Door, Visitor
from .door_rules import door_at
from .door_scene import Crowd

MOST = 500  # links of which something is remembered
LONGEST = 0.7  # seconds, whatever is set: pages are to learn of changes within three


@dataclass(frozen=True, slots=True)
class _Memory:
    crowd: Crowd
    until: float


_memories: dict[str, _Memory] = {}
_reading = threading.Lock()


def link_of(token: str) -> JoinLink | None:
    """A link that works and is asked for often; None when its door is to be looked at afresh."""
    crowd = _crowd_at(token)
    return crowd.link if crowd and crowd.link.state == JoinLink.State.WORKS else None


def glance(token: str, visitor: Visitor) -> Door | None:
    """This visitor’s door as it stood a moment ago."""
    crowd = _crowd_at(token)
    return door_at(crowd, visitor) if crowd else None


def forget() -> None:
    """Remember nothing any more."""
    _memories.clear()


def _crowd_at(token: str) -> Crowd | None:
    if not settings.DOOR_REMEMBERED:
        return None
    memory = _memories.get(token)
    if memory and memory.until > time.monotonic():
        return memory.crowd
    with _reading:  # one of a crowd reads, the others have what it found
        memory = _memories.get(token)
        if memory and memory.until > time.monotonic():
            return memory.crowd
        return _look(token)


def _look(token: str) -> Crowd | None:
    link = link_with_meeting.first(token=token)
    if link is None:
        return None
    crowd = Crowd(link)
    crowd.look()
    _tidy()
    _memories[token] = _Memory(crowd, time.monotonic() + min(settings.DOOR_REMEMBERED, LONGEST))
    return crowd


def _tidy() -> None:
    now = time.monotonic()
    for token in [each for each, memory in _memories.items() if memory.until <= now]:
        _memories.pop(token, None)
    if len(_memories) >= MOST:
        _memories.clear()


@receiver(doors_changed, dispatch_uid="meetings.door_memory")
def _doors_changed(session: RoomSession, **_: object) -> None:
    for token, memory in list(_memories.items()):
        if memory.crowd.room.pk == session.room_id:
            _memories.pop(token, None)
