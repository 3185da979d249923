"""The start of a meeting arrives as it was meant, in whichever format they mean."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from meetings.providers.errors import (
    BadCredentials,
    OutcomeUnknown,
    ProviderRefused,
)
from meetings.providers.xroom import times
from meetings.providers.xroom.bookings import WrongTime

from ..doubles.base import cut
from ..doubles.xroom.faults import on, refusing
from .conftest import make_spec, only

TEN = datetime(2030, 1, 2, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    "value",
    [
        1893578400000,
        1893578400000.0,
        "1893578400000",
        1893578400,
        "1893578400",
        "2030-01-02T10:00:00.000Z",
        "2030-01-02T11:00:00+01:00",
        "2030-01-02T10:00:00",
    ],
)
def test_time_is_read_however_it_is_written(value):
    assert times.read(value) == TEN


@pytest.mark.parametrize("value", [None, True, "", "soon", [], {}, "nan", "inf", 1e300, -1e17])
def test_time_that_is_none_is_none(value):
    assert times.read(value) is None


def test_time_is_written_as_milliseconds_or_as_javascript_writes_it():
    berlin = TEN.astimezone(timezone(timedelta(hours=1)))

    assert times.as_milliseconds(berlin) == 1893578400000
    assert times.as_iso(berlin) == "2030-01-02T10:00:00.000Z"


def test_time_without_a_zone_is_not_written():
    with pytest.raises(ValueError, match="zone"):
        times.as_iso(TEN.replace(tzinfo=None))


def test_other_format_is_tried_when_the_first_is_refused_and_then_remembered(provider, double):
    double.switch["time_format"] = "iso"

    provider.book(make_spec())
    provider.book(make_spec(key="another-room-of-ours"))

    written = [data["startTime"] for data in double.calls("booking/add")]
    assert [type(each) for each in written] == [int, str, str]
    assert len(double.bookings) == 2


@pytest.mark.parametrize("wrong", ["null", 60, -30])
def test_booking_kept_at_another_time_is_made_again_in_the_other_format(provider, double, wrong):
    double.switch |= {"time_format": "iso", "wrong_time": wrong}

    ref = provider.book(make_spec())

    assert double.methods() == [
        *("booking/add", "booking/get", "booking/remove"),
        *("booking/add", "booking/get"),
    ]
    assert ref.booking_id == str(only(double).id)


def test_booking_kept_at_another_time_in_every_format_is_given_back_and_told(provider, double):
    double.switch |= {"time_format": "seconds", "wrong_time": 60}

    with pytest.raises(WrongTime, match="another start"):
        provider.book(make_spec())

    assert double.bookings == {}
    assert len(double.calls("booking/add")) == 2


@pytest.mark.parametrize("off", [0, 1, -1])
def test_booking_kept_to_the_minute_is_good_enough(provider, double, off):
    double.switch |= {"time_format": "seconds", "wrong_time": off}

    assert provider.book(make_spec()).booking_id


def test_format_that_is_pinned_is_not_changed(build, double):
    double.switch["time_format"] = "iso"

    with pytest.raises(ProviderRefused, match="startTime is not valid"):
        build(time_format="ms").book(make_spec())
    build(time_format="iso").book(make_spec())

    assert len(double.calls("booking/add")) == 2


def test_format_pinned_wrongly_leaves_no_booking_at_another_time(build, double):
    double.switch |= {"time_format": "iso", "wrong_time": "null"}

    with pytest.raises(WrongTime):
        build(time_format="ms").book(make_spec())

    assert double.bookings == {}


def test_refusal_for_another_reason_is_told_and_changes_no_format(provider, double):
    with (
        double.failing(on("booking/add", refusing("Not in your plan"), times=2)),
        pytest.raises(ProviderRefused, match="plan"),
    ):
        provider.book(make_spec())
    provider.book(make_spec())

    assert type(double.calls("booking/add")[-1]["startTime"]) is int


def test_wrong_secret_is_not_taken_for_a_wrong_time(build, double):
    with pytest.raises(BadCredentials):
        build(api_secret="rotated").book(make_spec())

    assert len(double.calls("booking/add")) == 1


def test_minutes_of_grace_move_the_start_out_and_back(build, double):
    provider = build(booking_grace_minutes=15)
    spec = make_spec()

    ref = provider.book(spec)

    assert only(double).start == times.as_milliseconds(spec.starts_at + timedelta(minutes=15))
    assert provider.booking(ref).starts_at == spec.starts_at


def test_answer_lost_in_the_other_format_is_an_open_question(provider, double):
    double.switch["time_format"] = "iso"
    refused, lost = on("booking/add", refusing("no")), on("booking/add", cut, times=3)

    def first_refused_then_lost(double, call, reply):
        is_first = len(double.calls("booking/add")) == 1
        double.bookings.clear()
        return (refused if is_first else lost)(double, call, reply)

    with double.failing(first_refused_then_lost), pytest.raises(OutcomeUnknown):
        provider.book(make_spec())
