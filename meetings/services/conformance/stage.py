"""What the trial makes at a provider: remembered before it is made, taken away in the end."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass

from django.db import transaction

from accounts.models import User
from meetings.models import Room, RoomSession
from meetings.providers import AnyProvider
from meetings.providers.base import RoomRef, RoomSpec
from meetings.providers.errors import RoomNotFound, UnexpectedReply

TITLE = "Parley test"


@dataclass(slots=True)
class Thing:
    """A room or a reservation of ours; `known` once the provider has answered."""

    spec: RoomSpec
    ref: RoomRef
    booked: bool = False
    known: bool = False
    over: bool = False  # ended or cancelled by the trial itself
    gone: bool = False

    def __str__(self) -> str:
        return f"{'reservation of ' if self.booked else ''}room {self.ref.room_id}"


class Stage:
    """The throw-away rooms of one trial."""

    def __init__(self, provider: AnyProvider) -> None:
        self.provider = provider
        self.things: list[Thing] = []

    def open(self, spec: RoomSpec) -> Thing:
        """A room for this wish, live."""
        thing = Thing(spec, RoomRef(room_id=spec.key))
        self.things.append(thing)
        if self.provider.rooms_are_sessions:
            make_session(self.provider.alias, spec)
            thing.known = True
        thing.ref = self._told(thing, self.provider.init_room(thing.ref, spec))
        return thing

    def book(self, spec: RoomSpec) -> Thing:
        """A reservation for this wish."""
        thing = Thing(spec, RoomRef(room_id=spec.key), booked=True)
        self.things.append(thing)
        thing.ref = self._told(thing, self.provider.book(spec))
        return thing

    def adopt(self, ref: RoomRef, spec: RoomSpec) -> None:
        """A room that came back where ours was asked for: it is ours to take away."""
        self.things.append(Thing(spec, ref, known=True))

    def needs_no_cleaning(self, thing: Thing) -> bool:
        """Whether nothing can be left of it: a room that nobody ends goes by itself."""
        features = self.provider.features
        ends = features.booking if thing.booked else features.ending
        return thing.gone or not (ends or self.provider.rooms_are_sessions)

    def clean(self) -> Iterator[tuple[Thing, Exception | None]]:
        """Take everything away, the latest first; what could not be comes with its reason."""
        for thing in reversed([each for each in self.things if not self.needs_no_cleaning(each)]):
            try:
                self.take_away(thing)
            except Exception as error:  # noqa: BLE001  (the next one is to be taken away all the same)
                yield thing, error
            else:
                yield thing, None

    def take_away(self, thing: Thing) -> None:
        if not thing.over:
            self._cancel(thing) if thing.booked else self._end(thing)
        if self.provider.rooms_are_sessions:
            remove_session(thing.spec)
        thing.gone = True

    def _told(self, thing: Thing, ref: RoomRef) -> RoomRef:
        if not ref.room_id:
            raise UnexpectedReply("answered a room without a name.", provider=self.provider.label)
        thing.known = True
        return ref

    def _end(self, thing: Thing) -> None:
        if not thing.known:  # its answer was lost: asked again, the same room comes back
            thing.ref = self._told(thing, self.provider.init_room(thing.ref, thing.spec))
        try:
            self.provider.end_room(thing.ref)
        except RoomNotFound:
            return  # it is gone, which is all we want

    def _cancel(self, thing: Thing) -> None:
        if thing.known:
            self.provider.cancel(thing.ref)
            return
        for kept in self.provider.find_bookings(thing.spec):
            self.provider.cancel(kept.ref)


def new_key() -> str:
    """A name that is nobody's."""
    return secrets.token_hex(16)


# The built-in room's rooms are our own sessions, so the trial needs one.


@transaction.atomic
def make_session(alias: str, spec: RoomSpec) -> RoomSession:
    """A live session of nobody's, that no page shows."""
    owner = User.objects.create_user(f"{spec.key}@parley.invalid", is_active=False, name=TITLE)
    room = Room.objects.create(owner=owner, name=spec.title, provider_alias=alias)
    return RoomSession.objects.create(
        key=spec.key,
        room=room,
        alias=alias,
        state=RoomSession.State.LIVE,
        provider_room_id=spec.key,
        waiting_room=room.waiting_room,
    )


@transaction.atomic
def remove_session(spec: RoomSpec) -> None:
    """The session and all that was made for it."""
    for session in RoomSession.objects.select_related("room__owner").filter(key=spec.key):
        session.delete()
        session.room.delete()
        session.room.owner.delete()
