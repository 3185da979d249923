"""How fast a page may talk."""

import time

from .protocol import Code, RoomRefusal


class Bucket:
    """Allows `burst` at once and `rate` per second in the long run."""

    def __init__(self, *, burst: float, rate: float) -> None:
        self.burst, self.rate = burst, rate
        self.left, self.at = burst, time.monotonic()

    def take(self) -> bool:
        """Whether one more is fine now."""
        now = time.monotonic()
        self.left = min(self.burst, self.left + (now - self.at) * self.rate)
        self.at = now
        if self.left < 1:
            return False
        self.left -= 1
        return True


class Pace:
    """The limits of one socket: what each type of message draws from."""

    def __init__(self) -> None:
        self.chat = Bucket(burst=5, rate=1)
        self.signals = Bucket(burst=200, rate=50)
        self.others = Bucket(burst=50, rate=10)
        self.patience = Bucket(burst=20, rate=0.2)

    def require(self, kind: str) -> None:
        """Refuse a message of this type when there were too many."""
        if not {"chat": self.chat, "signal": self.signals}.get(kind, self.others).take():
            raise RoomRefusal(Code.TOO_FAST)

    def bears(self) -> bool:
        """Whether one more refused message is borne; False when it is time to hang up."""
        return self.patience.take()
