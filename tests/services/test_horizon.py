"""Endless series: continued as time goes, whatever happens meanwhile."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
import time_machine

from accounts.models import User
from meetings.models import Booking, Notice, OutgoingMail, Series
from meetings.recurrence import Rule, daily, monthly_by_date, weekly, yearly
from meetings.services import scheduling
from meetings.services.mail import notices
from meetings.services.scheduling import MeetingWish
from meetings.services.series import horizon
from meetings.services.series.booking import SeriesWish, book_series
from meetings.services.series.cancelling import cancel_all
from meetings.services.series.edits import edit_following
from tests.conftest import Share
from tests.together import seen_by_all, together

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)  # a Monday
Clock = time_machine.TimeMachineFixture


@pytest.fixture(autouse=True)
def clock(time_machine: Clock) -> Clock:
    time_machine.move_to(NOW, tick=False)
    return time_machine


def make(by: User, rule: Rule | None = None, **changed: Any) -> Series:
    usual = {
        "title": "Stand-up",
        "rule": rule or weekly([0]),
        "first_date": date(2026, 3, 2),
        "clock": time(12),
        "duration": 30,
        "time_zone": "Europe/Berlin",
    }
    return book_series(by, SeriesWish(**{**usual, **changed}))


def walls(of: Series) -> list[str]:
    return [each.wall for each in of.bookings.all()]


def test_series_is_continued_by_what_has_come_within_reach(dana: User, clock: Clock) -> None:
    weeks = make(dana)
    before = walls(weeks)
    clock.shift(timedelta(days=14))

    assert horizon.fill() == 2

    assert walls(weeks)[:-2] == before
    assert walls(weeks)[-2:] == ["2027-04-12T12:00", "2027-04-19T12:00"]
    last = weeks.bookings.last()
    assert last
    assert (last.title, last.organizer) == ("Stand-up", dana)
    assert last.room == weeks.bookings.all()[0].room


def test_filling_again_makes_nothing(dana: User, clock: Clock) -> None:
    make(dana)
    clock.shift(timedelta(days=14))
    horizon.fill()

    assert horizon.fill() == 0


def test_worker_that_was_away_for_years_makes_up_for_it(dana: User, clock: Clock) -> None:
    months = make(dana, monthly_by_date(31, or_last=True))
    clock.shift(timedelta(days=900))

    horizon.fill()

    assert len(set(walls(months))) == len(walls(months)) == 42


def test_rule_that_seldom_happens_is_continued_in_its_time(dana: User, clock: Clock) -> None:
    leap_days = make(dana, yearly(2, 29), first_date=date(2028, 2, 29))

    for year in range(6):
        clock.move_to(NOW + timedelta(days=365 * year))
        horizon.fill()

    assert walls(leap_days) == ["2028-02-29T12:00", "2032-02-29T12:00"]


@pytest.mark.parametrize("end", ["cancelled", "deleted"])
def test_series_that_is_over_is_not_continued(dana: User, clock: Clock, end: str) -> None:
    weeks = make(dana)
    if end == "cancelled":
        cancel_all(weeks, by=dana, version=weeks.version)
    else:
        Series.objects.update(deleted_at=NOW)
    count = weeks.bookings.count()
    clock.shift(timedelta(days=30))

    assert horizon.fill() == 0
    assert weeks.bookings.count() == count


def test_only_the_last_pattern_goes_on(dana: User, clock: Clock) -> None:
    weeks = make(dana)
    booking = weeks.bookings.all()[3]
    anew = SeriesWish(
        title="Stand-up",
        rule=weekly([0]),
        first_date=date(2026, 3, 23),
        clock=time(13),
        duration=30,
        time_zone="Europe/Berlin",
    )
    edit_following(booking, anew, by=dana, version=weeks.version)
    clock.shift(timedelta(days=30))

    horizon.fill()

    assert {wall[11:] for wall in walls(weeks)[3:]} == {"13:00"}


def test_dates_that_are_taken_are_booked_and_told_to_the_organizer(
    dana: User, clock: Clock
) -> None:
    weeks = make(dana)
    start = datetime(2027, 4, 12, 10, 15, tzinfo=UTC)
    taken = MeetingWish(title="Trip", starts_at=start, duration=60, time_zone="UTC")
    scheduling.book(dana, taken)
    clock.shift(timedelta(days=14))

    horizon.fill()

    assert [each.wall for each in weeks.bookings.filter(may_overlap=True)] == ["2027-04-12T12:00"]
    mail = OutgoingMail.objects.get(notice__kind=Notice.Kind.COLLISION)
    assert mail.user == dana
    assert mail.notice.facts["dates"] == ["2027-04-12T10:00:00+00:00"]


def test_dates_left_out_later_on_are_not_made(dana: User, clock: Clock) -> None:
    weeks = make(dana)
    weeks.patterns.update(left_out=["2027-04-12"])
    clock.shift(timedelta(days=14))

    horizon.fill()

    assert walls(weeks)[-1] == "2027-04-19T12:00"
    assert "2027-04-12T12:00" not in walls(weeks)


def test_trouble_with_one_series_keeps_no_other_from_its_turn(
    dana: User, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    broken, weeks = make(dana), make(dana, clock=time(15))
    broken.patterns.update(rule="FREQ=SECONDLY")
    count = weeks.bookings.count()
    clock.shift(timedelta(days=7))

    assert horizon.fill() == 1

    assert weeks.bookings.count() == count + 1
    assert "cannot be continued" in caplog.text


@pytest.mark.parametrize("step", ["make_meetings", "collided"])
def test_worker_that_dies_half_way_leaves_nothing_half_done(
    dana: User, clock: Clock, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    days = make(dana, daily())
    before = days.bookings.count()
    clock.shift(timedelta(days=5))

    def die(*_: object, **__: object) -> None:
        raise SystemExit(9)

    with monkeypatch.context() as during:
        during.setattr(horizon if step == "make_meetings" else notices, step, die)
        with pytest.raises(SystemExit):
            horizon.fill()
    assert days.bookings.count() == before

    assert horizon.fill() == 5
    assert len(set(walls(days))) == before + 5


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_make_each_meeting_once(
    dana: User, share_database: Share, clock: Clock
) -> None:
    days = make(dana, daily())
    before = days.bookings.count()
    clock.shift(timedelta(days=5))
    share_database()

    made = together(*[horizon.fill] * 4)

    assert sum(int(str(each)) for each in made) == 5
    assert seen_by_all(Booking.objects.count) == before + 5
