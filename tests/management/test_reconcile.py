"""`manage.py reconcile` at the doubles."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from meetings.models import Drift, Room, RoomSession
from meetings.providers.errors import ProviderUnavailable
from tests.accounts_at_doubles import ALIAS, AtPlugnmeet, at_plugnmeet, hold
from tests.provider_for_tests import Telling, elsewhere
from tests.providers.doubles.base import html_503

__all__ = ["at_plugnmeet", "elsewhere"]
pytestmark = pytest.mark.django_db
GONE = "Our session is live, its room is not open"


def reconcile(*arguments: str) -> list[str]:
    """The lines that the command writes."""
    said = StringIO()
    call_command("reconcile", *arguments, stdout=said)
    return said.getvalue().splitlines()


@pytest.fixture
def gone(at_plugnmeet: AtPlugnmeet, room: Room) -> RoomSession:
    """A session whose room was closed there."""
    session = at_plugnmeet.hold(room)
    at_plugnmeet.close(session.ref)
    return session


def test_differences_are_listed_and_kept_and_nothing_is_repaired(gone: RoomSession) -> None:
    head, line = reconcile()

    assert head.split() == ["Provider", "Difference", "Room", "there", "Details", "Outcome"]
    assert line.split()[0] == ALIAS
    assert GONE in line
    assert gone.ref.room_id in line
    assert line.endswith("found")
    gone.refresh_from_db()
    assert gone.is_live
    assert Drift.objects.open().count() == 1


def test_looking_only_saves_nothing(gone: RoomSession) -> None:
    lines = reconcile("--dry-run")

    assert GONE in lines[1]
    assert not Drift.objects.exists()


def test_what_differs_is_repaired_at_once_when_asked_for(gone: RoomSession) -> None:
    lines = reconcile("--repair", ALIAS)
    again = reconcile("--repair", ALIAS)

    assert lines[1].endswith("repaired")
    gone.refresh_from_db()
    assert gone.end_reason == "provider"
    assert again == ["Nothing differs."]


def test_what_cannot_be_repaired_says_why_and_fails(elsewhere: Telling, room: Room) -> None:
    session = hold(room)
    over = timezone.now() - timedelta(minutes=5)
    RoomSession.objects.filter(pk=session.pk).update(state="ended", ended_at=over)
    elsewhere.trouble["end_room"] = ProviderUnavailable("does not answer.", provider="Elsewhere")
    said = StringIO()

    with pytest.raises(CommandError, match="Not repaired: 1"):
        call_command("reconcile", "--repair", stdout=said)

    assert "stays: Elsewhere: does not answer." in said.getvalue()


def test_a_provider_that_is_down_is_said_and_fails(
    at_plugnmeet: AtPlugnmeet, gone: RoomSession
) -> None:
    said = StringIO()

    with (
        at_plugnmeet.double.failing(html_503),
        pytest.raises(CommandError, match=r"main could not be compared: .*503"),
    ):
        call_command("reconcile", stdout=said)

    assert said.getvalue() == ""


def test_when_nothing_differs_it_says_so(at_plugnmeet: AtPlugnmeet, room: Room) -> None:
    at_plugnmeet.hold(room)

    assert reconcile() == ["Nothing differs."]


def test_an_idle_site_has_nothing_to_compare(at_plugnmeet: AtPlugnmeet) -> None:
    (line,) = reconcile()

    assert "nothing to compare" in line
    assert at_plugnmeet.asked() == []


def test_an_unknown_provider_is_said_with_those_that_there_are(at_plugnmeet: AtPlugnmeet) -> None:
    with pytest.raises(CommandError, match="no provider “spare” here; there is: main"):
        reconcile("spare")


def test_repairing_and_only_looking_exclude_each_other() -> None:
    with pytest.raises(CommandError, match="not allowed with"):
        reconcile("--repair", "--dry-run")
