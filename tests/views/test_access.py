"""Who may see what: nobody sees what is somebody else's, and few pages are for everybody."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.auth.decorators import login_not_required
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from accounts.models import User
from meetings.invitees import Invitee
from meetings.models import Booking, Guest, JoinLink, Recording, Room, RoomSession, Series
from meetings.models.feed import Feed
from meetings.services.answering import answer
from meetings.services.calendars.feeds import open_feed
from meetings.services.inviting import invite
from meetings.services.opening import open_room

from .reading import page
from .repeating import make_series

pytestmark = pytest.mark.uncounted

Book = Callable[..., Booking]

# Adding one here is adding a page that strangers can open.
PUBLIC = {"home", "favicon", "alive", "find", "door", "door-hello", "enter", "room-leave", "hook"}
PUBLIC |= {"feed", "door-calendar", "door-connection"}
PUBLIC |= {"answer", "answer-meeting", "admit"}
PUBLIC |= {"ready", "metrics"}  # metrics: to whom METRICS_TOKEN or METRICS_ALLOWED says
PUBLIC |= {"console", "console-live", "console-waiting", "console-act", "door-still"}
PUBLIC |= {"door-recording", "door-stop"}
PUBLIC |= {"my-data", "my-data-held", "my-data-download", "my-data-erase"}

OF_A_BOOKING = {
    "booking": "get",
    "booking-edit": "get post",
    "booking-cancel": "get post",
    "booking-delete": "post",
    "booking-end": "post",
    "booking-guests": "get post",
    "booking-live": "get",
    "booking-look-again": "post",
    "booking-confirmation": "get",
    "booking-try-again": "post",
    "booking-calendar": "get",
    "booking-links": "get post",
    "booking-attendance": "get",
    "booking-attendance-csv": "get",
    "booking-attendance-xlsx": "get",
}
OF_A_ROOM = {
    "room": "get",
    "room-edit": "get post",
    "room-archive": "get post",
    "room-end": "post",
    "room-live": "get",
    "room-look-again": "post",
    "room-links": "get post",
}
OF_A_SERIES = {
    "series": "get",
    "series-edit": "get post",
    "series-guests": "get post",
    "series-cancel": "get post",
    "series-delete": "post",
    "series-times": "get",
    "series-calendar": "get",
    "series-links": "get post",
}
OF_A_MEETING_OF_A_SERIES = {
    "series-edit-following": "get post",
    "series-cancel-following": "get post",
}
OF_A_SESSION = {
    "session-attendance": "get",
    "session-attendance-csv": "get",
    "session-attendance-xlsx": "get",
    "session-waiting": "get",
    "session-admit": "post",
    "session-refuse": "post",
    "session-lock": "post",
    "session-passcode": "get post",
    "session-remove": "post",
    "session-mute": "post",
    "session-record": "post",
    "session-role": "post",
    "session-end": "post",
    "session-move": "get post",
    "session-close": "post",
}
OF_A_RECORDING = {
    "recording": "get post",
    "recording-open": "post",
    "recording-delete": "post",
}
OF_A_FEED = {"feed-rotate": "post", "feed-revoke": "post"}
OF_A_LINK = {
    "link-transferable": "post",
    "link-edit": "get post",
    "link-qr": "get",
    "link-replace": "post",
    "link-revoke": "post",
}
OF_AN_ANSWER = {"proposal-dismiss": "post"}
OF_A_GUEST = {"guest-invite-again": "post", "guest-remove": "post", "guest-role": "post"}
OF_A_PERSON = {
    "dashboard": "get",
    "waiting-now": "get",
    "calendars": "get",
    "feed-new": "post",
    "booking-new": "get post",
    "meet-now": "post",
    "room-list": "get",
    "room-new": "get post",
    "move": "get post",
    "own-data": "get",
    "own-data-download": "post",
    "own-data-erase": "post",
    "hand-over": "get post",
}
OWNED = (
    OF_A_BOOKING
    | OF_A_SERIES
    | OF_A_MEETING_OF_A_SERIES
    | OF_A_ROOM
    | OF_A_SESSION
    | OF_A_RECORDING
    | OF_A_LINK
    | OF_A_GUEST
)
OWNED |= OF_A_FEED | OF_AN_ANSWER
EVERY_METHOD = ("get", "post", "put", "patch", "delete")


def patterns(resolver: URLResolver) -> Iterator[URLPattern]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from patterns(entry)
        else:
            yield entry


def ours() -> dict[str, URLPattern]:
    """Every address of meetings, by name."""
    found = patterns(get_resolver())
    return {
        str(each.name): each
        for each in found
        if each.callback.__module__.startswith("meetings.views")
    }


@pytest.fixture
def addresses(dana: User, book: Book, room: Room) -> dict[str, str]:
    """Dana's pages by name: of a meeting, of a series, of a room, of a link."""
    booking, series = book(room=room), make_series(dana, room=room)
    link, session = room.links.get(purpose="host"), open_room(room, booking)
    (guest,) = invite(booking, [Invitee(email="ana@example.org")], by=dana)
    owned = {name: reverse(name, args=[booking.pk]) for name in OF_A_BOOKING}
    owned |= {name: reverse(name, args=[series.pk]) for name in OF_A_SERIES}
    one_of_it = series.bookings.all()[0]
    owned |= {name: reverse(name, args=[one_of_it.pk]) for name in OF_A_MEETING_OF_A_SERIES}
    owned |= {name: reverse(name, args=[room.pk]) for name in OF_A_ROOM}
    owned |= {name: reverse(name, args=[session.pk]) for name in OF_A_SESSION}
    recording = Recording.objects.create(session=session, recording_id="r1", title="Review")
    owned |= {name: reverse(name, args=[recording.pk]) for name in OF_A_RECORDING}
    owned |= {name: reverse(name, args=[guest.pk]) for name in OF_A_GUEST}
    said = answer(guest, "declined")
    owned |= {name: reverse(name, args=[said.pk]) for name in OF_AN_ANSWER}
    owned |= {name: reverse(name, args=[open_feed(dana).pk]) for name in OF_A_FEED}
    return owned | {name: reverse(name, args=[link.pk]) for name in OF_A_LINK}


