"""`manage.py check_provider`: what it says of each provider, and what it leaves behind: nothing."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from accounts.models import User
from meetings.models import ProviderAccount, Room, RoomSession
from meetings.providers import get_provider
from meetings.providers.base import Features, RoomRef, RoomSpec
from meetings.services.conformance import PLAN, Trial
from tests.providers import test_jitsi as jitsi
from tests.providers.doubles.base import Call, Double, Reply, cut
from tests.providers.doubles.plugnmeet import Double as Plugnmeet
from tests.providers.doubles.videosdk import API_KEY, SECRET
from tests.providers.doubles.videosdk import Double as Videosdk
from tests.providers.doubles.xroom import Double as Xroom

from . import on_trial

HERE = on_trial.__name__
WRONG = "0" * 32
ACCOUNTS: dict[str, tuple[type[Double], dict[str, str], tuple[str, ...]]] = {
    "plugnmeet": (
        Plugnmeet,
        {"api_key": Plugnmeet.api_key, "api_secret": Plugnmeet.api_secret},
        ("api_secret",),
    ),
    "videosdk": (Videosdk, {"api_key": API_KEY, "secret": SECRET}, ("secret",)),
    "xroom": (
        Xroom,
        {
            "auth_id": Xroom.auth_id,
            "api_secret": Xroom.api_secret,
            "domain": "meet.example.org",
            "webhook_key": Xroom.webhook_key,
        },
        ("api_secret", "webhook_key"),
    ),
    "jitsi": (
        jitsi.Double,
        {"app_id": jitsi.APP_ID, "app_secret": jitsi.APP_SECRET},
        ("app_secret",),
    ),
}

Start = Callable[..., Double]

pytestmark = pytest.mark.django_db


class Said:
    """What the command printed, and how it ended."""

    def __init__(self, *arguments: str) -> None:
        out = StringIO()
        self.code, self.verdict = 0, ""
        try:
            call_command("check_provider", *arguments, stdout=out)
        except CommandError as error:
            self.code, self.verdict = error.returncode, str(error)
        self.text = out.getvalue()

    def feature(self, name: str) -> str:
        """The feature's row of the sheet, after its name."""
        rows = [row.split(maxsplit=1) for row in self.text.splitlines() if row.startswith("  ")]
        return next(row[1] for row in rows if row[0] == name)


@pytest.fixture
def start(settings: Settings) -> Iterator[Start]:
    """Start a provider's double, with an account at it under the alias `main`."""
    with ExitStack() as running:

        def begin(slug: str, **changed: str) -> Double:
            kind, options, _ = ACCOUNTS[slug]
            double = running.enter_context(kind())
            url = double.url.replace("127.0.0.1", "localhost")
            settings.MEETING_PROVIDERS = {
                "main": {"BACKEND": slug, "OPTIONS": {**options, "url": url, **changed}}
            }
            return double

        yield begin


@pytest.fixture
def on(settings: Settings) -> Iterator[Callable[[str], None]]:
    """An account at one of the adapters that are on trial, by its dotted path."""

    def choose(name: str) -> None:
        settings.MEETING_PROVIDERS = {
            "main": {"BACKEND": f"{HERE}.{name}", "OPTIONS": {"key": on_trial.KEY}}
        }

    on_trial.forget()
    yield choose
    on_trial.forget()


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """A room that is not over at once is not waited for."""
    monkeypatch.setattr("meetings.services.conformance.trial.PATIENCE", 0.0)


# Each provider


@pytest.mark.parametrize("slug", ACCOUNTS)
def test_account_that_works_passes_and_nothing_is_left(start: Start, slug: str) -> None:
    double = start(slug)

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


@pytest.mark.parametrize("slug", ACCOUNTS)
def test_no_secret_is_printed(start: Start, slug: str) -> None:
    start(slug)

    said = Said("main", "--yes").text + Said("main", "--yes", "--json").text

    _, options, secret = ACCOUNTS[slug]
    assert [name for name in secret if options[name] in said] == []
    assert "eyJ" not in said  # how every token of theirs begins
    assert "host-key" not in said


