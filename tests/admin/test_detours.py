"""The operator sees where a session was to be held, and what its provider does otherwise."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from meetings.models import RoomSession
from meetings.providers.errors import ProviderUnavailable
from meetings.services.opening import open_room
from meetings.services.rooms import create_room
from tests.places_apart import Apart, apart
from tests.views.reading import text_of

__all__ = ["apart"]


@pytest.fixture
def session(dana: User, apart: Apart) -> RoomSession:
    apart.trouble["main"] = ProviderUnavailable("does not answer.", provider="Plain")
    return open_room(create_room(dana, name="Office hours", provider_alias="main"))


def page(client: Client, session: RoomSession) -> str:
    return text_of(client.get(reverse("admin:meetings_roomsession_change", args=[session.pk])))


def test_session_tells_where_it_was_tried_before(as_staff: Client, session: RoomSession) -> None:
    assert "Tried before: main: Plain: does not answer." in page(as_staff, session)


def test_session_tells_what_is_otherwise_than_asked(as_staff: Client, session: RoomSession) -> None:
    RoomSession.objects.update(differences=["capacity", "webinars"])

    shown = page(as_staff, session)

    assert "lets another number of people in than was set. It is not a webinar" in shown
