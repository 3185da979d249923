"""plugNmeet: our keys in its alphabet; its numbers and dates in ours."""

from datetime import UTC, datetime

import pytest

from meetings.providers.plugnmeet.identifiers import is_person, key_of, user_id_of
from meetings.providers.plugnmeet.replies import date, moment

from ..doubles.plugnmeet.rooms import ID, RESERVED

KEYS = ["u:12", "g:0af3", "u:native", "x:61", "user_1", "sip_1", "a-FIELD_b", "é@example.org", ""]


@pytest.mark.parametrize("key", KEYS)
def test_every_key_becomes_an_id_that_the_server_takes_and_comes_back(key: str) -> None:
    user_id = user_id_of(key)

    assert not key or ID.fullmatch(user_id)
    assert not RESERVED.fullmatch(user_id)
    assert not key or key_of(user_id) == key


def test_ids_read_well_where_they_can() -> None:
    assert [user_id_of(key) for key in ("u:12", "g:0af3", "Ann")] == ["u-12", "g-0af3", "x-416e6e"]


def test_no_two_keys_share_an_id() -> None:
    keys = [*KEYS, "a", "61", "x-61", "u-12", "u:C", "u:c", "é", "e"]

    assert len({user_id_of(key) for key in keys}) == len(keys)


def test_those_who_came_without_us_keep_their_id_and_machines_are_nobody() -> None:
    assert key_of("sip_49221") == "sip_49221"
    assert key_of("x-zz") == "x-zz"
    machines = ["", "RECORDER_BOT", "RTMP_BOT", "ingres_1", "pnm_agent-1", "pnm_tts_agent-1"]
    assert not any(is_person(user_id) for user_id in machines)
    assert is_person("sip_49221")


# Their numbers and dates


def test_dates_are_read_in_both_of_their_forms() -> None:
    noon = datetime(2026, 1, 2, 12, tzinfo=UTC)

    assert date("2026-01-02T12:00:00Z") == noon
    assert date("2026-01-02T12:00:00.123456789Z") == noon.replace(microsecond=123456)
    assert date("2026-01-02 12:00:00") == noon
    assert [date(none) for none in ("0001-01-01T00:00:00Z", "", None, "soon")] == [None] * 4


def test_moments_are_read_as_text_or_number() -> None:
    assert moment("1763700000") == moment(1763700000) == datetime(2025, 11, 21, 4, 40, tzinfo=UTC)
    assert [moment(none) for none in (0, "0", "", None, "x", 1e300, "nan", "inf")] == [None] * 8
