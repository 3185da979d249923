"""An operator pastes a link and reads what it would do now, and why."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from meetings.models import Admission, Booking, JoinLink, Room, RoomSession
from meetings.services.door import DoorState
from meetings.services.explaining import CLICKS
from meetings.services.opening import open_room
from tests.conftest import make_user, signed_in

pytestmark = pytest.mark.django_db
Book = Callable[..., Booking]


def explained(client: Client, pasted: str) -> Any:
    return client.post(reverse("admin:meetings_explain"), {"link": pasted})


def link_of(place: Booking | Room, purpose: str = "participant") -> JoinLink:
    return place.links.get(purpose=purpose)


def outcomes(answer: Any) -> list[str]:
    return [each.outcome for each in answer.context["found"].clicks]


def test_meeting_tomorrow_is_too_early_for_guests(as_staff: Client, book: Book) -> None:
    booking = book("Review")
    link = link_of(booking)

    answer = explained(as_staff, f"  https://meet.example/j/{link.token}/?from=mail ")

    assert outcomes(answer) == ["They see a countdown, and are let in when the doors open."] * 2
    for words in ("Review", "Whoever has it", "The doors are not open yet.", "Dana, signed in"):
        assert words in answer.text
    assert link.token not in answer.text


def test_hosts_link_is_for_its_owner_who_may_open_the_room(as_staff: Client, book: Book) -> None:
    booking = book(at=timezone.now())

    answer = explained(as_staff, link_of(booking, "host").token)

    assert outcomes(answer) == ["They are asked to sign in.", "They open the room, and come in."]
    assert "Dana alone, signed in" in answer.text


def test_running_room_is_told_with_its_provider_and_its_waiting_room(
    as_staff: Client, room: Room
) -> None:
    open_room(room)
    RoomSession.objects.update(waiting_room="guests", host_key="the-key-of-the-room")

    answer = explained(as_staff, link_of(room).token)

    assert outcomes(answer) == ["They ask to come in, and wait for a host.", "They come in."]
    assert "(builtin)" in answer.text
    assert "the-key-of-the-room" not in answer.text


@pytest.mark.parametrize(
    ("ended", "why"),
    [
        ({"revoked_at": timezone.now()}, "The link was withdrawn."),
        ({"expires_at": timezone.now() - timedelta(days=1)}, "The link has expired."),
        ({"max_uses": 2, "uses": 2}, "The link let in as many people as it may."),
    ],
)
def test_link_that_ended_is_told_with_the_reason(
    as_staff: Client, room: Room, ended: dict[str, Any], why: str
) -> None:
    JoinLink.objects.filter(room=room, purpose="participant").update(**ended)

    answer = explained(as_staff, link_of(room).token)

    assert {each.why for each in answer.context["found"].clicks} == {why}


def test_paste_that_is_no_link_is_told_so(as_staff: Client) -> None:
    for pasted in ("", "x" * 22, "https://[", "a b", "\0", "مرحبا", "y" * 10_000):
        answer = explained(as_staff, pasted)

        assert answer.status_code == 200
        assert "This is no link of ours" in answer.text
        assert pasted not in answer.text or not pasted


def test_looking_changes_nothing(as_staff: Client, book: Book) -> None:
    link = link_of(book(at=timezone.now()), "host")
    before = JoinLink.objects.values().get(pk=link.pk)

    explained(as_staff, link.token)

    assert JoinLink.objects.values().get(pk=link.pk) == before
    assert not RoomSession.objects.exists()
    assert not Admission.objects.exists()


def test_page_is_for_staff_who_may_see_links(as_dana: Client, dana: User) -> None:
    staff = make_user("Lena", is_staff=True)
    address = reverse("admin:meetings_explain")

    refused = signed_in(staff).get(address).status_code
    staff.user_permissions.set(Permission.objects.filter(codename="view_joinlink"))

    assert refused == 403
    assert signed_in(staff).get(address).status_code == 200
    assert as_dana.get(address).status_code == 302


def test_page_is_found_from_the_list_of_links(as_staff: Client) -> None:
    listed = as_staff.get(reverse("admin:meetings_joinlink_changelist")).text

    assert reverse("admin:meetings_explain") in listed


def test_every_state_of_the_door_has_its_words() -> None:
    assert set(CLICKS) == set(DoorState)
