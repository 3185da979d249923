"""plugNmeet: what a room is asked to be, and what the server makes of it."""

import re
from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.conf import settings

from meetings.providers.base import Features, RoomKind, RoomSpec
from meetings.providers.http import HttpOptions
from meetings.providers.plugnmeet import Provider
from meetings.providers.plugnmeet.options import PlugnmeetOptions
from meetings.providers.plugnmeet.settings import WORDS, lock_settings, room_features

from ..contract import REF, SPEC
from ..doubles.base import Reply
from ..doubles.plugnmeet import Double
from ..doubles.plugnmeet.features import LOCKS, known
from .kit import VERSIONS, account

OPTIONS = PlugnmeetOptions(url="https://meet.example", api_key="k", api_secret="s")


def opened(double: Double, spec: RoomSpec = SPEC, **options: Any) -> tuple[str, ...]:
    """What the organizer is told of a room opened like this."""
    return account(double, **options).init_room(REF, spec).differences


def effective(double: Double) -> dict[str, Any]:
    features: dict[str, Any] = double.rooms[SPEC.key].metadata["room_features"]
    return features


# Every switch


@pytest.mark.parametrize("version", VERSIONS)
def test_every_switch_that_a_version_has_is_said(version: str) -> None:
    asked = room_features(SPEC, OPTIONS)
    has = known(tuple(int(part) for part in version.split(".")))

    missing = set(paths(has)) - set(paths(asked)) - {"breakout_room_features.allowed_number_rooms"}

    assert missing == set()
    assert set(LOCKS) <= set(lock_settings(SPEC))


def paths(tree: dict[str, Any], above: str = "") -> Iterator[str]:
    for name, value in tree.items():
        if isinstance(value, dict):
            yield from paths(value, f"{above}{name}.")
        else:
            yield above + name


def test_page_for_operators_lists_what_the_organizer_may_be_told_and_every_option() -> None:
    page = (settings.BASE_DIR / "docs/providers/plugnmeet.md").read_text()
    told = page.split("## What the organizer may be told")[1].split("##")[0]

    assert set(re.findall(r"`(\w+)`", told)) == {*WORDS.values(), "webhooks"}
    table = re.findall(r"^\| (`MEETING_.*?) \|", page, re.MULTILINE)
    named = re.findall(r"(?:<ALIAS>|…)_([A-Z_]+)`", "".join(table))
    assert set(named) == {each.name.upper() for each in fields(OPTIONS)}


def test_every_switch_has_a_word_for_the_organizer() -> None:
    ours = {each.name for each in (*fields(Features), *fields(OPTIONS))}
    words = {"webcams", "mute_on_start", "people_list", "raised_hands", "reactions", "user_ids"}
    words |= {"virtual_backgrounds"}

    assert set(WORDS.values()) <= ours | words
    assert set(WORDS) == {*room_features(SPEC, OPTIONS), *lock_settings(SPEC)}


@pytest.mark.parametrize("version", VERSIONS)
def test_room_without_chat_has_none_for_participants_at_any_version(version: str) -> None:
    with Double(version=version) as double:
        told = opened(double, replace(SPEC, chat=False))

        locks = double.rooms[SPEC.key].metadata["default_lock_settings"]

    silent = {"lock_chat", "lock_chat_send_message", "lock_chat_file_share", "lock_private_chat"}
    assert all(locks[name] for name in silent)
    # From 2.3.0 on “no chat” is lost: hosts keep theirs, and the organizer is told.
    assert told == (("chat_switch",) if version >= "2.3" else ())


def test_later_release_that_mends_the_loss_is_seen_by_itself() -> None:
    with Double(false_is_lost=False) as double:
        assert opened(double, replace(SPEC, chat=False), host_recording=False) == ()


def test_what_the_server_keeps_on_is_told_once_each(double: Double) -> None:
    told = opened(
        double, replace(SPEC, chat=False), polls=False, host_recording=False, analytics=False
    )

    assert told == ("analytics", "recording", "chat_switch", "polls")


def test_what_the_server_does_not_offer_is_told() -> None:
    with Double(analytics=False) as double:
        assert opened(double, dial_in=True, insights=True) == ("analytics", "insights", "dial_in")


def test_broadcasting_is_off_unless_asked_for_even_where_off_is_lost(double: Double) -> None:
    assert opened(double) == ()
    assert effective(double)["external_broadcasting_features"]["is_allow"] is False


