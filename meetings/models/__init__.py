"""The facts: rooms, bookings, sessions, links, and who came."""

from .admission import Admission
from .attendance import Attendance
from .booking import Booking
from .booking_change import BookingChange
from .builtin_room import ChatMessage, RoomPeer
from .drift import Drift
from .join_link import JoinLink
from .provider_account import ProviderAccount
from .provider_hook import ProviderHook
from .provider_switch import ProviderSwitch
from .reservation import Reservation, is_unconfirmed
from .room import Room, WaitingRoom
from .session import RoomSession, is_live_now, was_ended
from .webhook_delivery import WebhookDelivery

__all__ = [
    "Admission",
    "Attendance",
    "Booking",
    "BookingChange",
    "ChatMessage",
    "Drift",
    "JoinLink",
    "ProviderAccount",
    "ProviderHook",
    "ProviderSwitch",
    "Reservation",
    "Room",
    "RoomPeer",
    "RoomSession",
    "WaitingRoom",
    "WebhookDelivery",
    "is_live_now",
    "is_unconfirmed",
    "was_ended",
]
