"""A country changes its clocks: meetings keep theirs, and people are told.

The zones of these tests are forged: Berlin keeps summer time through the winter of 2026.
"""

import shutil
import zoneinfo
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from importlib import metadata
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import time_machine

from accounts.models import User
from meetings.models import Booking, BookingChange, Notice, OutgoingMail, ZoneRules
from meetings.recurrence import weekly
from meetings.services import scheduling, zone_changes
from meetings.services.mail import notices
from meetings.services.scheduling import MeetingWish
from meetings.services.series.booking import SeriesWish, book_series
from meetings.services.zone_changes import keep_walls
from meetings.zone_edition import zone_edition
from tests.conftest import Share
from tests.together import seen_by_all, together

from .answers import change, change_all, dates_of, guest_of, weekly_for

Book = Callable[..., Booking]
Forge = Callable[..., None]
NOW = datetime(2026, 6, 1, 8, tzinfo=UTC)
WINTER = datetime(2026, 11, 23, 9, tzinfo=UTC)  # ten o'clock in Berlin


@pytest.fixture(autouse=True)
def clock(time_machine: time_machine.TimeMachineFixture) -> None:
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def forge(tmp_path: Path) -> Iterator[Forge]:
    """Have Python read zones in which Berlin is as another zone is."""
    paths = zoneinfo.TZPATH

    def make(*, berlin_is: str = "Africa/Maputo", edition: str = "2026z") -> None:
        folder = tmp_path / edition
        for name in ("Europe/London", "Europe/Berlin", "America/New_York", "Asia/Tokyo"):
            source = berlin_is if name == "Europe/Berlin" else name
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(_zone_file(source))
        (folder / "tzdata.zi").write_text(f"# version {edition}\n# rules follow\n")
        zoneinfo.reset_tzpath([folder, *paths])

    yield make
    zoneinfo.reset_tzpath(paths)
    zoneinfo.ZoneInfo.clear_cache()


def _zone_file(name: str) -> bytes:
    *folders, last = name.split("/")
    return (files(".".join(("tzdata", "zoneinfo", *folders))) / last).read_bytes()


def wall(booking: Booking) -> str:
    booking.refresh_from_db()
    return booking.starts_at.astimezone(zoneinfo.ZoneInfo(booking.time_zone)).isoformat()[:16]


def test_meeting_keeps_its_clock_and_history_tells_who_moved_it(
    book: Book, dana: User, forge: Forge
) -> None:
    booking = book(at=WINTER)
    forge()

    assert keep_walls() == 1

    assert wall(booking) == booking.wall == "2026-11-23T10:00"
    assert booking.starts_at == WINTER - timedelta(hours=1)
    assert booking.ends_at - booking.starts_at == timedelta(minutes=30)
    change = booking.changes.first()
    assert change
    assert (change.kind, change.by) == (BookingChange.Kind.ZONE_RULES, None)
    assert change.values == {
        "starts_at": ["2026-11-23T09:00:00+00:00", "2026-11-23T08:00:00+00:00"]
    }
    assert booking.version == 2
    rules = ZoneRules.objects.get()
    assert (rules.edition, rules.moved, str(rules)) == ("2026z", 1, "2026z")


def test_organizer_and_guests_are_told(book: Book, dana: User, forge: Forge) -> None:
    booking = book(at=WINTER)
    ana = booking.guests.create(email="ana@example.org")
    forge()

    keep_walls()

    mails = OutgoingMail.objects.filter(notice__kind=Notice.Kind.ZONE_RULES)
    assert {(mail.user, mail.guest) for mail in mails} == {(dana, None), (None, ana)}
    booking.refresh_from_db()
    assert booking.sequence == 1


def test_same_edition_is_applied_once(book: Book, forge: Forge) -> None:
    book(at=WINTER)
    forge()
    keep_walls()

    assert keep_walls() == 0
    assert ZoneRules.objects.count() == 1


