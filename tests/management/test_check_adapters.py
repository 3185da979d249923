"""`manage.py check_provider` on anybody's adapter: promises kept and broken, and bad days."""

from dataclasses import fields

import pytest

from meetings.models import ProviderAccount
from meetings.providers.base import Features
from meetings.services.conformance import PLAN, Trial

from . import on_trial
from .trials import HERE, Choose, Said

pytestmark = pytest.mark.django_db


def test_adapter_of_anybody_is_tried_by_its_path(choose: Choose) -> None:
    choose("Honest")

    said = Said("main", "--yes")

    assert said.code == 0
    assert on_trial.rooms == set()
    assert on_trial.kept == {}
    assert said.feature("booking").startswith("yes      confirmed")
    assert "nobody of that name" in said.feature("removing")
    assert "delete_recording" not in on_trial.asked
    assert on_trial.KEY not in said.text
    assert on_trial.HOST_KEY not in said.text


def test_account_that_was_typed_into_the_admin_is_tried(choose: Choose) -> None:
    choose("Honest")
    account = ProviderAccount(alias="typed", backend=f"{HERE}.Honest")
    account.secret_options = {"key": on_trial.KEY}
    account.save()

    said = Said("typed", "--yes")

    assert said.code == 0
    assert on_trial.KEY not in said.text


@pytest.mark.parametrize(
    ("name", "feature", "words"),
    [
        ("liars.NeverOver", "ending", "the room is still open"),
        ("liars.NeverOpen", "live_status", "closed which was opened this moment"),
        ("liars.Vague", "live_status", "neither yes nor no: str"),
        ("liars.Haunted", "roster", "says that 1 are inside"),
        ("liars.Unlisted", "listing", "0 open, ours not among them"),
        ("liars.Broken", "locking", "broken: TypeError: cannot lock with … and …"),
        ("liars.Rejecting", "passcode", "Honest: no …"),
        ("liars.Misconfigured", "locking", "“domain” is needed"),
        ("liars.Gifted", "recording", "1 recordings of a room"),
        ("liars.Credulous", "webhooks", "that nobody signed"),
        ("liars.Careless", "webhooks", "changed after it was signed"),
        ("liars.Forgetful", "booking", "not among the account's reservations"),
        ("liars.Tardy", "booking", "instead of"),
        ("liars.Brief", "booking", "for 5 minutes instead of 30"),
        ("liars.Clinging", "booking", "still there after it was cancelled"),
        ("liars.Boastful", "listing", "live_rooms: written, but not claimed"),
        ("liars.Overclaiming", "locking", "set_lock: not written"),
        ("bad_days.HalfLocked", "removing", "not with this key"),
    ],
)
def test_promise_that_is_not_kept_fails_by_the_features_name(
    choose: Choose, name: str, feature: str, words: str
) -> None:
    choose(name)

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
        ("liars.Generous", "! Ways in: the participant's way in holds the host key"),
        ("liars.Astray", "! Ways in: leads where our pages let nobody go"),
        ("liars.Ticketless", "! Ways in: joining answered no ticket"),
        ("liars.Twins", "! Open it again: another room came back"),
        ("liars.Nameless", "! Open a room: Honest: answered a room without a name."),
        ("modest.Equal", "~ Ways in: nothing in them tells a host from a participant"),
        ("modest.Reluctant", "~ For two people: this server does otherwise"),
        ("modest.Reluctant", "~ Reserve, move, cancel: kept, moved and cancelled; otherwise"),
        ("modest.Unsigned", "~ Deliveries: unsigned ones are refused"),
        ("liars.Stale", "! Ways in: the participant's token has expired already"),
        ("modest.Blind", "+ End for all: closed twice without complaint\n"),
        ("modest.Strict", "+ End for all: closed twice without complaint; over after 0 s"),
        (
            "modest.Framed",
            "+ Ways in: our page meetings/embed/builtin.html; the host key is in the host's",
        ),
        ("bad_days.Overloaded", "! Who is inside?: Honest: too many requests. (HTTP 429)"),
    ],
)
def test_line_says_what_was_seen(choose: Choose, name: str, line: str) -> None:
    choose(name)

    said = Said("main", "--yes")

    assert line in said.text
    assert said.code == (1 if line.startswith("!") else 0)
    assert on_trial.rooms == set()


def test_terminal_obeys_no_name_of_theirs(choose: Choose) -> None:
    choose("liars.Painted")

    said = Said("main", "--yes")

    assert "Taken away" in said.text
    assert "\x1b" not in said.text


# Bad days


def test_account_with_wrong_keys_makes_nothing(choose: Choose) -> None:
    choose("bad_days.Locked")

    said = Said("main", "--yes")

    assert "! Keys: Honest: unknown key … (HTTP 401)" in said.text
    assert on_trial.asked == []


def test_provider_that_stops_answering_is_asked_no_more(choose: Choose) -> None:
    choose("bad_days.Dying")

    said = Said("main", "--yes")

    (room,) = on_trial.rooms
    assert said.code == 1
    assert "- Lock and unlock: not asked any more after: Honest: does not answer." in said.text
    assert f"room {room}: Honest: does not answer." in said.text.partition("LEFT BEHIND")[2]
    assert "lock True" not in on_trial.asked


def test_room_that_is_gone_already_is_not_left_behind(choose: Choose) -> None:
    choose("bad_days.Evicting")

    said = Said("main", "--yes")

    assert "LEFT BEHIND" not in said.text
    assert on_trial.rooms == set()


def test_what_was_made_and_not_answered_is_found_and_taken_away(choose: Choose) -> None:
    choose("bad_days.Mumbling")

    said = Said("main", "--yes")

    assert "! Open a room: Honest: the answer was lost" in said.text
    assert "! Reserve, move, cancel: Honest: the answer was lost" in said.text
    assert (on_trial.rooms, on_trial.kept) == (set(), {})
    assert "LEFT BEHIND" not in said.text


@pytest.mark.parametrize("name", ["bad_days.Interrupted", "bad_days.Ended", "bad_days.HungUp"])
def test_interruption_cleans_up_and_says_what_was_not_tried(choose: Choose, name: str) -> None:
    choose(name)

    said = Said("main", "--yes")

    assert (said.code, said.verdict) == (130, "Interrupted.")
    assert "- Who is inside?: interrupted" in said.text
    assert said.feature("live_status").startswith("yes      confirmed")
    assert on_trial.rooms == set()


def test_second_interruption_says_what_is_left(choose: Choose) -> None:
    choose("bad_days.InterruptedTwice")

    said = Said("main", "--yes")

    (room,) = on_trial.rooms
    assert said.code == 130
    assert f"room {room}: interrupted" in said.text.partition("LEFT BEHIND")[2]


def test_room_that_is_over_later_is_waited_for(choose: Choose) -> None:
    choose("Honest")
    answers = iter([False, False, True])

    waited = Trial(on_trial.Honest("main", on_trial.KeyOptions(key="k")), patience=0.02).wait_until(
        lambda: next(answers)
    )

    assert waited is not None
    assert waited > 0


def test_every_feature_with_methods_has_a_step() -> None:
    tried = {step.feature for step in PLAN}

    assert {f.name for f in fields(Features)} - tried == {"ends_when_empty"}  # see "Is it open?"
