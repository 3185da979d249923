"""Where people stand in our tables, and what erasing makes of it: field by field, in one place.

A test fails when a model gains a field for text or a person that is not listed here.
"""

from enum import StrEnum
from typing import NamedTuple

from django.apps import apps
from django.db import models


class Fate(StrEnum):
    """What becomes of a field when its person is erased."""

    REPLACED = "replaced"
    EMPTIED = "emptied"
    REMOVED = "removed with its row"
    KEPT = "kept"


class Field(NamedTuple):
    fate: Fate
    why: str


REPLACED, EMPTIED, REMOVED, KEPT = Fate.REPLACED, Fate.EMPTIED, Fate.REMOVED, Fate.KEPT

NOBODY = Field(KEPT, "says nothing about a person")
ROW = Field(REMOVED, "about this person alone")
POINTS = Field(KEPT, "leads to what has no name any more")
RANDOM = Field(KEPT, "a random key, which names nobody")
TEXT = Field(EMPTIED, "what somebody wrote")
NAME = Field(REPLACED, "a name")

FIELDS: dict[str, dict[str, Field]] = {
    "accounts.User": {
        "password": Field(REPLACED, "nobody can sign in with it"),
        "email": Field(REPLACED, "an address"),
        "name": NAME,
        "time_zone": Field(REPLACED, "tells where somebody lives"),
    },
    "accounts.AuditEntry": {
        "user": POINTS,
        "through": NOBODY,
        "about": NOBODY,
        "about_id": NOBODY,
        "values": Field(EMPTIED, "old and new words"),
        "request": RANDOM,
        "address": Field(EMPTIED, "where somebody was"),
    },
    "accounts.Invitation": {"email": ROW, "token": ROW, "invited_by": POINTS},
    "account.EmailAddress": {"email": ROW, "user": ROW},
    "account.EmailConfirmation": {"key": ROW},
    "usersessions.UserSession": {
        "user": ROW,
        "ip": ROW,
        "session_key": ROW,
        "user_agent": ROW,
        "data": ROW,
    },
    "sessions.Session": {"session_key": ROW, "session_data": ROW},
    "mfa.Authenticator": {"user": ROW, "data": ROW},
    "socialaccount.SocialAccount": {
        "user": ROW,
        "provider": ROW,
        "uid": ROW,
        "extra_data": ROW,
    },
    "socialaccount.SocialToken": {"token": ROW, "token_secret": ROW},
    "meetings.Room": {
        "owner": POINTS,
        "name": Field(REPLACED, "what somebody wrote"),
        "passcode": TEXT,
    },
    "meetings.Booking": {
        "title": Field(REPLACED, "what somebody wrote"),
        "description": TEXT,
        "organizer": POINTS,
        "time_zone": NOBODY,
        "wall": NOBODY,
        "reminders": NOBODY,
        "cancel_reason": TEXT,
    },
    "meetings.Series": {
        "organizer": POINTS,
        "title": Field(REPLACED, "what somebody wrote"),
        "cancel_reason": TEXT,
    },
    "meetings.Pattern": {
        "time_zone": NOBODY,
        "rule": NOBODY,
        "left_out": NOBODY,
        "title": Field(REPLACED, "what somebody wrote"),
        "description": TEXT,
        "reminders": NOBODY,
    },
    "meetings.BookingChange": {"by": POINTS, "values": Field(EMPTIED, "old and new words")},
    "meetings.SeriesChange": {"by": POINTS, "values": Field(EMPTIED, "old and new words")},
    "meetings.Guest": {
        "email": Field(REPLACED, "an address"),
        "name": NAME,
        "language": Field(EMPTIED, "of their browser"),
        "time_zone": Field(EMPTIED, "tells where somebody lives"),
        "bounce": Field(EMPTIED, "may name the address"),
    },
    "meetings.Answer": {"guest": POINTS, "comment": TEXT},
    "meetings.JoinLink": {
        "token": Field(KEPT, "withdrawn: it lets nobody in"),
        "guest": POINTS,
        "owner": POINTS,
        "label": Field(EMPTIED, "may be a name"),
    },
    "meetings.Admission": {
        "identity": RANDOM,
        "user": POINTS,
        "name": NAME,
        "decided_by": POINTS,
        "message": Field(EMPTIED, "what a host wrote to them"),
    },
    "meetings.Attendance": {"identity": RANDOM, "name": NAME, "told": NOBODY},
    "meetings.Caller": {"identity": ROW, "user": ROW, "name": ROW},
    "meetings.RoomPeer": {
        "pid": RANDOM,
        "identity": RANDOM,
        "resume_hash": RANDOM,
        "name": NAME,
        "media": NOBODY,
        "forced": NOBODY,
        "left_why": NOBODY,
    },
    "meetings.ChatMessage": {"pid": ROW, "name": ROW, "text": ROW, "client_id": ROW},
    "meetings.LinkUse": {"identity": RANDOM},
    "meetings.RoomSession": {
        "key": RANDOM,
        "made_for": NOBODY,
        "claim": RANDOM,
        "error": NOBODY,
        "provider_room_id": NOBODY,
        "provider_booking_id": NOBODY,
        "provider_session_id": NOBODY,
        "host_key": NOBODY,
        "differences": NOBODY,
        "detours": NOBODY,
        "waiting_room": NOBODY,
        "passcode": NOBODY,
        "recordings_error": NOBODY,
    },
    "meetings.Reservation": {
        "error": NOBODY,
        "lease": RANDOM,
        "wish": NOBODY,
        "key": RANDOM,
        "provider_room_id": NOBODY,
        "provider_booking_id": NOBODY,
        "host_key": NOBODY,
        "differences": NOBODY,
        "former_room_id": NOBODY,
        "former_booking_id": NOBODY,
    },
    "meetings.Recording": {
        "error": NOBODY,
        "lease": RANDOM,
        "recording_id": NOBODY,
        "title": NOBODY,
        "deleted_by": POINTS,
    },
    "meetings.Drift": {
        "room_id": NOBODY,
        "details": Field(EMPTIED, "may name who was inside"),
        "error": NOBODY,
    },
    "meetings.Feed": {"owner": ROW, "token": ROW},
    "meetings.Knock": {"once": ROW, "user": ROW, "guest": ROW},
    "meetings.Outage": {"error": NOBODY},
    "meetings.Notice": {"facts": Field(REPLACED, "who answered, and what they wrote")},
    "meetings.OutgoingMail": {
        "error": ROW,
        "lease": ROW,
        "once": ROW,
        "guest": ROW,
        "user": ROW,
        "to_email": ROW,
        "to_name": ROW,
        "message_id": ROW,
    },
    "meetings.ProviderAccount": {"backend": NOBODY, "options": NOBODY, "secrets": NOBODY},
    "meetings.ProviderHook": {"error": NOBODY, "lease": NOBODY, "webhook_id": NOBODY},
    "meetings.ProviderSwitch": {"off_by": POINTS},
    "meetings.TaskRecord": {"name": NOBODY, "run": RANDOM, "error": NOBODY, "result": NOBODY},
    "meetings.WebhookDelivery": {
        "error": NOBODY,
        "lease": RANDOM,
        "event_id": NOBODY,
        "room_id": NOBODY,
        "run_id": NOBODY,
        "recording_id": NOBODY,
        "attendee": Field(EMPTIED, "who came or left"),
        "host_key": NOBODY,
    },
    "meetings.Worker": {"key": NOBODY, "name": NOBODY},
    "meetings.ZoneRules": {"edition": NOBODY},
    "admin.LogEntry": {
        "user": POINTS,
        "object_id": NOBODY,
        "object_repr": NAME,
        "change_message": NOBODY,
    },
    "auth.Group": {"name": NOBODY},
    "auth.Permission": {"name": NOBODY, "codename": NOBODY},
    "contenttypes.ContentType": {"app_label": NOBODY, "model": NOBODY},
    "socialaccount.SocialApp": dict.fromkeys(
        ("provider", "provider_id", "name", "client_id", "secret", "key", "settings"), NOBODY
    ),
}

