"""The page in the frame, which people reach with their own token."""

from urllib.parse import urlsplit

from ..wire import Call, Reply
from . import embed, tokens
from .core import Data, Double, route


def html(content: str, status: int = 200) -> Reply:
    return Reply(content, status=status, kind="text/html; charset=utf-8")


@route("GET", "/embed/*")  # the vendor's own loader asks with two slashes
def come(double: Double, call: Call, given: Data) -> Reply:
    try:
        params = embed.told(urlsplit(call.path).query)
    except ValueError:
        return html(embed.page("URIError: the page has died"), status=500)
    claims = double.claims(params.get("token", ""))
    if why := refusal(double, claims, params):
        return html(embed.page(why), status=403)
    assert claims is not None  # or it would have been refused
    if claims["permissions"] == ["ask_join"]:
        return knock(double, params, claims)
    return let_in(double, params, claims)


def refusal(double: Double, claims: Data | None, params: dict[str, str]) -> str:
    room = double.rooms.get(params.get("meetingId", ""))
    if room is None:
        return "4003 Meeting id is not valid"
    if room["disabled"]:
        return "4052 Room is disabled"
    if claims and not double.switch["takes_rtc"] and not tokens.commands(claims):
        return "4024 Role is not allowed to call this"
    participant_id = params.get("participantId", "")
    return tokens.refusal(claims, room_id=room["roomId"], participant_id=participant_id)


def knock(double: Double, params: dict[str, str], claims: Data) -> Reply:
    who, room = params["participantId"], params["meetingId"]
    mine = next((each for each in double.knocks if (each["id"], each["room"]) == (who, room)), None)
    if mine is None:
        heard = "yes" if double.inside(room) else ""
        mine = {"id": who, "room": room, "name": params["name"], "heard": heard}
        double.knocks.append(mine)
    if "admitted" not in mine:
        return html(embed.knocking(params))
    return let_in(double, params, claims)


def let_in(double: Double, params: dict[str, str], claims: Data) -> Reply:
    room, who = params["meetingId"], params["participantId"]
    double.enter(room, who, params["name"])
    return html(embed.inside(params, claims, double.presence(room, who)))


@route("POST", "/embed/admit")
def admit(double: Double, call: Call, given: Data) -> Reply:
    for each in double.knocks:
        if (each["id"], each["room"]) == (given["who"], given["room"]):
            each["admitted"] = "yes"
    return html(embed.page("Let in"))


@route("POST", "/embed/leave")
def leave(double: Double, call: Call, given: Data) -> Reply:
    double.leaves(given["room"], given["who"])
    if given.get("back"):
        return Reply("", status=303, headers={"Location": given["back"]})
    return html(embed.page("You left the meeting"))


@route("POST", "/embed/end")
def end(double: Double, call: Call, given: Data) -> Reply:
    double.end(given["room"])
    return html(embed.page("The meeting is over"))
