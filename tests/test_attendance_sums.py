"""Everybody's time at a meeting, and what of it nobody can know."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meetings.attendance_sums import Gap, PersonSum, Run, Stay, Sums, Visit, Why, sums_of

START = datetime(2026, 11, 23, 9, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def at(minutes: float) -> datetime:
    return START + minutes * MINUTE


NOW = at(60)


def stay(joined: float, left: float | None = None, seen: float | None = None) -> Stay:
    return Stay(
        joined_at=at(joined),
        left_at=None if left is None else at(left),
        left_after=None if seen is None else at(seen),
    )


def ana(*stays: Stay, **more: object) -> Visit:
    return Visit(person="g:ana", name="Ana", role="participant", stays=stays, **more)  # type: ignore[arg-type]


def held(*visits: Visit, end: float | None = 60, begin: float = 0, **more: object) -> Run:
    ended_at = None if end is None else at(end)
    return Run(place="main", began_at=at(begin), ended_at=ended_at, visits=visits, **more)  # type: ignore[arg-type]


def sums(*runs: Run) -> Sums:
    return sums_of(runs, now=NOW)


def of_ana(*runs: Run) -> PersonSum:
    (person,) = sums(*runs).people
    return person


def minutes(person: PersonSum) -> tuple[float, float, float]:
    """What was counted, what is certain, and the most it can have been."""
    return person.total / MINUTE, person.certain / MINUTE, person.most / MINUTE


def test_person_who_came_back_was_there_twice() -> None:
    person = of_ana(held(ana(stay(5, 10), stay(20, 50))))

    assert (person.first_in, person.last_out, person.rejoins) == (at(5), at(50), 1)
    assert minutes(person) == (35, 35, 35)


def test_two_devices_at_once_count_once() -> None:
    person = of_ana(held(ana(stay(5, 30)), ana(stay(10, 40))))

    assert minutes(person) == (35, 35, 35)
    assert person.rejoins == 0


def test_person_inside_was_there_until_now() -> None:
    person = of_ana(held(ana(stay(50)), end=None))

    assert person.is_inside
    assert person.last_out is None
    assert minutes(person) == (10, 10, 10)


def test_departure_that_was_noticed_leaves_a_gap() -> None:
    person = of_ana(held(ana(stay(5, 30, seen=25))))

    assert minutes(person) == (25, 20, 25)
    assert person.gaps == (Gap(at(25), at(30), Why.NOTICED, "main"),)


def test_arrival_that_nobody_told_may_have_been_long_before() -> None:
    unheard = Stay(joined_at=at(30), left_at=at(30), arrival_is_known=False)

    person = of_ana(held(ana(unheard)))

    assert minutes(person) == (0, 0, 30)
    assert person.gaps[0].why is Why.UNHEARD


def test_of_an_outage_nothing_is_certain() -> None:
    run = held(ana(stay(5, 30), stay(40, 50)), outages=((at(20), at(45)),))

    assert minutes(of_ana(run)) == (35, 20, 45)
    assert sums(run).gaps == (Gap(at(20), at(45), Why.OUTAGE, "main"),)


def test_outage_before_and_after_the_meeting_is_no_gap_of_it() -> None:
    run = held(ana(stay(5, 30)), outages=((at(-20), at(0)), (at(60), at(90))))

    assert sums(run).gaps == ()
    assert minutes(of_ana(run)) == (25, 25, 25)


def test_where_nothing_is_told_only_the_click_is_known() -> None:
    run = held(ana(let_in_at=at(10)))
    person = of_ana(run)

    assert person.is_only_let_in
    assert (person.first_in, person.last_out) == (at(10), None)
    assert minutes(person) == (0, 0, 50)
    assert sums(run).gaps == (Gap(at(0), at(60), Why.UNTOLD, "main"),)


def test_whoever_was_let_in_and_never_seen_was_not_there_as_far_as_we_know() -> None:
    ben = Visit(person="g:ben", name="Ben", let_in_at=at(10))

    _, person = sums(held(ana(stay(5, 30)), ben)).people

    assert (person.name, person.is_only_let_in, person.first_in) == ("Ben", True, None)
    assert minutes(person) == (0, 0, 0)


def test_meeting_that_moved_counts_on_and_nobody_came_back() -> None:
    here = held(ana(stay(5, 30)), end=30)
    there = held(ana(stay(31, 60)), begin=30, is_moved=True)

    person = of_ana(there, here)

    assert minutes(person) == (54, 54, 54)
    assert person.rejoins == 0


def test_meeting_that_was_ended_and_opened_again_was_come_back_to() -> None:
    person = of_ana(held(ana(stay(5, 20)), end=20), held(ana(stay(40, 60)), begin=40))

    assert (person.rejoins, minutes(person)) == (1, (35, 35, 35))
    whole = sums(held(end=20), held(begin=40))
    assert (whole.began_at, whole.ended_at, whole.lasted) == (at(0), at(60), 40 * MINUTE)


def test_two_people_of_one_name_stay_two_and_one_without_a_name_is_one() -> None:
    other = Visit(person="g:2", name="Ana", stays=(stay(1, 2),))
    nobody = Visit(person="g:3", stays=(stay(3, 4),))

    people = sums(held(ana(stay(5, 6)), other, nobody)).people

    assert [(each.person, each.name) for each in people] == [
        ("g:2", "Ana"),
        ("g:3", ""),
        ("g:ana", "Ana"),
    ]


def test_provider_that_tells_nothing_by_itself_is_said() -> None:
    assert sums(held(ana(stay(5, 6)), is_partly_told=True)).gaps[0].why is Why.PARTLY


def test_meeting_that_was_never_held_has_nobody() -> None:
    assert sums() == Sums()


# Whatever happens

moments = st.integers(-10, 70)
stays = st.builds(
    lambda joined, left, seen: stay(joined, None if left is None else max(joined, left), seen),
    moments,
    st.none() | moments,
    st.none() | moments,
)
visits = st.builds(
    lambda key, stays, let_in: Visit(
        person=key, name=key, stays=tuple(stays), let_in_at=None if let_in is None else at(let_in)
    ),
    st.sampled_from("abc"),
    st.lists(stays, max_size=3),
    st.none() | moments,
)
runs = st.builds(
    lambda begin, length, visits, outages: held(
        *visits,
        begin=begin,
        end=None if length is None else begin + length,
        outages=tuple((at(a), at(a + b)) for a, b in outages),
    ),
    st.integers(0, 50),
    st.none() | st.integers(0, 30),
    st.lists(visits, max_size=4),
    st.lists(st.tuples(moments, st.integers(0, 30)), max_size=2),
)


@given(st.lists(runs, max_size=3), st.randoms(use_true_random=False))
def test_order_and_repetition_change_nothing(told: list[Run], random: Random) -> None:
    again = [replace(run, visits=_shuffled([*run.visits, *run.visits], random)) for run in told]
    random.shuffle(again)

    assert _plain(sums(*again)) == _plain(sums(*told))


@given(st.lists(runs, max_size=3))
def test_what_is_certain_is_no_more_than_what_can_have_been(told: list[Run]) -> None:
    whole = sums(*told)

    for person in whole.people:
        assert timedelta() <= person.certain <= person.total <= person.most <= whole.lasted


def _shuffled(visits: list[Visit], random: Random) -> tuple[Visit, ...]:
    random.shuffle(visits)
    return tuple(visits)


def _plain(whole: Sums) -> Sums:
    return replace(whole, people=tuple(sorted(whole.people, key=lambda each: each.person)))


@pytest.mark.parametrize(
    ("visits", "role", "is_made"),
    [
        ([("participant", "")], "participant", False),
        ([("participant", "cohost")], "cohost", True),
        ([("participant", "cohost"), ("participant", "")], "cohost", True),
        ([("participant", "cohost"), ("cohost", "")], "cohost", False),
        ([("cohost", "host")], "host", True),
        ([("host", "cohost")], "host", False),
    ],
)
def test_role_is_the_best_that_they_had(
    visits: list[tuple[str, str]], role: str, is_made: bool
) -> None:
    came = [replace(ana(stay(5, 10)), role=own, given_role=made) for own, made in visits]

    person = of_ana(*map(held, came))

    assert (person.role, person.is_made_by_host) == (role, is_made)
