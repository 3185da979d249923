from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from meetings.admin import drifts
from meetings.models import Drift, Room, RoomSession
from meetings.providers.errors import ProviderUnavailable
from meetings.services import reconcile
from tests.accounts_at_doubles import ALIAS, AtPlugnmeet, at_plugnmeet, hold
from tests.conftest import make_user, signed_in
from tests.provider_for_tests import Telling, elsewhere
from tests.providers.doubles.base import html_503

from .conftest import act, list_of, page_of

__all__ = ["at_plugnmeet", "elsewhere"]
pytestmark = pytest.mark.django_db
Kind, Outcome = Drift.Kind, Drift.Outcome


@pytest.fixture
def gone(at_plugnmeet: AtPlugnmeet, room: Room) -> RoomSession:
    """A session whose room was closed there."""
    session = at_plugnmeet.hold(room)
    at_plugnmeet.close(session.ref)
    return session


@pytest.fixture
def found(gone: RoomSession) -> Drift:
    reconcile.compare(ALIAS)
    return Drift.objects.get()


def compare(client: Client) -> str:
    return client.post(reverse("admin:meetings_compare"), follow=True).text


def test_the_list_tells_what_differs_where_and_at_which_meeting(
    as_staff: Client, found: Drift
) -> None:
    page = as_staff.get(list_of(Drift)).text

    assert "Our session is live, its room is not open" in page
    assert "Office hours" in page
    assert "Open</span>" in page
    assert "Compare now" in page


def test_open_differences_come_first(as_staff: Client, found: Drift) -> None:
    found.settle(Outcome.VANISHED)
    Drift.objects.create(alias="spare", kind=Kind.BOOKING_LEFT, room_id="x")

    page = as_staff.get(list_of(Drift)).text

    assert page.index("A reservation that we gave back") < page.index("Our session is live")


IS_SHOWN = {
    "?alias=main": True,
    "?alias=spare": False,
    "?kind__exact=session_gone": True,
    "?kind__exact=roster": False,
    "?settled_at__isempty=1": True,
    "?settled_at__isempty=0": False,
    "?outcome__exact=repaired": False,
    "?q=Office": True,
    "?q=Nothing": False,
}


@pytest.mark.usefixtures("found")
def test_differences_can_be_narrowed_down(as_staff: Client) -> None:
    pages = {query: as_staff.get(list_of(Drift, query)).text for query in IS_SHOWN}

    rows = {query: page.partition("result_list")[2] for query, page in pages.items()}
    assert {query: "Our session is live" in each for query, each in rows.items()} == IS_SHOWN


def test_a_press_on_compare_asks_now_and_tells_how_many_differ(
    as_staff: Client, gone: RoomSession
) -> None:
    page = compare(as_staff)

    assert "1 difference was found." in page
    assert Drift.objects.get().session == gone


def test_comparing_begins_nothing_more_after_a_while_and_says_so(
    as_staff: Client, gone: RoomSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drifts, "LONGEST", -1.0)
    monkeypatch.setattr(reconcile, "aliases_in_use", lambda: [ALIAS, "spare", "third"])

    page = compare(as_staff)

    assert "1 difference was found." in page
    assert "Not compared, as the others took too long: spare, third." in page


def test_repairing_begins_nothing_more_after_a_while_and_says_so(
    as_staff: Client, found: Drift, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drifts, "LONGEST", -1.0)
    other = Drift.objects.create(alias="spare", kind=Kind.BOOKING_LEFT, room_id="x")

    page = act(as_staff, "repair", found, other)

    assert "1 is left, as this took too long." in page


def test_looking_at_the_list_asks_no_provider(
    as_staff: Client, at_plugnmeet: AtPlugnmeet, found: Drift
) -> None:
    since = len(at_plugnmeet.asked())

    as_staff.get(list_of(Drift))
    as_staff.get(page_of(found))
    answer = as_staff.get(reverse("admin:meetings_compare"))

    assert at_plugnmeet.asked(since) == []
    assert answer.status_code == 405


