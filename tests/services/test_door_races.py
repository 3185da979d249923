"""Many at one door at the same moment."""

import pytest

from accounts.models import User
from meetings.models import Admission, JoinLink, RoomSession
from meetings.services import hosting, joining
from meetings.services.door import Visitor
from meetings.services.opening import open_room
from meetings.services.rooms import create_room
from tests.conftest import Share
from tests.together import seen_by_all, together

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def session(dana: User) -> RoomSession:
    """A room in which everybody waits."""
    return open_room(create_room(dana, name="Office hours", waiting_room="everyone"))


def test_of_two_hosts_who_decide_at_once_the_first_counts_and_the_second_hears_of_it(
    session: RoomSession, share_database: Share
) -> None:
    Admission.objects.create(session=session, identity="g:1", name="Ana", state="waiting")
    share_database()

    counts = together(lambda: hosting.admit(session), lambda: hosting.refuse(session))

    assert sorted(counts) == [0, 1]
    admitted, _refused = counts
    expected = "admitted" if admitted == 1 else "refused"
    assert seen_by_all(lambda: Admission.objects.get().state) == expected


def test_everybody_who_reloads_and_asks_at_a_lock_at_once_asks_once(
    session: RoomSession, share_database: Share
) -> None:
    RoomSession.objects.update(locked=True)
    link = JoinLink.objects.with_meeting().get(room=session.room, purpose="participant")
    share_database()
    people = [Visitor(identity=f"g:{number % 6}", name="Ana") for number in range(12)]

    answers = together(*[lambda each=each: joining.enter(link, each) for each in people])

    assert {type(answer).__name__ for answer in answers} == {"CannotEnter"}
    rows = seen_by_all(lambda: sorted(Admission.objects.values_list("identity", "state")))
    assert rows == [(f"g:{number}", "waiting") for number in range(6)]