def test_rooms_and_reservations_of_others_stay(start: Start) -> None:
    double = start("xroom")
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
def test_questions_that_the_page_leaves_open_are_answered(start: Start, slug: str) -> None:
    start(slug)

    answers = json.loads(Said("main", "--yes", "--json").text)["answers"]

    assert len(answers) >= 3
    assert all(answers.values())


def test_key_that_gives_everybody_a_token_is_said(start: Start) -> None:
    start("videosdk").switch["key_is_bound"] = False

    said = Said("main", "--yes")

    assert "NO: whoever knows the key gets a token" in said.text
    assert "with-all-rights" not in said.text


def test_room_that_comes_back_to_life_is_said(start: Start) -> None:
    double = start("videosdk")

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
def test_what_opening_twice_means_is_said(start: Start, init_twice: str, answer: str) -> None:
    start("xroom").switch["init_twice"] = init_twice

    said = Said("main", "--yes", "--json")

    assert answer in json.loads(said.text)["answers"]["opening twice"]


def test_server_that_keeps_what_was_switched_off_is_said(start: Start) -> None:
    start("plugnmeet").switch["version"] = "2.2.0"

    answers = json.loads(Said("main", "--yes", "--json").text)["answers"]

    assert answers["Which switches cannot be turned off?"] == "none"


def test_server_that_does_otherwise_passes_in_part(start: Start) -> None:
    start("plugnmeet")

    said = Said("main", "--yes")

    assert "in part    this server does otherwise" in said.feature("chat_switch")
    assert said.code == 0


def test_claims_of_tokens_are_told_in_short(start: Start) -> None:
    start("videosdk")

    said = Said("main", "--yes")

    assert "permissions: allow_join+allow_mod for hosts, allow_join for participants" in said.text


@pytest.mark.parametrize(
    ("slug", "wrong"),
    [("plugnmeet", "api_secret"), ("videosdk", "secret"), ("xroom", "api_secret")],
)
def test_wrong_keys_are_said_and_nothing_else_is_tried(start: Start, slug: str, wrong: str) -> None:
    double = start(slug, **{wrong: WRONG})

    said = Said("main", "--yes")

    assert said.code == 1
    assert "Keys" in said.verdict
    assert "- Open a room: not asked any more after" in said.text
    assert said.feature("ending").startswith("yes      not tried")
    assert WRONG not in said.text
    assert not getattr(double, "rooms", None)


def test_provider_that_dies_in_the_middle_leaves_a_room_which_is_said(start: Start) -> None:
    double = start("plugnmeet")

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
def test_clock_that_is_off_fails(start: Start, minutes: int, side: str) -> None:
    double = start("plugnmeet")
    date = format_datetime(datetime.now(UTC) + timedelta(minutes=minutes))

    def wrong_clock(double: Any, call: Call, reply: Reply) -> Reply:
        reply.headers["Date"] = date
        return reply

    with double.failing(wrong_clock):
        said = Said("main", "--yes")

    assert re.search(rf"! Clock: (59\d|60\d) s {side} ours", said.text)
    assert said.verdict == "Failed: Clock."


# Any adapter, by its path


def test_adapter_of_anybody_is_tried_by_its_path(on: Callable[[str], None]) -> None:
    on("Honest")

    said = Said("main", "--yes")

    assert said.code == 0
    assert on_trial.rooms == set()
    assert on_trial.kept == {}
    assert said.feature("booking").startswith("yes      confirmed")
    assert "nobody of that name" in said.feature("removing")
    assert "delete_recording" not in on_trial.asked
    assert on_trial.KEY not in said.text
    assert on_trial.HOST_KEY not in said.text


def test_account_that_was_typed_into_the_admin_is_tried(on: Callable[[str], None]) -> None:
    on("Honest")
    account = ProviderAccount(alias="typed", backend=f"{HERE}.Honest")
    account.secret_options = {"key": on_trial.KEY}
    account.save()

    said = Said("typed", "--yes")

    assert said.code == 0
    assert on_trial.KEY not in said.text


