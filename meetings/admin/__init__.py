"""Meetings in the Django admin: to find, to look at, and to stop what must stop."""

from .bookings import BookingAdmin, BookingChangeAdmin
from .builtin_room import ChatMessageAdmin, RoomPeerAdmin
from .drifts import DriftAdmin
from .links import JoinLinkAdmin
from .people_at_meetings import AdmissionAdmin, AttendanceAdmin
from .provider_accounts import ProviderAccountAdmin
from .rooms import RoomAdmin
from .sessions import RoomSessionAdmin

__all__ = [
    "AdmissionAdmin",
    "AttendanceAdmin",
    "BookingAdmin",
    "BookingChangeAdmin",
    "ChatMessageAdmin",
    "DriftAdmin",
    "JoinLinkAdmin",
    "ProviderAccountAdmin",
    "RoomAdmin",
    "RoomPeerAdmin",
    "RoomSessionAdmin",
]
