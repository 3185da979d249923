from collections.abc import Callable
from itertools import product

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from accounts.models import User
from meetings.models import Booking, Room
from tests.conftest import make_user, signed_in

from .conftest import MODELS, Meeting, act, list_of, page_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def looker(db: None) -> User:
    """Staff who may look at meetings, and change nothing."""
    user = make_user("Lena", is_staff=True)
    user.user_permissions.set(
        Permission.objects.filter(content_type__app_label="meetings", codename__startswith="view")
    )
    return user


def test_organizers_and_strangers_are_sent_away(as_dana: Client) -> None:
    for client, model in product((as_dana, Client()), MODELS):
        answer = client.get(list_of(model))
        assert answer.status_code == 302
        assert "/login/" in answer.url


def test_the_provider_page_is_for_staff_who_may_see_rooms(as_dana: Client, looker: User) -> None:
    address = reverse("admin:meetings_providers")

    assert as_dana.get(address).status_code == 302
    assert signed_in(looker).get(address).status_code == 200
    looker.user_permissions.clear()
    assert signed_in(looker).get(address).status_code == 403
    assert address not in signed_in(looker).get("/admin/").text


def test_staff_who_may_only_look_see_everything_and_stop_nothing(
    looker: User, hold: Callable[[], Meeting]
) -> None:
    meeting, client = hold(), signed_in(looker)

    for row in meeting.rows:
        assert client.get(page_of(row)).status_code == 200
    act(client, "cancel_meetings", meeting.booking)
    act(client, "end_for_all", meeting.session)
    act(client, "revoke", meeting.booking.links.get(purpose="host"))

    meeting.booking.refresh_from_db()
    meeting.session.refresh_from_db()
    assert not meeting.booking.is_cancelled
    assert meeting.session.is_live
    assert meeting.booking.links.common().usable().count() == 3


def test_no_row_is_made_by_hand(as_staff: Client) -> None:
    for model in MODELS:
        assert as_staff.get(list_of(model) + "add/").status_code == 403, model


def test_history_is_not_edited_and_not_deleted(
    as_staff: Client, hold: Callable[[], Meeting]
) -> None:
    kept = [row for row in hold().rows if type(row).__name__ not in {"Room", "ChatMessage"}]

    for row in kept:
        delete = page_of(row).replace("/change/", "/delete/")
        assert as_staff.post(delete, {"post": "yes"}).status_code == 403
        assert as_staff.post(page_of(row), {"title": "Forged"}).status_code == 403
    assert Booking.objects.get().title == "Review"


def test_a_room_is_not_deleted_either(as_staff: Client, room: Room) -> None:
    delete = page_of(room).replace("/change/", "/delete/")

    assert as_staff.post(delete, {"post": "yes"}).status_code == 403


def test_a_chat_message_that_should_not_stay_is_deleted(
    as_staff: Client, hold: Callable[[], Meeting]
) -> None:
    session = hold().session
    message = session.chat.get()

    as_staff.post(page_of(message).replace("/change/", "/delete/"), {"post": "yes"})

    assert not session.chat.exists()
