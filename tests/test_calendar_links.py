"""The addresses at which other calendars take a meeting or subscribe to a feed."""

from dataclasses import replace
from datetime import UTC, date, datetime
from urllib.parse import parse_qsl, urlsplit
from zoneinfo import ZoneInfo

from meetings.calendar_links import Way, ways_to_add, ways_to_subscribe, webcal_address
from meetings.ical import Event
from meetings.recurrence import weekly

URL = "https://meet.example/j/abc/"
FEED = "https://meet.example/feeds/secret.ics"
EVENT = Event(
    uid="7f9c",
    start=datetime(2026, 3, 31, 9, tzinfo=ZoneInfo("Europe/Berlin")),
    minutes=45,
    title="Review & “Q1”\n+ more",
    changed_at=datetime(2026, 3, 2, 8, tzinfo=UTC),
    url=URL,
    description=f"{URL}\n\nBring numbers",
)
WEEKLY = replace(EVENT, rule=replace(weekly([1]), until=date(2026, 6, 30)))


def parameters(way: Way) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(way.url).query, strict_parsing=True))


def names(ways: list[Way]) -> list[str]:
    return [way.name for way in ways]


def test_google_gets_the_clock_on_the_wall_and_its_zone() -> None:
    google = ways_to_add([EVENT])[0]

    assert google.url.startswith("https://calendar.google.com/calendar/render?")
    assert parameters(google) == {
        "action": "TEMPLATE",
        "text": "Review & “Q1” + more",
        "dates": "20260331T090000/20260331T094500",
        "ctz": "Europe/Berlin",
        "details": f"{URL}\n\nBring numbers",
        "location": URL,
    }


def test_outlook_and_microsoft_365_get_instants() -> None:
    __, outlook, office = ways_to_add([EVENT])

    assert outlook.url.startswith("https://outlook.live.com/calendar/0/deeplink/compose?")
    assert office.url.startswith("https://outlook.office.com/calendar/0/deeplink/compose?")
    assert parameters(outlook) == parameters(office)
    assert parameters(outlook) == {
        "path": "/calendar/action/compose",
        "rru": "addevent",
        "subject": "Review & “Q1” + more",
        "startdt": "2026-03-31T07:00:00Z",
        "enddt": "2026-03-31T07:45:00Z",
        "location": URL,
        "body": f"{URL}\n\nBring numbers",
    }


def test_no_address_has_a_plus_for_a_space() -> None:
    assert all("+" not in way.url for way in ways_to_add([EVENT]))


def test_second_of_two_equal_hours_is_told_as_an_instant() -> None:
    start = datetime(2026, 10, 25, 2, 30, fold=1, tzinfo=ZoneInfo("Europe/Berlin"))

    google = ways_to_add([replace(EVENT, start=start)])[0]

    assert parameters(google)["dates"] == "20261025T013000Z/20261025T021500Z"


def test_series_goes_to_google_with_its_rule_and_to_outlook_by_file_only() -> None:
    ways = ways_to_add([WEEKLY])

    assert names(ways) == ["Google Calendar"]
    rule = "RRULE:FREQ=WEEKLY;BYDAY=TU;UNTIL=20260630T215959Z"
    assert parameters(ways[0])["recur"] == rule


def test_series_with_dates_left_out_or_moved_is_for_the_file_only() -> None:
    moved = replace(EVENT, instead_of=EVENT.start)

    assert ways_to_add([replace(WEEKLY, left_out=(date(2026, 4, 7),))]) == []
    assert ways_to_add([WEEKLY, moved]) == []


def test_long_description_is_cut_as_addresses_must_not_be_too_long() -> None:
    ways = ways_to_add([replace(EVENT, description="ä" * 5000)])

    assert all(len(way.url) < 4000 for way in ways)
    assert parameters(ways[0])["details"].endswith("ä …")


def test_feed_is_subscribed_to_by_address() -> None:
    google, outlook, office = ways_to_subscribe(FEED, "Dana & co")

    assert webcal_address(FEED) == "webcal://meet.example/feeds/secret.ics"
    assert parameters(google) == {"cid": "webcal://meet.example/feeds/secret.ics"}
    assert outlook.url.startswith("https://outlook.live.com/calendar/0/addfromweb?")
    assert office.url.startswith("https://outlook.office.com/calendar/0/addfromweb?")
    assert parameters(outlook) == {"url": FEED, "name": "Dana & co"}
