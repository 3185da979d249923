"""Two hundred people at the door of one room, and a provider that is slow, or dies meanwhile."""

import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from threading import BoundedSemaphore, Event, Thread
from typing import Any
from urllib.parse import urlsplit

import pytest
import time_machine
from django.db import connections
from django.test import Client
from pytest_django import Settings

from meetings.models import Admission, Booking, RoomSession
from tests.conftest import Share
from tests.providers.doubles.base import Call, Double, Fault, Reply
from tests.providers.doubles.plugnmeet import Double as Plugnmeet
from tests.together import seen_by_all, together

from .conftest import NOW
from .doors import ask, participants
from .reading import page

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.alone]

Book = Callable[..., Booking]

PEOPLE = 200
SERVER_THREADS = 30  # so many requests are at work at the same moment, the others stand in line
LONGEST = timedelta(seconds=10)  # from the click
OPEN_TO_ALL = {"needs_host": False, "waiting_room": "nobody", "provider_alias": "main"}


@pytest.fixture(autouse=True)
def clock(time_machine: time_machine.TimeMachineFixture) -> None:
    """Here the clock runs."""
    time_machine.move_to(NOW, tick=True)


@pytest.fixture
def meeting(book: Book, share_database: Share) -> Callable[[], str]:
    """The participants’ door of a meeting at `main` that whoever comes first may start."""

    def plan() -> str:
        booking = book(at=NOW, options=OPEN_TO_ALL)
        address = participants(booking)
        share_database()
        return address

    return plan


class Crowd:
    """People who click at the same moment, and whose pages then do what pages do."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.server = BoundedSemaphore(SERVER_THREADS)

    def come(self, count: int) -> list[Any]:
        """Where each of them was sent."""
        return together(*[lambda number=number: self.person(number) for number in range(count)])

    def person(self, number: int) -> str:
        client = Client(REMOTE_ADDR=f"198.51.100.{number}")
        while True:
            answer = self.served(lambda: ask(client, self.address, name=f"Guest {number}"))
            goal = answer.headers.get("Location", "")
            if urlsplit(goal).netloc:
                return goal
            if answer.status_code not in {302, 503}:
                return page(answer)
            self.wait(client)

    def wait(self, client: Client) -> None:
        """The page asks again until it may take the person in."""
        for _ in range(30):
            time.sleep(1)
            answer = self.served(lambda: client.get(self.address))
            if answer.status_code == 200 and "data-enter-now" in page(answer):
                return

    def served(self, call: Callable[[], Any]) -> Any:
        with self.server:
            try:
                return call()
            finally:
                connections.close_all()


def sessions() -> list[tuple[str, str]]:
    """Every run there is, by place and state."""
    return seen_by_all(lambda: list(RoomSession.objects.values_list("alias", "state")))


def opened_after() -> timedelta:
    """How long the first who clicked waited for the room."""
    session = seen_by_all(RoomSession.objects.get)
    assert session.live_at
    return session.live_at - session.created_at


def admitted() -> int:
    return seen_by_all(Admission.objects.filter(state="admitted").count)


@pytest.fixture
def doubles(settings: Settings) -> Iterator[dict[str, Plugnmeet]]:
    """`main` and `spare`, two servers of the same kind."""
    with Plugnmeet() as main, Plugnmeet() as spare:
        found = {"main": main, "spare": spare}
        settings.MEETING_PROVIDERS = {
            alias: {
                "BACKEND": "plugnmeet",
                "OPTIONS": {
                    "url": double.url,
                    "api_key": double.api_key,
                    "api_secret": double.api_secret,
                },
            }
            for alias, double in found.items()
        }
        yield found


def on_create(fault: Fault) -> Fault:
    """Only the opening of rooms goes wrong."""
    return lambda double, call, reply: (
        fault(double, call, reply) if call.path == "/auth/room/create" else reply
    )


def slow(double: Double, call: Call, reply: Reply) -> Reply:
    time.sleep(2)
    return reply


def dies(double: Double, call: Call, reply: Reply) -> None:
    """The effect has happened; then the server is killed, and nobody gets an answer any more."""
    time.sleep(1)
    Thread(target=double._server.shutdown).start()
    double._server.socket.close()


def test_two_hundred_at_once_open_a_slow_room_once_and_all_come_in(
    doubles: dict[str, Plugnmeet], meeting: Callable[[], str]
) -> None:
    main = doubles["main"]
    main.fault = on_create(slow)
    crowd = Crowd(meeting())

    goals = crowd.come(PEOPLE)

    assert main.paths().count("/auth/room/create") == 1
    assert main.paths().count("/auth/room/getJoinToken") == PEOPLE
    assert {urlsplit(goal).netloc for goal in goals} == {urlsplit(main.url).netloc}
    assert doubles["spare"].journal == []
    assert admitted() == PEOPLE
    assert sessions() == [("main", "live")]


def test_when_the_server_is_killed_midway_all_meet_at_the_other_within_ten_seconds(
    doubles: dict[str, Plugnmeet], meeting: Callable[[], str]
) -> None:
    main, spare = doubles["main"], doubles["spare"]
    main.fault = on_create(dies)
    crowd = Crowd(meeting())

    goals = crowd.come(50)

    assert {urlsplit(goal).netloc for goal in goals} == {urlsplit(spare.url).netloc}
    assert len(goals) == admitted() == 50
    assert spare.paths().count("/auth/room/create") == 1
    assert sessions() == [("spare", "live")]
    assert opened_after() < LONGEST
    assert "/auth/room/getJoinToken" not in main.paths()  # nobody was sent into the first room


def test_when_the_server_hangs_people_meet_at_the_other_within_ten_seconds(
    doubles: dict[str, Plugnmeet], meeting: Callable[[], str], settings: Settings
) -> None:
    # Closing the room that was left is the worker's to wait for, and nobody's at the door.
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.dummy.DummyBackend"}}
    hung = Event()
    main, spare = doubles["main"], doubles["spare"]
    main.fault = lambda double, call, reply: hung.wait(60) and None
    crowd = Crowd(meeting())

    goals = crowd.come(20)
    hung.set()

    assert {urlsplit(goal).netloc for goal in goals} == {urlsplit(spare.url).netloc}
    assert len(goals) == admitted() == 20
    assert sessions() == [("spare", "live")]
    assert timedelta(seconds=4) < opened_after() < LONGEST