@pytest.mark.parametrize(
    ("name", "feature", "words"),
    [
        ("NeverOver", "ending", "the room is still open"),
        ("NeverOpen", "live_status", "closed which was opened this moment"),
        ("Vague", "live_status", "neither yes nor no: str"),
        ("Haunted", "roster", "says that 1 are inside"),
        ("Unlisted", "listing", "0 open, ours not among them"),
        ("Broken", "locking", "broken: TypeError: cannot lock with … and …"),
        ("Rejecting", "passcode", "Honest: no …"),
        ("Misconfigured", "locking", "“domain” is needed"),
        ("Gifted", "recording", "1 recordings of a room"),
        ("Credulous", "webhooks", "that nobody signed"),
        ("Careless", "webhooks", "changed after it was signed"),
        ("Forgetful", "booking", "not among the account's reservations"),
        ("Tardy", "booking", "instead of"),
        ("Brief", "booking", "for 5 minutes instead of 30"),
        ("Clinging", "booking", "still there after it was cancelled"),
        ("Boastful", "listing", "live_rooms: written, but not claimed"),
        ("Overclaiming", "locking", "set_lock: not written"),
        ("HalfLocked", "removing", "not with this key"),
    ],
)
def test_promise_that_is_not_kept_fails_by_the_features_name(
    on: Callable[[str], None], name: str, feature: str, words: str
) -> None:
    on(name)

    said = Said("main", "--yes")

    assert said.code == 1
    assert f"Failed: {feature}" in said.verdict
    assert words in said.feature(feature)
    assert on_trial.KEY not in said.text
    assert on_trial.HOST_KEY not in said.text
    assert "\x1b" not in said.text


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("Generous", "! Ways in: the participant's way in holds the host key"),
        ("Astray", "! Ways in: leads where our pages let nobody go"),
        ("Ticketless", "! Ways in: joining answered no ticket"),
        ("Twins", "! Open it again: another room came back"),
        ("Nameless", "! Open a room: Honest: answered a room without a name."),
        ("Equal", "~ Ways in: nothing in them tells a host from a participant"),
        ("Reluctant", "~ For two people: this server does otherwise"),
        ("Reluctant", "~ Reserve, move, cancel: kept, moved and cancelled; otherwise"),
        ("Unsigned", "~ Deliveries: unsigned ones are refused"),
        ("Stale", "! Ways in: the participant's token has expired already"),
        ("Blind", "+ End for all: closed twice without complaint\n"),
        ("Strict", "+ End for all: closed twice without complaint; over after 0 s"),
        (
            "Framed",
            "+ Ways in: our page meetings/embed/builtin.html; the host key is in the host's",
        ),
        ("Overloaded", "! Who is inside?: Honest: too many requests. (HTTP 429)"),
    ],
)
def test_line_says_what_was_seen(on: Callable[[str], None], name: str, line: str) -> None:
    on(name)

    said = Said("main", "--yes")

    assert line in said.text
    assert said.code == (1 if line.startswith("!") else 0)
    assert on_trial.rooms == set()


# Bad days


def test_account_with_wrong_keys_makes_nothing(on: Callable[[str], None]) -> None:
    on("Locked")

    said = Said("main", "--yes")

    assert "! Keys: Honest: unknown key … (HTTP 401)" in said.text
    assert on_trial.asked == []


def test_provider_that_stops_answering_is_asked_no_more(on: Callable[[str], None]) -> None:
    on("Dying")

    said = Said("main", "--yes")

    (room,) = on_trial.rooms
    assert said.code == 1
    assert "- Lock and unlock: not asked any more after: Honest: does not answer." in said.text
    assert f"room {room}: Honest: does not answer." in said.text.partition("LEFT BEHIND")[2]
    assert "lock True" not in on_trial.asked


def test_room_that_is_gone_already_is_not_left_behind(on: Callable[[str], None]) -> None:
    on("Evicting")

    said = Said("main", "--yes")

    assert "LEFT BEHIND" not in said.text
    assert on_trial.rooms == set()


def test_what_was_made_and_not_answered_is_found_and_taken_away(on: Callable[[str], None]) -> None:
    on("Mumbling")

    said = Said("main", "--yes")

    assert "! Open a room: Honest: the answer was lost" in said.text
    assert "! Reserve, move, cancel: Honest: the answer was lost" in said.text
    assert (on_trial.rooms, on_trial.kept) == (set(), {})
    assert "LEFT BEHIND" not in said.text


