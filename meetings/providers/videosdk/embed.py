"""The vendor's ready page in a frame of ours: its address is everything it is told."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote, urlsplit

from ..base import Attendee
from .settings import VideosdkOptions
from .tokens import permissions

SHORTEST_NAME = 3  # characters: the page's own join screen accepts no shorter one
MAY_USE = (
    "camera",
    "microphone",
    "display-capture",
    "fullscreen",
    "autoplay",
    "clipboard-write",
    "encrypted-media",
)

# Every switch is said: what the page assumes of one that is missing differs from its manual.
# Only the token's permissions are enforced; these decide what is shown. A misspelt name is theirs.
EVERYBODY = {
    "participantCanToggleSelfMic": True,
    "participantCanToggleSelfWebcam": True,
    "participantCanLeave": True,
    "chatEnabled": True,
    "screenShareEnabled": True,
    "raiseHandEnabled": True,
    "whiteboardEnabled": True,
    "pollEnabled": True,
    "participantTabPanelEnabled": True,
    "moreOptionsEnabled": True,
    "canToggleParticipantTab": True,
    "canToggleVirtualBackground": True,
    "joinWithoutUserInteraction": False,
    # A second click on an old token may fail: people come back through our door.
    "leftScreenRejoinButtonEnabled": False,
    "brandingEnabled": False,
    "poweredBy": True,
    "debug": False,
}
HOSTS = (
    "participantCanToggleOtherMic",
    "participantCanToggleOtherWebcam",
    "partcipantCanToogleOtherScreenShare",
    "participantCanToggleOtherMode",
    "canRemoveOtherParticipant",
    "participantCanEndMeeting",
    "canPin",
    "canChangeLayout",
    "canCreatePoll",
    "canDrawOnWhiteboard",
    "canToggleWhiteboard",
    "recordingEnabled",
    "participantCanToggleRecording",
)
# Stream keys and our webhook's secret would stand in the address.
NOBODY = (
    "autoStartRecording",
    "liveStreamEnabled",
    "autoStartLiveStream",
    "participantCanToggleLivestream",
    "hlsEnabled",
    "autoStartHls",
    "participantCanToggleHls",
    "realtimeTranscriptionEnabled",
    "realtimeTranscriptionVisible",
    "participantCanToggleRealtimeTranscription",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Embed:
    """What our page puts into its frame, for one person."""

    url: str = field(repr=False)  # holds their token
    origin: str

    @property
    def allow(self) -> str:
        """What the frame may use; without this nobody is seen or heard."""
        return "; ".join(f"{each} {self.origin}" for each in MAY_USE)


def embed_for(
    options: VideosdkOptions, *, room_id: str, participant_id: str, attendee: Attendee, token: str
) -> Embed:
    told = {
        "token": token,
        "meetingId": room_id,
        "participantId": participant_id,
        "name": attendee.name,
        "preferredProtocol": "UDP_OVER_TCP",  # passes firewalls
        "mode": "SEND_AND_RECV",
        "layoutType": "GRID",
        **abilities(options, attendee),
    }
    if options.return_url:
        told["redirectOnLeave"] = options.return_url
    url = f"{options.embed_url.partition('?')[0]}?{query(told)}"
    return Embed(url=url, origin=origin(options.embed_url))


def abilities(options: VideosdkOptions, attendee: Attendee) -> dict[str, str]:
    """What the page shows this person."""
    hosts = attendee.role.hosts
    looks = options.join_screen and len(attendee.name) >= SHORTEST_NAME
    switches = {
        **EVERYBODY,
        **dict.fromkeys(HOSTS, hosts),
        **dict.fromkeys(NOBODY, False),
        "askJoin": "ask_join" in permissions(attendee),
        "joinScreenEnabled": looks,
        # Nobody is seen or heard who has not looked at themselves first.
        "micEnabled": looks,
        "webcamEnabled": looks,
    }
    return {name: str(value).lower() for name, value in switches.items()}


def query(told: Mapping[str, str]) -> str:
    return "&".join(f"{name}={encoded(value)}" for name, value in told.items())


def encoded(value: str) -> str:
    """Once more than usual for `%`: the page decodes twice, and a bare one kills it."""
    return quote(value.replace("%", "%25"), safe="", errors="replace")


def origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
