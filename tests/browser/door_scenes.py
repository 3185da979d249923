"""A door for each thing that somebody may find at a link; run within Parley's own process.

Each is at `/j/<its name>/`. What hangs on the person is there for the guest `VISITOR`.
"""

from datetime import datetime, timedelta

from django.utils import timezone

from accounts.models import User
from meetings.models import Booking, JoinLink, Room, RoomSession
from meetings.services import scheduling
from meetings.services.opening import open_room
from meetings.services.rooms import create_room

VISITOR = "0123456789abcdef0123456789abcdef"
PASSCODE = "s3cret"
AT_THE_DOUBLE = "lost"
LONG = "Ωmega & <b>Über</b>-Donaudampfschifffahrtsgesellschaftskapitän 🚀 مرحبا"


def make(organizer: User) -> None:
    """All doors, of meetings of this person."""
    Doors(organizer).make_all()


class Doors:
    def __init__(self, organizer: User) -> None:
        self.organizer = organizer
        self.now = timezone.now().replace(second=0, microsecond=0)

    def make_all(self) -> None:
        for make in (self.before, self.running, self.over, self.of_the_visitor, self.links):
            make()

    # What is on

    def before(self) -> None:
        self.link(self.book("Design review"), "needs_host")
        later = self.book(LONG, at=self.now + timedelta(minutes=95), description="Bring drafts.")
        self.link(later, "too_early")
        self.link(self.book("Start it"), "sign_in", purpose="host")
        self.link(self.book("Somebody else’s"), "not_yours", purpose="host")
        failed = self.book("At a provider that is silent")
        RoomSession.objects.create(
            room=failed.room,
            booking=failed,
            alias="builtin",
            state="failed",
            ended_at=self.now + timedelta(hours=1),  # the door tells of it for a while from then on
        )
        self.link(failed, "trouble")
        opening = self.book("Just a moment")
        session = RoomSession.objects.create(
            room=opening.room, booking=opening, alias="builtin", waiting_room="nobody"
        )
        session.take_claim()
        RoomSession.objects.filter(pk=session.pk).update(claimed_at=self.now + timedelta(hours=1))
        self.link(opening, "opening")

    def running(self) -> None:
        self.link(self.opened("Weekly planning"), "open")
        self.link(self.opened("Ask first", waiting_room="everyone"), "knock")
        self.link(self.opened("Behind closed doors", locked=True), "locked")
        self.link(self.opened("With a passcode", passcode=PASSCODE), "passcode")
        self.link(self.opened("Both", passcode=PASSCODE, locked=True), "passcode_locked")
        full = self.opened("Full house", capacity=1)
        session = full.sessions.get()
        session.attendances.create(identity="u:0", name="Ana", joined_at=self.now)
        self.link(full, "full")
        studio = create_room(self.organizer, name="Studio")
        earlier = self.book("Earlier", room=studio)
        open_room(studio, earlier)
        self.link(self.book("Next in the studio", room=studio), "busy")
        self.link(self.held_at_the_double(), "try_again")

    def held_at_the_double(self) -> Booking:
        booking = self.book("Held at a provider")
        Room.objects.filter(pk=booking.room_id).update(provider_alias=AT_THE_DOUBLE)
        RoomSession.objects.create(
            room=booking.room,
            booking=booking,
            alias=AT_THE_DOUBLE,
            state="live",
            live_at=self.now,
            waiting_room="nobody",
            provider_room_id="there",
        )
        return booking

    def over(self) -> None:
        ended = self.opened("Retrospective")
        ended.sessions.get().end(RoomSession.EndReason.HOST)
        self.link(ended, "ended")
        reason = "The numbers are not ready. New date follows."
        off = self.book("Board meeting")
        scheduling.cancel(off, by=self.organizer, reason=reason)
        self.link(off, "cancelled")
        room = create_room(self.organizer, name="Old office")
        self.link(room, "closed")
        room.archive()

    # What hosts made of the visitor

    def of_the_visitor(self) -> None:
        who = {"identity": f"g:{VISITOR}", "name": "Ana"}
        for state, message in (
            ("waiting", ""),
            ("refused", "We will call you on Monday."),
            ("removed", ""),
        ):
            booking = self.opened(f"Interview, {state}", waiting_room="everyone")
            booking.sessions.get().admissions.create(state=state, message=message, **who)
            self.link(booking, state)

    # What became of links

    def links(self) -> None:
        booking = self.opened("Of which links have ended")
        revoked = self.link(booking, "revoked")
        JoinLink.objects.filter(pk=revoked.pk).update(revoked_at=self.now)
        ends = {"expired": {"expires_at": self.now}, "used_up": {"max_uses": 1, "uses": 1}}
        for token, fields in ends.items():
            booking.links.create(purpose="participant", token=token, label=token, **fields)

    # How they are made

    def book(self, title: str, at: datetime | None = None, **more: object) -> Booking:
        wish = scheduling.MeetingWish(
            title=title,
            starts_at=at or self.now,
            duration=45,
            time_zone="Europe/Berlin",
            may_overlap=True,
            **more,  # type: ignore[arg-type]
        )
        return scheduling.book(self.organizer, wish)

    def opened(self, title: str, *, waiting_room: str = "nobody", **doors: object) -> Booking:
        booking = self.book(title)
        session = open_room(booking.room, booking)
        doors = {"waiting_room": waiting_room, **doors}
        RoomSession.objects.filter(pk=session.pk).update(**doors)
        return booking

    def link(self, place: Booking | Room, token: str, *, purpose: str = "participant") -> JoinLink:
        link: JoinLink = place.links.get(purpose=purpose)
        link.token = token
        link.save()
        return link
