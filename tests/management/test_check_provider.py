"""`manage.py check_provider`: what it says of each provider, and what it leaves behind: nothing."""

import json
import re
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from pytest_django import Settings

from accounts.models import User
from meetings.models import Room, RoomSession
from meetings.providers import get_provider
from meetings.providers.base import RoomRef, RoomSpec
from tests.providers.doubles.base import Call, Double, Reply, cut
from tests.providers.doubles.plugnmeet import Double as Plugnmeet
from tests.providers.doubles.videosdk import Double as Videosdk

from .trials import ACCOUNTS, Said, Start

pytestmark = pytest.mark.django_db


WRONG = "0" * 32


@pytest.mark.parametrize("slug", ACCOUNTS)
def test_account_that_works_passes_and_nothing_is_left(account_at: Start, slug: str) -> None:
    double = account_at(slug)

    said = Said("main", "--yes")

    assert (said.code, said.verdict) == (0, "")
    assert all(call.verified for call in double.journal)
    assert left_at(double) == []


def left_at(double: Double) -> list[object]:
    """The rooms that can be entered and the reservations, by the double's own books."""
    if isinstance(double, Plugnmeet):
        return [room for room in double.rooms.values() if not room.ended]
    if isinstance(double, Videosdk):
        return [room for room in double.rooms.values() if not room["disabled"]]
    return [*getattr(double, "rooms", ()), *getattr(double, "bookings", ())]


@pytest.mark.parametrize(("more", "is_told"), [((), False), (("--verbosity=2",), True)])
def test_calls_stand_between_the_lines_only_when_asked_for(
    account_at: Start, caplog: pytest.LogCaptureFixture, more: tuple[str, ...], is_told: bool
) -> None:
    caplog.set_level("INFO")
    account_at("xroom")

    Said("main", "--yes", *more)

    assert ("answered 200" in caplog.text) is is_told


@pytest.mark.parametrize("slug", ACCOUNTS)
def test_no_secret_is_printed(account_at: Start, slug: str) -> None:
    account_at(slug)

    said = Said("main", "--yes").text + Said("main", "--yes", "--json").text

    _, options, secret = ACCOUNTS[slug]
    assert [name for name in secret if options[name] in said] == []
    assert "eyJ" not in said  # how every token of theirs begins
    assert "host-key" not in said


def test_rooms_and_reservations_of_others_stay(account_at: Start) -> None:
    double = account_at("xroom")
    theirs = theirs_at(double)

    said = Said("main", "--yes")

    assert said.code == 0
    assert list(double.rooms) == [theirs.room_id]
    assert [str(each) for each in double.bookings] == [theirs.booking_id]


def theirs_at(double: Double) -> RoomRef:
    """A stranger's open room with a reservation, at xroom's double."""
    provider = get_provider("main")
    spec = RoomSpec(key="strangers-room", title="", starts_at=datetime.now(UTC) + timedelta(days=2))
    return provider.init_room(provider.book(spec), spec)


def test_built_in_room_passes_and_nobody_is_left(settings: Settings) -> None:
    settings.MEETING_PROVIDERS = {}

    said = Said("builtin", "--yes")

    assert said.code == 0
    assert said.feature("locking").split()[:2] == ["yes", "confirmed"]
    for model in (RoomSession, Room, User):
        assert not model.objects.exists()


@pytest.mark.parametrize("slug", ["plugnmeet", "xroom", "videosdk"])
def test_questions_that_the_page_leaves_open_are_answered(account_at: Start, slug: str) -> None:
    account_at(slug)

    answers = json.loads(Said("main", "--yes", "--json").text)["answers"]

    assert len(answers) >= 3
    assert all(answers.values())


def test_key_that_gives_everybody_a_token_is_said(account_at: Start) -> None:
    account_at("videosdk").switch["key_is_bound"] = False

    said = Said("main", "--yes")

    assert "NO: whoever knows the key gets a token" in said.text
    assert "with-all-rights" not in said.text


