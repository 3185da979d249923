"""What is left of meetings, and what their hosts are asked; run within Parley's own process."""

from datetime import timedelta

from accounts.models import User
from meetings.models import Booking, Knock, Outage, Recording, Room, RoomSession
from meetings.services import scheduling
from meetings.services.mail.notices import once_for
from meetings.services.rooms import create_room
from meetings.services.waiting.admitting import Standing, gate_at
from meetings.services.waiting.knock_links import token_of
from meetings.services.waiting.knocking import Place

from .door_scenes import LONG, PASSCODE, Doors
from .shelf import SILENT

SHELF = "shelf"
HOUR = timedelta(hours=1)
PEOPLE = ("Ana Lima", "Bartholomew Featherstonehaugh-Cholmondeley the Younger", "שרה כהן")


def make(organizer: User) -> dict[str, str]:
    """All of it, of meetings of this person: where each page is."""
    gates = {f"admit-{name}": path for name, path in Gates(organizer).make_each().items()}
    return gates | Kept(organizer).make_each()


class Gates(Doors):
    """The link of a mail that tells who waits, once for each thing that it may come to."""

    def make_each(self) -> dict[str, str]:
        looked_at = set(Standing) - {Standing.TROUBLE}  # that is known after the press only
        made = {standing: getattr(self, standing)() for standing in looked_at}
        for standing, knock in made.items():
            knock.refresh_from_db()
            assert gate_at(knock).standing is standing, (standing, gate_at(knock).standing)
        made |= {"one": self.one(), "locked": self.locked()}
        return {name: f"/admit/{token_of(knock)}/" for name, knock in made.items()}

    def open(self) -> Knock:
        return self.knocked("Weekly planning", *PEOPLE)

    def one(self) -> Knock:
        return self.knocked(LONG, "Ana Lima")

    def locked(self) -> Knock:
        """It runs, is locked and full, and people wait."""
        booking = self.opened("Behind closed doors", locked=True, capacity=1)
        session = booking.sessions.get()
        session.attendances.create(identity="u:0", name="Ben", joined_at=self.now)
        for name in PEOPLE[:2]:
            session.admissions.create(
                identity=f"g:{name}", name=name, state="waiting", seen_at=self.now + HOUR
            )
        return self.told(booking)

    def used(self) -> Knock:
        return self.changed(self.knocked("Used"), used_at=self.now)

    def withdrawn(self) -> Knock:
        knock = self.knocked("Withdrawn")
        knock.room.links.update(revoked_at=self.now)
        self.booking_of(knock).links.update(revoked_at=self.now)
        return knock

    def moved(self) -> Knock:
        return self.changed(self.knocked("Moved"), once="another time")

    def cancelled(self) -> Knock:
        knock = self.knocked("Board meeting")
        scheduling.cancel(self.booking_of(knock), by=self.organizer, reason="")
        return knock

    def over(self) -> Knock:
        booking = self.opened("Retrospective")
        booking.sessions.get().end(RoomSession.EndReason.HOST)
        return self.told(booking)

    def busy(self) -> Knock:
        studio = create_room(self.organizer, name="Studio of the gate")
        self.run(studio, self.book("Earlier", room=studio))
        return self.told(self.book("Next in the studio", room=studio))

    def opening(self) -> Knock:
        booking = self.book("Just a moment")
        session = RoomSession.objects.create(room=booking.room, booking=booking, alias="builtin")
        session.take_claim()
        RoomSession.objects.filter(pk=session.pk).update(claimed_at=self.now + HOUR)
        return self.told(booking)

    def nobody(self) -> Knock:
        return self.knocked("Nobody waits")

    def knocked(self, title: str, *names: str) -> Knock:
        """The host was told; these people still stand at the closed door."""
        booking = self.book(title)
        link = booking.links.get(purpose="participant")
        for name in names:
            booking.callers.create(
                room=booking.room,
                link=link,
                identity=f"g:{name}",
                name=name,
                seen_at=self.now + HOUR,
            )
        return self.told(booking)

    def told(self, booking: Booking) -> Knock:
        once = once_for(Place.at(booking.room, booking).once, self.organizer)
        return Knock.objects.create(
            once=once, room=booking.room, booking=booking, user=self.organizer
        )

    def changed(self, knock: Knock, **fields: object) -> Knock:
        Knock.objects.filter(pk=knock.pk).update(**fields)
        return knock

    def booking_of(self, knock: Knock) -> Booking:
        assert knock.booking
        return knock.booking

    def run(self, room: Room, booking: Booking) -> RoomSession:
        session: RoomSession = RoomSession.objects.create(
            room=room, booking=booking, alias="builtin", state="live", live_at=self.now
        )
        return session


