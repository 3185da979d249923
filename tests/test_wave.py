"""When rooms are opened ahead: in time, one after the other, the fullest first."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from meetings.wave import READY_BEFORE, SLACK, Ahead, lead, opening_times

NINE = datetime(2026, 11, 23, 9, tzinfo=UTC)


def wave(number: int, starts_at: datetime = NINE) -> list[Ahead]:
    return [Ahead(key=f"{starts_at}{n}", starts_at=starts_at, people=n) for n in range(number)]


def test_one_meeting_is_opened_a_moment_before_its_start() -> None:
    (at,) = opening_times(wave(1), 0.25).values()

    assert NINE - READY_BEFORE - timedelta(seconds=0.25 * SLACK) <= at <= NINE - READY_BEFORE


def test_how_early_a_wave_begins_follows_from_the_limit() -> None:
    times = opening_times(wave(1000), 0.25)

    assert NINE - lead(1000, 0.25) <= min(times.values())
    assert lead(1000, 0.25) == READY_BEFORE + timedelta(seconds=1000 * 0.25 * SLACK)


def test_fullest_meetings_come_first() -> None:
    meetings = wave(50)
    times = opening_times(meetings, 0.25)

    ordered = sorted(meetings, key=lambda each: times[each.key])
    assert [each.people for each in ordered] == list(range(49, -1, -1))


def test_what_is_left_of_a_wave_keeps_its_times() -> None:
    meetings = wave(40)
    times = opening_times(meetings, 0.25)
    left = sorted(meetings, key=lambda each: times[each.key])[15:]

    again = opening_times(left, 0.25)

    assert again == {each.key: times[each.key] for each in left}


@given(
    waves=st.dictionaries(st.integers(0, 20), st.integers(1, 40), min_size=1, max_size=4),
    per_second=st.floats(0.5, 20),
)
def test_waves_close_to_each_other_never_go_faster_than_the_limit(
    waves: dict[int, int], per_second: float
) -> None:
    meetings = [
        each for minute, number in waves.items() for each in wave(number, NINE + minute * MINUTE)
    ]
    times = sorted(opening_times(meetings, 1 / per_second).values())

    for at in times:
        within = sum(at <= other < at + timedelta(seconds=1) for other in times)
        assert within <= per_second + 2  # jitter moves one into the second from either side
    starts = {each.key: each.starts_at for each in meetings}
    for key, at in opening_times(meetings, 1 / per_second).items():
        assert at <= starts[key] - READY_BEFORE


MINUTE = timedelta(minutes=1)
