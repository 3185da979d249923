"""What the door does by itself while somebody waits at it."""

from collections.abc import Callable

import pytest

from .people import Person
from .server import Server

pytestmark = [
    pytest.mark.browser,
    pytest.mark.looks,
    pytest.mark.enable_socket,
]

PLAN = """
from datetime import timedelta
from django.utils import timezone
from accounts.models import User
from meetings.models import Booking
from meetings.services import scheduling
def wish(title, minutes):
    at = timezone.now().replace(second=0, microsecond=0) + timedelta(minutes=minutes)
    return scheduling.MeetingWish(
        title=title, starts_at=at, duration=30, time_zone="UTC", may_overlap=True,
        options={"waiting_room": "nobody", "needs_host": False},
    )
dana = User.objects.get(email="hanna0@example.org")
"""
BOOK = f"""{PLAN}
booking = scheduling.book(dana, wish("Review", 12))
booking.links.filter(purpose="participant").update(token="early")
"""
MOVE = f"""{PLAN}
booking = Booking.objects.get(links__token="early")
scheduling.edit(booking, wish("Big review", %d), by=dana, version=booking.version)
"""
REVOKE = "from meetings.models import JoinLink; JoinLink.objects.get(token='early').revoke()"


def test_waiting_page_follows_the_meeting_and_takes_the_guest_in(
    server: Server, new_person: Callable[..., Person]
) -> None:
    server.shell(BOOK)
    ana = new_person("Ana")
    ana.join("/j/early/")
    ana.sees("You will be let in as Ana")

    server.shell(MOVE % 13)
    ana.page.locator("h1", has_text="Big review").wait_for(timeout=20_000)
    later = ana.page.locator("#facts time").get_attribute("datetime")
    server.shell(MOVE % 5)

    ana.page.locator("[data-room]").wait_for(timeout=30_000)
    assert later
    assert ana.errors == []


def test_page_at_a_link_that_is_withdrawn_says_so_by_itself(
    server: Server, new_person: Callable[..., Person]
) -> None:
    server.shell(BOOK.replace("early", "early2"))
    ana = new_person("Ana")
    ana.go_to("/j/early2/")
    ana.sees("Not open yet")

    server.shell(REVOKE.replace("early", "early2"))

    ana.page.get_by_text("This link was withdrawn").wait_for(timeout=20_000)
