"""As what somebody was at a meeting: the best that they had, also by a host’s doing."""

import pytest
from django.test import Client
from django.urls import reverse

from meetings.models import Admission, Booking, RoomSession
from meetings.providers.base import Role
from meetings.services.hosting import give_role

from .attended import booking, page, rows_of, session, sheets_of, stay
from .reading import text_of

__all__ = ["booking", "session"]


@pytest.fixture
def ana(session: RoomSession) -> Admission:
    """She came by a link for participants, and was in for a while."""
    stay(session, "Ana", 5, 20, identity="g:1")
    return session.admissions.create(
        identity="g:1", name="Ana", role="participant", state="admitted"
    )


@pytest.mark.parametrize("taken_back", [False, True])
def test_who_was_made_cohost_was_one(
    as_dana: Client, booking: Booking, session: RoomSession, ana: Admission, taken_back: bool
) -> None:
    give_role(session, "g:1", Role.COHOST)
    if taken_back:
        give_role(session, "g:1", Role.PARTICIPANT)

    (row,) = rows_of(as_dana, booking)
    cells = [cell.value for cell in sheets_of(as_dana, booking)["Attendance"][3]]

    assert "Co-host (made by a host)" in page(as_dana, booking)
    assert (row["Role"], cells[1]) == ("Co-host", "Co-host")
    assert "Ana Co-host" in text_of(as_dana.get(reverse("booking", args=[booking.pk])))


def test_who_came_back_as_cohost_was_made_one_all_the_same(
    as_dana: Client, booking: Booking, session: RoomSession, ana: Admission
) -> None:
    give_role(session, "g:1", Role.COHOST)
    stay(session, "Ana", 30, 40, identity="g:1", role="cohost")

    assert "Co-host (made by a host)" in page(as_dana, booking)


def test_cohost_by_link_was_made_by_nobody(
    as_dana: Client, booking: Booking, session: RoomSession
) -> None:
    session.admissions.create(identity="g:1", name="Ana", role="cohost", state="admitted")
    stay(session, "Ana", 5, 20, identity="g:1", role="cohost")

    assert "Co-host" in page(as_dana, booking)
    assert "made by a host" not in page(as_dana, booking)
