"""Passcodes: who is asked for one at our door, and which is right."""

from django.utils.crypto import constant_time_compare, salted_hmac

from meetings.models import Admission, JoinLink

from .door import Door, Visitor


def must_say(
    passcode: str, link: JoinLink, visitor: Visitor, admission: Admission | None = None
) -> bool:
    """Whether this person has to say it: once, and never who was invited in person or hosts."""
    if not passcode or link.role.hosts or link.is_personal:
        return False
    if admission and admission.state == Admission.State.ADMITTED:
        return False
    return not constant_time_compare(visitor.passed, proof_of(passcode, link))


def proof_of(passcode: str, link: JoinLink) -> str:
    """What somebody’s browser keeps who has said it: of no use at other links, or for guessing."""
    return salted_hmac("meetings.passcode", f"{link.token}:{passcode}").hexdigest()[:32]


def passcode_of(door: Door) -> str:
    """The one that counts now: while a meeting runs, what its hosts have made of it."""
    return (door.session or door.room).passcode


def is_right(said: str, passcode: str) -> bool:
    return constant_time_compare(_plain(said), _plain(passcode))


def _plain(text: str) -> str:
    return " ".join(text.split())
