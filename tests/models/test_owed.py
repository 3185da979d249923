"""Work that is owed: done once by one worker at a time, and never lost."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from meetings.models import Booking, Reservation
from meetings.models.owed import FIRST_PAUSE, LEASE, LONGEST_PAUSE
from tests.conftest import Share
from tests.together import seen_by_all, together

pytestmark = pytest.mark.django_db

State = Reservation.State


@pytest.fixture
def owed(book: Callable[..., Booking]) -> Reservation:
    """A reservation that nobody has asked for yet."""
    return Reservation.objects.create(booking=book(), alias="main")


def other(owed: Reservation) -> Reservation:
    """The same row as another worker sees it."""
    return Reservation.objects.get(pk=owed.pk)


def due() -> list[Reservation]:
    return list(Reservation.objects.due())


def seconds_until(moment: object) -> float:
    assert moment
    return (moment - timezone.now()).total_seconds()  # type: ignore[operator]


def test_what_was_just_saved_is_due(owed: Reservation) -> None:
    assert due() == [owed]
    assert owed.is_outstanding
    assert owed.is_due


def test_one_of_two_workers_gets_it(owed: Reservation) -> None:
    second = other(owed)

    assert owed.take() is True
    assert second.take() is False
    assert due() == []
    assert not owed.is_due


@pytest.mark.django_db(transaction=True)
def test_one_of_many_workers_at_once_gets_it(owed: Reservation, share_database: Share) -> None:
    share_database()

    taken = together(*[other(owed).take for __ in range(8)])

    assert sorted(map(str, taken)) == ["False"] * 7 + ["True"]


def test_worker_whose_clock_is_ahead_takes_nothing_that_somebody_has(
    owed: Reservation, database_travels: pytest.MonkeyPatch
) -> None:
    database_travels.undo()  # the database keeps its own time
    owed.take()

    with time_machine.travel(timezone.now() + timedelta(hours=2)):
        assert other(owed).take() is False
        assert due() == []
        assert owed.prolong() is True
        assert owed.settle(state=State.HELD) is True


def test_lease_that_a_worker_with_a_slow_clock_took_lasts_as_long(
    owed: Reservation, database_travels: pytest.MonkeyPatch
) -> None:
    database_travels.undo()
    Reservation.objects.update(next_try_at=timezone.now() - timedelta(hours=3))
    with time_machine.travel(timezone.now() - timedelta(hours=2)):
        assert owed.take() is True

    assert other(owed).take() is False


def test_settled_work_is_done(owed: Reservation) -> None:
    owed.take()

    assert owed.settle(state=State.HELD) is True
    assert due() == []
    assert not owed.is_outstanding
    assert not Reservation.objects.outstanding().exists()
    assert other(owed).state == State.HELD
    assert other(owed).take() is False


def test_lease_of_a_worker_that_died_runs_out(owed: Reservation) -> None:
    owed.take()
    with time_machine.travel(timezone.now() + LEASE + timedelta(seconds=1)):
        second = other(owed)

        assert due() == [owed]
        assert second.is_due
        assert second.take() is True
        assert owed.settle(state=State.HELD) is False
        assert owed.note(is_unsure=True) is False
        assert owed.postpone("too late") is False
        assert owed.give_up("too late") is False
        assert second.settle(state=State.RELEASED) is True

    assert other(owed).state == State.RELEASED
    assert other(owed).error == ""
    assert other(owed).is_unsure is False


def test_who_never_took_it_settles_nothing(owed: Reservation) -> None:
    assert owed.settle(state=State.HELD) is False
    assert other(owed).state == State.PENDING


def test_what_is_owed_anew_while_somebody_works_is_done_again(owed: Reservation) -> None:
    owed.take()
    other(owed).owe(alias="spare")

    assert owed.settle(state=State.HELD) is True

    assert owed.is_due
    assert due() == [owed]
    assert owed.state == State.HELD
    assert owed.alias == "spare"


def test_what_is_owed_anew_while_somebody_fails_does_not_wait(owed: Reservation) -> None:
    owed.take()
    other(owed).owe()

    owed.postpone("It rained.")

    assert due() == [owed]


def test_note_on_the_way_does_not_take_for_done_what_came_meanwhile(owed: Reservation) -> None:
    owed.take()
    other(owed).owe()

    assert owed.note(is_unsure=True) is True
    owed.settle()

    assert due() == [owed]


def test_pauses_double_up_to_an_hour_and_begin_anew_once_it_is_done(owed: Reservation) -> None:
    pauses = []
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for __ in range(40):
            assert owed.take()
            owed.postpone("No answer.")
            pauses.append(seconds_until(owed.next_try_at))
            clock.move_to(owed.next_try_at)  # type: ignore[arg-type]
        owed.take()
        owed.settle()
        owed.owe()
        owed.take()
        owed.postpone("No answer.")
        anew = seconds_until(owed.next_try_at)

    first = FIRST_PAUSE.total_seconds()
    assert pauses[:4] == [first, 2 * first, 4 * first, 8 * first]
    assert pauses[-1] == LONGEST_PAUSE.total_seconds()
    assert anew == first


def test_pause_can_be_named(owed: Reservation) -> None:
    with time_machine.travel(timezone.now(), tick=False):
        owed.take()
        owed.postpone("No.", pause=timedelta(hours=3))

        assert seconds_until(owed.next_try_at) == 3 * 3600
        assert due() == []


def test_what_is_put_off_has_not_failed(owed: Reservation) -> None:
    with time_machine.travel(timezone.now(), tick=False):
        owed.take()

        assert owed.put_off(timedelta(minutes=1)) is True
        assert seconds_until(owed.next_try_at) == 60
        assert (owed.attempts, owed.error) == (0, "")


def test_what_is_given_up_stays_so_until_it_is_owed_anew(owed: Reservation) -> None:
    owed.take()
    owed.give_up("Nobody lives there.")
    given_up = other(owed)

    owed.owe()

    assert (given_up.error, given_up.is_outstanding) == ("Nobody lives there.", False)
    assert due() == [owed]
    assert (owed.error, owed.attempts) == ("", 0)


def test_trouble_is_cut_to_what_fits(owed: Reservation) -> None:
    owed.take()

    owed.postpone("x" * 2000)

    assert len(other(owed).error) == 500


@pytest.mark.django_db(transaction=True)
def test_what_is_owed_the_moment_it_is_settled_is_never_lost(
    owed: Reservation, share_database: Share
) -> None:
    owed.take()
    share_database()

    outcomes = together(lambda: owed.settle(state=State.HELD), lambda: other(owed).owe())

    assert outcomes == [True, None]
    assert seen_by_all(lambda: [row.pk for row in due()]) == [owed.pk]


def test_longest_waiting_comes_first(owed: Reservation, book: Callable[..., Booking]) -> None:
    later = Reservation.objects.create(
        booking=book(may_overlap=True), alias="main", next_try_at=timezone.now()
    )
    earlier = timezone.now() - timedelta(minutes=5)
    Reservation.objects.filter(pk=owed.pk).update(next_try_at=earlier)

    assert due() == [owed, later]