@pytest.mark.parametrize("name", ["Interrupted", "Ended", "HungUp"])
def test_interruption_cleans_up_and_says_what_was_not_tried(
    on: Callable[[str], None], name: str
) -> None:
    on(name)

    said = Said("main", "--yes")

    assert (said.code, said.verdict) == (130, "Interrupted.")
    assert "- Who is inside?: interrupted" in said.text
    assert said.feature("live_status").startswith("yes      confirmed")
    assert on_trial.rooms == set()


def test_second_interruption_says_what_is_left(on: Callable[[str], None]) -> None:
    on("InterruptedTwice")

    said = Said("main", "--yes")

    (room,) = on_trial.rooms
    assert said.code == 130
    assert f"room {room}: interrupted" in said.text.partition("LEFT BEHIND")[2]


# Asking first


def test_nothing_is_asked_in_a_dry_run(start: Start) -> None:
    double = start("xroom")

    said, machine = Said("main", "--dry-run"), Said("main", "--dry-run", "--json")

    assert "Reserve, move, cancel (booking)" in said.text
    assert "Mute a person" not in said.text
    assert "Open a room" in json.loads(machine.text)["would_try"]
    assert double.journal == []


@pytest.mark.parametrize("answer", ["", "n", "What?"])
def test_nothing_is_done_without_a_yes(
    start: Start, monkeypatch: pytest.MonkeyPatch, answer: str
) -> None:
    double = start("jitsi")
    monkeypatch.setattr("builtins.input", lambda question: answer)

    said = Said("main")

    assert (said.code, said.verdict) == (1, "Nothing was done.")
    assert double.journal == []


def test_yes_begins(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    double = start("jitsi")
    questions: list[str] = []

    def answer(question: str) -> str:
        questions.append(question)
        return "Y"

    monkeypatch.setattr("builtins.input", answer)

    assert Said("main").code == 0
    assert "Jitsi Meet (“main”)" in questions[0]
    assert double.journal


def test_machine_that_cannot_answer_is_told_what_to_say(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nobody(question: str) -> str:
        raise EOFError

    double = start("jitsi")
    monkeypatch.setattr("builtins.input", nobody)

    assert "--yes" in Said("main").verdict
    assert "--yes" in Said("main", "--json").verdict
    assert double.journal == []


def test_sheet_for_machines_has_every_feature(start: Start) -> None:
    start("xroom")

    sheet = json.loads(Said("main", "--yes", "--json").text)

    assert sheet["passed"] is True
    assert [row["feature"] for row in sheet["capabilities"]] == [f.name for f in fields(Features)]
    assert {"feature": "booking", "claimed": True, "outcome": "confirmed"}.items() <= (
        sheet["capabilities"][0].items()
    )
    assert sheet["left"] == []
    assert sheet["cleaned"]


def test_account_that_is_not_there_is_said_with_those_that_are(start: Start) -> None:
    start("jitsi")

    said, machine = Said("spare", "--yes"), Said("spare", "--yes", "--json")

    assert said.code == 1
    assert "“spare”" in said.verdict
    assert "main" in said.verdict
    assert json.loads(machine.text)["passed"] is False


def test_account_that_is_half_configured_is_said_by_name(start: Start) -> None:
    start("jitsi", app_id="")

    said = Said("main", "--yes")

    assert "app_id" in said.verdict
    assert jitsi.APP_SECRET not in said.verdict


def test_room_that_is_over_later_is_waited_for(on: Callable[[str], None]) -> None:
    on("Honest")
    answers = iter([False, False, True])

    waited = Trial(on_trial.Honest("main", on_trial.KeyOptions(key="k")), patience=0.02).wait_until(
        lambda: next(answers)
    )

    assert waited is not None
    assert waited > 0


def test_every_feature_with_methods_has_a_step() -> None:
    tried = {step.feature for step in PLAN}

    assert {f.name for f in fields(Features)} - tried == {"ends_when_empty"}  # see "Is it open?"


def test_line_of_the_test_button_fails_the_features_it_tells_about(start: Start) -> None:
    start("xroom", webhook_key="")

    said = Said("main", "--yes")

    assert "“webhook_key” is not set" in said.feature("webhooks")
    assert said.feature("booking").startswith("yes      confirmed")
    assert "Failed: webhooks" in said.verdict
