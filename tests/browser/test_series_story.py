"""A series across a change of clocks, with guests in three zones: from its plan to its end."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from tests import calendar_reader
from tests.calendar_reader import Program, ReadCalendar, ReadEvent, read

from .looks import SETTLED
from .people import Person
from .post import Post, calendar_of, link_in, text_of
from .server import Server, serving

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]
NewPerson = Callable[..., Person]

BERLIN = ZoneInfo("Europe/Berlin")
AT, MOVED_TO = time(15), time(17)
TITLE, MINUTES = "Stand-up", 30
HALF_AN_HOUR = timedelta(minutes=MINUTES)


def tuesday_before_clocks_change() -> date:
    """The clocks of Berlin change between this Tuesday and the next one."""
    day = datetime.now(UTC).date() + timedelta(days=8)
    while day.weekday() != 1 or _offset(day) == _offset(day + timedelta(days=7)):
        day += timedelta(days=1)
    return day


def _offset(day: date) -> timedelta | None:
    return datetime.combine(day, AT, BERLIN).utcoffset()


FIRST = tuesday_before_clocks_change()
STARTS = [datetime.combine(FIRST + timedelta(weeks=week), AT, BERLIN) for week in range(4)]
MOVED = datetime.combine(STARTS[1].date(), MOVED_TO, BERLIN)


@dataclass
class Guest:
    """Somebody who is invited: their browser, their mails and their calendar."""

    person: Person
    email: str
    zone: ZoneInfo
    post: Post
    mails: int = 0
    calendar: Program = field(default_factory=Program)
    read: ReadCalendar = field(default_factory=lambda: ReadCalendar("", []))
    words: str = ""

    def gets_a_mail(self) -> ReadEvent:
        """Wait for exactly one more, and let the calendar program have it: the event it tells."""
        self.mails += 1
        self.mail = self.post.brings(self.email, self.mails)
        self.words = text_of(self.mail)
        self.read = read(calendar_of(self.mail))
        self.calendar.take(self.read)
        (event,) = self.read.events
        return event

    def follows(self, part: str) -> None:
        """Open the address that the last mail has."""
        with self.person.page.expect_response(lambda answer: answer.url.endswith("/hello/")):
            self.person.page.goto(link_in(self.mail, part))

    def has(self, *starts: datetime) -> bool:
        expected = [(start.astimezone(UTC), MINUTES, TITLE) for start in sorted(starts)]
        return self.calendar.shown() == expected

    def clock(self, moment: datetime) -> str:
        return f"{moment.astimezone(self.zone):%I:%M %p}".lstrip("0")


@pytest.fixture(autouse=True)
def far_future(monkeypatch: pytest.MonkeyPatch) -> None:
    """The server has today's clock: the calendar program looks as far as the series goes."""
    monkeypatch.setattr(calendar_reader, "LAST", STARTS[-1] + timedelta(days=365))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A site of its own, as each mail that is sent there is counted."""
    with serving(tmp_path_factory.mktemp("parley")) as server:
        yield server


@pytest.fixture(autouse=True)
def worker(server: Server) -> Iterator[None]:
    process = server.run("manage.py", "run_huey")
    yield
    process.terminate()
    process.wait(15)


@pytest.fixture
def hanna(new_person: NewPerson, server: Server) -> Person:
    return new_person("Hanna Berg", next(server.hosts), timezone_id="Europe/Berlin")


@pytest.fixture
def guests(new_person: NewPerson, server: Server) -> list[Guest]:
    post = Post(Path(server.environment["DATA_DIR"]) / "mail")
    zones = {"Ana": "America/New_York", "Ben": "Asia/Tokyo", "Cleo": "Europe/London"}
    return [
        Guest(
            new_person(name, timezone_id=zone), f"{name.lower()}@example.com", ZoneInfo(zone), post
        )
        for name, zone in zones.items()
    ]


def test_a_series_is_planned_answered_moved_and_cancelled(
    hanna: Person, guests: list[Guest]
) -> None:
    ana, ben, cleo = guests

    series = plan(hanna, guests)
    invited(guests)
    answer(ana, ben, cleo)
    see_the_answers(hanna, series)
    see_all_clocks(hanna, series)
    move_the_second(hanna, series)
    told_of_the_move(guests)
    answer_anew(hanna, ana)
    cancel(hanna, series)
    told_of_the_end(guests)

    assert [hanna.errors, *(each.person.errors for each in guests)] == [[]] * 4


# Chapters


def plan(hanna: Person, guests: list[Guest]) -> str:
    page = hanna.page
    page.goto("/meetings/new/")
    page.get_by_label("Title").fill(TITLE)
    page.get_by_label("Time zone").select_option("Europe/Berlin")
    page.get_by_label("Date", exact=True).fill(f"{FIRST:%Y-%m-%d}")
    page.get_by_label("Start", exact=True).fill(f"{AT:%H:%M}")
    page.get_by_label("Repeats").select_option("weekly")
    page.get_by_label("Ends").select_option("count")
    page.get_by_label("How many times").fill("4")
    page.locator("[name=guests]").fill("\n".join(each.email for each in guests))
    expect(page.locator("#plan").get_by_role("listitem")).to_have_count(4)
    page.evaluate(SETTLED)
    hanna.press("Plan meeting")
    page.wait_for_url("**/series/*/")
    return page.url


def invited(guests: list[Guest]) -> None:
    """Each is told in a mail of their own, and each calendar has the four dates."""
    for guest in guests:
        event = guest.gets_a_mail()

        assert guest.read.method == "REQUEST"
        assert event.sequence == 0
        assert event.attendees == {guest.email: "NEEDS-ACTION"}
        assert "3:00 PM – 3:30 PM" in guest.words  # nobody knows their zone yet
        assert "Berlin" in guest.words
        assert guest.has(*STARTS)
    assert len({each.read.events[0].uid for each in guests}) == 1
    assert len({each.read.events[0].url for each in guests}) == 3


def answer(ana: Guest, ben: Guest, cleo: Guest) -> None:
    """Yes to all; yes to all but the third; maybe: each at the link of the mail."""
    ana.follows("choice=accepted")
    ana.person.press("Yes, I will come")
    ana.person.sees("You said yes to all meetings.")

    ben.follows("choice=accepted")
    ben.person.press("Yes, I will come")
    third = ben.person.page.locator(".answer__dates a").nth(2)
    expect(third).to_contain_text(ben.clock(STARTS[2]))
    third.click()
    ben.person.page.get_by_text("Change your answer").click()
    ben.person.press("No", inside=ben.person.page.locator(".answer__choices"))
    ben.person.sees("You said no.")

    cleo.follows("choice=tentative")
    cleo.person.press("Maybe, I do not know yet")
    cleo.person.sees("You said maybe to all meetings.")


def see_the_answers(hanna: Person, series: str) -> None:
    hanna.page.goto(series)
    answers_stand(hanna, "Accepted", "Accepted", "Maybe")
    hanna.page.locator(".series-date a").nth(2).click()
    answers_stand(hanna, "Accepted", "Declined", "Maybe")


def answers_stand(hanna: Person, *said: str) -> None:
    """Of Ana, Ben and Cleo."""
    expect(hanna.page.locator(".guest__answer")).to_contain_text(said)


def see_all_clocks(hanna: Person, series: str) -> None:
    """Each meeting on everybody’s clock, and the change of clocks where it is."""
    hanna.page.goto(f"{series}times/")
    rows = hanna.page.locator(".proof tbody tr")
    expect(rows).to_have_count(4)
    for row, start in zip(rows.all(), STARTS, strict=True):
        for zone in ("America/New_York", "Asia/Tokyo", "Europe/London"):
            expect(row).to_contain_text(f"{start.astimezone(ZoneInfo(zone)):%I:%M %p}".lstrip("0"))
    expect(rows.nth(1).locator(".badge--warn").first).to_be_visible()
    expect(rows.nth(0).locator("td .badge--warn")).to_have_count(0)


def move_the_second(hanna: Person, series: str) -> None:
    hanna.page.goto(series)
    hanna.page.locator(".series-date a").nth(1).click()
    hanna.page.goto(f"{hanna.page.url}edit/")
    hanna.page.get_by_label("Start", exact=True).fill(f"{MOVED_TO:%H:%M}")
    hanna.press("Review changes")
    hanna.sees("Only this meeting of the series changes.")
    hanna.press("Save changes")
    hanna.page.wait_for_url("**/meetings/*/")


def told_of_the_move(guests: list[Guest]) -> None:
    """On their own clocks now, with what was before; calendars move that date and no other."""
    for guest in guests:
        event = guest.gets_a_mail()

        assert guest.read.method == "REQUEST"
        assert event.sequence == 1
        assert event.instead_of == STARTS[1]
        assert event.attendees == {guest.email: "NEEDS-ACTION"}
        assert f"{guest.clock(MOVED)} – {guest.clock(MOVED + HALF_AN_HOUR)}" in guest.words
        assert "5:00 PM – 5:30 PM Berlin" in guest.words
        assert guest.clock(STARTS[1]) in guest.words
        assert guest.has(STARTS[0], MOVED, *STARTS[2:])


def answer_anew(hanna: Person, ana: Guest) -> None:
    """The mail of the one date asks for that date; only who answered counts as coming."""
    ana.follows("choice=accepted")
    ana.person.press("Yes, I will come")
    ana.person.sees("You said yes.")

    hanna.page.reload()
    answers_stand(hanna, "Accepted", "No answer", "No answer")


def cancel(hanna: Person, series: str) -> None:
    hanna.page.goto(f"{series}cancel/")
    hanna.sees("4 meetings will not take place.")
    hanna.page.get_by_label("Reason").fill("We write instead.")
    hanna.press("Cancel series")
    hanna.sees("This series is cancelled.")


def told_of_the_end(guests: list[Guest]) -> None:
    """Nothing is left in any calendar, and the link says why."""
    for guest in guests:
        guest.follows("answer/")
        guest.person.sees("This series is cancelled.")
        event = guest.gets_a_mail()

        assert guest.read.method == "CANCEL"
        assert event.instead_of is None
        assert event.sequence == 2
        assert "We write instead." in guest.words
        assert guest.has()
