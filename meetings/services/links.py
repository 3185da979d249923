"""The links of a meeting, a series or a permanent room: whom they let in, and changing them."""

from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from meetings.models import JoinLink, LinkUse, RoomSession

BACK_WITHIN = timedelta(days=1)  # in a permanent room; in a meeting, as long as there is one


def use(link: JoinLink, session: RoomSession, identity: str) -> bool:
    """Count that a link lets this person in, once for each session: in the same transaction.

    False when it lets in nobody new, and they are not back.
    """
    __, is_new = LinkUse.objects.get_or_create(link=link, session=session, identity=identity)
    if not is_new:
        return link.note_return()
    if link.take_use():
        return True
    return is_back(link, identity, before=session) and link.note_return()


def is_back(link: JoinLink, identity: str, *, before: RoomSession | None = None) -> bool:
    """Whether this link let this person in before, where it leads now."""
    uses = link.used_by.filter(identity=identity)
    if before:
        uses = uses.exclude(session=before)
    if booking := link.current_booking:
        return uses.filter(session__booking=booking).exists()
    ended_long_ago = Q(session__ended_at__lte=timezone.now() - BACK_WITHIN)
    return uses.filter(session__room=link.room_id).exclude(ended_long_ago).exists()
