"""Who stands at the door: a person signed in, or a guest whose browser keeps their identity."""

import json
import secrets
import time
from typing import Any

from django.conf import settings
from django.core import signing
from django.http import HttpResponse

from accounts.models import User
from meetings.http import Request
from meetings.models import JoinLink
from meetings.names import clean_name
from meetings.services.door import Visitor

COOKIE = "guest"
SALT = "meetings.guest"
LASTS = 90 * 24 * 3600  # seconds: a guest who comes weekly stays the same person
READY_LASTS = 12 * 3600  # seconds: who asked to be let in today is not taken in next week
REMEMBERED = 8  # links that a guest is waiting at


def visitor_of(request: Request, link: JoinLink, *, name: str = "") -> Visitor:
    """The person asking. A browser without cookies of ours costs no session and no user."""
    kept, user = _kept(request), _user(request)
    identity = f"u:{user.pk}" if user else f"g:{kept.get('id') or secrets.token_hex(16)}"
    mine = kept if kept.get("who") == identity else {}  # another person may use this browser now
    invited = mine.get("names", {}).get(link.token) or (link.guest.name if link.guest else "")
    return Visitor(
        identity=identity,
        name=clean_name(name or invited or mine.get("name", "") or str(user or "")),
        user=user,
        ready=mine.get("ready", {}).get(link.token, 0) > time.time(),
        is_invited=link.is_personal,
        passed=mine.get("passed", {}).get(link.token, ""),
    )


def remember(
    response: HttpResponse, request: Request, link: JoinLink, visitor: Visitor, *, ready: bool
) -> None:
    """Keep the guest's identity and name, what they have said here, and whether they want in."""
    kept = _kept(request)
    mine = kept if kept.get("who") == visitor.identity else {}
    waiting = {each: until for each, until in mine.get("ready", {}).items() if each != link.token}
    if ready:
        waiting[link.token] = round(time.time()) + READY_LASTS
    passed = {each: proof for each, proof in mine.get("passed", {}).items() if each != link.token}
    if visitor.passed:
        passed[link.token] = visitor.passed
    names = {each: said for each, said in mine.get("names", {}).items() if each != link.token}
    if link.guest and visitor.name != link.guest.name:
        names[link.token] = visitor.name
    content = {
        "id": kept.get("id") or _guest_id(visitor),
        "who": visitor.identity,
        "name": visitor.name,
        "ready": dict(list(waiting.items())[-REMEMBERED:]),
        "passed": dict(list(passed.items())[-REMEMBERED:]),
        "names": dict(list(names.items())[-REMEMBERED:]),  # at personal links, if they changed it
    }
    response.set_cookie(
        COOKIE,
        signing.dumps(content, salt=SALT, compress=True),
        max_age=LASTS,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _guest_id(visitor: Visitor) -> str:
    """A guest's own; whoever uses a member's browser later is somebody else."""
    is_guest = visitor.user is None
    return visitor.identity.removeprefix("g:") if is_guest else secrets.token_hex(16)


def _kept(request: Request) -> dict[str, Any]:
    try:
        content = signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=LASTS)
    except (signing.BadSignature, json.JSONDecodeError):
        return {}
    return content if isinstance(content, dict) else {}


def _user(request: Request) -> User | None:
    if settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return None
    return request.user if isinstance(request.user, User) else None
