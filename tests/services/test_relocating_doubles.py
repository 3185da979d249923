"""A running meeting moves between providers as they are: from plugNmeet, and from our own room."""

from collections.abc import Callable

from django.utils import timezone
from pytest_django import Settings

from meetings.models import Booking, RoomPeer, RoomSession
from meetings.providers.base import Role
from meetings.services import joining
from meetings.services.door import Visitor
from meetings.services.opening import open_room
from meetings.services.relocating import relocate
from tests.accounts_at_doubles import plugnmeet_account, videosdk_account
from tests.providers.doubles import plugnmeet, videosdk

Book = Callable[..., Booking]
ANA = Visitor(identity="g:ana", name="Ana")


def test_meeting_at_plugnmeet_goes_on_at_videosdk_and_its_room_there_is_closed(
    book: Book, settings: Settings
) -> None:
    with plugnmeet.Double() as one, videosdk.Double() as other:
        settings.MEETING_PROVIDERS = {
            "one": plugnmeet_account(one),
            "other": videosdk_account(other),
        }
        options = {"provider_alias": "one", "waiting_room": "nobody"}
        booking = book(at=timezone.now(), options=options)
        session = open_room(booking.room, booking)
        link = booking.links.get(purpose="participant")
        before = joining.enter(link, ANA)

        there = relocate(session, "other")
        after = joining.enter(link, ANA)

        assert one.rooms[session.ref.room_id].ended
        assert other.rooms.keys() >= {there.ref.room_id}
        assert before.url.startswith(one.url)
        assert after.template == "meetings/embed/videosdk.html"
        assert there.ref.room_id != session.ref.room_id


def test_pages_of_the_built_in_room_hear_where_it_goes_on(book: Book, settings: Settings) -> None:
    with plugnmeet.Double() as double:
        settings.MEETING_PROVIDERS = {
            "builtin": {"BACKEND": "builtin"},
            "other": plugnmeet_account(double),
        }
        booking = book(at=timezone.now(), options={"provider_alias": "builtin"})
        session = open_room(booking.room, booking)
        page = _sit_down(session)

        relocate(session, "other")

        page.refresh_from_db()
        assert page.status == RoomPeer.Status.GONE
        assert RoomSession.objects.live().get().alias == "other"


def _sit_down(session: RoomSession) -> RoomPeer:
    now = timezone.now()
    return RoomPeer.objects.create(
        session=session,
        pid="p1",
        identity=ANA.identity,
        resume_hash="x",
        name=ANA.name,
        role=Role.PARTICIPANT,
        seq=1,
        seen_at=now,
        entered_at=now,
    )
