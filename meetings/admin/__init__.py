"""Meetings in the Django admin: to find, to look at, and to stop what must stop."""

from .bookings import BookingAdmin, BookingChangeAdmin
from .builtin_room import ChatMessageAdmin, RoomPeerAdmin
from .deliveries import WebhookDeliveryAdmin
from .drifts import DriftAdmin
from .feeds import FeedAdmin
from .guests import AnswerAdmin, GuestAdmin
from .links import JoinLinkAdmin
from .outbox import OutgoingMailAdmin
from .people_at_meetings import AdmissionAdmin, AttendanceAdmin
from .provider_accounts import ProviderAccountAdmin
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
    "ChatMessageAdmin",
    "DriftAdmin",
    "FeedAdmin",
    "GuestAdmin",
    "JoinLinkAdmin",
    "OutgoingMailAdmin",
    "ProviderAccountAdmin",
    "ReservationAdmin",
    "RoomAdmin",
    "RoomPeerAdmin",
    "RoomSessionAdmin",
    "SeriesAdmin",
    "WebhookDeliveryAdmin",
    "ZoneRulesAdmin",
]
