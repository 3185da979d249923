"""The bar above a provider's page in ours: its host sees who waits, without leaving the meeting."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from meetings.models import Admission, Booking, RoomSession
from meetings.services import hosting
from tests.able_provider import able
from tests.provider_for_tests import Telling
from tests.providers.doubles import videosdk

from .doors import host, participants
from .reading import page, text_of
from .running import at_main, knock

__all__ = ["able", "at_main"]

Book = Callable[..., Booking]
HTMX = {"HX-Request": "true"}


def waiting(client: Client, session: RoomSession, seen: str = "") -> Any:
    return client.get(f"/sessions/{session.pk}/waiting/?seen={seen}", headers=HTMX)


@pytest.fixture
def clock() -> None:
    """It runs: tokens are checked against it."""


@pytest.fixture
def framed(settings: Settings) -> Iterator[None]:
    with videosdk.Double() as double:
        settings.MEETING_PROVIDERS = {
            "main": {"BACKEND": "videosdk", "OPTIONS": {**double.account(), "read_timeout": "1"}}
        }
        yield


@pytest.mark.usefixtures("framed")
def test_hosts_bar_asks_who_waits_and_links_to_the_meetings_page(
    as_dana: Client, client: Client, book: Book
) -> None:
    booking = book(at=timezone.now(), options={"waiting_room": "nobody"})

    of_host = page(as_dana.post(f"{host(booking)}enter/", {"name": "Dana"}))
    of_guest = page(client.post(f"{participants(booking)}enter/", {"name": "Ana"}))

    session = RoomSession.objects.get()
    assert f'hx-get="/sessions/{session.pk}/waiting/"' in of_host
    assert f'href="/meetings/{booking.pk}/"' in of_host
    assert "iframe" in of_guest
    assert "/sessions/" not in of_guest
    assert "/meetings/" not in of_guest


def test_bar_names_who_waits_with_a_button_for_each_answer(
    as_dana: Client, at_main: RoomSession, able: Telling
) -> None:
    ana, _bo = knock(at_main, "Ana"), knock(at_main, "Bo")
    able.asked.clear()

    answer = waiting(as_dana, at_main)

    assert "2 people wait" in text_of(answer)
    assert "Admit all" in text_of(answer)
    assert f'id="live-admit-{ana.pk}"' in page(answer)
    assert f'id="live-refuse-{ana.pk}"' in page(answer)
    assert able.asked == []


def test_bar_is_sent_again_only_when_somebody_else_waits(
    as_dana: Client, at_main: RoomSession
) -> None:
    knock(at_main, "Ana")
    first = page(waiting(as_dana, at_main))
    seen = first.partition("?seen=")[2].partition('"')[0]

    same = waiting(as_dana, at_main, seen)
    knock(at_main, "Bo")
    other = waiting(as_dana, at_main, seen)

    assert same.status_code == 204
    assert "Bo" in text_of(other)


@pytest.mark.parametrize(("button", "state"), [("admit", "admitted"), ("refuse", "refused")])
def test_answer_from_the_bar_leaves_the_meeting_where_it_is(
    as_dana: Client, at_main: RoomSession, button: str, state: str
) -> None:
    ana, bo = knock(at_main, "Ana"), knock(at_main, "Bo")

    answer = as_dana.post(
        f"/sessions/{at_main.pk}/{button}/", {"admission": ana.pk, "at": "frame"}, headers=HTMX
    )

    assert answer.status_code == 200
    assert "1 person waits" in text_of(answer)
    assert "Ana" not in text_of(answer)
    assert set(Admission.objects.values_list("name", "state")) == {
        ("Ana", state),
        (bo.name, "waiting"),
    }


def test_bar_stops_asking_when_the_meeting_is_over(as_dana: Client, at_main: RoomSession) -> None:
    knock(at_main, "Ana")
    hosting.end_for_all(at_main)

    answer = waiting(as_dana, at_main)

    assert (answer.status_code, answer.content) == (286, b"")


def test_who_waits_is_told_to_the_organizer_alone(
    as_colin: Client, client: Client, at_main: RoomSession
) -> None:
    assert waiting(as_colin, at_main).status_code == 404
    assert waiting(client, at_main).status_code != 200


def test_address_of_the_bar_leads_to_the_meetings_page(
    as_dana: Client, at_main: RoomSession
) -> None:
    answer = as_dana.get(f"/sessions/{at_main.pk}/waiting/")

    assert answer.url == f"/meetings/{at_main.booking_id}/"