def facts() -> list[Any]:
    """Everything that a page of Dana's could change."""
    models = (Booking, Feed, Guest, Series, Room, JoinLink, Recording, RoomSession)
    return [list(model.objects.order_by("pk").values()) for model in models]


def each_of(pages: dict[str, str]) -> list[tuple[str, str]]:
    """Each page's name with each of its methods."""
    return [(name, method) for name in sorted(pages) for method in pages[name].split()]


def test_public_pages_are_these_and_no_others() -> None:
    open_to_all = {
        name for name, each in ours().items() if not getattr(each.callback, "login_required", True)
    }

    assert open_to_all == PUBLIC


def test_every_page_is_in_these_tests() -> None:
    assert set(ours()) == PUBLIC | set(OWNED) | set(OF_A_PERSON)


def test_the_mark_of_public_pages_is_what_the_first_test_looks_for() -> None:
    @login_not_required
    def view() -> None: ...

    assert getattr(view, "login_required", True) is False


def test_page_of_somebody_else_is_a_page_that_there_is_not(
    as_colin: Client, addresses: dict[str, str], subtests: pytest.Subtests
) -> None:
    before = facts()

    for name, method in each_of(OWNED):
        with subtests.test(name, method=method):
            answer = getattr(as_colin, method)(addresses[name], {"title": "Mine", "confirm": "1"})

            assert answer.status_code == 404
            assert "Office hours" not in page(answer)
            assert "Review" not in page(answer)
            assert "Stand-up" not in page(answer)
    assert facts() == before


def test_stranger_is_sent_to_sign_in(
    client: Client, addresses: dict[str, str], subtests: pytest.Subtests
) -> None:
    before = facts()

    for name, method in each_of(OWNED):
        with subtests.test(name, method=method):
            answer = getattr(client, method)(addresses[name])

            assert answer.status_code == 302
            assert answer.headers["Location"].startswith(reverse("account_login"))
    assert facts() == before


@pytest.mark.django_db
def test_stranger_has_no_pages_of_their_own(client: Client, subtests: pytest.Subtests) -> None:
    for name, method in each_of(OF_A_PERSON):
        with subtests.test(name, method=method):
            answer = getattr(client, method)(reverse(name))

            assert answer.headers["Location"].startswith(reverse("account_login"))


def test_page_refuses_methods_that_it_does_not_know(
    as_dana: Client, addresses: dict[str, str], subtests: pytest.Subtests
) -> None:
    before = facts()

    for name, methods in (OWNED | OF_A_PERSON).items():
        with subtests.test(name):
            address = addresses.get(name) or reverse(name)
            for method in set(EVERY_METHOD) - set(methods.split()):
                assert getattr(as_dana, method)(address).status_code == 405
    assert facts() == before


@pytest.mark.usefixtures("addresses")
def test_number_that_is_nobodys_leads_nowhere(as_dana: Client, subtests: pytest.Subtests) -> None:
    for name, method in each_of(OWNED):
        with subtests.test(name, method=method):
            for number in ("999999", "9" * 40, "9" * 5000):
                address = reverse(name, args=[1]).replace("/1/", f"/{number}/")
                assert getattr(as_dana, method)(address).status_code == 404, len(number)


def test_form_from_another_site_changes_nothing(dana: Any, addresses: dict[str, str]) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(dana, backend="allauth.account.auth_backends.AuthenticationBackend")
    before = facts()

    for name, methods in (OWNED | OF_A_PERSON).items():
        if "post" in methods:
            assert client.post(addresses.get(name) or reverse(name)).status_code == 403
    assert facts() == before
