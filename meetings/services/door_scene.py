"""What is on where a link leads, the same for all who stand there, and what is known of each."""

from datetime import timedelta
from functools import cached_property

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from meetings.models import Admission, Booking, Caller, JoinLink, Room, RoomSession
from meetings.models.admission import AdmissionQuerySet
from meetings.models.caller import CallerQuerySet
from meetings.models.prepared import PreparedOne, given

from .door import Visitor
from .places import can_be_held
from .rooms import provider_of

TROUBLE_LASTS = timedelta(minutes=1)  # then the next who may start the meeting tries again
REMOVED_FOR = timedelta(days=1)  # in a permanent room; in a meeting, for good

State = Admission.State

# Asked at every click
_running_in = PreparedOne(lambda: RoomSession.objects.running().filter(room=given("room"))[:1])
_running_with_meeting_in = PreparedOne(
    lambda: RoomSession.objects.running().filter(room=given("room")).select_related("booking")[:1]
)
_admission_to = PreparedOne(
    lambda: Admission.objects.filter(session=given("session"), identity=given("identity"))
)
_removed_person = PreparedOne(
    lambda: _removed_from_meeting().filter(identity=given("identity"))[:1]
)
_removed_guest = PreparedOne(
    lambda: _removed_from_meeting().filter(Q(identity=given("identity")) | Q(link=given("link")))[
        :1
    ]
)


def _removed_from_meeting() -> AdmissionQuerySet:
    removed = Admission.objects.filter(state=State.REMOVED, session__booking=given("booking"))
    return removed.order_by()


class Scene:
    """Read from our database when it is needed, each thing once."""

    def __init__(self, link: JoinLink) -> None:
        self.link = link
        self._planned = link.current_booking
        self.room: Room = self._planned.room if self._planned else link.current_room

    @cached_property
    def running(self) -> RoomSession | None:
        """What runs in the room, unless its opener died or its provider was given up."""
        # Where nothing is planned, what runs says which meeting it is
        running_in = _running_in if self._planned else _running_with_meeting_in
        session = running_in.first(room=self.room.pk)
        if session is None:
            return None
        session.room = self.room
        if not (session.is_live or session.is_being_opened):
            return None
        gone = provider_of(session.alias) is None and session.alias != self.room.provider_alias
        return None if gone else session

    @cached_property
    def booking(self) -> Booking | None:
        """The meeting; to a permanent room’s own link, what runs, else what is on or next."""
        if self._planned:
            return self._planned
        if self.running and self.running.booking:
            return self.running.booking
        now = timezone.now()
        near = self.room.bookings.confirmed().filter(
            starts_at__lte=now + timedelta(minutes=self.room.doors_open_minutes), ends_at__gt=now
        )
        return near.select_related("organizer").order_by("starts_at").first()

    @cached_property
    def session(self) -> RoomSession | None:
        """What runs, if it is this meeting’s."""
        return self.running if self.is_ours else None

    @cached_property
    def is_ours(self) -> bool:
        """Whether what runs is this meeting’s, or nothing runs.

        What was opened without a meeting becomes a meeting’s when its doors are open, not earlier.
        """
        running, booking = self.running, self.booking
        if running is None or booking is None or running.booking_id == booking.pk:
            return True
        return running.booking_id is None and doors_are_open(booking)

    @cached_property
    def has_place(self) -> bool:
        if self.running:
            return provider_of(self.running.alias) is not None
        return can_be_held(self.room)

    @property
    def passcode(self) -> str:
        """What is asked here of those who must know it."""
        return (self.session or self.room).passcode

    @property
    def waiting_room(self) -> str:
        return (self.session or self.room).waiting_room

    @cached_property
    def inside(self) -> int:
        """How many: each person has one open stay."""
        assert self.session is not None, "asked of what runs"  # noqa: S101
        return self.session.attendances.filter(left_at=None).count()

    @cached_property
    def was_ended(self) -> bool:
        """Whether a host has ended the meeting since it began.

        One that was ended before that was a rehearsal, or has been moved to a later time.
        """
        if self.booking is None:
            return False
        last = self.booking.sessions.first()
        ended = last and last.end_reason == RoomSession.EndReason.HOST and last.ended_at
        return bool(ended and ended >= self.booking.starts_at)

    @cached_property
    def just_failed(self) -> bool:
        last = self.room.sessions.filter(booking=self.booking).first()
        if last is None or last.state != RoomSession.State.FAILED or last.ended_at is None:
            return False
        return timezone.now() - last.ended_at < TROUBLE_LASTS

    # Of one person

    def admission_of(self, visitor: Visitor) -> Admission | None:
        if self.session is None:
            return None
        admission = _admission_to.first(session=self.session.pk, identity=visitor.identity)
        if admission:
            admission.session = self.session
        return admission

    def caller_of(self, visitor: Visitor) -> Caller | None:
        return self._calling.filter(identity=visitor.identity).first()

    def has_removed(self, visitor: Visitor) -> bool:
        """Out of the whole meeting: also when the host ends it and opens it again.

        A personal link admits nobody any more, in whatever browser.
        """
        who, link = visitor.identity, self.link
        if self.booking is None:
            theirs = Q(identity=who) | (Q(link=link) if link.is_personal else Q())
            return self._removed.filter(theirs).exists()
        if link.is_personal:
            found = _removed_guest.first(booking=self.booking.pk, identity=who, link=link.pk)
        else:
            found = _removed_person.first(booking=self.booking.pk, identity=who)
        return found is not None

    def was_inside(self, visitor: Visitor) -> bool:
        assert self.session is not None, "asked of what runs"  # noqa: S101
        return self.session.attendances.filter(identity=visitor.identity).exists()

    def is_back(self, visitor: Visitor) -> bool:
        """Whether a host ended what they were in a moment ago, and opened it again."""
        return self._lately_in.filter(identity=visitor.identity).exists()

    @property
    def _calling(self) -> CallerQuerySet:
        return Caller.objects.at(self.room, self.booking)

    @property
    def _removed(self) -> AdmissionQuerySet:
        removed = Admission.objects.filter(state=State.REMOVED)
        if self.booking:
            return removed.filter(session__booking=self.booking)
        lately = Q(session__ended_at=None) | Q(session__ended_at__gt=timezone.now() - REMOVED_FOR)
        return removed.filter(lately, session__room=self.room, session__booking=None)

    @property
    def _lately_in(self) -> AdmissionQuerySet:
        """Where the waiting room was as it is now: else they were never asked to wait."""
        since = timezone.now() - timedelta(minutes=settings.RETURN_WITHIN_MINUTES)
        return Admission.objects.filter(
            state=State.ADMITTED,
            session__room=self.room,
            session__booking=self.booking,
            session__ended_at__gt=since,
            session__waiting_room=self.waiting_room,
        )


