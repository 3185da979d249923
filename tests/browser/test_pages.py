"""Every page, as people meet it: wide and narrow, light and dark, with nothing broken on it."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from .looks import visit_all
from .people import Person
from .server import Server

pytestmark = [pytest.mark.browser, pytest.mark.looks]

# Dana's week, and meetings in each state in which their pages look different.
STORIES = """
import json
from datetime import timedelta
from django.utils import timezone
from meetings import demo
from meetings.models import ProviderAccount, Reservation, Room, RoomSession
from meetings.services import opening, rooms, scheduling
from accounts.demo import demo_sign_in_path
dana = demo.load()
now = timezone.now().replace(second=0, microsecond=0)
def book(title, start=0, **more):
    return scheduling.book(dana, scheduling.MeetingWish(
        title=title, starts_at=now + timedelta(minutes=start), duration=45,
        time_zone="Europe/Berlin", may_overlap=True, **more))
def path(booking, purpose="participant"):
    return booking.links.get(purpose=purpose).get_absolute_url()
def console(booking):
    booking.links.filter(purpose="cohost").update(transferable=True)
    return path(booking, "cohost") + "host/"
def opened(title, **doors):
    booking = book(title)
    session = opening.open_room(booking.room, booking)
    RoomSession.objects.filter(pk=session.pk).update(**doors)
    return booking
ended = opened("Retrospective"); ended.sessions.get().end(RoomSession.EndReason.HOST)
called_off = scheduling.cancel(
    book("Board meeting"), by=dana, reason="The numbers are not ready. New date follows.")
plain = opened("Weekly planning")
def comes(session, name, minutes, role="participant"):
    who = {"identity": f"g:{name}", "name": name, "role": role}
    session.admissions.create(state="admitted", **who)
    session.attendances.create(joined_at=now - timedelta(minutes=minutes), **who)
def crowd(session):
    comes(session, "Ana Lopez", 12, "cohost")
    comes(session, "Bartholomew Featherstonehaugh-Cholmondeley the Younger", 7)
    session.admissions.create(identity="g:Dov", name="Dov", state="admitted")
    for name in ("Cleo", "Eve from the other side of the world"):
        session.admissions.create(identity=f"g:{name}", name=name, state="waiting")
    return session
ProviderAccount.objects.create(alias="abroad", backend="xroom", options={
    "auth_id": "a", "api_secret": "b", "domain": "meet.example.org"})
ProviderAccount.objects.create(alias="video", backend="videosdk", options={
    "api_key": "a", "secret": "b" * 32, "url": "https://127.0.0.1:9"})
def held(title, alias, **more):
    booking = book(title)
    Room.objects.filter(pk=booking.room_id).update(provider_alias=alias)
    return crowd(RoomSession.objects.create(
        room=booking.room, booking=booking, alias=alias, state="live", live_at=now,
        waiting_room="guests", provider_room_id=title, **more))
here = opened("Who is in")
crowd(here.sessions.get())
abroad = held("Held abroad", "abroad", locked=True, passcode="s3cret")
video = held("With recordings", "video")
kept = video.recordings.create(recording_id="r1", title="Part one", state="ready",
    next_try_at=None, seconds=2700, size=5_500_000, started_at=now, access="links",
    expires_at=now + timedelta(days=30))
video.recordings.create(recording_id="r2", state="deleting", error="VideoSDK: no answer.")
video.recordings.create(recording_id="r3", title="Part three", state="deleted", deleted_at=now)
series = dana.series.first()
office = Room.objects.permanent().filter(owner=dana).first()
linked = book("With many links")
workshop = linked.links.create(purpose="participant", label="Workshop " * 8, max_uses=5, uses=2,
    expires_at=now + timedelta(days=2))
linked.links.create(purpose="cohost", label="Cora", owner=dana, transferable=True)
linked.links.create(purpose="participant", label="Lost", revoked_at=now)
later = book("Not confirmed yet", 120)
Room.objects.filter(pk=later.room_id).update(provider_alias="abroad")
Reservation.objects.create(booking=later, alias="abroad", attempts=3, state="refused",
    error="xroom: Your plan does not include bookings (HTTP 402)",
    next_try_at=now + timedelta(hours=1))
