"""Where one person stands in our tables: what is changed, row set by row set, to erase them."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.contrib.auth.hashers import make_password
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.db.models import CharField, EmailField, Q, QuerySet, Value
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce, Concat
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.models import AuditEntry, Invitation, User
from meetings.models import (
    Admission,
    Answer,
    Attendance,
    Booking,
    BookingChange,
    Caller,
    ChatMessage,
    Drift,
    Guest,
    JoinLink,
    Knock,
    Notice,
    OutgoingMail,
    Pattern,
    Room,
    RoomPeer,
    Series,
    SeriesChange,
    WebhookDelivery,
)

NO_ADDRESS = "@erased.invalid"


@dataclass(frozen=True, slots=True)
class Step:
    """Some rows and what becomes of them: other values, or nothing."""

    what: str
    rows: QuerySet[Any]
    values: Mapping[str, Any] | None = None
    each: Callable[[Any], Mapping[str, Any]] | None = None  # where values differ by row

    def take(self) -> int:
        if self.values is not None:
            return self.rows.update(**self.values)
        if each := self.each:
            every = self.rows.model.objects
            return sum(every.filter(pk=row.pk).update(**each(row)) for row in list(self.rows))
        label = self.rows.model._meta.label
        return int(self.rows.delete()[1].get(label, 0))


def erased_name() -> str:
    """What stands where a name was."""
    with translation.override(settings.LANGUAGE_CODE):
        return _("Erased person")


def nobody() -> Concat:
    """An address that is nobody's, another one for each row."""
    return Concat(Value("erased-"), Cast("pk", CharField()), Value(NO_ADDRESS))


def guests_at(address: str) -> QuerySet[Guest]:
    return Guest.objects.filter(email__address=address)


def identities_of(address: str) -> list[str]:
    """The browsers by which this person came to meetings by links of their own."""
    came = Admission.objects.filter(link__guest__in=guests_at(address))
    return list(came.order_by().values_list("identity", flat=True).distinct())


def of_guest(address: str) -> list[Step]:
    """The address itself last: by it, the rest is found."""
    guests = list(guests_at(address).values_list("pk", flat=True))
    link = {"revoked_at": Coalesce("revoked_at", timezone.now()), "label": ""}
    return [
        *_presence(identities_of(address)),
        Step(
            "answers", Answer.objects.filter(guest__in=guests).exclude(comment=""), {"comment": ""}
        ),
        Step("links", _still(JoinLink.objects.filter(guest__in=guests)), link),
        Step("audit log", _done_through(guests), {"address": ""}),
        Step("notices", _answers_told(address), each=_told_of_nobody),
        Step("mails", OutgoingMail.objects.filter(to_email__address=address, user=None)),
        Step("knocks", Knock.objects.filter(guest__in=guests)),
        Step("sign-up invitations", Invitation.objects.filter(email__address=address)),
        Step("guests", Guest.objects.filter(pk__in=guests), _erased_guest()),
    ]


def of_user(user: User) -> list[Step]:
    """The account itself last: until then, it can be begun again."""
    mine = Q(organizer=user)
    title, text, reason = {"title": _untitled()}, {"description": ""}, {"cancel_reason": ""}
    return [
        *_presence([f"u:{user.pk}"]),
        *_accounts_of(user),
        Step("mails", OutgoingMail.objects.filter(user=user)),
        Step("notices", _notices_of(user)),
        Step("knocks", Knock.objects.filter(user=user)),
        Step("sign-up invitations", Invitation.objects.filter(email__address=user.email)),
        Step("changes", BookingChange.objects.filter(booking__organizer=user), {"values": {}}),
        Step("changes", SeriesChange.objects.filter(series__organizer=user), {"values": {}}),
        Step("meetings", Booking.objects.filter(mine), title | text | reason),
        Step("patterns", Pattern.objects.filter(series__organizer=user), title | text),
        Step("series", Series.objects.filter(mine), title | reason),
        Step("rooms", Room.objects.filter(owner=user), {"name": _untitled(), "passcode": ""}),
        Step("links", JoinLink.objects.filter(owner=user).exclude(label=""), {"label": ""}),
        Step("audit log", _done_to(user).exclude(values={}), {"values": {}}),
        Step("audit log", _done_by(user), {"address": ""}),
        Step("log of the administration", _log_about(user), {"object_repr": erased_name()}),
        Step("account", User.objects.filter(pk=user.pk), _erased_user()),
    ]