def test_rules_that_change_nothing_here_move_nothing(book: Book, forge: Forge) -> None:
    booking = book(at=WINTER)
    forge(berlin_is="Europe/Berlin")

    assert keep_walls() == 0

    booking.refresh_from_db()
    assert (booking.starts_at, booking.version) == (WINTER, 1)
    assert ZoneRules.objects.get().moved == 0
    assert not OutgoingMail.objects.exists()


def test_edition_that_is_taken_back_moves_meetings_back(book: Book, forge: Forge) -> None:
    booking = book(at=WINTER)
    forge(berlin_is="Europe/Berlin", edition="2026y")
    keep_walls()
    forge()
    keep_walls()
    forge(berlin_is="Europe/Berlin", edition="2026y")

    assert keep_walls() == 1

    booking.refresh_from_db()
    assert booking.starts_at == WINTER
    assert ZoneRules.objects.count() == 2


def test_meetings_elsewhere_begun_cancelled_or_past_stay(
    book: Book, dana: User, forge: Forge
) -> None:
    others = [
        book(at=WINTER, time_zone="Asia/Tokyo"),
        scheduling.cancel(book(at=WINTER + timedelta(hours=2)), by=dana),
        book(at=NOW - timedelta(minutes=10)),
    ]
    starts = [each.starts_at for each in others]
    forge()

    assert keep_walls() == 0

    assert [Booking.objects.get(pk=each.pk).starts_at for each in others] == starts


def test_second_of_two_equal_times_stays_the_second(book: Book, forge: Forge) -> None:
    second = book(at=datetime(2026, 10, 25, 1, 30, tzinfo=UTC))  # 02:30 again
    assert (second.wall, second.is_second) == ("2026-10-25T02:30", True)
    forge(berlin_is="Europe/Berlin")

    assert keep_walls() == 0


def test_changed_meeting_keeps_the_clock_it_was_changed_to(
    book: Book, dana: User, forge: Forge
) -> None:
    booking = book(at=WINTER)
    later = MeetingWish(
        title="Review", starts_at=WINTER + timedelta(hours=1), duration=30, time_zone="Asia/Tokyo"
    )
    booking = scheduling.edit(booking, later, by=dana, version=1)
    assert booking.wall == "2026-11-23T19:00"
    forge()

    assert keep_walls() == 0


def test_meetings_that_move_past_each_other_do_not_collide(book: Book, forge: Forge) -> None:
    first, second = book(at=WINTER), book(at=WINTER - timedelta(minutes=30))
    forge()

    keep_walls()

    assert {each.may_overlap for each in Booking.objects.all()} == {False}
    assert (wall(first), wall(second)) == ("2026-11-23T10:00", "2026-11-23T09:30")


def test_meetings_that_now_collide_are_kept_and_marked(book: Book, forge: Forge) -> None:
    moving = book(at=WINTER)
    staying = book(at=WINTER - timedelta(hours=1), time_zone="Asia/Tokyo")
    forge()

    keep_walls()

    moving.refresh_from_db()
    staying.refresh_from_db()
    assert (moving.starts_at, moving.may_overlap) == (staying.starts_at, True)
    assert not staying.may_overlap


def test_series_is_told_of_once(dana: User, forge: Forge) -> None:
    wish = SeriesWish(
        title="Stand-up",
        rule=replace(weekly([0]), count=4),
        first_date=date(2026, 10, 12),
        clock=time(9),
        duration=30,
        time_zone="Europe/Berlin",
    )
    series = book_series(dana, wish)
    series.guests.create(email="ana@example.org")
    forge()

    assert keep_walls() == 2  # those after the clocks would have changed

    assert {wall(each)[11:] for each in series.bookings.all()} == {"09:00"}
    mails = OutgoingMail.objects.filter(notice__kind=Notice.Kind.ZONE_RULES)
    assert mails.count() == 2
    assert series.patterns.get().sequence == 1


