"""Answers that calendar programs send by mail, and mails that could not be delivered."""

from .boxes import Away
from .outcomes import Kind, Outcome
from .reading import read_due, read_mailbox, take_in

__all__ = ["Away", "Kind", "Outcome", "read_due", "read_mailbox", "take_in"]
