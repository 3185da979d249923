"""Asking a person about their time zone, instead of changing it behind their back."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from django.http import HttpRequest

from accounts.middleware import ZONE_COOKIE, may_be_signed_in
from accounts.models import User
from accounts.zones import known_zone

KEPT_COOKIE = "zone_kept"  # the browser's zone that the person said not to switch to


@dataclass(frozen=True)
class ZoneQuestion:
    """Is `proposed` your zone? Times are in `current` now, chosen by you or guessed by us."""

    proposed: str
    current: str
    is_guess: bool

    @property
    def proposed_name(self) -> str:
        return self.proposed.replace("_", " ")

    @property
    def current_name(self) -> str:
        return self.current.replace("_", " ")


def same_clock(one: ZoneInfo, other: ZoneInfo) -> bool:
    """Whether clocks in both show the same time through the coming year."""
    now = datetime.now(UTC)
    moments = [now + timedelta(days=30 * month) for month in range(12)]
    return all(at.astimezone(one).utcoffset() == at.astimezone(other).utcoffset() for at in moments)


def zone_question_for(request: HttpRequest) -> ZoneQuestion | None:
    """What to ask this reader, if anything."""
    if not may_be_signed_in(request) or not request.user.is_authenticated:
        return None
    user, browser = request.user, known_zone(request.COOKIES.get(ZONE_COOKIE))
    if not user.zone_confirmed:
        return ZoneQuestion(browser.key if browser else user.time_zone, user.time_zone, True)
    return _has_travelled(request, user, browser) if browser else None


def _has_travelled(request: HttpRequest, user: User, browser: ZoneInfo) -> ZoneQuestion | None:
    if request.COOKIES.get(KEPT_COOKIE) == browser.key or same_clock(browser, user.zone):
        return None
    return ZoneQuestion(browser.key, user.time_zone, is_guess=False)
