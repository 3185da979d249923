"""The v2 REST interface, as far as it is documented."""

import secrets
import string
from typing import Any
from urllib.parse import urlsplit

from ..wire import Call, Reply
from . import events
from .core import API_KEY, Data, Double, Refused, new_id, now, route

SEGMENT = r"[^/]+"


def new_room_id() -> str:
    letters = ["".join(secrets.choice(string.ascii_lowercase) for _ in range(4)) for _ in range(3)]
    return "-".join(letters)


# Rooms


@route("POST", "/v2/rooms")
def create(double: Double, call: Call, given: Data) -> Reply:
    custom = given.get("customRoomId") or ""
    known = [each for each in double.rooms.values() if custom and each["customRoomId"] == custom]
    check_webhook(double, given.get("webhook"))
    if known:
        room = known[0]
        if room["disabled"] and double.switch["disabled_again"] != "answers":
            raise Refused(double.switch["disabled_again"], "This room is disabled.")
        if double.switch["webhook_renewed"]:
            room["webhook"] = given.get("webhook")
    else:
        room = new_room(given)
        double.rooms[room["roomId"]] = room
    return Reply(shown(double, room), status=double.switch["create_status"])


def new_room(given: Data) -> Data:
    room: Data = {
        "id": new_id(),
        "roomId": new_room_id(),
        "customRoomId": given.get("customRoomId"),
    }
    room |= {"userId": new_id(), "disabled": False, "createdAt": now(), "updatedAt": now()}
    kept = ("webhook", "geoFence", "autoStartConfig", "autoCloseConfig", "allowedParticipantIds")
    return room | {name: given.get(name) for name in kept}


def check_webhook(double: Double, webhook: Any) -> None:
    if webhook is None:
        return
    url = urlsplit(webhook["endPoint"])
    # Theirs must be https; this double talks to sites on its own machine.
    is_reachable = url.scheme == "https" or url.hostname in {"127.0.0.1", "localhost"}
    if not double.switch["webhook_taken"] or not is_reachable or len(webhook["endPoint"]) > 512:
        raise Refused(400, "webhook.endPoint is not valid")
    if not double.switch["patterns_known"] and any("*" in event for event in webhook["events"]):
        raise Refused(400, "webhook.events is not valid")


def shown(double: Double, room: Data) -> Data:
    hidden = set() if double.switch["webhook_echoed"] else {"webhook"}
    return {name: value for name, value in room.items() if name not in hidden}


@route("GET", "/v2/rooms")
def all_rooms(double: Double, call: Call, given: Data) -> Reply:
    return double.page([shown(double, each) for each in double.rooms.values()], given)


@route("GET", f"/v2/rooms/validate/(?P<name>{SEGMENT})")
def validate(double: Double, call: Call, given: Data) -> Reply:
    return Reply(shown(double, double.room(given["name"])))


@route("POST", "/v2/rooms/deactivate")
def deactivate(double: Double, call: Call, given: Data) -> Reply:
    room = double.rooms.get(given["roomId"])
    if room is None:
        raise Refused(402, "Room not found.")  # also for an id of ours
    room["disabled"] = True
    old_names = {"meetingId": room["roomId"], "userMeetingId": room["customRoomId"]}
    return Reply(old_names | {"id": room["id"], "disabled": True})


@route("GET", f"/v2/rooms/(?P<name>{SEGMENT})")
def fetch(double: Double, call: Call, given: Data) -> Reply:
    room = shown(double, double.room(given["name"]))
    del room["userId"]
    return Reply(room | {"user": {"email": "owner@example.org", "name": "Owner"}})


# Sessions


@route("GET", "/v2/sessions")
def all_sessions(double: Double, call: Call, given: Data) -> Reply:
    found = list(double.sessions)
    if double.switch["filters_known"]:
        for name in {"roomId", "status"} & set(given):
            found = [each for each in found if each[name] == given[name]]
    return double.page(found, given)


@route("GET", f"/v2/sessions/(?P<session>{SEGMENT})/participants")
def all_participants(double: Double, call: Call, given: Data) -> Reply:
    session = double.session(given["session"])
    people = double.page(session["participants"], given).content
    if isinstance(people, list):
        return Reply({"data": session})
    return Reply(people | {"data": {**session, "participants": people["data"]}})


