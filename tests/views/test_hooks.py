"""Where providers tell what happens: who is heard, and what they are answered."""

import hmac
import io
import json
import logging
from concurrent.futures import ThreadPoolExecutor

import pytest
import time_machine
from django.db import connections
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from meetings.models import Attendance, Room, RoomSession, WebhookDelivery
from meetings.services.deliveries import hooks
from tests.accounts_at_doubles import AtPlugnmeet, AtVideosdk, AtXroom
from tests.conftest import Share
from tests.deliveries import ANA, Delivery, plugnmeet_tells, videosdk_tells, xroom_tells
from tests.provider_for_tests import Telling
from tests.providers.doubles import base as faults
from tests.together import seen_by_all

pytestmark = pytest.mark.django_db

CHALLENGE = "c9002b50c6911daa18854e1ec25d5b47"
AT_ONCE = 16


@pytest.fixture
def session(at_plugnmeet: AtPlugnmeet, room: Room) -> RoomSession:
    return at_plugnmeet.hold(room)


@pytest.fixture
def joined(at_plugnmeet: AtPlugnmeet, session: RoomSession) -> Delivery:
    return plugnmeet_tells(at_plugnmeet, session, "participant_joined", who=ANA)


def test_what_a_provider_tells_is_kept_and_applied_and_answered(
    session: RoomSession, joined: Delivery
) -> None:
    answer = joined.to(hooks.address_for(session))

    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert Attendance.objects.get().identity == ANA
    assert WebhookDelivery.objects.get().outcome == "applied"


def test_each_room_is_opened_with_an_address_of_its_own(
    at_plugnmeet: AtPlugnmeet, session: RoomSession
) -> None:
    told = at_plugnmeet.double.rooms[session.provider_room_id].metadata["webhook_url"]

    assert told == hooks.address_for(session)
    assert told.startswith("http://localhost:8000/hooks/main/")


def test_address_for_the_whole_account_serves_as_well(
    session: RoomSession, joined: Delivery
) -> None:
    assert joined.to(hooks.address_of("main")).status_code == 200
    assert Attendance.objects.exists()


def test_repetition_is_answered_like_the_first(session: RoomSession, joined: Delivery) -> None:
    assert [joined.arrive(session) for _ in range(3)] == [200] * 3

    assert Attendance.objects.count() == WebhookDelivery.objects.count() == 1


# Who is not heard


def test_every_wrong_address_is_answered_alike(
    session: RoomSession, joined: Delivery, settings: Settings
) -> None:
    right = hooks.address_for(session)
    token = right.split("/")[-2]
    stem = right.rpartition(token)[0]
    wrong = [
        f"{stem}{token[:-1]}{'A' if token[-1] != 'A' else 'B'}/",
        f"{stem}{session.key}/",
        f"{stem}.{token}/",
        f"{stem}%00{token}/",
        f"{stem}{'9' * 5000}/",
        right.replace("/main/", "/other/"),
        right.replace("/main/", "/spare/"),
    ]
    settings.MEETING_PROVIDERS = {**settings.MEETING_PROVIDERS, "spare": {"BACKEND": "builtin"}}

    answers = [joined.to(address) for address in [*wrong, hooks.address_of("spare")]]

    assert [(each.status_code, each.content) for each in answers] == [(404, b"")] * 8
    assert not WebhookDelivery.objects.exists()


def test_address_of_an_alias_that_was_taken_away_is_none(
    session: RoomSession, joined: Delivery, settings: Settings
) -> None:
    settings.MEETING_PROVIDERS = {"spare": {"BACKEND": "builtin"}}

    assert joined.arrive(session) == 404


def test_address_made_before_the_key_was_changed_still_serves(
    session: RoomSession, joined: Delivery, settings: Settings
) -> None:
    before = hooks.address_for(session)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another one, long enough to be none that anybody would guess"

    assert hooks.address_for(session) != before
    assert joined.to(before).status_code == 200


def test_address_made_with_a_key_that_is_given_up_is_none(
    session: RoomSession, joined: Delivery, settings: Settings
) -> None:
    before = hooks.address_for(session)
    settings.SECRET_KEY = "another one, long enough to be none that anybody would guess"

    assert joined.to(before).status_code == 404


@pytest.mark.parametrize("method", ["get", "put", "delete", "head"])
def test_an_address_is_for_telling_only(session: RoomSession, method: str) -> None:
    path = hooks.address_for(session).removeprefix("http://localhost:8000")

    assert getattr(Client(), method)(path).status_code == 405


def test_form_check_of_browsers_is_not_asked_of_providers(
    session: RoomSession, joined: Delivery
) -> None:
    client = Client(enforce_csrf_checks=True)

    assert joined.to(hooks.address_for(session), client).status_code == 200


def test_forged_delivery_is_refused_and_nothing_of_it_kept(
    session: RoomSession, joined: Delivery, caplog: pytest.LogCaptureFixture
) -> None:
    forged = Delivery(joined.body.replace(b"Ana", b"Eve"), joined.headers)

    assert forged.arrive(session) == 400

    assert not WebhookDelivery.objects.exists()
    assert "Eve" not in caplog.text
    assert "refused" in caplog.text


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b"\xff\xfe", b'{"event":'])
def test_garbage_is_refused(session: RoomSession, joined: Delivery, body: bytes) -> None:
    assert Delivery(body, joined.headers).arrive(session) == 400
    assert Delivery(body, {}).arrive(session) == 400


