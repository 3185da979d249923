"""Stays out of what was told, in whatever order and however often."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from meetings.comings import Kind, Mark, Stay, stays_of

START = datetime(2026, 11, 23, 9, tzinfo=UTC)


def at(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def came(minutes: float) -> Mark:
    return Mark(at(minutes), Kind.CAME)


def left(minutes: float) -> Mark:
    return Mark(at(minutes), Kind.LEFT)


def gone(minutes: float, seen: float) -> Mark:
    return Mark(at(minutes), Kind.GONE, at(seen))


def times(stays: list[Stay]) -> list[tuple[float, float | None]]:
    minute = timedelta(minutes=1)
    return [
        ((s.joined_at - START) / minute, (s.left_at - START) / minute if s.left_at else None)
        for s in stays
    ]


marks = st.builds(
    lambda minutes, kind, seen: Mark(at(minutes), kind, at(seen) if kind is Kind.GONE else None),
    st.integers(0, 20),
    st.sampled_from(Kind),
    st.integers(0, 20),
)


@given(st.lists(marks, max_size=9), st.randoms(use_true_random=False))
def test_order_and_repetition_change_nothing(told: list[Mark], random: object) -> None:
    again = [*told, *told]
    random.shuffle(again)  # type: ignore[attr-defined]

    assert stays_of(again) == stays_of(told)


@given(st.lists(marks, max_size=9))
def test_what_the_stays_hold_tells_them_again(told: list[Mark]) -> None:
    stays = stays_of(told)

    kept = {Mark.from_json(mark.as_json()) for stay in stays for mark in stay.marks}

    assert times(stays_of(kept)) == times(stays)


@given(st.lists(marks, max_size=9), st.integers(0, 20))
def test_stays_never_overlap_nor_outlast_the_end(told: list[Mark], end: int) -> None:
    moments = [
        moment
        for stay in stays_of(told, until=at(end))
        for moment in (stay.joined_at, stay.left_at)
    ]

    assert None not in moments
    assert moments == sorted(moments)  # type: ignore[type-var]
    assert all(moment <= at(end) for moment in moments if moment)


@given(st.lists(marks, max_size=9))
def test_who_was_seen_was_there(told: list[Mark]) -> None:
    for stay in stays_of(told):
        assert stay.left_after is None or stay.joined_at <= stay.left_after <= stay.left_at


def test_who_comes_back_within_the_same_moment_is_there() -> None:
    assert times(stays_of([came(0), left(5), came(5)])) == [(0, 5), (5, None)]


def test_who_comes_and_leaves_within_the_same_moment_was_there_for_no_time() -> None:
    assert times(stays_of([came(5), left(5)])) == [(5, 5)]


def test_departure_whose_arrival_nobody_told_is_a_stay_of_no_length() -> None:
    assert times(stays_of([left(5)])) == [(5, 5)]
    assert times(stays_of([left(5), came(1)])) == [(1, 5)]


def test_arrival_told_after_the_end_lasts_to_the_end_at_the_most() -> None:
    assert stays_of([came(1)], until=at(9))[0].left_after is None
    assert stays_of([came(1)], until=at(9), is_certain=False)[0].left_after == at(1)
    assert times(stays_of([came(1)], until=at(9))) == [(1, 9)]
    assert stays_of([came(9)], until=at(9)) == []


def test_noticed_departure_of_somebody_who_had_left_is_nothing() -> None:
    assert times(stays_of([came(0), left(3), gone(5, 2)])) == [(0, 3)]
