"""Somebody who asked to come in does not want to wait any longer."""

from meetings.models import Caller
from meetings.services.door import Door
from meetings.services.hosting import announce
from meetings.services.transactions import saving


@saving
def stop_waiting(door: Door) -> None:
    """No host sees this person waiting here any more; asking again later is a new wish.

    What a host has decided stays, also if that was this moment.
    """
    theirs = {"identity": door.visitor.identity}
    Caller.objects.at(door.room, door.booking).filter(**theirs).delete()
    if door.session is None:
        return
    gone, __ = door.session.admissions.waiting().filter(**theirs).delete()
    if gone:
        announce(door.session)
