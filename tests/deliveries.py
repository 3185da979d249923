"""Deliveries as the doubles send them, and a way to have them arrive."""

import json
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from meetings.models import RoomSession
from meetings.providers.base import Attendee, Role
from meetings.providers.plugnmeet.identifiers import user_id_of
from meetings.providers.videosdk.tokens import participant_id_of
from meetings.services.deliveries import hooks
from tests.accounts_at_doubles import AtPlugnmeet, AtVideosdk, AtXroom
from tests.providers.doubles.plugnmeet import signing

ANA = "g:a1"


@dataclass(frozen=True)
class Delivery:
    """Bytes and headers, to be sent as often as a test likes."""

    body: bytes
    headers: dict[str, str]

    def to(self, address: str, client: Client | None = None) -> HttpResponse:
        """Have it arrive at an address of ours, and what that answers."""
        headers = {name: value for name, value in self.headers.items() if name != "Content-Type"}
        path = "/" + address.split("/", 3)[3]
        answer: HttpResponse = (client or Client()).post(
            path, self.body, content_type="application/json", headers=headers
        )
        return answer

    def arrive(self, session: RoomSession) -> int:
        """Have it arrive where the session's provider was told to send it; the status."""
        return self.to(hooks.address_for(session)).status_code


def minutes_ago(minutes: float) -> datetime:
    return timezone.now() - timedelta(minutes=minutes)


def plugnmeet_tells(
    account: AtPlugnmeet,
    session: RoomSession,
    event: str,
    *,
    who: str = "",
    name: str = "Ana",
    ago: float = 0,
    room: dict[str, Any] | None = None,
    **more: Any,
) -> Delivery:
    """Something that happened in the session's room, `ago` minutes before now."""
    about = {"room_id": session.provider_room_id, "sid": session.provider_session_id}
    if who:
        more["participant"] = {"identity": user_id_of(who), "name": name}
    created_at = str(int(time.time() - ago * 60))
    body, headers = account.double.delivery(event, {**about, **(room or {})}, **more)
    return signed_by_plugnmeet(account, {**json.loads(body), "created_at": created_at}, headers)


def signed_by_plugnmeet(
    account: AtPlugnmeet, content: dict[str, Any], headers: dict[str, str]
) -> Delivery:
    """Signed now, whatever it says of when it happened."""
    body = json.dumps(content).encode()
    double = account.double
    token = signing.delivery_token(double.api_key, double.api_secret, body, int(time.time()))
    return Delivery(body, {**headers, "Authorization": token, "Hash-Token": token})


def videosdk_tells(
    account: AtVideosdk, session: RoomSession, event: str, *, who: str = "", **data: Any
) -> Delivery:
    about = {"meetingId": session.provider_room_id, "sessionId": "run-1"}
    if who:
        person = Attendee(key=who, name="Ana", role=Role.PARTICIPANT)
        about |= {"participantId": participant_id_of(person), "participantName": "Ana"}
    return Delivery(*account.double.delivery(event, {**about, **data}))


def xroom_tells(account: AtXroom, session: RoomSession, event: str, **payload: Any) -> Delivery:
    """Nothing signs what they tell."""
    content = account.double.event(event, session.provider_room_id, **payload)
    return Delivery(json.dumps(content).encode(), {})
