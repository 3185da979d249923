"""Calendar feeds: what an address shows, and making, replacing and taking back addresses."""

import hashlib
import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from itertools import chain
from typing import Any

from django.conf import settings
from django.db import OperationalError, transaction
from django.db.models import Case, Exists, Max, OuterRef, Q, Subquery, When
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts import audit
from accounts.models import User
from meetings.ical import Event, Method, calendar_file
from meetings.models import Booking, Feed, JoinLink, Pattern, Room
from meetings.services.transactions import saving
from meetings.zone_edition import zone_edition

from .events import differing, event_of, stretch_of, with_link
from .files import BEST_FIRST, FOR_ORGANIZER, FOR_PARTICIPANTS, door_address

log = logging.getLogger(__name__)

PAST = timedelta(days=90)  # how far back a feed goes
MOST = 1000  # single meetings; those ahead first
MOST_SERIES = 200  # stretches of them; the latest first
READ_AGAIN = timedelta(hours=1)  # what programs are asked to; Google takes up to a day
NOTED_EACH = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class FeedContent:
    """What a calendar program gets, as plain values; written only for those who have not got it."""

    name: str
    events: tuple[Event, ...]
    modified_at: datetime  # also by what is not in it any more

    @property
    def tag(self) -> str:
        """The same as long as the file would be."""
        facts = (self.name, self.events, zone_edition())
        return hashlib.sha256(repr(facts).encode()).hexdigest()[:32]

    def written(self) -> bytes:
        latest = max((each.changed_at for each in self.events), default=self.modified_at)
        return calendar_file(
            self.events, Method.PUBLISH, now=latest, name=self.name, read_again=READ_AGAIN
        )


def feed_at(token: str) -> Feed | None:
    return Feed.objects.usable().select_related("owner", "room").filter(token=token).first()


def content_of(feed: Feed) -> FeedContent:
    """The meetings of a person, or of a room: a few queries, however many there are."""
    today = datetime.combine(timezone.now().astimezone(UTC), time(), tzinfo=UTC)
    bookings, patterns = _singles(feed, today - PAST), _patterns(feed, today - PAST)
    events = [_shown(feed, each, event_of(each)) for each in bookings]
    differing = _differing(feed, patterns)
    for pattern in patterns:
        stretch = stretch_of(pattern, differing[pattern.pk])
        events += [_shown(feed, pattern, each) for each in stretch]
    name = feed.room.name if feed.room else f"{settings.SITE_NAME}: {feed.owner}"
    return FeedContent(name, tuple(events), max(today, _changed_at(feed), feed.created_at))


def _mine(feed: Feed) -> Q:
    return Q(room=feed.room) if feed.room else Q(organizer=feed.owner)


def _singles(feed: Feed, since: datetime) -> list[Any]:
    """Meetings by themselves; in a room, also dates of a series that is held elsewhere."""
    by_itself = Q(pattern=None)
    if feed.room:
        by_itself |= ~Q(pattern__room=feed.room)
    found = Booking.objects.confirmed().filter(_mine(feed), by_itself, deleted_at=None)
    found = found.filter(ends_at__gte=since, starts_at__gte=since - timedelta(days=1))
    is_over = Case(When(ends_at__lte=timezone.now(), then=1), default=0)
    found = found.annotate(
        link_token=Coalesce(_token(feed, booking="pk"), _token(feed, series="series"))
    )
    found = found.select_related("organizer", "pattern").order_by(is_over, "starts_at", "pk")
    return list(found[:MOST])


def _patterns(feed: Feed, since: datetime) -> list[Any]:
    """Stretches of series that go on, or had a meeting since then."""
    place = Q(room=feed.room) if feed.room else Q(series__organizer=feed.owner)
    found = Pattern.objects.filter(place, cancelled_at=None, series__deleted_at=None)
    recent = Booking.objects.filter(pattern=OuterRef("pk"), ends_at__gte=since)
    found = found.annotate(is_recent=Exists(recent), link_token=_token(feed, series="series"))
    found = found.select_related("series__organizer").order_by("-first_date", "pk")
    shown: list[Any] = [
        each for each in found.iterator() if each.is_recent or not each.repeats.ends
    ]
    return shown[:MOST_SERIES]


def _differing(feed: Feed, patterns: list[Pattern]) -> Mapping[int, list[Booking]]:
    """What was removed from lists, or is held in another room, is not shown either."""
    hidden = Q(deleted_at__isnull=False)
    if feed.room:
        hidden |= ~Q(room=feed.room)
    found = differing(patterns, hidden)
    for booking in chain.from_iterable(found.values()):
        if feed.room and booking.room_id != feed.room.pk:
            booking.deleted_at = timezone.now()  # not in this feed; nothing is saved
    return found


def _token(feed: Feed, **place: str) -> Subquery:
    wanted = FOR_PARTICIPANTS if feed.room else FOR_ORGANIZER
    outer = {name: OuterRef(field) for name, field in place.items()}
    links = JoinLink.objects.usable().common().filter(wanted, **outer)
    return Subquery(links.order_by(*BEST_FIRST).values("token")[:1])


def _shown(feed: Feed, row: Any, event: Event) -> Event:
    """With its link. Of a room, which people share, nothing else than title and time."""
    if feed.room:
        event = replace(event, description="", organizer=None)
    if not row.link_token:
        return event
    return with_link(event, door_address(row.link_token))


def _changed_at(feed: Feed) -> datetime:
    """When any of it was changed last, also what was called off since."""
    found = Booking.objects.filter(_mine(feed)).aggregate(
        meeting=Max("updated_at"), series=Max("series__updated_at")
    )
    return max(filter(None, found.values()), default=feed.created_at)


# Addresses


@saving
def open_feed(owner: User, room: Room | None = None) -> Feed:
    """The address of a person's meetings, or of a room's; made when there is none."""
    standing = Feed.objects.not_revoked()
    feed, is_new = standing.get_or_create(owner=owner, room=room, revoked_at=None)
    if is_new:
        audit.record(audit.Action.CREATED, feed)
    return feed


@saving
def rotate(feed: Feed) -> Feed | None:
    """Another address; the old one dies at once. Twice at once is one other address.

    None when it was taken back meanwhile.
    """
    theirs = Feed.objects.not_revoked().filter(owner=feed.owner, room=feed.room)
    if theirs.filter(pk=feed.pk).update(revoked_at=timezone.now()):
        audit.record(audit.Action.REPLACED, feed)
        return open_feed(feed.owner, feed.room)
    return theirs.first()


def note_read(feed: Feed) -> None:
    """When a program last read it, to the hour: reading is not to write all the time."""
    long_ago = timezone.now() - NOTED_EACH
    if feed.last_read_at and feed.last_read_at > long_ago:
        return
    cold = Q(last_read_at=None) | Q(last_read_at__lte=long_ago)
    try:
        with transaction.atomic():
            Feed.objects.filter(cold, pk=feed.pk).update(last_read_at=timezone.now())
    except OperationalError as error:  # a feed can be read without it, while others write
        log.warning("A reading of a feed was not noted: %s", error)
