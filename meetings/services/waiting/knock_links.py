"""The link in a mail that tells a host who waits: signed, and kept nowhere."""

from django.core.signing import BadSignature, Signer

from meetings.models import Knock


def token_of(knock: Knock) -> str:
    """What the link carries: which knock, and our signature."""
    return _signer().sign(str(knock.pk))


def knock_of(token: str) -> Knock | None:
    """What a link stands for; None when we did not write it."""
    try:
        pk = _signer().unsign(token)
    except BadSignature:
        return None
    about = ("booking__organizer", "booking__series", "room__owner")
    rows = Knock.objects.select_related("user", "guest", *about)
    return rows.filter(pk=pk).first()


def _signer() -> Signer:
    return Signer(sep=".", salt="meetings.knock")
