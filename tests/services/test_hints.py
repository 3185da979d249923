"""Events that nobody signs, at xroom's double: a reason to ask, and nothing more."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from cryptography.fernet import Fernet
from django.core.cache import cache
from django.utils import timezone
from django_tasks import default_task_backend
from pytest_django import Settings

from config.queue_kind import QueueAway
from meetings.models import Booking, ProviderHook, Room, RoomSession, WebhookDelivery
from meetings.services import hints, registering
from meetings.services.deliveries import deliveries, hooks
from tests.accounts_at_doubles import AtXroom
from tests.conftest import Share
from tests.deliveries import Delivery, xroom_tells
from tests.providers.doubles import base as faults
from tests.together import seen_by_all

pytestmark = pytest.mark.django_db
Book = Callable[..., Booking]


@pytest.fixture
def session(at_xroom: AtXroom, room: Room) -> RoomSession:
    return at_xroom.hold(room)


def hint(at_xroom: AtXroom, session: RoomSession, event: str = "roomRemoved", **more: Any) -> int:
    told = xroom_tells(at_xroom, session, event, **more)
    return told.to(hooks.address_of("main")).status_code


def asked(at_xroom: AtXroom) -> int:
    return at_xroom.double.methods().count("room/list")


def outcomes() -> list[str]:
    return list(WebhookDelivery.objects.order_by("pk").values_list("outcome", flat=True))


def later(seconds: float) -> Any:
    """That much later; what was remembered for less is forgotten."""
    cache.clear()
    return time_machine.travel(timezone.now() + timedelta(seconds=seconds))


def test_hint_that_cannot_be_applied_is_given_up_and_says_so(
    at_xroom: AtXroom, session: RoomSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_down(session: RoomSession) -> None:
        raise ArithmeticError

    monkeypatch.setattr(hints, "check_session", break_down)

    hint(at_xroom, session)
    assert outcomes() == ["received"]
    for hour in range(1, 8):
        with later(hour * 3600):
            deliveries.apply_due()

    assert outcomes() == ["failed"]
    assert not WebhookDelivery.objects.outstanding().exists()


def test_hint_alone_never_ends_a_meeting(at_xroom: AtXroom, session: RoomSession) -> None:
    before = asked(at_xroom)

    assert hint(at_xroom, session) == 200

    session.refresh_from_db()
    assert session.is_live
    assert asked(at_xroom) == before + 1
    assert outcomes() == ["applied"]


def test_hint_that_the_provider_confirms_ends_the_meeting(
    at_xroom: AtXroom, session: RoomSession
) -> None:
    at_xroom.close(session.ref)

    hint(at_xroom, session)

    session.refresh_from_db()
    assert (session.state, session.end_reason) == ("ended", "provider")


def test_flood_of_hints_asks_the_provider_once_and_once_more_when_it_is_over(
    at_xroom: AtXroom, session: RoomSession
) -> None:
    before = asked(at_xroom)

    for number in range(50):
        hint(at_xroom, session, "clientsRemoved", clients=[{"id": f"p{number}"}])

    assert asked(at_xroom) == before + 1
    assert WebhookDelivery.objects.count() == 1
    assert outcomes() == ["received"]  # something was told since we asked
    with later(6):
        deliveries.apply_due()
        deliveries.apply_due()
    assert asked(at_xroom) == before + 2
    assert outcomes() == ["applied"]


def test_worker_is_asked_to_look_now_and_once_more_a_little_later(
    at_xroom: AtXroom, session: RoomSession, settings: Any
) -> None:
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.dummy.DummyBackend"}}

    for _ in range(5):
        hint(at_xroom, session)

    now, then = default_task_backend.results
    assert now.task.run_after is None
    assert then.task.run_after > timezone.now() + timedelta(seconds=3)


def test_two_workers_ask_once(at_xroom: AtXroom, session: RoomSession) -> None:
    hint(at_xroom, session)
    WebhookDelivery.objects.get().owe()
    assert WebhookDelivery.objects.get().take()
    before = asked(at_xroom)

    hints.look.call("main", session.provider_room_id)

    assert asked(at_xroom) == before


def test_hint_while_the_provider_is_down_is_asked_about_later(
    at_xroom: AtXroom, session: RoomSession
) -> None:
    at_xroom.close(session.ref)
    with at_xroom.double.failing(faults.html_503):
        hint(at_xroom, session)
    assert outcomes() == ["received"]

    with later(60):
        deliveries.apply_due()

    session.refresh_from_db()
    assert not session.is_live
    assert outcomes() == ["applied"]


def test_hint_that_cannot_be_asked_about_for_long_is_let_be(
    at_xroom: AtXroom, session: RoomSession
) -> None:
    with at_xroom.double.failing(faults.html_503):
        hint(at_xroom, session)
        with later(600):
            deliveries.apply_due()

    assert outcomes() == ["ignored"]
    assert not WebhookDelivery.objects.outstanding().exists()


def test_hint_about_a_strangers_room_asks_nobody(at_xroom: AtXroom, session: RoomSession) -> None:
    before = asked(at_xroom)
    session.provider_room_id = "meet.example.org/somebody-elses"

    hint(at_xroom, session)
    assert outcomes() == ["received"]
    with later(600):
        deliveries.apply_due()

    assert outcomes() == ["stranger"]
    assert asked(at_xroom) == before


@pytest.mark.parametrize("body", [b'{"event":"roomRemoved","domain":"other.example"}', b"{}"])
def test_hint_for_another_domain_is_refused(
    at_xroom: AtXroom, session: RoomSession, body: bytes
) -> None:
    assert Delivery(body, {}).to(hooks.address_of("main")).status_code == 400

    assert not WebhookDelivery.objects.exists()


# Host keys told in passing


def test_host_key_replaces_one_that_was_lost(at_xroom: AtXroom, session: RoomSession) -> None:
    RoomSession.objects.update(host_key="")

    hint(at_xroom, session, "roomCreated", room={"hostKey": "k3y-told", "password": "otter"})

    session.refresh_from_db()
    assert session.host_key == "k3y-told"
    assert WebhookDelivery.objects.get().host_key == ""


def test_host_key_replaces_none_that_we_have(at_xroom: AtXroom, session: RoomSession) -> None:
    hint(at_xroom, session, "roomCreated", room={"hostKey": "k3y-forged"})

    assert RoomSession.objects.get().host_key == session.host_key != ""


def test_host_key_of_a_room_that_is_not_open_is_not_taken(
    at_xroom: AtXroom, session: RoomSession
) -> None:
    RoomSession.objects.update(host_key="")
    at_xroom.close(session.ref)

    hint(at_xroom, session, "roomCreated", room={"hostKey": "k3y-told"})

    assert RoomSession.objects.get().host_key == ""


def test_host_key_waits_encrypted_until_the_provider_answers(
    at_xroom: AtXroom, session: RoomSession
) -> None:
    RoomSession.objects.update(host_key="")
    with at_xroom.double.failing(faults.html_503):
        hint(at_xroom, session, "roomCreated", room={"hostKey": "k3y-told"})
        hint(at_xroom, session, "clientsRemoved")
    kept = WebhookDelivery.objects.extra(select={"raw": "host_key"}).get()
    assert (kept.host_key, kept.raw.startswith("1:")) == ("k3y-told", True)

    with later(60):
        deliveries.apply_due()

    assert RoomSession.objects.get().host_key == "k3y-told"


def test_host_key_that_nobody_can_read_any_more_keeps_no_other_hint_waiting(
    at_xroom: AtXroom, session: RoomSession, book: Book, settings: Settings
) -> None:
    other = at_xroom.hold(book("Review", at=timezone.now()).room)
    with at_xroom.double.failing(faults.html_503):
        hint(at_xroom, session, "roomCreated", room={"hostKey": "k3y-told"})
        hint(at_xroom, other)
    RoomSession.objects.filter(pk=other.pk).update(host_key="")
    settings.FIELD_KEYS = [Fernet.generate_key().decode()]

    with later(60):
        deliveries.apply_due()

    assert outcomes() == ["received", "applied"]


# Telling xroom our address


@pytest.mark.django_db(transaction=True)
def test_account_in_use_is_told_our_address_and_shakes_hands_with_us_meanwhile(
    running_site: str, at_xroom: AtXroom, room: Room, share_database: Share
) -> None:
    share_database()

    for _ in range(2):
        seen_by_all(registering.register_due)

    hook = seen_by_all(ProviderHook.objects.get)
    (theirs,) = at_xroom.double.hooks.values()
    assert str(hook) == "main"
    assert (theirs.url, theirs.validated) == (hooks.address_of("main"), True)
    assert (hook.webhook_id, hook.validated, hook.error) == (str(theirs.id), True, "")
    assert at_xroom.double.methods().count("webhook/add") == 1


@pytest.mark.django_db(transaction=True)
def test_address_that_they_lost_is_told_again_within_the_hour(
    running_site: str, at_xroom: AtXroom, room: Room, share_database: Share
) -> None:
    share_database()
    seen_by_all(registering.register_due)
    at_xroom.double.hooks.clear()

    seen_by_all(registering.look_again)
    seen_by_all(registering.register_due)

    assert len(at_xroom.double.hooks) == 1
    assert seen_by_all(ProviderHook.objects.get).validated


def test_account_that_nobody_uses_is_told_nothing(at_xroom: AtXroom) -> None:
    registering.register_due()

    assert at_xroom.double.methods() == []
    assert not ProviderHook.objects.exists()


def test_account_that_cannot_reach_us_says_so_and_is_told_again_later(
    at_xroom: AtXroom, session: RoomSession, settings: Any
) -> None:
    settings.SITE_URL = "http://127.0.0.1:9"

    registering.register_due()
    registering.register_due()

    hook = ProviderHook.objects.get()
    assert (hook.validated, bool(hook.webhook_id)) == (False, True)
    assert hook.error == registering.NO_HANDSHAKE
    assert hook.next_try_at is not None
    assert at_xroom.double.methods().count("webhook/add") == 1


def test_account_that_is_down_is_told_later(at_xroom: AtXroom, session: RoomSession) -> None:
    with at_xroom.double.failing(faults.html_503):
        registering.register_due()

    hook = ProviderHook.objects.get()
    assert hook.is_outstanding
    assert "xroom" in hook.error


def test_account_that_breaks_takes_no_other_along(
    at_xroom: AtXroom,
    session: RoomSession,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    providers = settings.MEETING_PROVIDERS
    settings.MEETING_PROVIDERS = {"first": {**providers["main"]}, **providers}
    Room.objects.create(owner=session.room.owner, name="Other", provider_alias="first")
    real = type(at_xroom.provider).ensure_webhook

    def ensure(provider: Any, url: str) -> Any:
        if provider.alias == "first":
            raise ArithmeticError
        return real(provider, url)

    monkeypatch.setattr(type(at_xroom.provider), "ensure_webhook", ensure)

    registering.register_due()

    assert "webhook/add" in at_xroom.double.methods()
    assert "failed for one: first" in caplog.text


def test_two_workers_tell_an_account_once(at_xroom: AtXroom, session: RoomSession) -> None:
    ProviderHook.objects.create(alias="main")
    mine, theirs = ProviderHook.objects.get(), ProviderHook.objects.get()
    assert theirs.take()

    registering._register(mine, at_xroom.provider)

    assert "webhook/add" not in at_xroom.double.methods()


def test_hint_by_another_webhook_than_ours_is_not_heard(
    at_xroom: AtXroom, session: RoomSession
) -> None:
    ProviderHook.objects.create(alias="main", webhook_id="4711")

    assert hint(at_xroom, session) == 200

    assert not WebhookDelivery.objects.exists()


def test_session_that_is_over_is_not_asked_about(at_xroom: AtXroom, session: RoomSession) -> None:
    session.end(RoomSession.EndReason.HOST)
    before = asked(at_xroom)

    hints.look_at.call(session.pk)
    hint(at_xroom, session)

    assert asked(at_xroom) == before
    assert outcomes() == ["applied"]


def test_who_tells_is_answered_though_no_look_can_be_queued(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def away(*_: object) -> None:
        raise QueueAway("ConnectionError")

    monkeypatch.setattr(type(hints.look), "enqueue", away)

    hints.look_soon("desk", "a room")
    hints.look_at_soon(1)

    assert caplog.text.count("was not queued") == 2
