"""Every page, as people meet it: wide and narrow, light and dark, with nothing broken on it.

`SCREENSHOTS=folder` keeps a picture of each.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page

from .conftest import BASE, Server
from .people import Person

pytestmark = [pytest.mark.browser, pytest.mark.looks]

LOOKS: dict[str, dict[str, Any]] = {
    "desktop-light": {"viewport": {"width": 1280, "height": 860}, "color_scheme": "light"},
    "desktop-dark": {"viewport": {"width": 1280, "height": 860}, "color_scheme": "dark"},
    "phone-light": {"viewport": {"width": 390, "height": 844}, "color_scheme": "light"},
    "phone-dark": {"viewport": {"width": 320, "height": 700}, "color_scheme": "dark"},
}
# The two that differ most are always looked at; pictures are taken of all four.
LOOKED_AT = LOOKS if os.environ.get("SCREENSHOTS") else ("desktop-light", "phone-dark")
SERIOUS = {"serious", "critical"}

# Dana's week, and a meeting in each state that a door can show to a stranger.
STORIES = """
import json
from datetime import timedelta
from django.utils import timezone
from meetings import demo
from meetings.models import (
    Admission, Attendance, ProviderAccount, Reservation, Room, RoomSession)
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
def opened(title, **doors):
    booking = book(title)
    session = opening.open_room(booking.room, booking)
    RoomSession.objects.filter(pk=session.pk).update(**doors)
    return booking
full = opened("Full house", capacity=1)
Attendance.objects.create(session=full.sessions.get(), identity="u:0", name="Ana", joined_at=now)
ended = opened("Retrospective"); ended.sessions.get().end(RoomSession.EndReason.HOST)
gone = book("At a provider that is gone")
Room.objects.filter(pk=gone.room_id).update(provider_alias="gone")
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
series = dana.series.first()
later = book("Not confirmed yet", 120)
Room.objects.filter(pk=later.room_id).update(provider_alias="abroad")
Reservation.objects.create(booking=later, alias="abroad", attempts=3, state="refused",
    error="xroom: Your plan does not include bookings (HTTP 402)",
    next_try_at=now + timedelta(hours=1))
stories = {
    "open": path(plain), "needs_host": path(book("Design review")),
    "too_early": path(book("Portfolio review with Acme", 95, description="Bring three drafts.")),
    "cancelled": path(called_off), "ended": path(ended), "full": path(full),
    "locked": path(opened("Behind closed doors", locked=True)),
    "asks_passcode": path(opened("With a passcode", passcode="s3cret")), "trouble": path(gone),
    "sign_in": path(plain, "host"), "unknown": "/j/no-such-link-anywhere/",
    "meeting": f"/meetings/{plain.pk}/", "cancelled_meeting": f"/meetings/{called_off.pk}/",
    "edit": f"/meetings/{plain.pk}/edit/", "cancel": f"/meetings/{plain.pk}/cancel/",
    "room": f"/rooms/{Room.objects.permanent().filter(owner=dana).first().pk}/",
    "live": f"/meetings/{here.pk}/", "live_abroad": f"/meetings/{abroad.booking_id}/",
    "live_video": f"/meetings/{video.booking_id}/", "unconfirmed": f"/meetings/{later.pk}/",
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
    "unconfirmed": "",
    "passcode": "",
    "series": "",
    "series-times": "",
    "series-edit": "",
    "series-cancel": "",
    "move": "/rooms/move/?source=builtin&target=abroad",
}
PUBLIC = {
    "home": "/",
    "login": "/account/login/",
    "signup": "/account/signup/",
    "reset": "/account/password/reset/",
    "open": "",
    "needs_host": "",
    "too_early": "",
    "cancelled": "",
    "ended": "",
    "full": "",
    "locked": "",
    "asks_passcode": "",
    "trouble": "",
    "sign_in": "",
    "unknown": "",
}


@pytest.fixture(scope="module")
def stories(server: Server) -> dict[str, str]:
    """Where each story's page is."""
    answer = subprocess.run(
        [sys.executable, "manage.py", "shell", "--no-imports", "-c", STORIES],
        cwd=BASE,
        env=server.environment,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    found: dict[str, str] = json.loads(answer.split("STORIES")[1])
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


def visit_all(context: BrowserContext, pages: dict[str, str], stories: dict[str, str]) -> list[str]:
    """What is wrong with these pages in any look, in words; hopefully nothing."""
    troubles: list[str] = []
    page = context.new_page()
    heard: list[str] = []
    page.on("console", lambda message: heard.append(message.text) if _matters(message) else None)
    page.on("pageerror", lambda error: heard.append(str(error)))
    for name, path in pages.items():
        page.goto(path or stories[name])
        page.wait_for_load_state("networkidle")
        for look in LOOKED_AT:
            _look(page, **LOOKS[look])
            found = (*heard, *_too_wide(page), *_barriers(page))
            troubles += [f"{name}, {look}: {each}" for each in found]
            heard.clear()
            _keep(page, f"{name}-{look}")
    return troubles


# Django's admin fades also for those who want no motion. What turns for ever has no end to go to.
ARRIVE = """
() => document.getAnimations().forEach((each) => {
  if (each.effect.getComputedTiming().endTime < Infinity) each.finish();
})
"""


def _look(page: Page, *, viewport: Any, color_scheme: Any) -> None:
    """Another screen and colours at once: nothing is on its way between two."""
    page.emulate_media(color_scheme=color_scheme, reduced_motion="reduce")
    page.set_viewport_size(viewport)
    page.evaluate(ARRIVE)


def _matters(message: Any) -> bool:
    """Errors count; that an unknown link answers 404 is as it should be."""
    return message.type == "error" and "404 (Not Found)" not in message.text


def _too_wide(page: Page) -> list[str]:
    over = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    return [f"wider than the screen by {over} px"] if over > 0 else []


def _barriers(page: Page) -> list[str]:
    violations = Axe().run(page).response["violations"]
    return [
        f"{each['id']}: {each['nodes'][0]['html'][:120]} ({each['nodes'][0]['failureSummary']})"
        for each in violations
        if each["impact"] in SERIOUS
    ]


def _keep(page: Page, name: str) -> None:
    if folder := os.environ.get("SCREENSHOTS"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=str(Path(folder) / f"{name}.png"))
