"""Each button of ours that changes something tells the audit log: a new one fails here first."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry, User
from meetings.models import Admission, Answer, BookingChange, Room, SeriesChange
from meetings.services.calendars.feeds import open_feed

from .test_access import OF_A_PERSON, OWNED, Book, addresses

pytestmark = pytest.mark.uncounted

__all__ = ["addresses"]

EVERY_POST = {name for name, how in (OWNED | OF_A_PERSON).items() if "post" in how}
LINK = {"purpose": "participant", "label": "Press"}
# What is sent to each, and what the log says then. Whose they are says `addresses`.
TOLD: dict[str, tuple[dict[str, Any], str]] = {
    "booking-cancel": ({}, "cancelled"),
    "booking-end": ({}, "ended"),
    "booking-links": (LINK, "created"),
    "room-edit": ({"confirm": "1", "name": "Other hours"}, "changed"),  # and what the form has
    "room-end": ({}, "ended"),
    "room-links": (LINK, "created"),
    "room-new": ({"name": "Another", "confirm": "1"}, "created"),
    "series-cancel": ({}, "cancelled"),
    "series-links": (LINK, "created"),
    "session-admit": ({"admission": "all"}, "admitted"),
    "session-refuse": ({"admission": "all"}, "refused"),
    "session-lock": ({"locked": "1"}, "locked"),
    "session-passcode": ({"passcode": "sesame street"}, "changed"),
    "session-remove": ({"person": "g:ana"}, "removed"),
    "session-role": ({"person": "g:ben", "role": "cohost"}, "role_given"),
    "session-end": ({}, "ended"),
    "recording": ({"access": "links", "lasts": "never"}, "shared"),
    "recording-delete": ({}, "deleted"),
    "feed-new": ({}, "created"),
    "feed-rotate": ({}, "replaced"),
    "feed-revoke": ({}, "withdrawn"),
    "link-transferable": ({}, "changed"),
    "link-edit": ({"label": "Somebody"}, "changed"),
    "link-replace": ({}, "replaced"),
    "link-revoke": ({}, "withdrawn"),
    "guest-remove": ({}, "uninvited"),
    "proposal-dismiss": ({}, "changed"),
    "meet-now": ({}, "booked"),
}
# Forms of several steps, or that need more than a press: what they save is told by the history of
# a meeting or a series (below), or by the service that other tests press.
BY_HISTORY = {
    *("booking-new", "booking-edit", "booking-delete", "booking-guests", "guest-role"),
    *("series-edit", "series-guests", "series-delete", "series-edit-following"),
    *("series-cancel-following", "hand-over"),
}
BY_SERVICE = {
    "room-archive",  # below
    "move",  # tests/services/test_moving.py
    "session-move",  # tests/services/test_relocating.py
    *("session-mute", "session-record"),  # tests/services/test_controls.py
    "own-data-download",  # tests/views/test_privacy.py
    "own-data-erase",  # tests/accounts/test_audit.py
}
# They change nothing of ours: a question to a provider, a mail once more, a way to a file.
SILENT = {
    *("booking-look-again", "room-look-again", "booking-try-again", "session-close"),
    *("recording-open", "guest-invite-again"),
}


def test_each_button_is_known_here() -> None:
    assert {*TOLD, *BY_HISTORY, *BY_SERVICE, *SILENT} == EVERY_POST


@pytest.fixture
def people(addresses: dict[str, str]) -> dict[str, str]:
    """Somebody waits, somebody is in, and a feed and a proposal are there."""
    session = int(addresses["session-admit"].split("/")[-3])
    for name, state in (("ana", "waiting"), ("ben", "admitted")):
        Admission.objects.create(
            session_id=session, identity=f"g:{name}", name=name, state=state, seen_at=timezone.now()
        )
    Answer.objects.update(proposed_at=timezone.now() + timedelta(days=3))
    return addresses


@pytest.mark.parametrize("name", sorted(TOLD))
def test_button_tells_the_log_who_pressed_it(
    as_dana: Client, dana: User, people: dict[str, str], name: str
) -> None:
    data, deed = TOLD[name]
    if name == "feed-new":
        open_feed(dana).revoke()
    before = AuditEntry.objects.count()
    version = {"version": "1", "reason": "", "which": "all"}

    address = people.get(name) or reverse(name)
    filled = shown_in(as_dana, address) if name in {"room-edit", "room-new"} else {}

    as_dana.post(address, {**version, **filled, **data})

    new = AuditEntry.objects.order_by("pk")[before:]
    assert deed in {entry.action for entry in new}
    assert {(entry.by, entry.user) for entry in new} == {("person", dana)}


def shown_in(client: Client, address: str) -> dict[str, Any]:
    """What stands in the page's form."""
    form = client.get(address).context["form"]
    values = {name: form[name].value() for name in form.fields}
    return {name: value for name, value in values.items() if value not in {None, False}}


def test_room_that_is_given_up_is_told(room: Room) -> None:
    room.archive()

    assert AuditEntry.objects.about(room).latest("pk").action == "ended"


def test_history_of_a_meeting_is_told_with_before_and_after(book: Book, dana: User) -> None:
    booking = book()
    values = {"title": ["Review", "Planning"]}

    BookingChange.objects.create(booking=booking, kind="edited", by=dana, values=values)
    BookingChange.objects.bulk_create([BookingChange(booking=booking, kind="deleted", by=dana)])

    told = AuditEntry.objects.about(booking).order_by("pk")
    assert [entry.action for entry in told][-2:] == ["edited", "deleted"]
    assert told.filter(action="edited", values=values, user=dana).exists()


def test_each_kind_of_history_has_its_word_in_the_log() -> None:
    kinds = {*BookingChange.Kind.values, *SeriesChange.Kind.values}

    assert kinds <= {*AuditEntry.Action.values}
