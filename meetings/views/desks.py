"""Where somebody hosts a running meeting from: the owner's pages, or the console of a link."""

from dataclasses import dataclass
from functools import cached_property

from django.urls import reverse

from accounts.models import User
from meetings.models import JoinLink, RoomSession
from meetings.services.controls import Actor
from meetings.services.door import Door
from meetings.services.roles import Action, Seat, may, seat_of


@dataclass(frozen=True, kw_only=True)
class Desk:
    """Who is at the controls of a session, what they may do, and where their buttons lead."""

    session: RoomSession
    actor: Actor
    at: str  # whose page it is: `booking`, `room`, `console`, or `frame` above the provider's
    link: JoinLink | None = None  # whose console it is; without one, these are the owner's pages

    @cached_property
    def may(self) -> dict[str, bool]:
        state = self.session.state
        return {action.value: may(self.actor.seat, action, state) for action in Action}

    @cached_property
    def to(self) -> dict[str, str]:
        """The address for each action, by its word."""
        return {action.value: self._address(action) for action in Action if action != Action.LOOK}

    def _address(self, action: Action) -> str:
        if self.link:
            return reverse("console-act", args=[self.link.token, action.value])
        return reverse(f"session-{action.value}", args=[self.session.pk])

    @property
    def live_url(self) -> str:
        """What the live part asks for again and again."""
        if self.link:
            return reverse("console-live", args=[self.link.token])
        return reverse(f"{self._place}-live", args=[self._pk])

    @property
    def waiting_url(self) -> str:
        """What the bar above a provider’s page asks for."""
        if self.link:
            return reverse("console-waiting", args=[self.link.token])
        return reverse("session-waiting", args=[self.session.pk])

    @property
    def home(self) -> str:
        """The page to go back to."""
        if self.link:
            return reverse("console", args=[self.link.token])
        return reverse(self._place, args=[self._pk])

    @property
    def _place(self) -> str:
        """The page of the meeting; of the permanent room where it was pressed there."""
        return "booking" if self.session.booking_id and self.at != "room" else "room"

    @property
    def _pk(self) -> int:
        booking, room = self.session.booking_id, self.session.room_id
        return booking if booking and self._place == "booking" else room


def owners_desk(session: RoomSession, user: User, *, at: str = "booking") -> Desk:
    """The one on the pages of whose meeting it is."""
    return Desk(session=session, actor=Actor.owner(user), at=at)


def desk_at(door: Door, *, at: str = "console") -> Desk | None:
    """The one behind a link, while its meeting runs; None for those who host nothing."""
    if door.session is None:
        return None
    actor = Actor(identity=door.visitor.identity, seat=seat_at(door), user=door.visitor.user)
    return Desk(session=door.session, actor=actor, at=at, link=door.link)


def seat_at(door: Door) -> Seat:
    """What somebody is who stands there; whose meeting it is needs no link for it."""
    user = door.visitor.user
    if door.hosts and user and user == door.organizer:
        return Seat.OWNER
    return seat_of(door.role)
