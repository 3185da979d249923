"""Links at the same moment: the last use is one person's, and a replaced link has one successor."""

import pytest

from accounts.models import User
from meetings.models import Admission, JoinLink, Room
from meetings.providers.base import JoinTicket
from meetings.services import joining, links
from meetings.services.door import Visitor
from meetings.services.links import LinkHasEnded, LinkWish, NameTaken
from meetings.services.opening import open_room
from meetings.services.rooms import create_room
from tests.conftest import Share
from tests.together import seen_by_all, together

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def office(dana: User) -> Room:
    """A room that runs and lets everybody straight in."""
    room = create_room(dana, name="Office hours", waiting_room="nobody")
    open_room(room)
    return room


def test_of_four_who_want_the_last_use_at_once_one_comes_in(
    office: Room, share_database: Share
) -> None:
    JoinLink.objects.update(max_uses=1)
    link = JoinLink.objects.with_meeting().get(room=office, purpose="participant")
    share_database()
    people = [Visitor(identity=f"g:{number}", name="Ana") for number in range(4)]

    answers = together(*[lambda each=each: joining.enter(link, each) for each in people])

    assert sorted(type(each).__name__ for each in answers) == ["JoinTicket"] + ["LinkUsedUp"] * 3
    assert seen_by_all(Admission.objects.count) == 1
    assert seen_by_all(lambda: JoinLink.objects.get(pk=link.pk).uses) == 1


def test_person_who_clicks_twice_at_once_takes_one_use(office: Room, share_database: Share) -> None:
    JoinLink.objects.update(max_uses=1)
    link = JoinLink.objects.with_meeting().get(room=office, purpose="participant")
    share_database()

    answers = together(*[lambda: joining.enter(link, Visitor(identity="g:1", name="Ana"))] * 3)

    assert all(isinstance(each, JoinTicket) for each in answers)
    assert seen_by_all(lambda: JoinLink.objects.get(pk=link.pk).uses) == 1


def test_link_that_is_replaced_twice_at_once_has_one_successor(
    office: Room, share_database: Share
) -> None:
    link = office.links.get(purpose="host")
    share_database()

    answers = together(*[lambda: links.replace(link)] * 3)

    assert sum(isinstance(each, JoinLink) for each in answers) == 1
    assert sum(isinstance(each, LinkHasEnded) for each in answers) == 2
    hosts = JoinLink.objects.usable().filter(purpose="host")
    assert seen_by_all(hosts.count) == 1


def test_same_link_made_twice_at_once_is_one(office: Room, share_database: Share) -> None:
    share_database()

    answers = together(*[lambda: links.make(office, "participant", LinkWish(label="Press"))] * 2)

    assert sorted(type(each).__name__ for each in answers) == ["JoinLink", NameTaken.__name__]
    assert seen_by_all(JoinLink.objects.filter(label="Press").count) == 1
