"""What providers told, for the operator to look at."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from meetings.models import ProviderHook, Room, RoomSession, WebhookDelivery
from meetings.services.deliveries import hooks
from meetings.services.registering import NO_HANDSHAKE
from tests.accounts_at_doubles import AtPlugnmeet, AtXroom, at_plugnmeet, at_xroom
from tests.conftest import make_user, signed_in
from tests.deliveries import ANA, plugnmeet_tells, xroom_tells

from .conftest import act, list_of, page_of

pytestmark = pytest.mark.django_db
__all__ = ["at_plugnmeet", "at_xroom"]

Rows = Callable[[str], list[str]]


@pytest.fixture
def session(at_plugnmeet: AtPlugnmeet, room: Room) -> RoomSession:
    return at_plugnmeet.hold(room)


@pytest.fixture
def joined(at_plugnmeet: AtPlugnmeet, session: RoomSession) -> WebhookDelivery:
    plugnmeet_tells(at_plugnmeet, session, "participant_joined", who=ANA).arrive(session)
    return WebhookDelivery.objects.get()


def test_list_says_what_was_told_and_what_became_of_it(
    as_staff: Client, at_plugnmeet: AtPlugnmeet, session: RoomSession, joined: WebhookDelivery
) -> None:
    stranger = plugnmeet_tells(at_plugnmeet, session, "room_started", room={"room_id": "theirs"})
    stranger.arrive(session)

    page = as_staff.get(list_of(WebhookDelivery)).text
    waiting = as_staff.get(list_of(WebhookDelivery, "?outcome__exact=received")).text

    assert "Somebody came" in page
    assert "Office hours" in page
    assert "Applied" in page
    assert "1 webhook delivery" in waiting


@pytest.mark.parametrize("looked_for", ["room_id", "event_id"])
def test_delivery_is_found_by_what_the_provider_calls_it(
    as_staff: Client, joined: WebhookDelivery, looked_for: str
) -> None:
    answer = as_staff.get(list_of(WebhookDelivery), {"q": getattr(joined, looked_for)})

    assert "1 webhook delivery" in answer.text


def test_nobody_edits_or_adds_what_was_told(as_staff: Client, joined: WebhookDelivery) -> None:
    page = as_staff.get(page_of(joined))

    assert page.status_code == 200
    assert 'name="_save"' not in page.text
    assert as_staff.get(reverse("admin:meetings_webhookdelivery_add")).status_code == 403


def test_applying_again_repeats_nothing(
    as_staff: Client, session: RoomSession, joined: WebhookDelivery
) -> None:
    session.attendances.all().delete()

    assert "Applied again." in act(as_staff, "apply_again", joined)
    act(as_staff, "apply_again", joined)

    assert session.attendances.count() == 1


def test_delivery_whose_room_is_unknown_waits_for_its_turn(
    as_staff: Client, at_plugnmeet: AtPlugnmeet, session: RoomSession
) -> None:
    told = plugnmeet_tells(at_plugnmeet, session, "room_started", room={"room_id": "theirs"})
    told.arrive(session)

    page = act(as_staff, "apply_again", WebhookDelivery.objects.get())

    assert "1 delivery waits for its turn." in page


def test_hint_is_asked_about_again(as_staff: Client, at_xroom: AtXroom, room: Room) -> None:
    session = at_xroom.hold(room)
    xroom_tells(at_xroom, session, "roomRemoved").to(hooks.address_of("main"))
    at_xroom.close(session.ref)

    act(as_staff, "apply_again", WebhookDelivery.objects.get())

    session.refresh_from_db()
    assert not session.is_live


def test_who_may_only_look_applies_nothing(joined: WebhookDelivery, session: RoomSession) -> None:
    looker = make_user("Lena", is_staff=True)
    looker.user_permissions.set(Permission.objects.filter(codename="view_webhookdelivery"))
    session.attendances.all().delete()

    client = signed_in(looker)

    assert client.get(page_of(joined)).status_code == 200
    act(client, "apply_again", joined)
    assert not session.attendances.exists()


def test_no_page_shows_or_finds_a_host_key(
    as_staff: Client, joined: WebhookDelivery, session: RoomSession
) -> None:
    joined.host_key = "k3y-told"
    joined.save()

    for address in (list_of(WebhookDelivery), page_of(joined)):
        text = as_staff.get(address).text
        assert "k3y-told" not in text
        assert hooks.address_for(session) not in text
    found = as_staff.get(list_of(WebhookDelivery, "?host_key__startswith=1"))
    assert found.status_code == 400


# The overview of providers


def test_address_to_enter_at_plugnmeet_is_for_who_may_change_accounts(
    as_staff: Client, at_plugnmeet: AtPlugnmeet, room: Room
) -> None:
    looker = make_user("Lena", is_staff=True)
    looker.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
    overview = reverse("admin:meetings_providers")

    assert hooks.address_of("main") in as_staff.get(overview).text
    assert "/hooks/" not in signed_in(looker).get(overview).text


@pytest.mark.parametrize(
    ("hook", "said"),
    [
        ({"validated": True}, "It tells us what happens in its rooms."),
        ({"error": "its server is away"}, "does not tell us what happens in its rooms: its server"),
        ({}, "does not tell us what happens in its rooms: not yet"),
        (
            {"webhook_id": "7", "error": NO_HANDSHAKE},
            f"does not tell us what happens in its rooms: {NO_HANDSHAKE}",
        ),
    ],
)
def test_overview_says_whether_an_account_tells_us_anything(
    as_staff: Client, at_xroom: AtXroom, settings: Settings, hook: dict[str, object], said: str
) -> None:
    ProviderHook.objects.create(alias="main", **hook)

    text = as_staff.get(reverse("admin:meetings_providers")).text

    assert said in text
    assert "/hooks/" not in text
