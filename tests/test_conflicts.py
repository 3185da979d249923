"""Free time, from busy time."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meetings.conflicts import Span, next_free

NINE = datetime(2027, 1, 11, 9, tzinfo=UTC)
LATE = NINE + timedelta(days=30)


def span(start: float, end: float) -> Span:
    """From and to, in minutes after nine."""
    return Span(NINE + timedelta(minutes=start), NINE + timedelta(minutes=end))


spans = st.tuples(st.integers(-3000, 3000), st.integers(1, 600)).map(
    lambda each: span(each[0], each[0] + each[1])
)


@pytest.mark.parametrize(
    ("other", "overlaps"),
    [
        (span(0, 30), True),
        (span(10, 20), True),
        (span(-10, 1), True),
        (span(29, 40), True),
        (span(-10, 40), True),
        (span(-30, 0), False),
        (span(30, 60), False),
    ],
)
def test_spans_that_only_touch_do_not_overlap(other: Span, overlaps: bool) -> None:
    assert span(0, 30).overlaps(other) is overlaps
    assert other.overlaps(span(0, 30)) is overlaps


def test_next_free_times_begin_on_the_quarter_hour_after_what_is_busy() -> None:
    free = next_free(span(0, 30), [span(0, 50)], until=LATE)

    assert free == [span(60, 90), span(90, 120), span(120, 150)]


def test_gap_that_is_too_short_is_passed_over() -> None:
    free = next_free(span(0, 60), [span(0, 30), span(75, 90)], until=LATE, count=1)

    assert free == [span(90, 150)]


def test_wish_that_is_free_is_offered_as_it_stands() -> None:
    assert next_free(span(7, 37), [span(60, 90)], until=LATE, count=1) == [span(7, 37)]


@given(spans, st.lists(spans, max_size=20))
def test_times_on_offer_are_free_and_of_the_length_that_was_asked(
    wish: Span, busy: list[Span]
) -> None:
    free = next_free(wish, busy, until=LATE)

    assert len(free) == 3
    assert free == sorted(free)
    for each in free:
        assert each.end - each.start == wish.end - wish.start
        assert each.start >= wish.start
        assert not any(each.overlaps(taken) for taken in [*busy, *free] if taken is not each)


def test_nothing_is_promised_beyond_what_was_looked_at() -> None:
    free = next_free(span(0, 30), [span(0, 30)], until=NINE + timedelta(minutes=89))

    assert free == [span(30, 60)]
