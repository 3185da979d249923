"""What a host says at the door, and the end for all."""

from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from accounts.models import User
from meetings.models import Admission, Room, RoomSession
from meetings.providers.base import Peer, Role
from meetings.providers.errors import ProviderUnavailable
from meetings.services import hosting
from meetings.services.opening import open_room
from meetings.services.rooms import create_room
from meetings.signals import doors_changed
from tests.provider_for_tests import Telling


@pytest.fixture
def session(room: Room) -> RoomSession:
    return open_room(room)


@pytest.fixture
def waiting(session: RoomSession) -> list[Admission]:
    return [
        Admission.objects.create(session=session, identity=f"g:{name}", name=name, state="waiting")
        for name in ("Ana", "Bo", "Cleo")
    ]


def states(session: RoomSession) -> dict[str, str]:
    return dict(session.admissions.values_list("name", "state"))


def test_host_lets_one_person_in(
    session: RoomSession, waiting: list[Admission], dana: User
) -> None:
    assert hosting.admit(session, [waiting[0].pk], by=dana) == 1

    assert states(session) == {"Ana": "admitted", "Bo": "waiting", "Cleo": "waiting"}
    waiting[0].refresh_from_db()
    assert waiting[0].decided_by == dana
    assert waiting[0].decided_at is not None


def test_host_lets_everybody_in_who_waits(session: RoomSession, waiting: list[Admission]) -> None:
    hosting.refuse(session, [waiting[2].pk], message="Not today.")

    assert hosting.admit(session) == 2

    assert states(session) == {"Ana": "admitted", "Bo": "admitted", "Cleo": "refused"}


def test_first_word_of_two_hosts_counts(session: RoomSession, waiting: list[Admission]) -> None:
    hosting.refuse(session, [waiting[0].pk])

    assert hosting.admit(session, [waiting[0].pk]) == 0
    assert states(session)["Ana"] == "refused"


def test_host_decides_about_their_own_door_alone(
    session: RoomSession, waiting: list[Admission], dana: User
) -> None:
    other = open_room(create_room(dana, name="Elsewhere"))

    assert hosting.admit(other, [each.pk for each in waiting]) == 0
    assert set(states(session).values()) == {"waiting"}


@pytest.fixture
def abroad(dana: User, elsewhere: Telling) -> RoomSession:
    return open_room(create_room(dana, name="Abroad"))


def test_room_is_closed_at_the_provider_and_here(abroad: RoomSession, elsewhere: Telling) -> None:
    hosting.end_for_all(abroad)

    abroad.refresh_from_db()
    assert (abroad.state, abroad.end_reason) == ("ended", "host")
    assert elsewhere.live == set()


def test_provider_that_does_not_answer_keeps_no_door_open(
    abroad: RoomSession, elsewhere: Telling
) -> None:
    elsewhere.trouble["end_room"] = ProviderUnavailable("no answer")

    hosting.end_for_all(abroad)

    abroad.refresh_from_db()
    assert abroad.state == "ended"


def test_provider_that_cannot_close_rooms_is_not_asked(dana: User, elsewhere: Telling) -> None:
    session = open_room(create_room(dana, name="Modest", provider_alias="modest"))

    hosting.end_for_all(session)

    assert "end_room" not in elsewhere.asked
    assert not session.is_running


def test_room_whose_provider_is_gone_is_closed_here(
    abroad: RoomSession, settings: Settings
) -> None:
    settings.MEETING_PROVIDERS = {}

    hosting.end_for_all(abroad)

    assert not abroad.is_running


def test_first_end_of_two_counts(abroad: RoomSession, elsewhere: Telling) -> None:
    hosting.end_for_all(abroad)
    ended_at = RoomSession.objects.get(pk=abroad.pk).ended_at

    hosting.end_for_all(abroad)

    assert RoomSession.objects.get(pk=abroad.pk).ended_at == ended_at
    assert elsewhere.asked.count("end_room") == 1


def test_room_that_opens_in_the_moment_that_it_is_ended_is_closed_there_too(
    abroad: RoomSession, elsewhere: Telling
) -> None:
    RoomSession.objects.update(state="opening", claim="theirs")
    seen_opening = RoomSession.objects.get()
    opener = RoomSession.objects.get()
    assert opener.keep(abroad.ref)

    hosting.end_for_all(seen_opening)

    assert elsewhere.live == set()
    assert seen_opening.state == "ended"


def test_live_pages_hear_of_it_when_it_is_certain(
    session: RoomSession,
    waiting: list[Admission],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    heard: list[RoomSession] = []

    def hear(session: RoomSession, **_: object) -> None:
        heard.append(session)

    doors_changed.connect(hear)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            hosting.admit(session)
            before_commit = list(heard)
    finally:
        doors_changed.disconnect(hear)

    assert before_commit == []
    assert heard == [session]


def test_room_that_stayed_open_there_is_remembered_and_closed_later(
    abroad: RoomSession, elsewhere: Telling
) -> None:
    elsewhere.trouble["end_room"] = ProviderUnavailable("no answer", provider="Elsewhere")
    hosting.end_for_all(abroad)
    left = hosting.left_open(abroad.room.sessions.all())
    still_not = hosting.close_room(abroad)
    elsewhere.trouble.clear()

    closed = hosting.close_room(abroad)

    assert left == abroad
    assert left.error == "Elsewhere: no answer"
    assert (still_not, closed) == (False, True)
    assert elsewhere.live == set()
    assert hosting.left_open(abroad.room.sessions.all()) is None


def test_room_that_was_left_open_long_ago_is_not_spoken_of(
    abroad: RoomSession, elsewhere: Telling
) -> None:
    elsewhere.trouble["end_room"] = ProviderUnavailable("no answer")
    hosting.end_for_all(abroad)
    RoomSession.objects.update(ended_at=timezone.now() - timedelta(hours=2))

    assert hosting.left_open(abroad.room.sessions.all()) is None


def test_room_that_never_opened_was_not_left_open(dana: User, elsewhere: Telling) -> None:
    room = create_room(dana, name="Abroad")
    elsewhere.trouble["init_room"] = ProviderUnavailable("no answer")
    with pytest.raises(ProviderUnavailable):
        open_room(room)

    assert hosting.left_open(room.sessions.all()) is None
    assert hosting.left_open(room.sessions.none()) is None


def test_removed_once_is_removed_by_the_first(session: RoomSession, dana: User) -> None:
    person = Peer(key="g:ana", name="Ana", role=Role.PARTICIPANT)

    hosting.shut_out(session, person, by=dana)
    hosting.shut_out(session, person)

    assert states(session) == {"Ana": "removed"}
    assert session.admissions.get().decided_by == dana