def test_delivery_that_is_too_long_is_not_read(session: RoomSession, joined: Delivery) -> None:
    address = hooks.address_for(session)

    assert Delivery(b"x" * 1_000_001, joined.headers).to(address).status_code == 413
    assert Delivery(b"x" * 1_000_000, joined.headers).to(address).status_code == 400


def test_length_that_a_sender_lies_about_is_not_believed(session: RoomSession) -> None:
    path = hooks.address_for(session).removeprefix("http://localhost:8000")

    answers = [
        Client().post(path, b"{}", content_type="text/plain", CONTENT_LENGTH=length).status_code
        for length in ("999999999999", "", "many")
    ]

    assert answers == [413, 400, 400]


def test_provider_that_cannot_be_asked_for_its_key_is_asked_to_come_again(
    at_videosdk: AtVideosdk, room: Room
) -> None:
    session = at_videosdk.hold(room)
    told = videosdk_tells(at_videosdk, session, "participant-joined", who=ANA)

    with at_videosdk.double.failing(faults.html_503):
        answer = told.to(hooks.address_for(session))

    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "30"
    assert not WebhookDelivery.objects.exists()


# xroom's handshake


@pytest.fixture
def handshake() -> Delivery:
    return Delivery(json.dumps({"event": "validation", "signThis": CHALLENGE}).encode(), {})


def test_handshake_is_answered_with_the_bare_signature(
    at_xroom: AtXroom, handshake: Delivery
) -> None:
    answer = handshake.to(hooks.address_of("main"))

    key = at_xroom.double.webhook_key.encode()
    expected = hmac.digest(key, CHALLENGE.encode(), "sha256").hex()
    assert (answer.status_code, answer.content.decode()) == (200, expected)
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"


def test_handshake_without_a_key_asks_them_to_come_again(
    at_xroom: AtXroom, handshake: Delivery, settings: Settings
) -> None:
    account = dict(settings.MEETING_PROVIDERS["main"])
    account["OPTIONS"] = {**account["OPTIONS"], "webhook_key": ""}
    settings.MEETING_PROVIDERS = {"main": account}

    assert handshake.to(hooks.address_of("main")).status_code == 503


def test_nobody_has_us_sign_more_than_ten_times_a_minute(
    at_xroom: AtXroom, handshake: Delivery
) -> None:
    address = hooks.address_of("main")

    with time_machine.travel(timezone.now(), tick=False):  # within one minute
        answers = [handshake.to(address).status_code for _ in range(12)]

    assert answers == [200] * 10 + [503] * 2


# Nonsense is slowed down, and a provider never


def test_who_guesses_addresses_is_refused_and_providers_at_the_same_place_are_not(
    session: RoomSession, joined: Delivery
) -> None:
    guesses = [joined.to(f"http://x/hooks/main/{number}/").status_code for number in range(62)]

    assert guesses == [404] * 60 + [429] * 2
    assert joined.arrive(session) == 200


def test_guesses_keep_nobody_from_the_doors_of_meetings(room: Room, client: Client) -> None:
    for number in range(62):
        client.post(f"/hooks/main/{number}/")

    assert client.get("/j/unknown/").status_code == 404


@pytest.mark.django_db(transaction=True)
def test_many_who_join_at_once_are_all_heard(
    at_plugnmeet: AtPlugnmeet, session: RoomSession, share_database: Share
) -> None:
    told = [
        plugnmeet_tells(at_plugnmeet, session, "participant_joined", who=f"g:{number:x}")
        for number in range(AT_ONCE * 3)
    ]
    share_database()

    def arrive(delivery: Delivery) -> int:
        try:
            return delivery.arrive(session)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(AT_ONCE) as threads:
        answers = list(threads.map(arrive, told))

    assert set(answers) == {200}
    assert seen_by_all(Attendance.objects.count) == len(told)


def test_xrooms_hint_is_answered_before_anybody_is_asked(at_xroom: AtXroom, room: Room) -> None:
    session = at_xroom.hold(room)

    answer = xroom_tells(at_xroom, session, "roomRemoved").to(hooks.address_of("main"))

    assert (answer.status_code, answer.content) == (200, b"")


def test_logs_know_neither_token_nor_body(
    session: RoomSession, joined: Delivery, elsewhere: Telling
) -> None:
    handler = logging.getLogger().handlers[0]
    assert isinstance(handler, logging.StreamHandler)
    before = handler.setStream(printed := io.StringIO())
    token = hooks.address_for(session).split("/")[-2]

    joined.arrive(session)  # the alias is another provider's now
    Delivery(b"secret", {}).arrive(session)
    handler.setStream(before)

    assert "Not Found: /hooks/main/…/" in printed.getvalue()
    assert token not in printed.getvalue()
    assert "secret" not in printed.getvalue()
