"""People at doors that no host has opened yet: written down when they ask, not when they look."""

from django.db import IntegrityError, transaction
from django.utils import timezone

from meetings.models import Caller
from meetings.services.door import Door

MOST = 500  # at one door: whoever comes after them waits just the same, and is not named


def note(door: Door) -> bool:
    """Somebody wants to come in as soon as a host is there; False if they waited already.

    Asking again is the same wish.
    """
    here = Caller.objects.at(door.room, door.booking)
    mine = here.filter(identity=door.visitor.identity).first()
    if mine is not None:
        return _again(mine, door)
    return here.at_the_door().count() < MOST and _begin(door)


def forget_old() -> None:
    """People who went long ago: nobody needs to know who they were."""
    Caller.objects.long_gone().delete()


def _again(mine: Caller, door: Door) -> bool:
    now, had_gone = timezone.now(), not mine.is_at_the_door
    if had_gone:
        mine.asked_at = now
    mine.seen_at, mine.name, mine.link = now, door.visitor.name, door.link
    mine.save(update_fields=["asked_at", "seen_at", "name", "link"])
    return had_gone


def _begin(door: Door) -> bool:
    try:
        with transaction.atomic():
            Caller.objects.create(
                room=door.room,
                booking=door.booking,
                link=door.link,
                identity=door.visitor.identity,
                user=door.visitor.user,
                name=door.visitor.name,
            )
    except IntegrityError:  # the same person, twice at once
        return False
    return True
