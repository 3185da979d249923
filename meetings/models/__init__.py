"""The facts: rooms, bookings, sessions, links, and who came."""

from .admission import Admission
from .attendance import Attendance
from .booking import Booking
from .booking_change import BookingChange
from .builtin_room import ChatMessage, RoomPeer
from .drift import Drift
from .feed import Feed
from .guest import Answer, Guest
from .join_link import JoinLink
from .link_use import LinkUse
from .outbox import Notice, OutgoingMail
from .pattern import Pattern
from .provider_account import ProviderAccount
from .provider_hook import ProviderHook
from .provider_switch import ProviderSwitch
from .reservation import Reservation, is_unconfirmed
from .room import Room, WaitingRoom
from .series import Series
from .series_change import SeriesChange
from .session import RoomSession, is_live_now, was_ended
from .webhook_delivery import WebhookDelivery
from .zone_rules import ZoneRules

__all__ = [
    "Admission",
    "Answer",
    "Attendance",
    "Booking",
    "BookingChange",
    "ChatMessage",
    "Drift",
    "Feed",
    "Guest",
    "JoinLink",
    "LinkUse",
    "Notice",
    "OutgoingMail",
    "Pattern",
    "ProviderAccount",
    "ProviderHook",
    "ProviderSwitch",
    "Reservation",
    "Room",
    "RoomPeer",
    "RoomSession",
    "Series",
    "SeriesChange",
    "WaitingRoom",
    "WebhookDelivery",
    "ZoneRules",
    "is_live_now",
    "is_unconfirmed",
    "was_ended",
]
