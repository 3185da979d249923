"""Identities: "u:<number>" is somebody with an account, anything else a guest."""

from accounts import audit
from accounts.models import User


def user_of(identity: str) -> User | None:
    number = _number_of(identity)
    return User.objects.filter(pk=number).first() if number else None


def doer_of(identity: str) -> dict[str, str | int | None]:
    """As the audit log knows who acts."""
    number = _number_of(identity)
    return {"by": audit.By.PERSON if number else audit.By.GUEST, "user": number}


def _number_of(identity: str) -> int | None:
    kind, _, number = identity.partition(":")
    return int(number) if kind == "u" and number.isdecimal() else None
