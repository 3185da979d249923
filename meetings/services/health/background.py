"""What is done beside pages: without it they are served, but mails and reservations wait."""

from datetime import timedelta

from django.db.models import Min
from django.utils import timezone

from meetings.models import OutgoingMail
from meetings.services.background import heartbeat_age

from .part import Part

WORKER_IS_LATE = timedelta(minutes=3)  # it does something every minute
OUTBOX_IS_LATE = timedelta(minutes=10)
NEVER = "No worker is there, or it was stopped."


def worker() -> Part:
    age = heartbeat_age()
    if age is None:
        return Part("worker", fine=False, words=NEVER, needed=False)
    words = f"A worker was seen {spoken(age)} ago."
    return Part("worker", fine=age < WORKER_IS_LATE, words=words, needed=False)


def outbox() -> Part:
    """How long the mail that is due for longest has waited."""
    due = OutgoingMail.objects.due().order_by().aggregate(first=Min("next_try_at"))["first"]
    lag = max(timezone.now() - due, timedelta()) if due else timedelta()
    words = f"A mail has been due for {spoken(lag)}." if due else "No mail is due."
    return Part("outbox", fine=lag < OUTBOX_IS_LATE, words=words, needed=False)


def spoken(age: timedelta) -> str:
    seconds = int(age.total_seconds())
    return f"{seconds} s" if seconds < 120 else f"{seconds // 60} min"
