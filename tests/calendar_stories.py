"""Stories of meetings, and the calendar files that a guest of them got, in their order."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from accounts.models import User
from meetings.models import Booking, Guest, JoinLink, Series
from meetings.recurrence import monthly_by_date, monthly_by_weekday, weekly, yearly
from meetings.services import scheduling
from meetings.services.calendars.feeds import content_of, open_feed
from meetings.services.mail import mails, notices
from meetings.services.scheduling import MeetingWish
from meetings.services.series import cancelling, edits
from meetings.services.series.booking import SeriesWish, book_series, wish_of
from meetings.services.series.remake import Exceptions
from tests.calendar_reader import LAST

BEGIN = datetime(2026, 3, 2, 8, tzinfo=UTC)  # what the clock shows in these stories: a Monday
WEEKLY = replace(weekly([0, 2]), count=12)  # across the change of clocks on 29 March
Shown = list[tuple[datetime, int, str]]


def _booked(dana: User, **changed: Any) -> Booking:
    usual = {
        "title": "Review, “Q1”; naïve 🎉",
        "starts_at": datetime(2026, 3, 10, 9, tzinfo=UTC),
        "duration": 45,
        "time_zone": "Europe/Berlin",
    }
    wish = MeetingWish(**{**usual, **changed})
    booking = scheduling.book(dana, wish)
    _invite(Guest.objects.create(booking=booking, email="ana@example.com"), booking=booking)
    return booking


def _repeated(dana: User, **changed: Any) -> Series:
    usual = {
        "title": "Stand-up\nBEGIN:VEVENT",
        "rule": WEEKLY,
        "first_date": date(2026, 3, 9),
        "clock": time(9),
        "duration": 30,
        "time_zone": "Europe/Berlin",
    }
    series = book_series(dana, SeriesWish(**{**usual, **changed}))
    _invite(Guest.objects.create(series=series, email="ana@example.com"), series=series)
    return series


def _invite(guest: Guest, **owner: Any) -> None:
    JoinLink.objects.create(purpose=JoinLink.Purpose.PARTICIPANT, guest=guest, **owner)
    notices.invited([guest])


def _changed(booking: Booking, **values: Any) -> Booking:
    booking.refresh_from_db()
    names = ("title", "description", "starts_at", "duration", "time_zone")
    wish = {name: getattr(booking, name) for name in names} | values
    by, version = booking.organizer, booking.version
    return scheduling.edit(booking, MeetingWish(**wish), by=by, version=version)


def _date(series: Series, number: int) -> Booking:
    return series.bookings.order_by("starts_at")[number]


def _following(series: Series, number: int, **changed: Any) -> None:
    series.refresh_from_db()
    booking = _date(series, number)
    wish = replace(wish_of(booking), **changed)
    by, version = series.organizer, series.version
    edits.edit_following(booking, wish, by=by, version=version, exceptions=Exceptions.REPLACE)


def _all(series: Series, **changed: Any) -> None:
    series.refresh_from_db()
    wish = replace(wish_of(_date(series, 0)), **changed)
    by, version = series.organizer, series.version
    edits.edit_all(series, wish, by=by, version=version, exceptions=Exceptions.REPLACE)


def made(dana: User) -> None:
    _booked(dana)


def moved(dana: User) -> None:
    booking = _booked(dana)
    _changed(booking, starts_at=booking.starts_at + timedelta(days=1, hours=3), duration=60)


def called_off(dana: User) -> None:
    scheduling.cancel(_booked(dana), by=dana, reason="Flu")


def given_another_title(dana: User) -> None:
    _changed(_booked(dana), title="שלום, \\ عالم; x", description="Line\nline, line")


def at_an_hour_that_comes_twice(dana: User) -> None:
    _booked(dana, starts_at=datetime(2026, 10, 25, 1, 30, tzinfo=UTC))  # the second 02:30


def repeated_across_a_change_of_clocks(dana: User) -> None:
    _repeated(dana)


def one_date_moved(dana: User) -> None:
    series = _repeated(dana)
    _changed(_date(series, 5), starts_at=_date(series, 5).starts_at + timedelta(hours=2))


def one_date_moved_twice_and_then_the_title_of_all(dana: User) -> None:
    series = _repeated(dana)
    for hours in (2, 1):
        _changed(_date(series, 5), starts_at=_date(series, 5).starts_at + timedelta(hours=hours))
    _all(series, title="Weekly")


def one_date_called_off(dana: User) -> None:
    scheduling.cancel(_date(_repeated(dana), 3), by=dana)


def one_date_called_off_and_then_the_title_of_all(dana: User) -> None:
    series = _repeated(dana)
    scheduling.cancel(_date(series, 3), by=dana)
    _all(series, title="Weekly")


def another_time_from_a_date_on(dana: User) -> None:
    _following(_repeated(dana), 6, clock=time(15))


def split_after_a_date_was_moved(dana: User) -> None:
    series = _repeated(dana)
    _changed(_date(series, 8), starts_at=_date(series, 8).starts_at + timedelta(hours=2))
    _following(series, 6, clock=time(15))


def ended_from_a_date_on(dana: User) -> None:
    series = _repeated(dana)
    booking = _date(series, 6)
    series.refresh_from_db()
    cancelling.cancel_following(booking, by=dana, version=series.version)


def another_time_for_all(dana: User) -> None:
    _all(_repeated(dana), clock=time(11), duration=20)


def split_and_then_another_duration_for_all(dana: User) -> None:
    series = _repeated(dana)
    _changed(_date(series, 9), starts_at=_date(series, 9).starts_at + timedelta(hours=2))
    _following(series, 6, clock=time(15))
    _all(series, duration=45)


def split_and_then_called_off(dana: User) -> None:
    series = _repeated(dana)
    _following(series, 6, clock=time(15))
    series.refresh_from_db()
    cancelling.cancel_all(series, by=dana, version=series.version)


def on_the_last_day_of_the_month(dana: User) -> None:
    rule = replace(monthly_by_date(31, or_last=True), until=date(2027, 2, 28))
    _repeated(dana, rule=rule, first_date=date(2026, 3, 31))


def on_the_30th_or_the_last_day(dana: User) -> None:
    rule = replace(monthly_by_date(30, or_last=True), count=14)
    _repeated(dana, rule=rule, first_date=date(2026, 3, 30))


def on_the_29th_or_the_last_day_since_a_february(dana: User) -> None:
    rule = replace(monthly_by_date(29, or_last=True), until=date(2027, 12, 29))
    _repeated(dana, rule=rule, first_date=date(2027, 2, 28))


def on_the_last_of_february(dana: User) -> None:
    rule = replace(yearly(2, 29, or_last=True), count=2)
    _repeated(dana, rule=rule, first_date=date(2026, 3, 29))


def on_the_last_friday_in_new_york(dana: User) -> None:
    rule = replace(monthly_by_weekday(-1, 4), until=date(2027, 3, 26))
    _repeated(dana, rule=rule, clock=time(20), time_zone="America/New_York")


def in_the_hour_that_is_skipped(dana: User) -> None:
    _repeated(dana, rule=replace(weekly([6]), count=6), clock=time(2, 30))


def every_year_in_the_hour_after_the_skipped_one(dana: User) -> None:
    rule = replace(yearly(3, 29), count=2)
    _repeated(dana, rule=rule, first_date=date(2026, 3, 29), clock=time(3))


def two_dates_left_out(dana: User) -> None:
    _repeated(dana, left_out=frozenset({date(2026, 3, 16), date(2026, 4, 1)}))


def one_date_moved_onto_the_hour_that_is_skipped(dana: User) -> None:
    series = _repeated(dana, rule=replace(weekly([6]), count=6), clock=time(2, 30))
    _changed(_date(series, 3), starts_at=datetime(2026, 3, 29, 12, tzinfo=UTC), title="Late")


STORIES: list[Callable[[User], None]] = [
    made,
    moved,
    called_off,
    given_another_title,
    at_an_hour_that_comes_twice,
    repeated_across_a_change_of_clocks,
    one_date_moved,
    one_date_moved_twice_and_then_the_title_of_all,
    one_date_called_off,
    one_date_called_off_and_then_the_title_of_all,
    another_time_from_a_date_on,
    split_after_a_date_was_moved,
    ended_from_a_date_on,
    another_time_for_all,
    split_and_then_another_duration_for_all,
    split_and_then_called_off,
    on_the_last_day_of_the_month,
    on_the_30th_or_the_last_day,
    on_the_29th_or_the_last_day_since_a_february,
    on_the_last_of_february,
    on_the_last_friday_in_new_york,
    in_the_hour_that_is_skipped,
    every_year_in_the_hour_after_the_skipped_one,
    two_dates_left_out,
    one_date_moved_onto_the_hour_that_is_skipped,
]


def files() -> list[bytes]:
    """The calendar files of all mails so far, in the order in which they are sent."""
    guests = Guest.objects.get().mails.order_by("pk")
    messages = [mails.message_for(mail) for mail in guests.select_related("notice", "guest")]
    return [content for each in messages for name, content, _ in each.attachments]


def feed(dana: User) -> bytes:
    """What the organizer's own calendar reads now."""
    return content_of(open_feed(dana)).written()


def in_our_books() -> Shown:
    """What should be in the guest's calendar now."""
    there = Booking.objects.confirmed().filter(deleted_at=None, starts_at__lt=LAST)
    return sorted((each.starts_at, each.duration, " ".join(each.title.split())) for each in there)