class Crowd(Scene):
    """A scene for very many at once: what is known of people is read for all of them together."""

    def look(self) -> None:
        """Read now what everybody will ask for, so that no two threads read it."""
        if self.session:
            _ = self._admissions, self.session.is_live and self.inside
            _ = self.session.locked and self._all_inside
        else:
            _ = self.was_ended, self.just_failed, self._callers
        _ = self.has_place, self._all_removed, self._all_back

    def admission_of(self, visitor: Visitor) -> Admission | None:
        return self._admissions.get(visitor.identity)

    def caller_of(self, visitor: Visitor) -> Caller | None:
        return self._callers.get(visitor.identity)

    def has_removed(self, visitor: Visitor) -> bool:
        identities, links = self._all_removed
        by_link = self.link.is_personal and self.link.pk in links
        return by_link or visitor.identity in identities

    def was_inside(self, visitor: Visitor) -> bool:
        return visitor.identity in self._all_inside

    def is_back(self, visitor: Visitor) -> bool:
        return visitor.identity in self._all_back

    @cached_property
    def _admissions(self) -> dict[str, Admission]:
        if self.session is None:
            return {}
        return {each.identity: each for each in self.session.admissions.order_by()}

    @cached_property
    def _callers(self) -> dict[str, Caller]:
        return {each.identity: each for each in self._calling.order_by()}

    @cached_property
    def _all_removed(self) -> tuple[set[str], set[int | None]]:
        rows = list(self._removed.order_by().values_list("identity", "link_id"))
        return {identity for identity, _link in rows}, {link for _identity, link in rows}

    @cached_property
    def _all_inside(self) -> set[str]:
        assert self.session is not None, "asked of what runs"  # noqa: S101
        return set(self.session.attendances.order_by().values_list("identity", flat=True))

    @cached_property
    def _all_back(self) -> set[str]:
        return set(self._lately_in.order_by().values_list("identity", flat=True))


def doors_are_open(booking: Booking) -> bool:
    return booking.doors_open_at <= timezone.now() < booking.doors_close_at
