"""What providers tell, as their doubles tell it: late, twice, in any order, or forged."""

from collections.abc import Callable
from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest
import time_machine
from django.db import DatabaseError, OperationalError
from django.utils import timezone

from meetings.models import Admission, Attendance, Room, RoomSession, WebhookDelivery
from meetings.providers.base import EventKind, Peer, ProviderEvent, WebhookRequest
from meetings.services import deliveries, hooks, webhooks
from meetings.signals import doors_changed
from tests.accounts_at_doubles import AtPlugnmeet, AtVideosdk
from tests.conftest import Share
from tests.deliveries import ANA, Delivery, minutes_ago, plugnmeet_tells, videosdk_tells
from tests.providers.doubles.videosdk import events as videosdk_events
from tests.together import seen_by_all, together

pytestmark = pytest.mark.django_db

Tells = Callable[..., Delivery]


def since_an_hour(session: RoomSession) -> RoomSession:
    RoomSession.objects.update(live_at=minutes_ago(60))
    session.refresh_from_db()
    return session


@pytest.fixture
def session(at_plugnmeet: AtPlugnmeet, room: Room) -> RoomSession:
    return since_an_hour(at_plugnmeet.hold(room))


@pytest.fixture
def tells(at_plugnmeet: AtPlugnmeet, session: RoomSession) -> Tells:
    def tell(event: str, **more: Any) -> Delivery:
        return plugnmeet_tells(at_plugnmeet, session, event, **more)

    return tell


def stays() -> list[tuple[str, int | None]]:
    """Who stayed for how many minutes; None while they are still there."""
    minute = timedelta(minutes=1)
    return [
        (each.identity, round((each.left_at - each.joined_at) / minute) if each.left_at else None)
        for each in Attendance.objects.all()
    ]


def outcomes() -> list[str]:
    return list(WebhookDelivery.objects.order_by("pk").values_list("outcome", flat=True))


# plugNmeet: signed, with an id and a time


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


# Once, whatever happens