def test_room_that_comes_back_to_life_is_said(account_at: Start) -> None:
    double = account_at("videosdk")

    def revives(double: Any, call: Call, reply: Reply) -> Reply:
        if call.method == "POST" and call.path == "/v2/rooms":
            reply.content["disabled"] = False
        return reply

    with double.failing(revives):
        said = Said("main", "--yes")

    assert "the room, usable again" in said.text


@pytest.mark.parametrize(
    ("init_twice", "answer"),
    [
        ("same", "the same host key"),
        ("new", "another host key"),
        ("no_key", "accepted, and no host key is told"),
        ("error", "Room already exists"),
    ],
)
def test_what_opening_twice_means_is_said(account_at: Start, init_twice: str, answer: str) -> None:
    account_at("xroom").switch["init_twice"] = init_twice

    said = Said("main", "--yes", "--json")

    assert answer in json.loads(said.text)["answers"]["opening twice"]


def test_server_that_keeps_what_was_switched_off_is_said(account_at: Start) -> None:
    account_at("plugnmeet").switch["version"] = "2.2.0"

    answers = json.loads(Said("main", "--yes", "--json").text)["answers"]

    assert answers["Which switches cannot be turned off?"] == "none"


def test_server_that_does_otherwise_passes_in_part(account_at: Start) -> None:
    account_at("plugnmeet")

    said = Said("main", "--yes")

    assert "in part    this server does otherwise" in said.feature("chat_switch")
    assert said.code == 0


def test_claims_of_tokens_are_told_in_short(account_at: Start) -> None:
    account_at("videosdk")

    said = Said("main", "--yes")

    assert "permissions: allow_join+allow_mod for hosts, allow_join for participants" in said.text


@pytest.mark.parametrize(
    ("slug", "wrong"),
    [("plugnmeet", "api_secret"), ("videosdk", "secret"), ("xroom", "api_secret")],
)
def test_wrong_keys_are_said_and_nothing_else_is_tried(
    account_at: Start, slug: str, wrong: str
) -> None:
    double = account_at(slug, **{wrong: WRONG})

    said = Said("main", "--yes")

    assert said.code == 1
    assert "Keys" in said.verdict
    assert "- Open a room: not asked any more after" in said.text
    assert said.feature("ending").startswith("yes      not tried")
    assert WRONG not in said.text
    assert not getattr(double, "rooms", None)


def test_provider_that_dies_in_the_middle_leaves_a_room_which_is_said(account_at: Start) -> None:
    double = account_at("plugnmeet")

    def dies(double: Any, call: Call, reply: Reply) -> Reply | None:
        opened = any(path.endswith("/room/create") for path in double.paths()[:-1])
        return cut(double, call, reply) if opened else reply

    with double.failing(dies):
        said = Said("main", "--yes")

    (room,) = double.rooms
    left = said.text.partition("LEFT BEHIND")[2]
    assert said.code == 1
    assert f"room {room}: plugNmeet: does not answer." in left


@pytest.mark.parametrize(("minutes", "side"), [(-10, "behind"), (10, "ahead of")])
def test_clock_that_is_off_fails(account_at: Start, minutes: int, side: str) -> None:
    double = account_at("plugnmeet")
    date = format_datetime(datetime.now(UTC) + timedelta(minutes=minutes))

    def wrong_clock(double: Any, call: Call, reply: Reply) -> Reply:
        reply.headers["Date"] = date
        return reply

    with double.failing(wrong_clock):
        said = Said("main", "--yes")

    assert re.search(rf"! Clock: (59\d|60\d) s {side} ours", said.text)
    assert said.verdict == "Failed: Clock."


def test_line_of_the_test_button_fails_the_features_it_tells_about(account_at: Start) -> None:
    account_at("xroom", webhook_key="")

    said = Said("main", "--yes")

    assert "“webhook_key” is not set" in said.feature("webhooks")
    assert said.feature("booking").startswith("yes      confirmed")
    assert "Failed: webhooks" in said.verdict