def _presence(identities: list[str]) -> list[Step]:
    """Who came where; that somebody did stays true."""
    theirs = {"identity__in": identities}
    peers = RoomPeer.objects.filter(**theirs)
    pages = list(peers.values_list("pid", flat=True))
    admissions = Admission.objects.filter(**theirs)
    sessions = list(admissions.order_by().values_list("session", flat=True).distinct())
    name = {"name": erased_name()}
    return [
        Step(
            "chat messages",
            ChatMessage.objects.filter(pid__in=pages),
        ),
        Step("people in the built-in room", peers, name),
        Step("attendance", Attendance.objects.filter(**theirs), name),
        Step(
            "differences",
            Drift.objects.filter(session__in=sessions).exclude(details=""),
            {"details": ""},
        ),
        Step("what providers told", _told_by_providers(identities), {"attendee": {}}),
        Step("people at closed doors", Caller.objects.filter(**theirs)),
        Step("admissions", admissions, name | {"message": ""}),
    ]


def _comments(guests: list[int]) -> QuerySet[Answer]:
    return Answer.objects.filter(guest__in=guests).exclude(comment="")


def _differences(sessions: list[int]) -> QuerySet[Drift]:
    return Drift.objects.filter(session__in=sessions).exclude(details="")


def _told_by_providers(identities: list[str]) -> QuerySet[WebhookDelivery]:
    return WebhookDelivery.objects.filter(attendee__key__in=identities, next_try_at=None)


def _still(links: QuerySet[JoinLink]) -> QuerySet[JoinLink]:
    return links.filter(~Q(label="") | Q(revoked_at=None))


def _answers_told(address: str) -> QuerySet[Notice]:
    of = Cast(KeyTextTransform("email", "facts"), EmailField())
    told = Notice.objects.filter(kind=Notice.Kind.ANSWERED)
    return told.annotate(of=of).filter(of__address=address)


def _told_of_nobody(notice: Notice) -> dict[str, Any]:
    """An organizer is still told of the answer, and no longer of whom."""
    return {"facts": {**notice.facts, "who": erased_name(), "email": "", "comment": ""}}


def _notices_of(user: User) -> QuerySet[Notice]:
    """With the mails of each; those that nobody took within a day will not help anybody either."""
    meetings = Q(booking__organizer=user) | Q(series__organizer=user)
    return Notice.objects.filter(meetings | Q(room__owner=user))


def _erased_guest() -> dict[str, Any]:
    return {
        "email": nobody(),
        "name": erased_name(),
        "language": "",
        "time_zone": "",
        "bounce": "",
        "removed_at": Coalesce("removed_at", timezone.now()),
    }


def _erased_user() -> dict[str, Any]:
    return {
        "email": nobody(),
        "name": erased_name(),
        "password": make_password(None),
        "time_zone": "UTC",
        "zone_confirmed": False,
        "language": settings.LANGUAGE_CODE,
        "is_active": False,
        "is_staff": False,
        "is_superuser": False,
        "last_login": None,
        "leaves_since": None,
    }


def _untitled() -> str:
    with translation.override(settings.LANGUAGE_CODE):
        return _("Erased")


def _log_about(user: User) -> QuerySet[LogEntry]:
    people = ContentType.objects.get_for_model(User)
    return LogEntry.objects.filter(content_type=people, object_id=str(user.pk))


def _done_by(user: User) -> QuerySet[AuditEntry]:
    return AuditEntry.objects.filter(user=user).exclude(address="")


def _done_through(guests: list[int]) -> QuerySet[AuditEntry]:
    """What was done by their links."""
    links = JoinLink.objects.filter(guest__in=guests).values_list("pk", flat=True)
    through = [f"link {pk}" for pk in links]
    return AuditEntry.objects.filter(through__in=through).exclude(address="")


def _done_to(user: User) -> QuerySet[AuditEntry]:
    """What was done to what is theirs: entries hold old and new words of it."""
    theirs = (
        User.objects.filter(pk=user.pk),
        Room.objects.filter(owner=user),
        Booking.objects.filter(organizer=user),
        Series.objects.filter(organizer=user),
        JoinLink.objects.filter(owner=user),
    )
    return AuditEntry.objects.about_any_of(*theirs)


def _accounts_of(user: User) -> Iterable[Step]:
    """What signs them in, and where they are signed in."""
    keys = list(UserSession.objects.filter(user=user).values_list("session_key", flat=True))
    return [
        Step("browser sessions", Session.objects.filter(session_key__in=keys)),
        Step("devices", UserSession.objects.filter(user=user)),
        Step("second factors", Authenticator.objects.filter(user=user)),
        Step("sign-ins elsewhere", SocialAccount.objects.filter(user=user)),
        Step("addresses", EmailAddress.objects.filter(user=user)),
        Step("groups", User.groups.through.objects.filter(user=user)),
        Step("permissions", User.user_permissions.through.objects.filter(user=user)),
    ]