stories = {
    "console-cohost": console(here),
    "console-owner": path(here, "host") + "host/",
    "console-abroad": console(abroad.booking),
    "console-video": console(video.booking),
    "console-idle": console(book("Design review")),
    "console-over": console(ended),
    "console-cancelled": console(called_off),
    "console-passcode": console(abroad.booking) + "passcode/",
    "links": f"/meetings/{linked.pk}/links/", "links-room": f"/rooms/{office.pk}/links/",
    "links-edit": f"/links/{workshop.pk}/edit/", "links-qr": f"/links/{workshop.pk}/qr/",
    "links-series": f"/series/{series.pk}/links/", "guests": f"/meetings/{plain.pk}/guests/",
    "live_move": f"/sessions/{here.sessions.get().pk}/move/",
    "meeting": f"/meetings/{plain.pk}/", "cancelled_meeting": f"/meetings/{called_off.pk}/",
    "edit": f"/meetings/{plain.pk}/edit/", "cancel": f"/meetings/{plain.pk}/cancel/",
    "room": f"/rooms/{office.pk}/",
    "live": f"/meetings/{here.pk}/", "live_abroad": f"/meetings/{abroad.booking_id}/",
    "live_video": f"/meetings/{video.booking_id}/", "unconfirmed": f"/meetings/{later.pk}/",
    "recording": f"/recordings/{kept.pk}/",
    "attendance": f"/meetings/{abroad.booking_id}/attendance/",
    "passcode": f"/sessions/{abroad.pk}/passcode/",
    "series": f"/series/{series.pk}/", "series-times": f"/series/{series.pk}/times/",
    "series-edit": f"/series/{series.pk}/edit/", "series-cancel": f"/series/{series.pk}/cancel/",
    "sign_in_dana": demo_sign_in_path(dana),
}
print("STORIES" + json.dumps(stories))
"""
SIGNED_IN = {
    "dashboard": "/meetings/",
    "past": "/meetings/?show=past",
    "nothing-found": "/meetings/?q=zebra",
    "new-meeting": "/meetings/new/",
    "rooms": "/rooms/",
    "new-room": "/rooms/new/",
    "profile": "/account/profile/",
    "sessions": "/account/sessions/",
    "meeting": "",
    "cancelled_meeting": "",
    "edit": "",
    "cancel": "",
    "room": "",
    "live": "",
    "live_abroad": "",
    "live_video": "",
    "recording": "",
    "attendance": "",
    "unconfirmed": "",
    "passcode": "",
    "series": "",
    "series-times": "",
    "series-edit": "",
    "series-cancel": "",
    "move": "/rooms/move/?source=builtin&target=abroad",
    "console-owner": "",
    "links": "",
    "links-room": "",
    "links-series": "",
    "links-edit": "",
    "links-qr": "",
    "live_move": "",
    "guests": "",
}
PUBLIC = {
    "home": "/",
    "login": "/account/login/",
    "signup": "/account/signup/",
    "reset": "/account/password/reset/",
    "console-cohost": "",
    "console-abroad": "",
    "console-video": "",
    "console-idle": "",
    "console-over": "",
    "console-cancelled": "",
    "console-passcode": "",
}


@pytest.fixture(scope="module")
def stories(server: Server) -> dict[str, str]:
    """Where each story's page is."""
    found: dict[str, str] = json.loads(server.shell(STORIES).split("STORIES")[1])
    return found


@pytest.fixture(scope="module")
def dana(chromium: Browser, server: Server, stories: dict[str, str]) -> Iterator[Any]:
    """Dana's sign-in, as browsers keep it."""
    context = chromium.new_context(base_url=server.url)
    page = context.new_page()
    page.goto(stories["sign_in_dana"])
    page.get_by_role("button", name=re.compile("Sign in as")).click()
    page.wait_for_url(re.compile("/meetings/"))
    yield context.storage_state()
    context.close()


def test_pages_of_the_organizer_are_whole(
    chromium: Browser, server: Server, stories: dict[str, str], dana: Any
) -> None:
    context = chromium.new_context(base_url=server.url, storage_state=dana)

    troubles = visit_all(context, SIGNED_IN, stories)

    context.close()
    assert troubles == []


def test_pages_for_everybody_are_whole(
    chromium: Browser, server: Server, stories: dict[str, str]
) -> None:
    context = chromium.new_context(base_url=server.url)

    troubles = visit_all(context, PUBLIC, stories)

    context.close()
    assert troubles == []


def test_a_meeting_is_planned_and_found_with_the_keyboard_alone(host: Person) -> None:
    page = host.page

    page.goto("/meetings/")
    tab_to(page, "New meeting")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/meetings/new/"))
    page.get_by_label("Title").focus()
    page.keyboard.type("By keyboard")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/meetings/\d+/"))

    assert page.get_by_role("heading", level=1).inner_text() == "By keyboard"


def tab_to(page: Page, name: str, *, most: int = 30) -> None:
    """Press Tab until the thing with this name has the focus, as somebody without a mouse does."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.innerText?.trim()") == name:
            return
    raise AssertionError(f"“{name}” was not reached by {most} presses of Tab.")