def test_comparing_says_when_nothing_differs_and_when_there_is_nothing_to_compare(
    as_staff: Client, at_plugnmeet: AtPlugnmeet, room: Room
) -> None:
    before = compare(as_staff)
    at_plugnmeet.hold(room)

    assert "there is nothing to compare" in before
    assert "Nothing differs." in compare(as_staff)


def test_comparing_says_which_provider_is_down(
    as_staff: Client, at_plugnmeet: AtPlugnmeet, gone: RoomSession
) -> None:
    with at_plugnmeet.double.failing(html_503):
        page = compare(as_staff)

    assert "Main could not be compared: plugNmeet" in page
    assert "HTTP 503" in page
    assert "Service Unavailable" not in page
    assert "Nothing differs" not in page


def test_a_chosen_difference_is_repaired_once(
    as_staff: Client, gone: RoomSession, found: Drift
) -> None:
    page = act(as_staff, "repair", found)
    again = act(as_staff, "repair", found)

    gone.refresh_from_db()
    found.refresh_from_db()
    assert gone.end_reason == "provider"
    assert found.outcome == Outcome.REPAIRED
    assert "1 difference is resolved." in page
    assert "none of these is open" in again


def test_what_cannot_be_repaired_says_why(as_staff: Client, elsewhere: Telling, room: Room) -> None:
    session = hold(room)
    over = timezone.now() - timedelta(minutes=5)
    RoomSession.objects.filter(pk=session.pk).update(state="ended", ended_at=over)
    reconcile.compare(ALIAS)
    elsewhere.trouble["end_room"] = ProviderUnavailable("does not answer.", provider="Elsewhere")

    page = act(as_staff, "repair", Drift.objects.get())

    assert "Elsewhere: does not answer." in page
    assert "settled." not in page


def test_a_repaired_roster_says_that_its_times_are_estimates(
    as_staff: Client, at_plugnmeet: AtPlugnmeet, room: Room
) -> None:
    session = at_plugnmeet.hold(room)
    at_plugnmeet.come(session.ref, "u:1", "Ana")
    reconcile.compare(ALIAS)

    act(as_staff, "repair", Drift.objects.get())

    assert "+1 −0, the times are estimates" in as_staff.get(page_of(Drift.objects.get())).text


def test_a_difference_about_a_reservation_names_its_meeting(as_staff: Client, book: object) -> None:
    booking = book("Planning")  # type: ignore[operator]
    reservation = booking.reservations.create(alias="main")
    Drift.objects.create(
        alias="main", kind=Kind.BOOKING_MISSING, room_id="x", reservation=reservation
    )

    assert "Planning" in as_staff.get(list_of(Drift)).text


def test_staff_who_may_only_look_neither_compare_nor_repair(
    at_plugnmeet: AtPlugnmeet, gone: RoomSession, found: Drift
) -> None:
    looker: User = make_user("Lena", is_staff=True)
    looker.user_permissions.add(Permission.objects.get(codename="view_drift"))
    client, since = signed_in(looker), len(at_plugnmeet.asked())

    page = client.get(list_of(Drift)).text
    answer = client.post(reverse("admin:meetings_compare"))
    act(client, "repair", found)

    assert "Compare now" not in page
    assert answer.status_code == 403
    assert at_plugnmeet.asked(since) == []
    assert Drift.objects.open().count() == 1


def test_no_page_shows_a_host_key(as_staff: Client, elsewhere: Telling, room: Room) -> None:
    hold(room)
    elsewhere.live.clear()
    reconcile.compare(ALIAS)

    pages = [list_of(Drift), page_of(Drift.objects.get())]

    assert "h0st-k3y" not in "".join(as_staff.get(page).text for page in pages)
    assert as_staff.get(list_of(Drift, "?session__host_key__startswith=h")).status_code == 400
