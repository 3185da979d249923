"""What hosts made of people while a meeting ran."""

from collections.abc import Collection

from django.db.models import Q

from accounts.models import AuditEntry
from meetings.attendance_sums import best_role
from meetings.models import Admission, RoomSession

Person = tuple[int, str]  # the session and their identity


def given_roles(sessions: Collection[int]) -> dict[Person, str]:
    """The best role that a host gave each, also where it was taken back: two queries."""
    logged = _logged(sessions)
    given = Admission.objects.filter(~Q(given_role="") | Q(pk__in=logged), session__in=sessions)
    return {
        (session, identity): best_role([role, *logged.get(pk, [])])
        for pk, session, identity, role in given.values_list(
            "pk", "session_id", "identity", "given_role"
        )
    }


def _logged(sessions: Collection[int]) -> dict[int, list[str]]:
    """Admission → all roles that it was given; the row itself knows only the last one."""
    entries = AuditEntry.objects.filter(
        action=AuditEntry.Action.ROLE_GIVEN,
        about=RoomSession._meta.label_lower,
        about_id__in=map(str, sessions),
    )
    found: dict[int, list[str]] = {}
    for values in entries.values_list("values", flat=True):
        found.setdefault(values["admission"], []).append(values["role"])
    return found
