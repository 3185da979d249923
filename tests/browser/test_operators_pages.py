"""What operators see in the administration beside rows: links, work, log, recordings, people."""

import json
from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from .looks import listen, look_at, visit_all
from .people import Person
from .server import OPERATOR, Server

pytestmark = [pytest.mark.browser, pytest.mark.looks, pytest.mark.enable_socket]

# Dana's week, with mails that are owed, workers, tasks that went wrong and recordings.
SCENES = """
import json
from datetime import timedelta
from django.utils import timezone
from accounts import audit
from accounts.models import AuditEntry
from meetings import demo
from meetings.models import RoomSession, TaskRecord, Worker
from meetings.services import scheduling
dana = demo.load()
now = timezone.now()
booking = scheduling.book(dana, scheduling.MeetingWish(
    title="Review", starts_at=now + timedelta(hours=30), duration=45, time_zone="Europe/Berlin",
    may_overlap=True))
Worker.objects.create(key="a", name="worker-1.example.org", pid=12, seen_at=now)
Worker.objects.create(key="b", name="worker-2", pid=7, seen_at=now - timedelta(minutes=9))
TaskRecord.objects.create(name="post", began_at=now, ended_at=now, milliseconds=12, runs=1200)
TaskRecord.objects.create(name="remind", began_at=now - timedelta(hours=1), runs=7, failures=3,
    failed_at=now, error="OperationalError: the database was away for longer than we waited")
session = RoomSession.objects.create(
    room=booking.room, booking=booking, alias="builtin", state="ended", live_at=now)
for name, state in (("r1", "ready"), ("r2", "processing"), ("r3", "deleting")):
    row = session.recordings.create(recording_id=name, title=f"Part {name}", state=state,
        started_at=now, seconds=2700, size=5_500_000)
entry = audit.record(
    audit.Action.CHANGED, booking, values={"title": ["Review", "Review of the whole year " * 4]})
entry = AuditEntry.objects.latest("pk")
print("FOUND" + json.dumps({
    "recording": row.pk, "entry": entry.pk, "dana": dana.pk, "booking": booking.pk,
    "participant": booking.links.get(purpose="participant").token,
    "host": booking.links.get(purpose="host").token}))
"""
PAGES = {
    "admin": "/admin/",
    "admin-work": "/admin/meetings/taskrecord/work/",
    "admin-log": "/admin/accounts/auditentry/",
    "admin-log-entry": "/admin/accounts/auditentry/%(entry)s/change/",
    "admin-providers": "/admin/meetings/room/providers/",
    "admin-recordings": "/admin/meetings/recording/",
    "admin-recording": "/admin/meetings/recording/%(recording)s/change/",
    "admin-links": "/admin/meetings/joinlink/",
    "admin-people": "/admin/accounts/user/",
    "admin-explain": "/admin/meetings/joinlink/explain/",
}
PEOPLE = PAGES["admin-people"]


@pytest.fixture(scope="module")
def found(server: Server) -> dict[str, str]:
    """The keys and tokens of the scene."""
    keys: dict[str, str] = json.loads(server.shell(SCENES).split("FOUND")[1])
    return keys


@pytest.fixture
def page(new_person: Callable[..., Person], found: dict[str, str]) -> Page:
    """The operator's."""
    return new_person("Olga", OPERATOR).page


def test_pages_of_the_administration_are_whole(page: Page, found: dict[str, str]) -> None:
    pages = {name: path % found for name, path in PAGES.items()}

    troubles = visit_all(page.context, pages, {})
    assert troubles == []


def test_explained_links_are_whole(page: Page, found: dict[str, str]) -> None:
    heard, troubles = listen(page), []

    for name, link, words in (
        ("unknown", "nothing like a link", "This is no link of ours"),
        ("participant", f"http://localhost/j/{found['participant']}/", "A click now"),
        ("host", found["host"], "A click now"),
    ):
        page.goto(PAGES["admin-explain"])
        page.get_by_label("Link or token").fill(link)
        page.get_by_role("button", name="Explain").click()
        page.get_by_text(words).first.wait_for()
        troubles += look_at(page, f"explained-{name}", heard)

    assert troubles == []


def choose(page: Page, email: str, action: str) -> None:
    """Tick somebody in the list of people and press an action."""
    page.set_viewport_size({"width": 1280, "height": 860})
    page.goto(PEOPLE)
    page.get_by_role("row", name=email).get_by_role("checkbox").check()
    page.get_by_label("Action:").select_option(action)
    page.get_by_role("button", name="Go", exact=True).click()


def test_handing_over_and_erasing_somebody_is_whole(page: Page, found: dict[str, str]) -> None:
    heard, troubles = listen(page), []

    choose(page, "dana@", "hand_over")
    page.get_by_label("Their e-mail address").fill("nobody@example.org")
    page.get_by_role("button", name="Look at it first").click()
    page.get_by_text("Nobody with this address").wait_for()
    troubles += look_at(page, "admin-hand-over-nobody", heard)
    page.get_by_label("Their e-mail address").fill(OPERATOR)
    page.get_by_role("button", name="Look at it first").click()
    page.get_by_role("button", name=f"Hand all of it to Olga ({OPERATOR})").wait_for()
    troubles += look_at(page, "admin-hand-over", heard)

    choose(page, "dana@", "erase")
    page.get_by_text("meetings ahead are cancelled.").wait_for()
    troubles += look_at(page, "admin-erase", heard)
    choose(page, OPERATOR, "erase")
    page.get_by_text("Nobody of these can be erased by you.").wait_for()
    troubles += look_at(page, "admin-erase-nobody", heard)

    assert troubles == []
