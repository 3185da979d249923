"""What pages show of recordings, from our rows only, and what their organizer decides."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Exists, OuterRef, Q

from accounts import audit
from accounts.models import User
from meetings.models import Admission, Booking, Recording, Room, RoomSession, Series
from meetings.models.recording import RecordingQuerySet
from meetings.models.session import RoomSessionQuerySet
from meetings.services.door import Door, DoorState
from meetings.services.transactions import saving

from .deletions import delete
from .recordings import are_kept_at

MOST_SESSIONS = 10  # the latest
MOST_SHOWN = 100

# Where nothing of what was recorded is shown: it must be known who comes, or they are out.
CLOSED = {
    DoorState.SIGN_IN,
    DoorState.NOT_YOURS,
    DoorState.REFUSED,
    DoorState.REMOVED,
}
# Where nothing is held any more: what was recorded before stays as it was shared.
OVER = {DoorState.ENDED, DoorState.CANCELLED, DoorState.CLOSED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """The recordings of some sessions, when they were looked for, and what kept us from it."""

    kept: list[Recording] = field(default_factory=list)
    gone: list[Recording] = field(default_factory=list)
    troubles: dict[str, str] = field(default_factory=dict)  # alias → the provider's words
    seen_at: datetime | None = None
    is_expecting: bool = False


def sessions_of(place: Booking | Room) -> RoomSessionQuerySet:
    """The runs of a meeting, or of a room without one: a meeting's page shows its own."""
    held = RoomSession.objects.without_secrets().filter(live_at__isnull=False)
    if isinstance(place, Room):
        return held.filter(room=place, booking=None)
    return held.filter(booking=place)


def shelf_of(place: Booking | Room) -> Shelf | None:
    """What is known of a place's recordings; None where there never can be any."""
    sessions = list(sessions_of(place)[:MOST_SESSIONS])
    rows = list(_of(sessions)) if sessions else []
    if not rows and not are_kept_at({session.alias for session in sessions}):
        return None
    seen = [session.recordings_seen_at for session in sessions if session.recordings_seen_at]
    return Shelf(
        kept=[row for row in rows if row.state not in Recording.GONE],
        gone=[row for row in rows if row.state in Recording.GONE],
        troubles={each.alias: each.recordings_error for each in sessions if each.recordings_error},
        seen_at=max(seen, default=None),
        is_expecting=any(session.recordings_due_at for session in sessions),
    )


def _of(sessions: Iterable[RoomSession]) -> RecordingQuerySet:
    rows = Recording.objects.filter(session__in=[session.pk for session in sessions])
    return rows.without_secrets().select_related("deleted_by")[:MOST_SHOWN]


@saving
def share(recording: Recording, *, access: str, expires_at: datetime | None) -> bool:
    """Let these people see it, until then; False when it is on its way out or gone."""
    wanted = {"access": access, "expires_at": expires_at}
    if not Recording.objects.kept().filter(pk=recording.pk).update(**wanted):
        return False
    if changed := audit.difference(recording, wanted):
        audit.record(audit.Action.SHARED, recording, values=changed)
    return True


# At the door


def shared_at(door: Door) -> RecordingQuerySet:
    """What this visitor may see at their link: when nothing is on, and nobody has sent them out."""
    link = door.link
    # Hosts may open it again; links of series and rooms lead on to what comes next.
    is_over = door.state in OVER or link.booking_id is None or link.role.hosts
    if door.state in CLOSED or door.session is not None or not is_over:
        return Recording.objects.none()
    shared = Recording.objects.shared_by(link).filter(~_was_removed(door))
    return shared.without_secrets().select_related("session__booking")


def _was_removed(door: Door) -> Exists:
    """Whether they were removed from that meeting: in this browser, or by their personal link."""
    theirs = Q(identity=door.visitor.identity)
    if door.link.is_personal:
        theirs |= Q(link=door.link)
    there = Q(session=OuterRef("session")) | Q(session__booking=OuterRef("session__booking"))
    removed = Admission.objects.filter(theirs, there, state=Admission.State.REMOVED)
    return Exists(removed)


# When the place is given up


def kept_in(place: Booking | Series | Room) -> RecordingQuerySet:
    """The recordings that would stay behind; of a room, those of meetings in it too."""
    kept = Recording.objects.kept()
    if isinstance(place, Room):
        return kept.filter(session__room=place)
    if isinstance(place, Series):
        return kept.filter(session__booking__series=place)
    return kept.filter(session__booking=place)


@saving
def give_up_room(room: Room, *, by: User, deletes_recordings: bool) -> None:
    """Give the room up, and its recordings too if wanted: also those that come to light later."""
    room.archive(deletes_recordings=deletes_recordings)
    if deletes_recordings:
        delete(kept_in(room), by=by)
