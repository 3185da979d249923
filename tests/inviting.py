"""People who are invited, and their links."""

from meetings.invitees import read
from meetings.models import Guest, JoinLink
from meetings.services import inviting
from meetings.services.inviting import Place


def invite(place: Place, *people: str) -> list[Guest]:
    """Invite those who are written like `Ana Gomez <ana@example.com>`; all guests there are now."""
    inviting.invite(place, read("\n".join(people)).invitees, by=place.organizer)
    return list(place.guests.invited())


def address_of(guest: Guest) -> str:
    """Where their link leads as of now."""
    return JoinLink.objects.get(guest=guest).get_absolute_url()
