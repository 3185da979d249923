"""Meetings in the Django admin: to find, to look at, and to stop what must stop."""

from .background import TaskRecordAdmin
from .bookings import BookingAdmin, BookingChangeAdmin
from .builtin_room import ChatMessageAdmin, RoomPeerAdmin
from .deliveries import WebhookDeliveryAdmin
from .drifts import DriftAdmin
from .feeds import FeedAdmin
from .guests import AnswerAdmin, GuestAdmin
from .knocks import CallerAdmin, KnockAdmin
from .links import JoinLinkAdmin
from .outages import OutageAdmin
from .outbox import OutgoingMailAdmin
from .people import PersonAdmin
from .people_at_meetings import AdmissionAdmin, AttendanceAdmin
from .provider_accounts import ProviderAccountAdmin
from .recordings import RecordingAdmin
from .reservations import ReservationAdmin
from .rooms import RoomAdmin
from .series import SeriesAdmin
from .sessions import RoomSessionAdmin
from .zone_rules import ZoneRulesAdmin

__all__ = [
    "AdmissionAdmin",
    "AnswerAdmin",
    "AttendanceAdmin",
    "BookingAdmin",
    "BookingChangeAdmin",
    "CallerAdmin",
    "ChatMessageAdmin",
    "DriftAdmin",
    "FeedAdmin",
    "GuestAdmin",
    "JoinLinkAdmin",
    "KnockAdmin",
    "OutageAdmin",
    "OutgoingMailAdmin",
    "PersonAdmin",
    "ProviderAccountAdmin",
    "RecordingAdmin",
    "ReservationAdmin",
    "RoomAdmin",
    "RoomPeerAdmin",
    "RoomSessionAdmin",
    "SeriesAdmin",
    "TaskRecordAdmin",
    "WebhookDeliveryAdmin",
    "ZoneRulesAdmin",
]
