"""To another provider: a room, or all rooms and coming meetings of an alias.

Links stay as they are, so nobody is written to. What runs goes on where it began; the next session
begins at the new provider.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import audit
from accounts.models import User
from meetings.models import Booking, BookingChange, Room, RoomSession
from meetings.models.booking import BookingQuerySet
from meetings.models.room import RoomQuerySet
from meetings.providers import AnyProvider

from . import reservations
from .fit import lacks
from .rooms import provider_of, room_changes
from .switches import is_off
from .transactions import saving

# What a room may use and another provider may lack, in the features' words
USES = {
    "chat_switch": gettext_lazy("its chat is switched off"),
    "sharing_switch": gettext_lazy("only hosts may share their screen"),
    "webinars": gettext_lazy("it is a webinar"),
    "capacity": gettext_lazy("it holds more people than rooms there can"),
}


class CannotMove(Exception):
    """Not from here to there, for anybody."""


class PlanChanged(Exception):
    """What would be moved is not what was looked at; nothing has been moved."""

    def __init__(self, plan: "Plan") -> None:
        super().__init__(_("This has changed since you looked. Nothing was moved yet."))
        self.plan = plan


class RoomChanged(Exception):
    """The room is not what was looked at; nothing has been saved."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stuck:
    """A room that stays, as it uses what the other provider cannot do."""

    room: Room
    meetings: int
    lacks: tuple[str, ...]

    @property
    def reasons(self) -> list[str]:
        return in_words(self.lacks)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a move would do."""

    source: str
    target: str
    rooms: tuple[Room, ...]
    meetings: int  # planned in these rooms
    running: int  # of these rooms: they go on where they are
    stuck: tuple[Stuck, ...]

    @property
    def mark(self) -> str:
        """The same for the same move: what was looked at is what is done."""
        stays = [(each.room.pk, each.lacks) for each in self.stuck]
        facts = (self.source, self.target, [each.pk for each in self.rooms], self.meetings, stays)
        return hashlib.sha256(repr(facts).encode()).hexdigest()[:16]


def sources(owner: User | None = None) -> list[str]:
    """The aliases at which there is something to move: for one owner, or for everybody."""
    found = _movable(owner).order_by("provider_alias").values_list("provider_alias", flat=True)
    return list(found.distinct())


def rooms_held() -> dict[str, int]:
    """How many rooms each alias holds that are used again; past meetings' rooms stay unsaid."""
    held = _movable(None).order_by().values_list("provider_alias").annotate(Count("pk"))
    return dict(held)


def count(source: str, target: str, *, owner: User | None = None) -> Plan:
    """What would be moved, and what could not be; `CannotMove` when nothing could."""
    provider = _target(source, target)
    rooms = list(_movable(owner).filter(provider_alias=source).order_by("pk"))
    planned = _planned_in(rooms)
    missing = {room.pk: lacks(provider, room) for room in rooms}
    going = tuple(room for room in rooms if not missing[room.pk])
    return Plan(
        source=source,
        target=target,
        rooms=going,
        meetings=sum(planned.get(room.pk, 0) for room in going),
        running=RoomSession.objects.running().filter(room__in=going).count(),
        stuck=tuple(
            Stuck(room=room, meetings=planned.get(room.pk, 0), lacks=missing[room.pk])
            for room in rooms
            if missing[room.pk]
        ),
    )


@saving
def move(source: str, target: str, *, mark: str, by: User, owner: User | None = None) -> Plan:
    """Do what was looked at, all of it; `PlanChanged` when it is not the same any more."""
    locked = _movable(owner).filter(provider_alias=source).order_by("pk")
    list(locked.select_for_update(of=("self",)))
    plan = count(source, target, owner=owner)
    if plan.mark != mark:
        raise PlanChanged(plan)
    going = Room.objects.filter(pk__in=[room.pk for room in plan.rooms])
    going.update(provider_alias=target, updated_at=timezone.now())
    _note_move(plan.rooms, source, target, by=by)
    values = {"provider_alias": [source, target]}
    audit.record_each(audit.Action.MOVED, plan.rooms, user=by, values=values)
    return plan


@saving
def save_room(room: Room, options: Mapping[str, Any], *, by: User, seen: str | None = None) -> None:
    """Change a room; its coming meetings follow it to another provider.

    `RoomChanged` when `seen`, its mark when the person looked, is not its mark any more.
    """
    room = Room.objects.select_for_update().get(pk=room.pk)
    if seen is not None and room.mark != seen:
        raise RoomChanged(_("This room was changed elsewhere since you opened it."))
    before, changed = room.provider_alias, room_changes(room, options)
    for name, value in options.items():
        setattr(room, name, value)
    room.save(update_fields=[*options, "updated_at"])
    if changed:
        audit.record(audit.Action.CHANGED, room, user=by, values=changed)
    if room.provider_alias != before:
        _note_move([room], before, room.provider_alias, by=by)
    else:
        reservations.want_all(room)


def planned_in(room: Room) -> BookingQuerySet:
    """The meetings that go with the room when it moves."""
    return Booking.objects.confirmed().not_over().filter(room=room)


def reasons_against(room: Room) -> list[str]:
    """What the room uses and its provider cannot do, in words."""
    provider = provider_of(room.provider_alias)
    return in_words(lacks(provider, room)) if provider else []


def in_words(features: Iterable[str]) -> list[str]:
    """What a room would miss somewhere."""
    return [str(USES[feature]) for feature in features]


def _note_move(rooms: Iterable[Room], source: str, target: str, *, by: User) -> None:
    """Tell it in the meetings' history, and have what is reserved follow."""
    moved = Booking.objects.confirmed().not_over().filter(room__in=rooms)
    values = {"provider_alias": [source, target]}
    BookingChange.objects.bulk_create(
        BookingChange(booking=booking, kind=BookingChange.Kind.EDITED, by=by, values=values)
        for booking in moved
    )
    # A form that was opened before would move them back.
    moved.update(version=F("version") + 1, updated_at=timezone.now())
    for room in rooms:
        room.provider_alias = target
        reservations.want_all(room)


def _movable(owner: User | None) -> RoomQuerySet:
    """Rooms that are used again: permanent ones, and those of coming meetings."""
    coming = Booking.objects.confirmed().not_over().filter(room=OuterRef("pk"))
    rooms = Room.objects.in_use().filter(Q(is_permanent=True) | Exists(coming))
    return rooms.visible_to(owner) if owner else rooms


def _planned_in(rooms: list[Room]) -> dict[int, int]:
    planned = Booking.objects.confirmed().not_over().filter(room__in=rooms)
    return dict(planned.order_by().values_list("room").annotate(Count("pk")))


def _target(source: str, target: str) -> AnyProvider:
    provider = provider_of(target)
    if provider is None:
        raise CannotMove(_("There is no provider “%(alias)s” (any more).") % {"alias": target})
    if source == target:
        raise CannotMove(_("They are held there already. Please choose two different providers."))
    if is_off(target):
        raise CannotMove(_("“%(alias)s” is switched off for now.") % {"alias": target})
    return provider
