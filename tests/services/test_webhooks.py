"""What plugNmeet tells, as its double tells it: signed, with an id and a time."""

from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from meetings.models import Admission, Attendance, RoomSession, WebhookDelivery
from meetings.providers.base import EventKind, Peer, ProviderEvent, WebhookRequest
from meetings.services.deliveries import deliveries, hooks, webhooks
from meetings.signals import doors_changed
from tests.accounts_at_doubles import AtPlugnmeet
from tests.deliveries import ANA, Delivery, minutes_ago

from .hearing import Tells, outcomes, session, stays, tells

__all__ = ["session", "tells"]

pytestmark = pytest.mark.django_db


def test_roster_and_state_follow_what_is_told(session: RoomSession, tells: Tells) -> None:
    for told in (
        tells("room_created", ago=60),
        tells("participant_joined", who=ANA, ago=50),
        tells("participant_joined", who="u:1", ago=40),
        tells("participant_left", who=ANA, ago=30),
        tells("session_ended", ago=20),
        tells("room_finished", ago=20),
    ):
        assert told.arrive(session) == 200

    session.refresh_from_db()
    assert (session.state, session.end_reason) == ("ended", "provider")
    assert abs(session.ended_at - minutes_ago(20)) < timedelta(seconds=5)
    assert stays() == [(ANA, 20), ("u:1", 20)]
    assert outcomes() == ["ignored", *["applied"] * 4, "ignored"]


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_events_may_be_told_in_any_order_and_ten_minutes_late(
    session: RoomSession, tells: Tells, order: tuple[int, ...]
) -> None:
    told = [
        tells("participant_joined", who=ANA, ago=30),
        tells("participant_left", who=ANA, ago=20),
        tells("session_ended", ago=10),
    ]

    for number in [*order, *order]:
        assert told[number].arrive(session) == 200

    session.refresh_from_db()
    assert not session.is_live
    assert stays() == [(ANA, 10)]
    assert WebhookDelivery.objects.count() == 3


def test_end_is_never_before_the_beginning_nor_in_the_future(
    session: RoomSession, tells: Tells
) -> None:
    RoomSession.objects.update(live_at=minutes_ago(0.5))

    tells("session_ended", ago=1).arrive(session)

    session.refresh_from_db()
    assert session.ended_at == session.live_at


def test_provider_whose_clock_is_ahead_ends_nothing_in_the_future(
    session: RoomSession, tells: Tells
) -> None:
    tells("participant_joined", who=ANA, ago=-0.9).arrive(session)
    tells("session_ended", ago=-0.9).arrive(session)

    session.refresh_from_db()
    assert session.ended_at is not None
    assert session.ended_at <= timezone.now()
    assert Attendance.objects.get().joined_at <= timezone.now()


def test_end_that_seems_to_be_another_runs_is_asked_about(
    at_plugnmeet: AtPlugnmeet, session: RoomSession, tells: Tells
) -> None:
    stale = tells("session_ended", room={"sid": "of-an-earlier-run"})

    assert stale.arrive(session) == 200

    session.refresh_from_db()
    assert session.is_live
    assert at_plugnmeet.double.paths()[-1] == "/auth/room/isRoomActive"
    assert outcomes() == ["ignored"]


def test_end_of_another_run_is_believed_when_the_provider_says_that_it_is_over(
    at_plugnmeet: AtPlugnmeet, session: RoomSession, tells: Tells
) -> None:
    at_plugnmeet.close(session.ref)

    tells("session_ended", room={"sid": "of-an-earlier-run"}).arrive(session)

    session.refresh_from_db()
    assert session.end_reason == "provider"


@pytest.mark.parametrize("old", ["room_started", "room_created"])
def test_beginning_of_an_older_run_changes_nothing(
    session: RoomSession, tells: Tells, old: str
) -> None:
    session.end(RoomSession.EndReason.HOST)

    tells(old, ago=90).arrive(session)

    session.refresh_from_db()
    assert session.end_reason == "host"
    assert outcomes() == ["ignored"]


def test_truncated_and_replayed_deliveries_are_refused(session: RoomSession, tells: Tells) -> None:
    told = tells("session_ended")
    cut = Delivery(told.body[:-20], told.headers)

    assert cut.arrive(session) == 400
    with time_machine.travel(timezone.now() + timedelta(minutes=7)):
        assert told.arrive(session) == 400

    session.refresh_from_db()
    assert session.is_live


def test_strangers_room_and_breakout_rooms_change_nothing(
    session: RoomSession, tells: Tells
) -> None:
    for name in ("somebody-elses", f"{session.provider_room_id}-1"):
        told = tells("session_ended", room={"room_id": name})
        assert told.arrive(session) == 200

    session.refresh_from_db()
    assert session.is_live
    assert outcomes() == ["received"] * 2  # it may yet turn out to be ours
    with time_machine.travel(timezone.now() + timedelta(minutes=6)):
        deliveries.apply_due()
    assert outcomes() == ["stranger"] * 2
    assert not WebhookDelivery.objects.outstanding().exists()


