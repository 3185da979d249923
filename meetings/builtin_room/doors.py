"""The pages in a room hear that its doors or somebody's rights changed, whoever changed them."""

from typing import Any

from django.db.models import F

from meetings.models import RoomSession
from meetings.signals import doors_changed, role_given

from .broadcast import deliver_now, room_group, tell_now
from .engine import see_out, set_role


def hear(*, session: RoomSession, **_: Any) -> None:
    """Have the pages read the doors again; see everyone out of a room that is over."""
    if not session.peers.inside().exists():
        return
    if session.state == RoomSession.State.ENDED:
        deliver_now(session.key, see_out(session.key))
    else:
        # The sweeper sees by it which pages were not told, as when the channel layer was away.
        RoomSession.objects.filter(pk=session.pk).update(rev=F("rev") + 1)
        tell_now(room_group(session.key), {"type": "room.doors"})


def hear_role(*, session: RoomSession, identity: str, **_: Any) -> None:
    """Somebody inside has other rights, as of now."""
    person = session.admissions.filter(identity=identity).first()
    if person and session.peers.inside().filter(identity=identity).exists():
        deliver_now(session.key, set_role(session.key, identity, person.role_now))


doors_changed.connect(hear, dispatch_uid="meetings.builtin_room.doors")
role_given.connect(hear_role, dispatch_uid="meetings.builtin_room.role")