@route("GET", f"/v2/sessions/(?P<session>{SEGMENT})/participants/active")
def active(double: Double, call: Call, given: Data) -> Reply:
    session = double.session(given["session"])
    device = {"deviceInfo": {"platform": "Linux"}, "geoLocation": {"city": "Berlin"}}
    people = [each | device for each in double.inside(session["roomId"])]
    one = {**session, "participants": people}
    info = {"currentPage": 1, "perPage": 20, "lastPage": 1, "total": len(people)}
    return Reply(
        {"pageInfo": info, "data": [one] if double.switch["active_form"] == "list" else one}
    )


@route("POST", "/v2/sessions/end")
def end(double: Double, call: Call, given: Data) -> Reply:
    session = double.running(double.room(given["roomId"])["roomId"])
    status = double.switch["end_closed"]
    if session is None and (status != 200 or not given.get("ignoreClosed")):
        raise Refused(status if status != 200 else 400, "There is nothing to end.")
    if session and not double.switch["ends_slowly"]:
        double.end(session["roomId"])
    return Reply({"meetingId": given["roomId"], "end": None, "status": "ongoing"})


@route("POST", "/v2/sessions/participants/remove")
def remove(double: Double, call: Call, given: Data) -> Reply:
    if not double.leave(given["roomId"], given["participantId"]):
        raise Refused(double.switch["not_found"], "Participant not found.")
    return double.done("Participant removed successfully")


# Recordings


@route("POST", "/v2/recordings/start")
def start(double: Double, call: Call, given: Data) -> Reply:
    session = double.running(double.room(given["roomId"])["roomId"])
    if session is None:
        raise Refused(400, "No active session in this room.")
    if session.get("recording"):
        if double.switch["second_start"] != 200:
            raise Refused(double.switch["second_start"], "Recording is already started.")
        return double.done("Recording started successfully")
    session["recording"] = True
    double.tell(session, "recording-started")
    return double.done("Recording started successfully")


@route("POST", "/v2/recordings/end")
def stop(double: Double, call: Call, given: Data) -> Reply:
    session = double.running(double.room(given["roomId"])["roomId"])
    if session is None or not session.pop("recording", False):
        if double.switch["stop_nothing"] != 200:
            raise Refused(double.switch["stop_nothing"], "No active recording in this room.")
        return double.done("Recording stopped successfully")
    recording = new_recording(double, session)
    double.recordings.append(recording)
    double.tell(session, "recording-stopped", fileUrl=recording["file"]["fileUrl"])
    return double.done("Recording stopped successfully")


def new_recording(double: Double, session: Data) -> Data:
    number = new_id()
    url = None if double.switch["own_storage"] else f"https://cdn.videosdk.example/{number}.mp4"
    file: Data = {"id": new_id(), "fileUrl": url, "filePath": f"/{number}.mp4", "size": 1_048_576}
    file["meta"] = {"resolution": {"width": 1280, "height": 720}, "format": "mp4", "duration": 61.5}
    about = {"roomId": session["roomId"], "sessionId": session["id"], "createdAt": now()}
    return {"id": number, "userId": API_KEY, **about, "file": file}


@route("GET", "/v2/recordings")
def all_recordings(double: Double, call: Call, given: Data) -> Reply:
    room = given.get("roomId")
    wanted = [each for each in double.recordings if room in {None, each["roomId"]}]
    return double.page(wanted if double.switch["filters_known"] else double.recordings, given)


@route("GET", f"/v2/recordings/(?P<number>{SEGMENT})")
def one_recording(double: Double, call: Call, given: Data) -> Reply:
    return Reply(recording(double, given["number"]))


@route("DELETE", f"/v2/recordings/(?P<number>{SEGMENT})")
def delete(double: Double, call: Call, given: Data) -> Reply:
    double.recordings.remove(recording(double, given["number"]))
    return double.done("Recording deleted successfully")


def recording(double: Double, number: str) -> Data:
    for each in double.recordings:
        if each["id"] == number:
            return each
    raise Refused(double.switch["not_found"], "Recording not found.")


# For everybody


@route("POST", "/v1/prebuilt/token")
def token_for_anybody(double: Double, call: Call, given: Data) -> Reply:
    """As their page asks for one, with the key and nothing that proves who asks."""
    if double.switch["key_is_bound"] or call.json()["apiKey"] != double.switch["api_key"]:
        raise Refused(403, "This domain is not allowed.")
    return Reply({"token": "a.token.with-all-rights"})


@route("GET", "/v2/public/rsa-public-key")
def public_key(double: Double, call: Call, given: Data) -> Reply:
    form = double.switch["key_form"]
    return Reply({"publicKey": events.public_pem(double.switch["key_number"], form=form)})
