"""Meetings in the Django admin: to find, to look at, and to stop what must stop."""

from .bookings import BookingAdmin, BookingChangeAdmin
from .builtin_room import ChatMessageAdmin, RoomPeerAdmin
from .deliveries import WebhookDeliveryAdmin
from .drifts import DriftAdmin
from .feeds import FeedAdmin
from .links import JoinLinkAdmin
from .outbox import OutgoingMailAdmin
from .people_at_meetings import AdmissionAdmin, AttendanceAdmin
from .provider_accounts import ProviderAccountAdmin
from .reservations import ReservationAdmin
from .rooms import RoomAdmin
from .sessions import RoomSessionAdmin

__all__ = [
    "AdmissionAdmin",
    "AttendanceAdmin",
    "BookingAdmin",
    "BookingChangeAdmin",
    "ChatMessageAdmin",
    "DriftAdmin",
    "FeedAdmin",
    "JoinLinkAdmin",
    "OutgoingMailAdmin",
    "ProviderAccountAdmin",
    "ReservationAdmin",
    "RoomAdmin",
    "RoomPeerAdmin",
    "RoomSessionAdmin",
    "WebhookDeliveryAdmin",
]
