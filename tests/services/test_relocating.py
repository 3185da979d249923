"""Moving a meeting while people are in it: from `main` to `spare`, with everybody's rights."""

import pytest
from django.utils import timezone
from pytest_django import Settings

from accounts.models import AuditEntry, User
from meetings.models import Admission, Attendance, Booking, JoinLink, LinkUse, Room, RoomSession
from meetings.models.session import CLAIM_LASTS
from meetings.providers.errors import ProviderRefused, ProviderUnavailable
from meetings.services import joining, relocating
from meetings.services.door import DoorState, Visitor
from meetings.services.door_rules import door_for
from meetings.services.opening import RoomIsOpening, open_room
from meetings.services.relocating import CannotRelocate, relocate
from meetings.services.rooms import create_room
from tests.conftest import Share
from tests.places_apart import Apart, Endless, Plain, Small, apart, set_up
from tests.together import seen_by_all, together

from .failing_over import SILENCE, Book

__all__ = ["apart"]

ANA = Visitor(identity="g:ana", name="Ana")
BO = Visitor(identity="g:bo", name="Bo")
KNOCKS = {"waiting_room": "everyone", "provider_alias": "main"}


@pytest.fixture
def meeting(book: Book, apart: Apart) -> Booking:
    return book("Review", at=timezone.now(), options=KNOCKS)


@pytest.fixture
def session(meeting: Booking) -> RoomSession:
    return open_room(meeting.room, meeting)


def link(meeting: Booking, purpose: str = "participant") -> JoinLink:
    return JoinLink.objects.with_meeting().get(booking=meeting, purpose=purpose)


def come(
    session: RoomSession, who: Visitor, state: str = "admitted", **fields: object
) -> Admission:
    return session.admissions.create(identity=who.identity, name=who.name, state=state, **fields)


def sit(session: RoomSession, who: Visitor, **fields: object) -> Attendance:
    began = {"joined_at": timezone.now(), **fields}
    return session.attendances.create(identity=who.identity, name=who.name, **began)


# What goes over


def test_meeting_goes_on_at_the_other_provider_and_the_old_room_is_closed(
    session: RoomSession, apart: Apart
) -> None:
    there = relocate(session, "spare")

    session.refresh_from_db()
    assert (session.state, session.end_reason) == ("ended", "moved")
    moved = AuditEntry.objects.about(session).get(action="moved")
    assert moved.values == {"alias": ["main", "spare"]}
    assert (there.state, there.alias, there.moved_from) == ("live", "spare", session)
    assert apart.asked == ["main init_room", "spare init_room", "main end_room"]
    assert apart.live == {f"spare {there.key}"}
    assert list(RoomSession.objects.running()) == [there]


def test_doors_go_over_as_they_stand(session: RoomSession) -> None:
    doors = {"locked": True, "passcode": "s3cret", "waiting_room": "guests"}
    RoomSession.objects.update(**doors)
    session.refresh_from_db()

    there = relocate(session, "spare")

    there.refresh_from_db()
    assert {name: getattr(there, name) for name in doors} == doors


def test_people_go_over_as_they_were(session: RoomSession, meeting: Booking, dana: User) -> None:
    come(session, ANA, role="participant", given_role="cohost")
    sit(session, ANA)
    knocked = come(session, BO, "waiting")
    Admission.objects.filter(pk=knocked.pk).update(asked_at=timezone.now() - CLAIM_LASTS)
    knocked.refresh_from_db()
    come(session, Visitor(identity="g:cleo", name="Cleo"), "removed", decided_by=dana)

    there = relocate(session, "spare")

    people = {each.name: each for each in there.admissions.all()}
    assert people["Ana"].role_now == "cohost"
    assert (people["Bo"].state, people["Bo"].asked_at) == ("waiting", knocked.asked_at)
    assert (people["Cleo"].state, people["Cleo"].decided_by) == ("removed", dana)
    participants = link(meeting)
    states = {
        name: door_for(participants, Visitor(identity=each.identity, name=name)).state
        for name, each in people.items()
    }
    assert states == {"Ana": "open", "Bo": "waiting", "Cleo": "removed"}


def test_who_was_inside_is_taken_in_by_the_door_once_and_who_had_left_is_not(
    session: RoomSession, meeting: Booking
) -> None:
    come(session, ANA)
    sit(session, ANA)
    come(session, BO)
    sit(session, BO, left_at=timezone.now())
    RoomSession.objects.update(locked=True)
    participants = link(meeting)

    relocate(session, "spare")
    of_ana, of_bo = door_for(participants, ANA), door_for(participants, BO)
    ticket = joining.enter(participants, ANA)
    after = door_for(participants, ANA)

    assert (of_ana.enters_alone, of_bo.enters_alone) == (True, False)
    assert ticket.url.startswith("https://spare.example/")
    assert (after.state, after.enters_alone) == (DoorState.OPEN, False)
    assert LinkUse.objects.count() == 1


