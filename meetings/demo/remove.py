"""Taking the demo out again, with all that its people made since."""

from django.db.models import ProtectedError, Q, QuerySet

from accounts import audit
from accounts.models import User
from meetings.models import Booking, Reservation, Room, RoomSession, Series
from meetings.models.reservation import ReservationQuerySet
from meetings.models.session import RoomSessionQuerySet
from meetings.services import hosting, reservations
from meetings.services.transactions import saving

from .people import users


class StillNeeded(Exception):
    """Somebody else's meeting stands on something of the demo's."""


def remove() -> int:
    """The demo's people and everything of theirs, nothing of others; how many people it were."""
    people = users()
    for session in _sessions(people).running():
        hosting.end_for_all(session)
    reservations.let_go(_reservations(people))
    try:
        return _delete(people)
    except ProtectedError as error:
        names = ", ".join(sorted({f"“{each}”" for each in error.protected_objects}))
        raise StillNeeded(f"The demo is still needed by {names}.") from error


@saving
def _delete(people: QuerySet[User]) -> int:
    """In the order that protected rows ask for. All or nothing."""
    _sessions(people).delete()
    _reservations(people).delete()
    Booking.objects.filter(organizer__in=people).delete()
    Series.objects.filter(organizer__in=people).delete()
    Room.objects.filter(owner__in=people).delete()
    audit.record_each(audit.Action.DELETED, people)
    count = people.count()
    people.delete()
    return count


def _reservations(people: QuerySet[User]) -> ReservationQuerySet:
    return Reservation.objects.filter(booking__organizer__in=people)


def _sessions(people: QuerySet[User]) -> RoomSessionQuerySet:
    theirs = Q(room__owner__in=people) | Q(booking__organizer__in=people)
    return RoomSession.objects.filter(theirs)
