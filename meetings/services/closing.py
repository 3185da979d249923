"""Ending what nobody uses any more, at providers elsewhere: the built-in room does it itself."""

from datetime import datetime, timedelta
from itertools import islice

from django.db.models import Exists, Max, OuterRef, QuerySet
from django.utils import timezone

from meetings.models import Attendance, RoomSession
from meetings.models.database_clock import DatabaseNow
from meetings.models.session import unclaimed
from meetings.providers import AnyProvider, aliases
from meetings.providers.errors import ProviderError, RoomNotFound

from .checking import is_open_at
from .deliveries.events import close_stays, end_session
from .deliveries.waiting import one_by_one
from .hosting import announce, end_for_all
from .opening import close_later
from .rooms import provider_of
from .specs import OPEN_END_MINUTES

GIVEN_UP_AFTER = timedelta(minutes=2)  # whoever waits at the door comes back much sooner

Reason = RoomSession.EndReason

EMPTY_FOR = timedelta(minutes=10)  # people may come back
KNOCK_LASTS = timedelta(minutes=30)
OPEN_END = timedelta(minutes=OPEN_END_MINUTES)  # of sessions that nobody can say anything about
SILENT_FOR = timedelta(days=1)  # a provider that says nothing for so long is not waited for
END_IS_TOLD_WITHIN = timedelta(minutes=5)
AT_ONCE = 50  # sessions of one round: each may ask a provider


def give_up_dead_openings() -> None:
    """Sessions that nobody alive opens, and to which nobody came since; their rooms may be open."""
    long_ago = DatabaseNow() - GIVEN_UP_AFTER
    opening = RoomSession.objects.filter(state=RoomSession.State.OPENING)
    for session in opening.filter(unclaimed(), claimed_at__lt=long_ago):
        if session.abandon():
            close_later(session.alias, session.ref)


def end_unused() -> None:
    """End sessions whose time is over, or that have been empty for long, if nobody is inside."""
    due = ((session, reason) for session in _live() if (reason := reason_to_end(session)))
    one_by_one(_end_if_nobody_is_inside, islice(due, AT_ONCE))


def close_forgotten_stays() -> None:
    """Whoever is said to be in a session that is long over left at its end, though nobody told."""
    told_by = timezone.now() - END_IS_TOLD_WITHIN
    ended = RoomSession.objects.without_secrets().filter(
        state=RoomSession.State.ENDED, ended_at__lt=told_by
    )
    for session in ended.filter(attendances__left_at=None).distinct()[:AT_ONCE]:
        assert session.ended_at is not None  # noqa: S101
        close_stays(session, session.ended_at, noticed=True)


def _live() -> QuerySet[RoomSession]:
    """Sessions elsewhere, with who is said to be inside and since when nobody is."""
    ours = [alias for alias in aliases() if _is_builtin(provider_of(alias))]
    inside = Attendance.objects.filter(session=OuterRef("pk"), left_at=None)
    return (
        RoomSession.objects.live()
        .without_secrets()
        .exclude(alias__in=ours)
        .select_related("booking")
        .annotate(has_people=Exists(inside), last_left=Max("attendances__left_at"))
        .order_by("?")  # not always the same ones first, should there be more than we ask about
    )


def _is_builtin(provider: AnyProvider | None) -> bool:
    return provider is not None and provider.rooms_are_sessions


def reason_to_end(session: RoomSession) -> RoomSession.EndReason | None:
    """Why this session of `_live` should be over if nobody is inside; None while it goes on."""
    if session.booking:
        return Reason.TIME if session.booking.doors_close_at <= timezone.now() else None
    if getattr(session, "has_people", False) or _empty_since(session) > timezone.now() - EMPTY_FOR:
        return None
    return None if somebody_waits(session) else Reason.EMPTY


def _empty_since(session: RoomSession) -> datetime:
    last_left: datetime | None = getattr(session, "last_left", None)
    since = (session.created_at, session.live_at, last_left)
    return max(at for at in since if at is not None)


def somebody_waits(session: RoomSession) -> bool:
    """Whoever knocked long ago and was never answered has gone."""
    lately = timezone.now() - KNOCK_LASTS
    return session.admissions.waiting().filter(asked_at__gt=lately).exists()


def _end_if_nobody_is_inside(due: tuple[RoomSession, RoomSession.EndReason]) -> None:
    session, reason = due
    provider = provider_of(session.alias)
    is_inside = somebody_is_inside(provider, session)
    if is_inside is False:
        end_for_all(session, reason)
        close_stays(session, timezone.now(), noticed=True)
    elif is_inside is None and _is_long_over(session, provider):
        # Only our door: whoever may be inside there is not thrown out.
        end_session(session, reason, timezone.now(), noticed=True)
        announce(session)


def somebody_is_inside(provider: AnyProvider | None, session: RoomSession) -> bool | None:
    """Whether people are in the session's room; None when nobody can say."""
    is_open = is_open_at(provider, session)
    if provider is None or not is_open or provider.features.ends_when_empty:
        return is_open
    if session.attendances.filter(left_at=None).exists():
        return True  # an empty list of theirs may mean that they cannot tell
    if not provider.features.roster:
        return None
    try:
        return bool(provider.roster(session.ref))
    except RoomNotFound:
        return False
    except ProviderError:
        return None


def _is_long_over(session: RoomSession, provider: AnyProvider | None) -> bool:
    """Whether we stop waiting for an answer; at once for one whose account was taken away."""
    if provider is None:
        return True
    booking = session.booking
    if provider.features.live_status:
        over = booking.doors_close_at if booking else _empty_since(session)
        return over < timezone.now() - SILENT_FOR
    return booking is not None or _empty_since(session) < timezone.now() - OPEN_END