def test_attendance_of_the_meeting_has_both_parts(session: RoomSession, meeting: Booking) -> None:
    stay = sit(session, ANA)

    there = relocate(session, "spare")
    sit(there, ANA)

    stay.refresh_from_db()
    assert stay.left_at is not None
    assert Attendance.objects.filter(session__booking=meeting).count() == 2


def test_meeting_of_nobody_in_a_permanent_room_goes_over_too(dana: User, apart: Apart) -> None:
    room = create_room(dana, name="Office hours", provider_alias="main")

    there = relocate(open_room(room), "spare")

    assert open_room(Room.objects.get()) == there


# What keeps it where it is


@pytest.mark.parametrize("error", [SILENCE, ProviderRefused("no more rooms", provider="Plain")])
def test_meeting_stays_untouched_when_it_cannot_be_opened_there(
    session: RoomSession, apart: Apart, error: Exception
) -> None:
    come(session, ANA)
    apart.trouble["spare init_room"] = error

    with pytest.raises(type(error)):
        relocate(session, "spare")
    apart.trouble.clear()

    session.refresh_from_db()
    assert (session.state, session.claim, session.admissions.count()) == ("live", "", 1)
    assert RoomSession.objects.get() == session
    assert "main end_room" not in apart.asked
    assert relocate(session, "spare").is_live  # and may be tried again


def test_old_provider_that_is_dead_keeps_nobody_there(session: RoomSession, apart: Apart) -> None:
    apart.trouble["main"] = ProviderUnavailable("does not answer.", provider="Plain")

    there = relocate(session, "spare")

    session.refresh_from_db()
    assert there.is_live
    assert (session.end_reason, session.error) == ("moved", "Plain: does not answer.")


def test_place_that_cannot_hold_it_is_refused_in_words(
    session: RoomSession, meeting: Booking, settings: Settings
) -> None:
    set_up(settings, main=Plain, spare=Small, third=Endless)
    Room.objects.update(capacity=20)
    session.refresh_from_db()

    places = {each.alias: each.against for each in relocating.places_beside(session)}
    for alias in ("spare", "main", "nowhere"):
        with pytest.raises(CannotRelocate):
            relocate(session, alias)

    assert places == {"third": (), "spare": ("it holds more people than rooms there can",)}
    session.refresh_from_db()
    assert session.is_live


def test_meeting_that_ended_meanwhile_is_not_opened_again(
    session: RoomSession, apart: Apart
) -> None:
    apart.pause["spare init_room"] = lambda: session.end(RoomSession.EndReason.HOST)

    with pytest.raises(CannotRelocate):
        relocate(session, "spare")

    assert not RoomSession.objects.running().exists()
    assert RoomSession.objects.get().end_reason == "host"


def test_who_died_moving_it_keeps_nobody_from_it(session: RoomSession) -> None:
    long_ago = timezone.now() - 2 * CLAIM_LASTS
    RoomSession.objects.update(claim="dead", claimed_at=long_ago)
    left = RoomSession.objects.create(room=session.room, alias="third", state="prepared")

    there = relocate(session, "spare")

    left.refresh_from_db()
    assert (there.is_live, left.state) == (True, "failed")


@pytest.mark.django_db(transaction=True)
def test_two_hosts_who_press_at_once_make_one_move(
    dana: User, apart: Apart, share_database: Share
) -> None:
    session = open_room(create_room(dana, name="Office hours", provider_alias="main"))
    come(session, ANA)
    share_database()

    def press(alias: str) -> RoomSession:
        return relocate(RoomSession.objects.get(pk=session.pk), alias)

    def join() -> RoomSession:
        return open_room(Room.objects.get())

    answers = together(lambda: press("spare"), lambda: press("third"), join, join)

    moved = [each for each in answers[:2] if isinstance(each, RoomSession)]
    assert len(moved) == 1
    assert [type(each) for each in answers[:2] if each not in moved] == [CannotRelocate]
    assert all(isinstance(each, RoomSession | RoomIsOpening) for each in answers[2:])
    assert seen_by_all(lambda: list(RoomSession.objects.running())) == moved
    assert seen_by_all(moved[0].admissions.count) == 1
    assert apart.opened() in (["main", "spare"], ["main", "third"])
