"""Sessions held where recordings are kept, for tests about those."""

from datetime import timedelta

from django.utils import timezone

from accounts.models import User
from meetings.models import Recording, RoomSession
from meetings.services.opening import open_room
from meetings.services.rooms import create_room

EndReason = RoomSession.EndReason


def hold(by: User, alias: str = "main") -> RoomSession:
    """A run of another room, at `main` unless said."""
    return open_room(create_room(by, name="Abroad", provider_alias=alias))


def ended(session: RoomSession, *, ago: timedelta = timedelta(0)) -> RoomSession:
    """The session over for so long, and due to be asked about."""
    session.end(EndReason.HOST)
    over = {"ended_at": timezone.now() - ago, "recordings_due_at": timezone.now()}
    RoomSession.objects.filter(pk=session.pk).update(**over)
    session.refresh_from_db()
    return session


def made(session: RoomSession, name: str = "r1", **fields: object) -> Recording:
    """A row of ours."""
    usual = {"state": Recording.State.READY, "next_try_at": None, "title": "Review"}
    return Recording.objects.create(
        session=session,
        recording_id=name,
        **{**usual, **fields},  # type: ignore[arg-type]
    )


def states() -> dict[str, str]:
    """The recordings that we know of, and how they stand."""
    return dict(Recording.objects.values_list("recording_id", "state"))