PEOPLE = ("accounts.User", "meetings.Guest")
WORDS = (
    models.CharField,
    models.TextField,
    models.JSONField,
    models.GenericIPAddressField,
    models.BinaryField,
)


def may_be_personal() -> set[tuple[str, str]]:
    """Each field of each model that holds free words or leads to a person."""
    return {
        (model._meta.label, field.name)
        for model in apps.get_models()
        for field in model._meta.local_concrete_fields
        if _holds_words(field) or _leads_to_somebody(field)
    }


def _holds_words(field: "models.Field[object, object]") -> bool:
    return (
        isinstance(field, WORDS) and not field.choices and not isinstance(field, models.SlugField)
    )


def _leads_to_somebody(field: "models.Field[object, object]") -> bool:
    to = field.related_model if field.remote_field else None
    return isinstance(to, type) and to._meta.label in PEOPLE


def as_table() -> str:
    """The list as docs/privacy.md shows it; what says nothing about people is left out."""
    lines = ["| where | field | when its person is erased | why |", "| --- | --- | --- | --- |"]
    lines += [
        f"| {model} | `{name}` | {field.fate} | {field.why} |"
        for model, fields in FIELDS.items()
        for name, field in fields.items()
        if field is not NOBODY
    ]
    return "\n".join(lines)
