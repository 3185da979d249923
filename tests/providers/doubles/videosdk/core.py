"""What the vendor knows, whom it believes, and whom it tells."""

import re
import secrets
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, ClassVar
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from .. import base
from ..people import ENDED, GONE, Presence
from ..wire import Call, Reply, post
from . import events, tokens

API_KEY = "11111111-2222-3333-4444-555555555555"
SECRET = "0123456789abcdef" * 4
PUBLIC = ("/embed", "/v2/public/", "/v1/prebuilt/")

Data = dict[str, Any]
Handler = Callable[["Double", Call, Data], Reply]
ROUTES: list[tuple[str, re.Pattern[str], Handler]] = []


def route(method: str, pattern: str) -> Callable[[Handler], Handler]:
    def keep(handler: Handler) -> Handler:
        ROUTES.append((method, re.compile(pattern), handler))
        return handler

    return keep


def now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def new_id() -> str:
    return secrets.token_hex(12)


class Refused(Exception):
    def __init__(self, status: int, words: str) -> None:
        super().__init__(words)
        self.status = status


class Double(base.Double):
    """Each switch is a question that nobody without an account can answer."""

    label = "VideoSDK"
    switches: ClassVar[dict[str, Any]] = {
        "api_key": API_KEY,
        "secret": SECRET,
        "create_status": 200,  # or 201
        "error_shape": "message",  # error, msg, statusMessage, text, string, nothing
        "not_found": 402,  # or 400, 404
        "patterns_known": True,  # session-* among the events of a webhook
        "webhook_taken": True,
        "webhook_echoed": True,
        "webhook_renewed": False,  # whether a second create changes the webhook
        "disabled_again": "answers",  # a create for a deactivated room: or 409, 400
        "end_closed": 200,  # ending where nobody is inside: or 400, 402, 404, 409
        "ends_slowly": False,  # still "ongoing" after the end was accepted
        "filters_known": True,
        "active_form": "list",  # or object
        "actions_say": "string",  # or object, empty, text
        "pages": "pageInfo",  # or pagination, bare
        "second_start": 400,  # a recording that runs already: or 200, 409
        "stop_nothing": 400,  # stopping none: or 200, 404
        "own_storage": False,  # recordings have no address
        "key_form": "pkcs1",  # or spki
        "key_number": 0,  # they changed their key
        "type_key": "webhookType",  # or type
        "key_is_bound": True,  # to the site's domain: nobody else gets a token for it
        "takes_rtc": True,  # whether the page in the frame accepts a token for joining only
        "knocks_are_replayed": True,  # to a host who comes later
    }

    def __init__(self, *, port: int = 0, **switches: Any) -> None:
        super().__init__(port=port, **switches)
        self.rooms: dict[str, Data] = {}
        self.sessions: list[Data] = []
        self.recordings: list[Data] = []
        self.knocks: list[dict[str, str]] = []
        self.delivered: list[tuple[str, int]] = []  # event and what it was answered with
        self.embed_url = f"{self.url}/embed/"

    def account(self) -> dict[str, str]:
        keys = {name: self.switch[name] for name in ("api_key", "secret")}
        return {**keys, "url": self.url, "embed_url": self.embed_url}

    def is_for_people(self, path: str) -> bool:
        return path.startswith("/embed")

    def name_of(self, call: Call) -> str:
        path = re.sub(r"/[0-9a-f]{24}(?=/|$)", "/…", super().name_of(call))
        return f"{call.method} {path}"  # ids left out, so that the same call has the same name

    def leaves(self, room: str, person: str) -> None:
        if self.leave(room, person) and not self.inside(room):
            self.end(room)

    def presence(self, room: str, person: str) -> Presence:
        return presence_of(self, room, person)

    def verify(self, method: str, path: str, headers: dict[str, str], body: bytes) -> bool:
        if path.startswith(PUBLIC):
            return "authorization" not in headers  # no token of the server is for everybody
        token = headers.get("authorization", "")
        return " " not in token and tokens.commands(self.claims(token))

    def claims(self, token: str) -> Data | None:
        return tokens.claims_of(token, api_key=self.switch["api_key"], secret=self.switch["secret"])

    def answer(self, call: Call) -> Reply:
        if not call.verified:
            return self.refuse(Refused(401, "Token is invalid or expired"))
        url = urlsplit(call.path)
        for method, pattern, handler in ROUTES:
            match = pattern.fullmatch(url.path)
            if match and method == call.method:
                parts = {name: unquote(part) for name, part in match.groupdict().items()}
                given = dict(parse_qsl(url.query, keep_blank_values=True)) | parts
                return self.attempt(handler, call, given)
        return self.refuse(Refused(404, "There is no such address."))

    def attempt(self, handler: Handler, call: Call, given: Data) -> Reply:
        try:
            if call.method == "POST" and not call.path.startswith(PUBLIC):
                given |= call.json()
            return handler(self, call, given)
        except Refused as error:
            return self.refuse(error)

    def refuse(self, error: Refused) -> Reply:
        shape, words = self.switch["error_shape"], str(error)
        if shape == "text":
            return Reply(words, status=error.status, kind="text/plain")
        content = {"string": words, "nothing": {}}.get(shape, {shape: words, "code": "E1"})
        return Reply(content, status=error.status)

    def done(self, words: str) -> Reply:
        said = {
            "string": Reply(words),
            "object": Reply({"message": words}),
            "empty": Reply(b""),
            "text": Reply(words, kind="text/plain"),
        }
        reply: Reply = said[self.switch["actions_say"]]
        return reply

    def page(self, items: list[Data], given: Data) -> Reply:
        at, size = int(given.get("page", 1)), int(given.get("perPage", 20))
        last = max(1, -(-len(items) // size))
        data = items[(at - 1) * size : at * size]
        if self.switch["pages"] == "bare":
            return Reply(items)
        if self.switch["pages"] == "pagination":
            return Reply(
                {"pagination": {"page": at, "perPage": size, "totalPages": last}, "data": data}
            )
        info = {"currentPage": at, "perPage": size, "lastPage": last, "total": len(items)}
        return Reply({"pageInfo": info, "data": data})

    # What is known

    def room(self, name: str) -> Data:
        for room in self.rooms.values():
            if name in {room["roomId"], room["customRoomId"], room["id"]}:
                return room
        raise Refused(self.switch["not_found"], "Room not found.")

    def running(self, room_id: str) -> Data | None:
        alive = (each for each in self.sessions if each["roomId"] == room_id and not each["end"])
        return next(alive, None)

    def session(self, session_id: str) -> Data:
        for session in self.sessions:
            if session["id"] == session_id:
                return session
        raise Refused(self.switch["not_found"], "Session not found.")

    def inside(self, room_id: str) -> list[Data]:
        session = self.running(room_id)
        people = session["participants"] if session else []
        return [each for each in people if not each["timelog"][-1]["end"]]

    def waiting(self, room_id: str) -> list[dict[str, str]]:
        """Those who knock; perhaps only those who knocked while somebody was there."""
        here = (each for each in self.knocks if each["room"] == room_id)
        asked = [each for each in here if "admitted" not in each]
        return [each for each in asked if self.switch["knocks_are_replayed"] or each["heard"]]

    # What people do

    def enter(self, room_id: str, participant_id: str, name: str = "Somebody") -> None:
        """The first one begins a session; who comes twice throws out their first self."""
        with self.lock:
            self.leave(room_id, participant_id)
            session = self.running(room_id) or self.begin(room_id)
            known = (p for p in session["participants"] if p["participantId"] == participant_id)
            person = next(known, None)
            if person is None:
                person = {"participantId": participant_id, "name": name, "timelog": []}
                session["participants"].append(person)
            person["timelog"].append({"start": now(), "end": None})
            self.tell_about(session, person, "participant-joined")

    def begin(self, room_id: str) -> Data:
        session: Data = {"id": new_id(), "roomId": room_id, "start": now(), "end": None}
        session |= {"participants": [], "status": "ongoing", "links": {}}
        self.sessions.append(session)
        self.tell(session, "session-started", start=session["start"])
        return session

    def leave(self, room_id: str, participant_id: str) -> bool:
        """Whether they were in. The last one ends the session, unless they come back at once."""
        session = self.running(room_id)
        for person in self.inside(room_id):
            if person["participantId"] == participant_id:
                person["timelog"][-1]["end"] = now()
                self.tell_about(session or {}, person, "participant-left")
                return True
        return False

    def end(self, room_id: str) -> None:
        session = self.running(room_id)
        if session is None:
            return
        for person in self.inside(room_id):
            person["timelog"][-1]["end"] = now()
        session |= {"end": now(), "status": "ended"}
        self.tell(session, "session-ended", start=session["start"], end=session["end"])

    # What they are told

    def delivery(self, event: str, data: Data) -> tuple[bytes, dict[str, str]]:
        """The bytes of an event and their signature."""
        body = events.body_of(event, data, type_key=self.switch["type_key"])
        return body, {"videosdk-signature": events.signature(body, self.switch["key_number"])}

    def deliver(self, url: str, event: str, data: Data, *, times: int = 1) -> list[int]:
        """Send an event to an address, and what it was answered with."""
        body, headers = self.delivery(event, data)
        headers["Content-Type"] = "application/json"
        answers = [post(url, body, headers)[0] for _ in range(times)]
        for status in answers:
            self.diary.write_event(event, url, status)
        self.delivered += [(event, answer) for answer in answers]
        return answers

    def tell(self, session: Data, event: str, **data: Any) -> None:
        """To the room's webhook, if it has one that wants this: later, as they do."""
        webhook = self.room(session["roomId"])["webhook"]
        if webhook and events.is_wanted(event, webhook["events"]):
            about = {"sessionId": session["id"], "meetingId": session["roomId"], **data}
            arguments = (webhook["endPoint"], event, about)
            threading.Thread(target=self.deliver, args=arguments, daemon=True).start()

    def tell_about(self, session: Data, person: Data, event: str) -> None:
        who = {"participantId": person["participantId"], "participantName": person["name"]}
        self.tell(session, event, **who)


def presence_of(double: Double, room: str, person: str) -> Presence:
    """How it stands with somebody whose page is open."""
    session, people = double.running(room), double.inside(room)
    if session is None:
        return ENDED
    if person not in {each["participantId"] for each in people}:
        return GONE
    return Presence(
        people=tuple(each["name"] for each in people),
        facts={"Recording": "yes" if session.get("recording") else "no"},
        knocks=tuple(
            {
                "name": each["name"],
                "url": "/embed/admit?" + urlencode({"room": room, "who": each["id"]}),
            }
            for each in double.waiting(room)
        ),
    )