@pytest.mark.django_db(transaction=True)
def test_delivery_that_comes_twenty_times_at_once_is_applied_once(
    session: RoomSession, tells: Tells, share_database: Share, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = tells("participant_joined", who=ANA)
    applied: list[str] = []
    real = deliveries.apply_event

    def apply_event(alias: str, event: ProviderEvent, **more: Any) -> object:
        applied.append(event.event_id)
        return real(alias, event, **more)

    monkeypatch.setattr(deliveries, "apply_event", apply_event)
    share_database()

    answers = together(*[lambda: told.arrive(session)] * 20)

    assert answers == [200] * 20
    assert len(applied) == 1
    assert seen_by_all(stays) == [(ANA, None)]
    assert seen_by_all(outcomes) == ["applied"]


def test_delivery_that_a_worker_is_at_is_let_be(session: RoomSession, tells: Tells) -> None:
    tells("participant_joined", who=ANA).arrive(session)
    WebhookDelivery.objects.get().owe(outcome="received")
    mine, theirs = WebhookDelivery.objects.get(), WebhookDelivery.objects.get()
    assert theirs.take()

    deliveries.apply(mine)

    assert outcomes() == ["received"]


class Killed(BaseException):
    """The process is gone."""


def test_delivery_kept_by_a_process_that_died_is_applied_by_the_worker(
    session: RoomSession, tells: Tells, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_: object, **__: object) -> None:
        raise Killed

    told = tells("participant_joined", who=ANA)
    with monkeypatch.context() as during:
        during.setattr(deliveries, "apply_event", die)
        with pytest.raises(Killed):
            told.arrive(session)
    assert outcomes() == ["received"]

    with time_machine.travel(timezone.now() + timedelta(minutes=3)):
        deliveries.apply_due()
        deliveries.apply_due()

    assert outcomes() == ["applied"]
    assert stays() == [(ANA, None)]


def test_repetition_applies_what_its_first_telling_could_not(
    session: RoomSession, tells: Tells, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = tells("participant_joined", who=ANA)
    with monkeypatch.context() as during:
        during.setattr(deliveries, "apply", lambda delivery: None)
        told.arrive(session)

    told.arrive(session)

    assert outcomes() == ["applied"]


def test_delivery_that_cannot_be_applied_is_given_up_and_says_so(
    session: RoomSession,
    tells: Tells,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def break_down(*_: object, **__: object) -> None:
        raise DatabaseError("disk full")

    with monkeypatch.context() as during:
        during.setattr(deliveries, "apply_event", break_down)
        assert tells("participant_joined", who=ANA).arrive(session) == 200
        assert outcomes() == ["received"]
        for hours in range(1, 8):
            with time_machine.travel(timezone.now() + timedelta(hours=hours)):
                deliveries.apply_due()

    assert outcomes() == ["failed"]
    assert not WebhookDelivery.objects.outstanding().exists()
    assert "was not applied" in caplog.text


def test_delivery_that_a_busy_database_cannot_apply_is_answered_and_applied_later(
    session: RoomSession, tells: Tells, monkeypatch: pytest.MonkeyPatch
) -> None:
    def be_busy(*_: object, **__: object) -> None:
        raise OperationalError("database is locked")

    with monkeypatch.context() as during:
        during.setattr(deliveries, "apply_event", be_busy)
        assert tells("participant_joined", who=ANA).arrive(session) == 200
    assert outcomes() == ["received"]
    assert stays() == []

    deliveries.apply_due()

    assert outcomes() == ["applied"]
    assert stays() == [(ANA, None)]


def test_deliveries_are_forgotten_after_a_month(session: RoomSession, tells: Tells) -> None:
    tells("participant_joined", who=ANA).arrive(session)

    with time_machine.travel(timezone.now() + timedelta(days=29)):
        deliveries.forget_old()
        assert WebhookDelivery.objects.exists()
    with time_machine.travel(timezone.now() + timedelta(days=31)):
        deliveries.forget_old()

    assert not WebhookDelivery.objects.exists()
    assert Attendance.objects.exists()


# VideoSDK: signed, without ids and, for people, without times


@pytest.fixture
def embedded(at_videosdk: AtVideosdk, room: Room) -> RoomSession:
    return since_an_hour(at_videosdk.hold(room))


@pytest.fixture
def says(at_videosdk: AtVideosdk, embedded: RoomSession) -> Callable[..., int]:
    def say(event: str, **more: Any) -> int:
        return videosdk_tells(at_videosdk, embedded, event, **more).arrive(embedded)

    return say


def test_person_who_comes_back_with_the_same_words_is_there_again(
    says: Callable[..., int],
) -> None:
    comings = ["joined", "joined", "left", "joined", "joined", "left", "left", "joined"]

    for each in comings:
        assert says(f"participant-{each}", who=ANA) == 200

    assert [stay[1] is None for stay in stays()] == [False, False, True]
    assert outcomes() == ["applied"] * 5


def test_same_words_in_another_run_of_the_room_are_news(says: Callable[..., int]) -> None:
    says("participant-joined", who=ANA)
    says("session-ended", end=timezone.now().isoformat())
    says("participant-joined", who=ANA, sessionId="run-2")

    assert [stay[1] is None for stay in stays()] == [False, True]


def test_session_outlives_that_everybody_has_left(
    embedded: RoomSession, says: Callable[..., int]
) -> None:
    says("participant-joined", who=ANA)

    says("session-ended", start=minutes_ago(50).isoformat(), end=timezone.now().isoformat())

    embedded.refresh_from_db()
    assert embedded.is_live
    assert Attendance.objects.get().left_at is not None


def test_end_told_late_puts_nobody_out_who_came_after_it(says: Callable[..., int]) -> None:
    says("participant-joined", who=ANA)

    says("session-ended", start=minutes_ago(50).isoformat(), end=minutes_ago(10).isoformat())

    assert stays() == [(ANA, None)]
    assert outcomes() == ["applied", "ignored"]


def test_recording_that_stopped_with_an_address_is_two_things(says: Callable[..., int]) -> None:
    for _ in range(2):
        says("recording-stopped", id="rec-1", fileUrl="https://files.example/rec-1.mp4")

    kept = WebhookDelivery.objects.order_by("pk")
    assert [each.kind for each in kept] == ["recording_ended", "recording_ready"]
    assert {each.recording_id for each in kept} == {"rec-1"}
    assert "files.example" not in str([vars(each) for each in kept])


def test_signature_of_somebody_elses_key_is_refused(
    at_videosdk: AtVideosdk, embedded: RoomSession
) -> None:
    told = videosdk_tells(at_videosdk, embedded, "participant-joined", who=ANA)
    forged = videosdk_events.signature(told.body, 1)

    assert Delivery(told.body, {"videosdk-signature": forged}).arrive(embedded) == 400

    assert not Attendance.objects.exists()


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