def test_event_that_comes_before_its_room_is_known_is_applied_when_it_is(
    session: RoomSession, tells: Tells
) -> None:
    told = tells("participant_joined", who=ANA)
    RoomSession.objects.update(state="opening", provider_room_id="")
    told.arrive(session)
    assert outcomes() == ["received"]

    RoomSession.objects.update(state="live", provider_room_id=session.provider_room_id)
    with time_machine.travel(timezone.now() + timedelta(minutes=1)):
        deliveries.apply_due()

    assert outcomes() == ["applied"]
    assert Attendance.objects.get().session == session


def test_room_that_nobody_names_is_the_one_of_the_address(
    session: RoomSession, tells: Tells
) -> None:
    RoomSession.objects.update(provider_room_id="")
    told = tells("participant_joined", who=ANA, room={"room_id": "their-own-name"})

    told.arrive(session)

    assert Attendance.objects.get().session == session


def test_people_have_the_name_and_role_that_they_came_with(
    session: RoomSession, tells: Tells
) -> None:
    Admission.objects.create(
        session=session, identity=ANA, name="Ana at the door", role="cohost", state="admitted"
    )

    tells("participant_joined", who=ANA, name="").arrive(session)

    stay = Attendance.objects.get()
    assert (stay.name, stay.role) == ("Ana at the door", "cohost")


@pytest.mark.parametrize("name", ["A" * 500, "An\0a", "An\ud800a", "50 % Ana 🎉"])
def test_any_name_can_be_kept(session: RoomSession, tells: Tells, name: str) -> None:
    assert tells("participant_joined", who=ANA, name=name).arrive(session) == 200

    assert outcomes() == ["applied"]
    assert 0 < len(Attendance.objects.get().name) <= 80


@pytest.mark.parametrize("part", ["room_id", "sid"])
def test_names_longer_than_we_keep_are_strangers(
    session: RoomSession, tells: Tells, part: str
) -> None:
    assert tells("session_ended", room={part: "x" * 5000}).arrive(session) == 200

    session.refresh_from_db()
    assert session.is_live


def test_event_with_an_endless_id_is_kept_once(session: RoomSession, tells: Tells) -> None:
    told = tells("participant_joined", who=ANA, id="é" * 9000)

    assert [told.arrive(session), told.arrive(session)] == [200, 200]

    assert len(WebhookDelivery.objects.get().event_id) == 64


def test_delivery_about_no_room_is_answered_and_not_kept(
    session: RoomSession, tells: Tells
) -> None:
    assert tells("room_created", room={"room_id": ""}).arrive(session) == 200

    assert not WebhookDelivery.objects.exists()


@pytest.mark.parametrize(
    ("event", "kind"),
    [
        ("start_recording", "recording_started"),
        ("end_recording", "recording_ended"),
        ("recording_proceeded", "recording_ready"),
    ],
)
def test_what_is_told_of_recordings_is_kept_for_the_page(
    session: RoomSession, tells: Tells, event: str, kind: str
) -> None:
    tells(event, recording_info={"record_id": "rec-1", "file_path": "/secret/place"}).arrive(
        session
    )

    kept = WebhookDelivery.objects.get()
    assert (kept.kind, kept.recording_id, kept.session) == (kind, "rec-1", session)
    assert "/secret/place" not in str(vars(kept))


def test_page_that_is_open_hears_of_it(
    session: RoomSession,
    tells: Tells,
    django_capture_on_commit_callbacks: Any,
) -> None:
    heard: list[RoomSession] = []

    def hear(*, session: RoomSession, **_: object) -> None:
        heard.append(session)

    doors_changed.connect(hear)
    with django_capture_on_commit_callbacks(execute=True):
        tells("participant_joined", who=ANA).arrive(session)
        tells("room_started").arrive(session)
    doors_changed.disconnect(hear)

    assert heard == [session]


# Adapters of anybody


def test_event_without_an_id_is_known_by_its_bytes(session: RoomSession) -> None:
    hook = hooks.hook_for("main", hooks.address_for(session).split("/")[-2])
    assert hook is not None
    request = WebhookRequest(body=b"something", headers={})
    event = ProviderEvent(
        kind=EventKind.ATTENDEE_JOINED,
        room_id=session.provider_room_id,
        occurred_at=minutes_ago(1),
        attendee=Peer(key=ANA, name="Ana"),
    )

    for number in (0, 0, 1):
        webhooks.keep(hook, event, webhooks._fallback_id(request, number))

    assert WebhookDelivery.objects.count() == 2


def test_person_whose_key_none_of_ours_is_leaves_no_trace(
    session: RoomSession, tells: Tells
) -> None:
    tells("participant_joined", who="g:" + "f" * 200).arrive(session)

    assert stays() == []
    assert outcomes() == ["ignored"]
