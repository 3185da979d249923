"""A page costs the same number of queries however many rows it shows."""

from collections.abc import Callable

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from meetings.models import JoinLink, RoomSession

from .conftest import MODELS, Meeting, fill, list_of, page_of

pytestmark = [pytest.mark.django_db, pytest.mark.uncounted]

MANY = 8


@pytest.fixture(autouse=True)
def clock(time_machine: time_machine.TimeMachineFixture) -> None:
    """It stands still: what is done once in a while is not counted."""
    time_machine.move_to(timezone.now(), tick=False)


def cost(client: Client, address: str) -> tuple[int, str]:
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(address)
    assert answer.status_code == 200
    return len(queries), answer.text


def test_lists_cost_the_same_with_one_and_many_meetings(
    as_staff: Client, hold: Callable[[], Meeting]
) -> None:
    addresses = [list_of(model, "?q=e") for model in MODELS]  # what is found is listed alike
    hold()
    for model in MODELS:
        as_staff.get(list_of(model))  # what is remembered from the first page on is not counted

    few = {address: cost(as_staff, address)[0] for address in addresses}
    for __ in range(MANY - 1):
        hold()
    many = {address: cost(as_staff, address) for address in addresses}

    for address, (__, text) in many.items():
        rows = max(text.count('name="_selected_action"'), text.count("<tr><th"))
        assert rows >= MANY, address
    assert {address: queries for address, (queries, __) in many.items()} == few


def test_a_meeting_with_much_history_costs_no_more(
    as_staff: Client, hold: Callable[[], Meeting], colin: User
) -> None:
    meeting = hold()
    address = page_of(meeting.booking)
    as_staff.get(address)

    few, __ = cost(as_staff, address)
    for __ in range(MANY - 1):
        session = RoomSession.objects.create(
            room=meeting.session.room,
            booking=meeting.booking,
            alias="builtin",
            state=RoomSession.State.ENDED,
            waiting_room="guests",
        )
        fill(session, by=colin)
        JoinLink.objects.create(booking=meeting.booking, purpose="host", owner=colin)
    many, text = cost(as_staff, address)

    assert text.count("45 minutes") == MANY
    assert many == few


def test_a_session_with_many_people_costs_no_more(
    as_staff: Client, hold: Callable[[], Meeting], colin: User
) -> None:
    session = hold().session
    address = page_of(session)
    as_staff.get(address)

    few, __ = cost(as_staff, address)
    for __ in range(MANY - 1):
        fill(session, by=colin)
    many, text = cost(as_staff, address)

    assert f"{MANY} inside, {MANY} in all" in text
    assert many == few
