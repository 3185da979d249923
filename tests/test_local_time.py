"""Wall clocks on the days when they jump."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from accounts.zones import zone_names
from meetings.local_time import NoSuchTime, TwiceThatDay, instant_of

BERLIN = ZoneInfo("Europe/Berlin")


def wall(text: str) -> datetime:
    """What a clock on a wall shows: no zone."""
    return datetime.fromisoformat(text)


zones = st.sampled_from(sorted(zone_names())).map(ZoneInfo)
walls = st.datetimes(wall("1850-01-01"), wall("2150-01-01")).map(
    lambda at: at.replace(second=0, microsecond=0)
)
instants = st.datetimes(wall("1850-01-01"), wall("2150-01-01"), timezones=st.just(UTC))


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type,misc]


def wall_of(instant: datetime, zone: ZoneInfo) -> datetime:
    return instant.astimezone(zone).replace(tzinfo=None)


def both(at: datetime, zone: ZoneInfo) -> list[datetime]:
    """Every instant that this wall time names: the two, where the clocks show it twice."""
    try:
        return [instant_of(at, zone)]
    except TwiceThatDay as twice:
        return [twice.first, twice.second]


def refusal_of(at: datetime, zone: ZoneInfo) -> NoSuchTime | None:
    try:
        both(at, zone)
    except NoSuchTime as none:
        return none
    return None


def test_nine_in_berlin_is_another_instant_in_winter_and_in_summer() -> None:
    assert instant_of(wall("2027-01-11 09:00"), BERLIN) == utc(2027, 1, 11, 8)
    assert instant_of(wall("2027-07-12 09:00"), BERLIN) == utc(2027, 7, 12, 7)


@pytest.mark.parametrize(
    ("zone", "gap", "before", "after"),
    [
        (
            "Europe/Berlin",
            wall("2027-03-28 02:30"),
            wall("2027-03-28 01:59"),
            wall("2027-03-28 03:00"),
        ),
        (  # only half an hour is skipped
            "Australia/Lord_Howe",
            wall("2027-10-03 02:10"),
            wall("2027-10-03 01:59"),
            wall("2027-10-03 02:30"),
        ),
        (  # a whole day: Samoa moved across the date line
            "Pacific/Apia",
            wall("2011-12-30 12:00"),
            wall("2011-12-29 23:59"),
            wall("2011-12-31"),
        ),
    ],
)
def test_time_that_the_clocks_skip_is_refused_with_the_nearest_two(
    zone: str, gap: datetime, before: datetime, after: datetime
) -> None:
    with pytest.raises(NoSuchTime) as none:
        instant_of(gap, ZoneInfo(zone))

    assert (none.value.before, none.value.after) == (before, after)


def test_edges_of_a_skipped_hour_exist() -> None:
    assert instant_of(wall("2027-03-28 01:59"), BERLIN) == utc(2027, 3, 28, 0, 59)
    assert instant_of(wall("2027-03-28 03:00"), BERLIN) == utc(2027, 3, 28, 1)


def test_time_that_the_clocks_show_twice_asks_which() -> None:
    which = wall("2027-10-31 02:30")

    with pytest.raises(TwiceThatDay) as twice:
        instant_of(which, BERLIN)

    assert (twice.value.first, twice.value.second) == (
        utc(2027, 10, 31, 0, 30),
        utc(2027, 10, 31, 1, 30),
    )
    assert instant_of(which, BERLIN, second=False) == twice.value.first
    assert instant_of(which, BERLIN, second=True) == twice.value.second


@pytest.mark.parametrize("second", [None, False, True])
def test_which_of_two_means_nothing_where_there_is_one(second: bool | None) -> None:
    assert instant_of(wall("2027-01-11 09:00"), BERLIN, second=second) == utc(2027, 1, 11, 8)


@given(zones, walls)
def test_instant_shows_the_wall_time_it_was_made_from(zone: ZoneInfo, at: datetime) -> None:
    assume(refusal_of(at, zone) is None)

    instants = both(at, zone)

    assert all(wall_of(instant, zone) == at for instant in instants)
    assert instants == sorted(set(instants))


@given(zones, instants)
def test_wall_time_of_any_instant_leads_back_to_it(zone: ZoneInfo, instant: datetime) -> None:
    assert instant in both(wall_of(instant, zone), zone)


@settings(suppress_health_check=[HealthCheck.filter_too_much])  # many zones never jump
@given(zones, instants, st.integers(1, 60))
def test_skipped_time_lies_between_the_nearest_two_that_exist(
    zone: ZoneInfo, since: datetime, minutes: int
) -> None:
    jump = next_jump_forward(zone, since)
    assume(jump is not None)
    assert jump is not None
    at = jump + timedelta(minutes=minutes)
    none = refusal_of(at, zone)
    assume(none is not None)
    assert none is not None

    assert none.before < at < none.after
    for edge, inwards in ((none.before, 1), (none.after, -1)):
        assert both(edge, zone)
        assert refusal_of(edge + timedelta(minutes=inwards), zone)


def next_jump_forward(zone: ZoneInfo, since: datetime) -> datetime | None:
    """The last whole minute before the clocks next jump, if they do within two years."""
    for days in range(730):
        early = since + timedelta(days=days)
        late = early + timedelta(days=1)
        if offset(late, zone) > offset(early, zone):
            return last_minute_before(offset(late, zone), zone, early, late)
    return None


def last_minute_before(new: timedelta, zone: ZoneInfo, early: datetime, late: datetime) -> datetime:
    while late - early > timedelta(seconds=1):
        middle = early + (late - early) / 2
        early, late = (early, middle) if offset(middle, zone) == new else (middle, late)
    return wall_of(early, zone).replace(second=0, microsecond=0)


def offset(at: datetime, zone: ZoneInfo) -> timedelta:
    return at.astimezone(zone).utcoffset() or timedelta()
