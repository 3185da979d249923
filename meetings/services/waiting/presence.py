"""Whether a host is there: inside, or deciding about people who wait."""

from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from meetings.models import Admission, RoomSession
from meetings.models.admission import AdmissionQuerySet
from meetings.providers.base import Role
from meetings.services.rooms import provider_of

ON_THE_WAY = timedelta(minutes=2)  # from our door to what the provider tells of them
DECIDED_LATELY = timedelta(minutes=5)  # then whoever decided still looks

HOSTS = [role.value for role in Role if role.hosts]


def host_is_there(session: RoomSession) -> bool:
    """By what providers tell and what hosts did; nobody is asked."""
    lately = Q(decided_at__gt=timezone.now() - DECIDED_LATELY, decided_by__isnull=False)
    if session.admissions.filter(lately).exists():
        return True
    return _is_inside(session) or _may_be_inside(session)


def _is_inside(session: RoomSession) -> bool:
    inside = session.attendances.filter(left_at=None)
    made = _hosts_let_in(session).values("identity")
    return inside.filter(Q(role__in=HOSTS) | Q(identity__in=made)).exists()


def _may_be_inside(session: RoomSession) -> bool:
    """Let in, and no word of them since: where nobody tells, they count as inside."""
    told = session.attendances.values("identity")
    let_in = _hosts_let_in(session).exclude(identity__in=told)
    if _tells(session):
        let_in = let_in.filter(asked_at__gt=timezone.now() - ON_THE_WAY)
    return let_in.exists()


def _hosts_let_in(session: RoomSession) -> AdmissionQuerySet:
    return session.admissions.filter(
        Q(role__in=HOSTS) | Q(given_role__in=HOSTS), state=Admission.State.ADMITTED
    )


def _tells(session: RoomSession) -> bool:
    """Whether we hear who comes and goes."""
    provider = provider_of(session.alias)
    return bool(provider and (provider.rooms_are_sessions or provider.features.webhooks))