def test_server_that_has_dial_in_and_ai_keeps_them_on_and_says_so() -> None:
    with Double(insights=True, sip=True) as double:
        assert opened(double) == ("insights", "dial_in")


def test_sharing_is_locked_for_participants_only(double: Double) -> None:
    told = opened(double, replace(SPEC, participants_share=False))

    assert told == ()
    assert double.rooms[SPEC.key].metadata["default_lock_settings"]["lock_screen_sharing"] is True
    assert effective(double)["allow_screen_share"] is True


def test_sharing_is_open_when_nothing_is_said_against_it(double: Double) -> None:
    opened(double)

    assert double.rooms[SPEC.key].metadata["default_lock_settings"]["lock_screen_sharing"] is False


def test_webinars_participants_watch(double: Double) -> None:
    opened(double, replace(SPEC, kind=RoomKind.WEBINAR))

    locks = double.rooms[SPEC.key].metadata["default_lock_settings"]
    assert all(locks[name] for name in ("lock_microphone", "lock_webcam", "lock_screen_sharing"))
    assert locks["lock_chat"] is False


def test_waiting_room_is_on_where_somebody_waits(double: Double) -> None:
    assert opened(double, replace(SPEC, waits=True)) == ()
    assert effective(double)["waiting_room_features"]["is_active"] is True


def test_recording_begins_by_itself_where_asked(double: Double) -> None:
    assert opened(double, replace(SPEC, record=True), host_recording=False) == ("recording",)

    recording = effective(double)["recording_features"]
    assert recording["enable_auto_cloud_recording"] is True


def test_encrypted_room_asks_for_nothing_that_would_open_it(double: Double) -> None:
    assert opened(double, encryption=True, ingress=True, dial_in=True) == ()
    assert effective(double)["end_to_end_encryption_features"]["is_enabled"] is True


@time_machine.travel("2026-11-21T10:00:00Z", tick=False)
@pytest.mark.parametrize(
    ("until", "minutes"),
    [
        (datetime(2026, 11, 21, 11, 0, 1, tzinfo=UTC), "61"),
        (datetime(2026, 11, 21, 9, tzinfo=UTC), "1"),
        (None, "0"),
    ],
)
def test_room_ends_on_time_where_the_operator_wants(
    double: Double, until: datetime | None, minutes: str
) -> None:
    assert opened(double, replace(SPEC, until=until), ends_on_time=True) == ()
    assert effective(double)["room_duration"] == minutes


def test_room_has_no_limit_of_its_own_otherwise(double: Double) -> None:
    opened(double, replace(SPEC, until=datetime.now(UTC) + timedelta(hours=1)))

    assert effective(double)["room_duration"] == "0"


@pytest.mark.parametrize("metadata", ["", "{", "[]", "null", '{"room_features": 3}', None])
def test_settings_that_cannot_be_read_differ_in_nothing_known(
    double: Double, metadata: str | None
) -> None:
    info = {"room_id": SPEC.key, "sid": "s", "metadata": metadata}

    def garbled(*_: object) -> Reply:
        return Reply({"status": True, "room_info": info})

    with double.failing(garbled):
        assert opened(double) == ()


def test_stubborn_switches_are_found_by_a_room_that_is_ended_at_once(double: Double) -> None:
    found = account(double).stubborn_switches()

    assert {"recording", "chat_switch", "polls", "whiteboard", "breakout_rooms"} <= set(found)
    assert all(room.ended for room in double.rooms.values())


def test_server_that_listens_has_no_stubborn_switches() -> None:
    with Double(version="2.2.0") as double:
        assert account(double).stubborn_switches() == ()


def test_every_yes_or_no_option_has_its_effect() -> None:
    own = set(fields(OPTIONS)) - set(fields(HttpOptions))
    switches = [each.name for each in own if isinstance(each.default, bool)]
    spec = replace(SPEC, until=datetime.now(UTC) + timedelta(hours=1))
    plain = room_features(spec, OPTIONS)

    for name in switches:
        turned = replace(OPTIONS, **{name: not getattr(OPTIONS, name)})
        assert room_features(spec, turned) != plain, name


def test_provider_says_only_what_it_can_do() -> None:
    features = Provider.features

    assert not any((features.removing, features.muting, features.locking, features.passcode))