class Kept(Doors):
    """Recordings and lists of who was there."""

    def make_each(self) -> dict[str, str]:
        paths: dict[str, str] = {}
        for make in (self.at_doors, self.of_the_organizer, self.who_was_there):
            paths |= make()
        return paths

    def at_doors(self) -> dict[str, str]:
        """Meetings that are over, at their participants' links."""
        free, coded = self.recorded("Recorded"), self.recorded("With a passcode")
        room = coded.room
        room.passcode = PASSCODE
        room.save()
        return {
            "door-recordings": self.link(free, "recorded").get_absolute_url(),
            "door-recordings-passcode": self.link(coded, "coded").get_absolute_url(),
        }

    def of_the_organizer(self) -> dict[str, str]:
        studio, empty = self.studio(), create_room(self.organizer, name="Never used")
        recording = self.keep(self.held(self.past("Town hall"), SHELF), "r1", title=LONG)
        return {
            "room-archive": f"/rooms/{studio.pk}/archive/",
            "room-archive-empty": f"/rooms/{empty.pk}/archive/",
            "room-recordings": f"/rooms/{studio.pk}/",
            "recording-form": f"/recordings/{recording.pk}/",
            "recordings-stay": f"/meetings/{recording.session.booking_id}/",
        }

    def who_was_there(self) -> dict[str, str]:
        whole = self.past("Quarterly review, with those who came and those who did not")
        self.attended(whole)
        told = self.past("Known from the door alone")
        self.let_in(told)
        return {
            "attendance": f"/meetings/{whole.pk}/attendance/",
            "attendance-gaps": f"/meetings/{told.pk}/attendance/",
            "attendance-none": f"/meetings/{self.past('Nobody came').pk}/attendance/",
            "past-meeting": f"/meetings/{whole.pk}/",
        }

    def recorded(self, title: str) -> Booking:
        """Over, with two recordings for all who have a link; one cannot be had now."""
        booking = self.past(title)
        session = self.held(booking, SHELF)
        self.keep(session, f"r-{booking.pk}", title="Part one", expires_at=self.now + 99 * HOUR)
        if title == "Recorded":
            self.keep(session, SILENT, title=LONG)
        return booking

    def studio(self) -> Room:
        room = create_room(self.organizer, name="Studio with recordings", provider_alias=SHELF)
        session = RoomSession.objects.create(
            room=room, alias=SHELF, state="ended", live_at=self.now - HOUR, ended_at=self.now
        )
        self.keep(session, "s1", title="Open day")
        self.keep(session, "s2", state=Recording.State.PROCESSING)
        self.keep(session, "s3", title="Rehearsal", state=Recording.State.MISSING)
        return room

    def attended(self, booking: Booking) -> None:
        """Somebody came twice, somebody did not come at all."""
        session, begin = self.held(booking, "builtin"), booking.starts_at
        ana = booking.guests.create(email="ana@example.org", name="Ana Lima")
        booking.guests.create(email="absent-without-a-name@a-long-domain.example.org")
        link = booking.links.create(purpose="participant", guest=ana)
        session.admissions.create(identity="g:Ana Lima", name="Ana", state="admitted", link=link)
        stays = (("Ana Lima", 2, 20), ("Ana Lima", 30, 44), (PEOPLE[1], 0, 45), (PEOPLE[2], 5, 40))
        for name, first, last in stays:
            session.attendances.create(
                identity=f"g:{name}",
                name=name,
                role="cohost" if name == PEOPLE[1] else "participant",
                joined_at=begin + timedelta(minutes=first),
                left_at=begin + timedelta(minutes=last),
            )

    def let_in(self, booking: Booking) -> None:
        """The provider told nothing, and was silent for a while."""
        session = self.held(booking, SHELF)
        for name in PEOPLE:
            session.admissions.create(identity=f"g:{name}", name=name, state="admitted")
        session.admissions.update(asked_at=booking.starts_at + timedelta(minutes=3))
        begin = booking.starts_at + timedelta(minutes=10)
        Outage.objects.create(alias=SHELF, began_at=begin, ended_at=begin + timedelta(minutes=5))

    def past(self, title: str) -> Booking:
        return self.book(title, at=self.now - 3 * HOUR)

    def held(self, booking: Booking, alias: str) -> RoomSession:
        """It took place there."""
        session: RoomSession = RoomSession.objects.create(
            room=booking.room,
            booking=booking,
            alias=alias,
            state="ended",
            live_at=booking.starts_at,
            ended_at=booking.ends_at,
            end_reason=RoomSession.EndReason.HOST,
        )
        return session

    def keep(self, session: RoomSession, name: str, **fields: object) -> Recording:
        usual = {
            "state": Recording.State.READY,
            "next_try_at": None,
            "access": Recording.Access.LINKS,
            "started_at": session.live_at,
            "seconds": 2700,
            "size": 5_500_000,
        }
        recording: Recording = session.recordings.create(recording_id=name, **{**usual, **fields})
        return recording
