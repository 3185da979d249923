"""One run: the site, its people, the faults, the audit, the report."""

import shutil
import time
from datetime import timedelta

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection
from django.utils import timezone

from accounts.models import User
from chaos.audit import audit, press_try_again, stuck
from chaos.diary import Diary, Page
from chaos.faults import FAULTS, Fault
from chaos.people import Person
from chaos.report import say, write
from chaos.site import Site
from meetings.invitees import read
from meetings.services import inviting, scheduling

PEOPLE = 4
WELL = 3.0  # seconds of good answers only: then it is over
PATIENCE = 60.0  # seconds until it has to be
BEFORE = 3.0  # seconds of a normal day between two faults
DRAIN = 150.0  # seconds that what is owed may take at the end


class Run:
    def __init__(self, site: Site, *, only: str, keeps: bool) -> None:
        self.site, self.only, self.keeps = site, only, keeps
        self.diary = Diary()
        self.began = time.monotonic()

    def go(self) -> int:
        try:
            self._go()
        finally:
            self.site.stop()
            if self.keeps:
                say(f"The logs are in {self.site.directory}.")
            else:
                shutil.rmtree(self.site.directory, ignore_errors=True)
        took = time.monotonic() - self.began
        return write(self.diary.pages, took=took, into_docs=not self.only)

    def _go(self) -> None:
        say("The site starts.")
        self.site.prepare()
        people = [self._person(number) for number in range(PEOPLE)]
        self._remind()
        connection.close()
        self.site.start()
        for person in people:
            person.start()
        time.sleep(2 * BEFORE)
        for fault in FAULTS:
            if self.only.lower() in fault.name.lower():
                self._have(fault)
        for person in people:
            person.stopped.set()
        for person in people:
            person.join(PATIENCE)
        self._drain()
        audit(self.site, self.diary)

    def _have(self, fault: Fault) -> None:
        page = self.diary.begin(fault.name)
        fault.happens(self.site)
        over = time.monotonic()
        page.recovered = self._until_well(over)
        say(f"{page.name}: {page.requests} requests, well again after {_seconds(page)}.")
        time.sleep(BEFORE)

    def _until_well(self, over: float) -> float | None:
        while time.monotonic() < over + PATIENCE:
            since = self.diary.well_since
            if since and time.monotonic() - max(since, over) > WELL:
                return max(since - over, 0.0)
            time.sleep(0.1)
        return None

    def _drain(self) -> None:
        """What is owed is done, each minute by the workers."""
        say("People have gone; the workers do what is owed.")
        until = time.monotonic() + DRAIN
        while time.monotonic() < until and list(stuck()):
            press_try_again()
            time.sleep(5)
            connection.close()

    # Who is there

    def _person(self, number: int) -> Person:
        user = User.objects.create_user(
            f"person{number}@example.com", name=f"Person {number}", time_zone="UTC"
        )
        session = SessionStore()
        session[SESSION_KEY] = str(user.pk)
        session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        session.create()
        return Person(self.site, self.diary, session.session_key, seed=number)

    def _remind(self) -> None:
        """Meetings whose reminders are due in the course of all this."""
        user = User.objects.create_user("early@example.com", name="Early", time_zone="UTC")
        for number in range(10):
            at = timezone.now() + timedelta(minutes=11, seconds=15 * number)
            wish = scheduling.MeetingWish(
                title=f"Soon {number}",
                starts_at=at,
                duration=30,
                time_zone="UTC",
                may_overlap=True,
                reminders=(10,),
            )
            booking = scheduling.book(user, wish)
            who = read(f"soon{number}@example.org").invitees
            inviting.invite(booking, who, by=user)


def _seconds(page: Page) -> str:
    return "never" if page.recovered is None else f"{page.recovered:.1f} s"
