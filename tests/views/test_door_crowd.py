"""Very many pages at one door: few reads, no provider, and each person their own answer."""

import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core import signing
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from accounts.models import User
from meetings.models import Admission, Booking, JoinLink, RoomSession
from meetings.services import door_memory, hosting
from meetings.services.door import Visitor
from meetings.services.waiting import waiting_room
from meetings.services.waiting.waiting_room import note_seen
from meetings.views.visitors import COOKIE, SALT
from tests.conftest import signed_in
from tests.provider_for_tests import Telling

from .conftest import NOW
from .doors import ask, door_of, look_again, participants, state
from .reading import page

Book = Callable[..., Booking]
CROWD = 5_000


@pytest.fixture(autouse=True)
def remembers(settings: Settings) -> Iterator[None]:
    """Doors are remembered as long as they may be; the clock of the memory stands still."""
    settings.DOOR_REMEMBERED = 60
    door_memory.forget()
    yield
    door_memory.forget()
    waiting_room.forget()


def guest(identity: str) -> Client:
    """The browser of somebody known by this identity, who wants in."""
    mine = {"id": identity, "who": f"g:{identity}", "name": "Ana"}
    client = Client()
    client.cookies[COOKIE] = signing.dumps(mine, salt=SALT, compress=True)
    return client


def queries_of(call: Callable[[], Any]) -> tuple[Any, int]:
    with CaptureQueriesContext(connection) as queries:
        answer = call()
    return answer, len(queries)


def test_page_that_asks_again_costs_no_query_and_a_member_two(
    client: Client, live: RoomSession, colin: User
) -> None:
    member, address = signed_in(colin), door_of(live)
    pages = [(each, each.get(address)) for each in (client, member)]
    for person, shown in pages:
        look_again(person, shown, address)

    asked = [
        queries_of(lambda person=person, shown=shown: look_again(person, shown, address))
        for person, shown in pages
    ]

    assert [(answer.status_code, count) for answer, count in asked] == [(204, 0), (204, 2)]


def test_five_thousand_who_wait_cost_a_handful_of_queries_a_moment_and_no_provider_call(
    elsewhere: Telling, live: RoomSession
) -> None:
    RoomSession.objects.update(waiting_room="everyone", capacity=None)
    link = JoinLink.objects.get(booking=live.booking, purpose="participant")
    Admission.objects.bulk_create(
        Admission(
            session=live,
            link=link,
            identity=f"g:{number}",
            name="Ana",
            state="waiting",
            seen_at=NOW - timedelta(seconds=20),
        )
        for number in range(CROWD)
    )
    before = list(elsewhere.asked)

    def crowd_asks() -> set[str]:
        states = set()
        for number in range(CROWD):
            found = door_memory.glance(link.token, Visitor(identity=f"g:{number}", name="Ana"))
            assert found
            note_seen(found.waiter)
            states.add(found.state)
        return states

    began = time.monotonic()
    states, count = queries_of(crowd_asks)
    moments = 1 + (time.monotonic() - began) / door_memory.LONGEST

    assert states == {"waiting"}
    assert count <= 10 * moments
    assert elsewhere.asked == before


def test_nobody_is_served_the_state_of_somebody_else(live: RoomSession, dana: User) -> None:
    RoomSession.objects.update(waiting_room="everyone")
    people = {name: guest(name) for name in ("ana", "bo", "cy", "dee")}
    for person in people.values():
        ask(person, door_of(live))
    waiting = {name: person.get(door_of(live)) for name, person in people.items()}
    named = dict(Admission.objects.values_list("identity", "pk"))

    hosting.admit(live, [named["g:ana"]], by=dana)
    hosting.refuse(live, [named["g:bo"]], by=dana)
    Admission.objects.filter(identity="g:cy").update(state="removed")
    door_memory.forget()
    # The memory is made by the one who still waits
    assert look_again(people["dee"], waiting["dee"], door_of(live)).status_code == 204
    answers = {
        name: state(look_again(people[name], waiting[name], door_of(live)))
        for name in ("ana", "bo", "cy")
    }

    assert answers == {"ana": "open", "bo": "refused", "cy": "removed"}


def test_what_has_changed_is_never_answered_from_memory(client: Client, book: Book) -> None:
    booking = book(at=NOW, options={"waiting_room": "everyone"})
    address = participants(booking)
    before = client.get(address)
    look_again(client, before, address)

    ask(client, address)  # they are ready now, which the memory does not know of

    assert state(client.get(address)) == "needs_host"
    assert state(look_again(client, before, address)) == "needs_host"


def test_decision_of_this_process_is_seen_at_once(
    client: Client, live: RoomSession, django_capture_on_commit_callbacks: Any
) -> None:
    RoomSession.objects.update(waiting_room="everyone")
    ask(client, door_of(live))
    waiting = client.get(door_of(live))
    look_again(client, waiting, door_of(live))

    with django_capture_on_commit_callbacks(execute=True):
        hosting.admit(live)

    assert "data-enter-now" in page(look_again(client, waiting, door_of(live)))


def test_memory_lasts_a_moment(
    client: Client, live: RoomSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = client.get(door_of(live))
    look_again(client, shown, door_of(live))
    RoomSession.objects.update(locked=True)

    at_once = look_again(client, shown, door_of(live)).status_code
    later = door_memory.time.monotonic() + door_memory.LONGEST
    monkeypatch.setattr(door_memory.time, "monotonic", lambda: later)

    assert at_once == 204
    assert state(look_again(client, shown, door_of(live))) == "locked"


def test_link_that_is_withdrawn_is_not_remembered_for_long(
    client: Client, live: RoomSession
) -> None:
    shown = client.get(door_of(live))
    look_again(client, shown, door_of(live))

    JoinLink.objects.get(booking=live.booking, purpose="participant").revoke()
    door_memory.forget()  # as it does after a moment

    assert look_again(client, shown, door_of(live)).status_code == 410
