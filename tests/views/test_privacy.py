"""Pages on which people see, take along and erase what is held about them."""

import io
import json
import re
import zipfile
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry, User
from meetings.invitees import Invitee
from meetings.models import Answer, Attendance, Booking, Guest, RoomSession
from meetings.services.answering import answer
from meetings.services.inviting import invite
from meetings.services.keeping.asking_for_data import token_for
from tests.conftest import PASSWORD

from .reading import page

Book = Callable[..., Booking]
ANA = "ana@example.net"


@pytest.fixture
def ana(book: Book) -> Guest:
    """Invited by Dana, and she has answered."""
    booking = book("Review")
    (guest,) = invite(booking, [Invitee(email=ANA, name="Ana")], by=booking.organizer)
    answer(guest, Answer.Choice.ACCEPTED, booking=booking, comment="=1+1")
    return guest


@pytest.fixture
def proved(as_dana: Client) -> Client:
    """Dana, who has just typed her password."""
    as_dana.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    return as_dana


def files_of(answer: Any) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


# As a guest


def asked(client: Client, address: str) -> str:
    return page(client.post(reverse("my-data"), {"email": address}))


def link_sent() -> str:
    found = re.search(r"https?://[^/]+(/my-data/\S+)", str(mail.outbox[-1].body))
    assert found
    return found[1]


def test_guest_is_mailed_a_link_to_what_is_held(client: Client, ana: Guest) -> None:
    asked(client, "Ana@Example.net")

    shown = page(client.get(link_sent()))

    assert mail.outbox[-1].to == ["Ana@Example.net"]
    assert "Invitations: address, name, zone: 1" in shown
    assert "Answers and comments: 1" in shown
    assert "until the organizer or you remove it" in shown


def test_unknown_address_gets_the_same_answer_and_no_mail(client: Client, ana: Guest) -> None:
    known = asked(client, ANA)
    sent = len(mail.outbox)

    unknown = asked(client, "nobody@example.net")

    assert unknown.replace("nobody@example.net", ANA) == known
    assert len(mail.outbox) == sent


def test_one_address_is_written_to_a_few_times_an_hour(client: Client, ana: Guest) -> None:
    for _ in range(3):
        asked(client, ANA)
    sent = len(mail.outbox)

    assert client.post(reverse("my-data"), {"email": ANA.upper()}).status_code == 429
    assert len(mail.outbox) == sent


def test_guest_takes_the_data_along(client: Client, ana: Guest) -> None:
    answer = client.post(reverse("my-data-download", args=[token_for(ANA)]))

    files = files_of(answer)
    assert json.loads(files["invitations.json"])[0]["booking__title"] == "Review"
    assert json.loads(files["answers.json"])[0]["comment"] == "=1+1"
    assert any(name.endswith(".ics") for name in files)
    assert answer["Referrer-Policy"] == "same-origin"
    assert "no-store" in answer["Cache-Control"]
    told = AuditEntry.objects.get(action="exported")
    assert (told.by, told.values) == ("guest", {"what": "own data"})


def test_guest_has_it_erased_once_they_are_sure(client: Client, ana: Guest) -> None:
    url = reverse("my-data-erase", args=[token_for(ANA)])

    assert client.post(url).status_code == 400
    assert Guest.objects.get().email == ANA

    assert "Your data is erased" in page(client.post(url, {"sure": "on"}))
    assert Guest.objects.get().name == "Erased person"
    held = page(client.get(reverse("my-data-held", args=[token_for(ANA)])))
    assert "Nothing is held about this address." in held


def test_account_of_the_same_address_is_not_erased_by_a_mail(client: Client, dana: User) -> None:
    token = token_for(dana.email)

    assert "sign in" in page(client.get(reverse("my-data-held", args=[token])))
    client.post(reverse("my-data-erase", args=[token]), {"sure": "on"})

    dana.refresh_from_db()
    assert (dana.name, dana.is_active) == ("Dana", True)


@pytest.mark.parametrize("token", ["nonsense", "a:b:c", "x" * 500])
def test_link_that_is_none_of_ours_opens_nothing(client: Client, db: None, token: str) -> None:
    assert client.get(reverse("my-data-held", args=[token])).status_code == 410


def test_link_is_over_after_an_hour(client: Client, ana: Guest) -> None:
    url = reverse("my-data-held", args=[token_for(ANA)])

    with time_machine.travel(timezone.now() + timedelta(minutes=61)):
        assert client.get(url).status_code == 410


# With an account


def test_password_is_asked_for_once_more(as_dana: Client) -> None:
    for name, method in (("own-data", "get"), ("own-data-download", "post")):
        answer = getattr(as_dana, method)(reverse(name))
        assert answer["Location"].startswith(reverse("account_reauthenticate"))


def test_own_data_is_taken_along(proved: Client, dana: User, ana: Guest) -> None:
    assert ana.booking
    session = RoomSession.objects.create(
        room=ana.booking.room, booking=ana.booking, alias="builtin", state="ended"
    )
    now = timezone.now()
    Attendance.objects.create(
        session=session, identity=f"u:{dana.pk}", name="=Dana()", joined_at=now, left_at=now
    )

    files = files_of(proved.post(reverse("own-data-download")))

    assert AuditEntry.objects.filter(action="exported", user=dana).count() == 1
    assert json.loads(files["profile.json"])[0]["email"] == dana.email
    assert json.loads(files["guests.json"])[0]["email"] == ANA
    assert "SUMMARY:Review" in files[f"meetings/{ana.booking.pk}.ics"]
    assert "'=Dana()" in files["attendance.csv"]
    assert json.loads(files["rooms.json"]) == []


def test_account_is_erased_once_its_owner_is_sure(proved: Client, dana: User, ana: Guest) -> None:
    assert "1 meeting ahead is cancelled" in page(proved.get(reverse("own-data")))
    assert proved.post(reverse("own-data-erase")).status_code == 400

    shown = page(proved.post(reverse("own-data-erase"), {"sure": "on"}))

    dana.refresh_from_db()
    assert "Your data is erased" in shown
    assert not dana.is_active
    assert Booking.objects.get().is_cancelled
    assert proved.get(reverse("dashboard")).status_code == 302


def test_last_administrator_is_told_why_not(proved: Client, dana: User) -> None:
    User.objects.filter(pk=dana.pk).update(is_superuser=True)

    assert "You are the last administrator" in page(proved.get(reverse("own-data")))
    proved.post(reverse("own-data-erase"), {"sure": "on"})

    assert EmailAddress.objects.filter(user=dana).exists()