def test_date_changed_by_itself_is_told_as_the_newest_word(dana: User, forge: Forge) -> None:
    series = weekly_for(dana)
    guest_of(series)
    moved = dates_of(series)[2]
    change(moved, starts_at=moved.starts_at + timedelta(hours=1))
    for title in ("One", "Two", "Three"):
        change_all(series, title=title)
    forge()

    keep_walls()

    notice = Notice.objects.get(kind=Notice.Kind.ZONE_RULES, booking=moved)
    (event,) = notice.facts["events"]
    told = Notice.objects.filter(kind=Notice.Kind.CHANGED, series=series).first()
    assert told
    assert event["sequence"] > told.facts["events"][0]["sequence"]


def test_trouble_with_one_person_keeps_no_other_from_the_right_time(
    book: Book,
    colin: User,
    forge: Forge,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    theirs, mine = book(at=WINTER, by=colin, time_zone="Europe/Berlin"), book(at=WINTER)
    forge()

    def fail(what: Any, **_: object) -> None:
        if what == theirs:
            raise RuntimeError("trouble")

    with monkeypatch.context() as during:
        during.setattr(notices, "zone_rules_changed", fail)
        keep_walls()
    assert "cannot be applied" in caplog.text
    assert wall(mine) == "2026-11-23T10:00"
    assert not ZoneRules.objects.exists()

    assert keep_walls() == 1
    assert wall(theirs) == "2026-11-23T10:00"
    assert ZoneRules.objects.count() == 1


def test_worker_that_dies_half_way_goes_on_where_it_was(
    book: Book, colin: User, forge: Forge, monkeypatch: pytest.MonkeyPatch
) -> None:
    bookings = [book(at=WINTER), book(at=WINTER, by=colin, time_zone="Europe/Berlin")]
    forge()
    done = []

    def die(moves: list[zone_changes.Move]) -> None:
        done.append(moves)
        if len(done) == 2:
            raise SystemExit(9)

    with monkeypatch.context() as during:
        during.setattr(zone_changes, "_tell", die)
        with pytest.raises(SystemExit):
            keep_walls()

    assert keep_walls() == 1
    assert {wall(each) for each in bookings} == {"2026-11-23T10:00"}
    assert BookingChange.objects.filter(kind="zone_rules").count() == 2


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_move_each_meeting_once(
    book: Book, share_database: Share, forge: Forge
) -> None:
    for day in range(3):
        book(at=WINTER + timedelta(days=day))
    share_database()
    forge()

    moved = together(*[keep_walls] * 3)

    assert sum(int(str(each)) for each in moved) == 3
    assert seen_by_all(lambda: BookingChange.objects.filter(kind="zone_rules").count()) == 3


class TestEdition:
    def test_is_the_systems_own_name_for_it(self, forge: Forge) -> None:
        forge(edition="2031c")

        assert zone_edition() == "2031c"

    @pytest.mark.parametrize("source", [None, ""])
    def test_of_a_system_that_does_not_name_it_follows_its_zones(
        self, forge: Forge, source: str | None
    ) -> None:
        seen = []
        for zones in ("Europe/Berlin", "Asia/Tokyo"):
            forge(edition=f"x{len(seen)}")
            folder = Path(zoneinfo.TZPATH[0])
            shutil.copy(folder / zones, folder / "Europe/London")
            (folder / "tzdata.zi").unlink()
            if source is not None:
                (folder / "tzdata.zi").write_text(source)
            seen.append(zone_edition())

        assert len({*seen}) == 2
        assert all(len(each) == 20 for each in seen)

    def test_is_the_packages_where_the_system_has_none(self, tmp_path: Path) -> None:
        paths = zoneinfo.TZPATH
        zoneinfo.reset_tzpath([tmp_path])
        try:
            assert zone_edition() == metadata.version("tzdata")
        finally:
            zoneinfo.reset_tzpath(paths)
