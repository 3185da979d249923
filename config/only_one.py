"""One Parley for one data directory: a second would work on the rows behind the first one."""

import fcntl
from io import TextIOWrapper
from pathlib import Path


class RunsAlready(Exception):
    """Another process holds the directory; its words about itself, where it left any."""


class OnlyOne:
    """A directory held while this process lives: the kernel lets go, also after a crash."""

    def __init__(self, directory: Path) -> None:
        self.path = directory / "running"
        self.file: TextIOWrapper | None = None

    def hold(self) -> None:
        """Take the directory; `RunsAlready` when somebody has it."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        file = self.path.open("a+")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            file.seek(0)
            words = file.read().strip()
            file.close()
            raise RunsAlready(words) from error
        self.file = file
        self.say("")

    def say(self, words: str) -> None:
        """What a second one is told: where the first is to be found."""
        if self.file:
            self.file.truncate(0)
            self.file.write(words)
            self.file.flush()
