"""What the room's pages and its server say to each other: JSON text over one WebSocket.

The socket is at /ws/room/. Each message is an object with its type in `t`, at most 64 KiB.
`id` is always a page's id (one per page load) except for people who wait, who have an admission's.
The template gets `room`: {v, token, ws, leave, title, seats, hosts}. On `pagehide` the page sends a
beacon to `leave`: form data, `resume=<secret>`. It is offline until it resumes or the grace ends.

Page to server            fields                           who, and what comes of it
------------------------  -------------------------------  ----------------------------------------
hello                     v, token, media,                 first message, within 10 s. `resume`:
                            resume?, replaces?             the secret of this same page (after a
                                                           lost socket, or on `resync`).
                                                           `replaces`: the secret of the page
                                                           before a reload; it leaves at once
ping                      n                                → pong; send every 20 s
signal                    to, g, d                         to one page, unread; g is a number
state                     media?, hand?                    → state to all
chat                      text, cid                        → chat to all, sender included
leave                     -                                → left to all; closed with 4000
take_over                 -                                one's other pages leave ("replaced")
admit                     id or "all"                      host. A waiting person may come in
deny                      id or "all", message?            host. A waiting person may not
kick                      id                               host. The person, for good
mute                      id or "all", kind, on            host. kind audio|video; "all" means
                                                           everyone without host rights
lower_hand                id or "all"                      host
role                      id, role                         host. host|cohost|participant
lock, unlock              -                                host
waiting_room              who: nobody|guests|uninvited|    host
                          everyone
chat_open, share_open     on                               host
end                       -                                host. For everyone

Server to page            fields
------------------------  --------------------------------------------------------------------------
welcome                   v, self, resume, conn, rev, room, peers[], chat[] (the last 50), ice[],
                          relay_only, elsewhere, plane, waiting[] (hosts only)
joined                    peer, rev
left                      id, why, rev             why: left|timeout|kicked|replaced|ended
online                    id, online, rev
state                     id, media, forced, hand, rev
role                      id, role, rev
chat                      id, from, name, text, at, cid, rev
room                      room                     all of it, whenever any of it changed
waiting                   people[]                 hosts only; all of them, whenever any changed
signal                    from, g, d
ice                       ice[]                    fresh relay credentials
resync                    -                        messages may be lost: send hello with `resume`
bye                       why                      kicked|ended|hostless|moved|replaced; it closes
error                     code, fatal, re?, cid?   `re`: the type of the message it answers
pong                      n

peer     {id, name, role, seq, media, forced, hand, online}; `peers` holds oneself too
media    {audio, video, screen}, forced {audio, video}: booleans. `forced` is a host's mute: the
         others enforce it, and only a host lifts it
room     {title, locked, waiting_room, capacity, chat_open, participants_share, ends_at, opened_at};
         times are ISO 8601 in UTC, or null
person   {id, name, since}, somebody who waits
seq      of two pages the one with the larger seq came later, and makes the offers
rev      a message whose rev is not above welcome's is old; the server holds such back
elsewhere  how many other pages the same person has in the room
"""

from enum import IntEnum, StrEnum
from typing import Any

Message = dict[str, Any]

SOCKET = "/ws/room/"
VERSION = 1
MAX_BYTES = 64 * 1024
MAX_TEXT = 4000
CHAT_SHOWN = 50


class Code(StrEnum):
    """Why something asked for did not happen."""

    BAD_TOKEN = "bad_token"  # noqa: S105  (back through the door)
    NO_ROOM = "no_room"
    NOT_OPEN = "not_open"
    ENDED = "ended"
    MOVED = "moved"  # it goes on elsewhere: back through the door
    LOCKED = "locked"
    FULL = "full"
    KICKED = "kicked"
    DENIED = "denied"
    TOO_MANY = "too_many"  # this person has too many pages in the room
    REPLACED = "replaced"  # another page of the same person took this one's place
    RELOAD = "reload"  # the page speaks another version

    FORBIDDEN = "forbidden"
    NO_PEER = "no_peer"
    LAST_HOST = "last_host"
    USED_UP = "used_up"  # somebody was not admitted: their link lets in nobody new
    CHAT_CLOSED = "chat_closed"
    SHARE_CLOSED = "share_closed"
    BAD_MESSAGE = "bad_message"
    TOO_FAST = "too_fast"
    TOO_BIG = "too_big"

    @property
    def fatal(self) -> bool:
        """Whether the socket closes after it."""
        return self in _FATAL

    @property
    def close(self) -> "Close":
        return _CLOSES.get(self, Close.REFUSED)


_FATAL = frozenset(
    {
        Code.BAD_TOKEN,
        Code.NO_ROOM,
        Code.NOT_OPEN,
        Code.ENDED,
        Code.MOVED,
        Code.LOCKED,
        Code.FULL,
        Code.KICKED,
        Code.DENIED,
        Code.TOO_MANY,
        Code.REPLACED,
        Code.RELOAD,
    }
)


class Close(IntEnum):
    """Why a socket closed. With any other code the page connects again and resumes."""

    LEFT = 4000
    REFUSED = 4001
    REMOVED = 4003
    ENDED = 4004
    TAKEN_OVER = 4008  # by a newer socket or page of the same person
    MISBEHAVED = 4009
    AGAIN = 1012  # come back with `resume`


_CLOSES = {
    Code.KICKED: Close.REMOVED,
    Code.ENDED: Close.ENDED,
    Code.MOVED: Close.ENDED,
    Code.REPLACED: Close.TAKEN_OVER,
}


class Why(StrEnum):
    """Why a page left the room."""

    LEFT = "left"
    TIMEOUT = "timeout"
    KICKED = "kicked"
    REPLACED = "replaced"
    ENDED = "ended"
    MOVED = "moved"  # ended here, as it goes on elsewhere: the door leads there
    HOSTLESS = "hostless"  # ended, because it needs a host and had none for a while


class RoomRefusal(Exception):
    """Not done, and which code says why."""

    def __init__(self, code: Code) -> None:
        super().__init__(code.value)
        self.code = code
