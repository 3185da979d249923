"""The facts: rooms, bookings, sessions, links, and who came."""

from .admission import Admission
from .attendance import Attendance
from .booking import Booking
from .booking_change import BookingChange
from .builtin_room import ChatMessage, RoomPeer
from .join_link import JoinLink
from .room import Room, WaitingRoom
from .session import RoomSession, is_live_now, was_ended

__all__ = [
    "Admission",
    "Attendance",
    "Booking",
    "BookingChange",
    "ChatMessage",
    "JoinLink",
    "Room",
    "RoomPeer",
    "RoomSession",
    "WaitingRoom",
    "is_live_now",
    "was_ended",
]
