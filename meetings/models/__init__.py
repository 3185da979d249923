"""The facts: rooms, bookings, sessions, links, and who came."""

from .admission import Admission
from .attendance import Attendance
from .booking import Booking
from .booking_change import BookingChange
from .builtin_room import ChatMessage, RoomPeer
from .caller import Caller
from .drift import Drift
from .feed import Feed
from .guest import Answer, Guest
from .join_link import JoinLink
from .knock import Knock
from .link_use import LinkUse
from .outage import Outage
from .outbox import Notice, OutgoingMail
from .pattern import Pattern
from .provider_account import ProviderAccount
from .provider_calls import ProviderCalls, ProviderTurn
from .provider_hook import ProviderHook
from .provider_switch import ProviderSwitch
from .recording import Recording
from .reservation import Reservation, is_unconfirmed
from .room import Room, WaitingRoom
from .series import Series
from .series_change import SeriesChange
from .session import RoomSession, is_live_now, was_ended, was_held
from .task_record import TaskRecord
from .webhook_delivery import WebhookDelivery
from .worker import Worker
from .zone_rules import ZoneRules

__all__ = [
    "Admission",
    "Answer",
    "Attendance",
    "Booking",
    "BookingChange",
    "Caller",
    "ChatMessage",
    "Drift",
    "Feed",
    "Guest",
    "JoinLink",
    "Knock",
    "LinkUse",
    "Notice",
    "Outage",
    "OutgoingMail",
    "Pattern",
    "ProviderAccount",
    "ProviderCalls",
    "ProviderHook",
    "ProviderSwitch",
    "ProviderTurn",
    "Recording",
    "Reservation",
    "Room",
    "RoomPeer",
    "RoomSession",
    "Series",
    "SeriesChange",
    "TaskRecord",
    "WaitingRoom",
    "WebhookDelivery",
    "Worker",
    "ZoneRules",
    "is_live_now",
    "is_unconfirmed",
    "was_ended",
    "was_held",
]
