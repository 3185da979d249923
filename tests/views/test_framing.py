"""A provider whose page stands in a frame of ours: it may use the camera there, and only there."""

from collections.abc import Callable
from datetime import datetime

import pytest
from django.test import Client
from pytest_django import Settings

from meetings.models import Booking
from meetings.providers.base import Attendee, JoinTicket, RoomRef
from tests.provider_for_tests import Provider

from .conftest import NOW
from .doors import host

Book = Callable[..., Booking]


class Framed(Provider):
    label = "Framed"
    origins = ("https://embed.example",)

    def join(self, ref: RoomRef, attendee: Attendee, *, until: datetime) -> JoinTicket:
        return JoinTicket(template="meetings/unknown_link.html", context={"for": attendee.key})


@pytest.fixture
def framed(settings: Settings) -> None:
    settings.MEETING_PROVIDERS = {"framed": {"BACKEND": f"{__name__}.Framed"}}


@pytest.mark.usefixtures("framed")
def test_page_of_the_room_may_frame_the_provider_and_lend_it_the_camera(
    as_dana: Client, book: Book
) -> None:
    address = host(book(at=NOW))

    door, inside = as_dana.get(address), as_dana.post(f"{address}enter/", {"name": "Dana"})

    assert "frame-src https://embed.example" in inside.headers["Content-Security-Policy"]
    assert 'camera=(self "https://embed.example")' in inside.headers["Permissions-Policy"]
    assert "embed.example" not in str(door.headers)


def test_page_of_the_built_in_room_frames_nobody(as_dana: Client, book: Book) -> None:
    answer = as_dana.post(f"{host(book(at=NOW))}enter/", {"name": "Dana"})

    assert "frame-src" not in answer.headers["Content-Security-Policy"]
    assert "camera=(self)" in answer.headers["Permissions-Policy"]
