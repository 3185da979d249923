"""Identities: "u:<number>" is somebody with an account, anything else a guest."""

from accounts.models import User


def user_of(identity: str) -> User | None:
    kind, _, number = identity.partition(":")
    if kind != "u" or not number.isdecimal():
        return None
    return User.objects.filter(pk=int(number)).first()
