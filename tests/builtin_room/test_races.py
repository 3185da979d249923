"""Many at the same moment, each in a thread with a connection of its own."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connections

from meetings.builtin_room import engine
from meetings.builtin_room.protocol import Message, RoomRefusal
from meetings.models import RoomSession
from tests.conftest import Share

from .conftest import Hello

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(calls: list[Callable[[], str]]) -> list[str]:
    start = Barrier(len(calls))

    def run(call: Callable[[], str]) -> str:
        start.wait()
        try:
            return call()
        except RoomRefusal as refusal:
            return refusal.code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(calls)) as threads:
        return sorted(threads.map(run, calls))


def entering(hello: Message) -> Callable[[], str]:
    def call() -> str:
        return engine.enter(engine.understand(hello)).peer.status

    return call


def test_last_seats_are_given_once_when_many_come_at_the_same_moment(
    session: RoomSession, hello: Hello, share_database: Share
) -> None:
    RoomSession.objects.update(capacity=3)
    guests = [entering(hello(f"Guest{number}")) for number in range(8)]
    share_database()

    outcomes = at_once(guests)

    assert outcomes == ["full"] * 5 + ["in"] * 3


def test_two_who_remove_the_same_lost_page_remove_it_once(
    session: RoomSession, hello: Hello, share_database: Share
) -> None:
    ana = engine.enter(engine.understand(hello("Ana"))).peer
    engine.go_offline(ana.pid)
    share_database()

    def sweep() -> str:
        return str(len(engine.depart_late(session.key, grace=timedelta(seconds=-1))))

    assert at_once([sweep, sweep]) == ["0", "1"]
