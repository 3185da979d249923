"""What a change in the room is to tell, once it is committed."""

from dataclasses import dataclass

from .protocol import Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """One message, to every page in the room or to one, after which that page may be closed."""

    message: Message
    to: str = ""
    close: int = 0
