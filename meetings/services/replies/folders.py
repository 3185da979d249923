"""Mailboxes on this machine, as mail servers fill them: Maildir folders and mbox files."""

import re
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from mailbox import ExternalClashError, mbox
from pathlib import Path

from .boxes import LARGEST, Away, Key, Vanished

STALE = 10 * 60  # seconds: whoever left a lock file that old is dead
IS_READ = re.compile(rb"^Status:[ \t]*\w*R", re.MULTILINE | re.IGNORECASE)
READ_AND_FLAGGED = b"Status: RO\nX-Status: F\n"


@contextmanager
def maildir_box(path: Path) -> Iterator["MaildirBox"]:
    if not (path / "new").is_dir() or not (path / "cur").is_dir():
        raise Away(f"There is no Maildir folder at {path}.")
    with _on_disk():
        yield MaildirBox(path)


class MaildirBox:
    """One file for each mail; its name in `cur` ends in its flags."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def unread(self) -> list[Key]:
        files = [*(self.path / "new").iterdir(), *(self.path / "cur").iterdir()]
        unread = [each for each in files if "S" not in _flags(each) and each.is_file()]
        return [
            f"{each.parent.name}/{each.name}" for each in sorted(unread, key=lambda each: each.name)
        ]

    def content(self, key: Key) -> bytes | None:
        try:
            with (self.path / key).open("rb") as file:
                content = file.read(LARGEST + 1)
        except FileNotFoundError as error:
            raise Vanished from error
        return content if len(content) <= LARGEST else None

    def settle(self, key: Key, *, flagged: bool) -> None:
        file = self.path / key
        flags = "".join(sorted({*_flags(file), "S", *("F" if flagged else "")}))
        with suppress(FileNotFoundError):  # another worker was faster
            file.rename(self.path / "cur" / f"{file.name.partition(':2,')[0]}:2,{flags}")


def _flags(file: Path) -> str:
    return file.name.partition(":2,")[2]


@contextmanager
def mbox_box(path: Path) -> Iterator["MboxBox"]:
    """The file, locked while it is open, as mail servers and mail programs lock it."""
    if not path.is_file():
        raise Away(f"There is no mailbox file at {path}.")
    _remove_stale_lock(path)
    lock = mbox(path, create=False)
    try:
        with _on_disk():
            lock.lock()
            # Opened now, as before it may have been another file. Closing it writes.
            with closing(mbox(path, create=False)) as file:
                yield MboxBox(file)
    except ExternalClashError as error:
        raise Away(f"{path} is in use by another program.") from error
    finally:
        lock.close()  # unlocks


class MboxBox:
    """Mails one after the other in a file. What is settled is taken out, unless it is flagged."""

    def __init__(self, file: mbox) -> None:
        self.file = file

    def unread(self) -> list[Key]:
        return [key for key in self.file.iterkeys() if not self._is_read(key)]

    def content(self, key: Key) -> bytes | None:
        content = self.file.get_bytes(key)
        return content if len(content) <= LARGEST else None

    def settle(self, key: Key, *, flagged: bool) -> None:
        if flagged:
            self.file[key] = READ_AND_FLAGGED + self.file.get_bytes(key)
        else:
            self.file.remove(key)

    def _is_read(self, key: str) -> bool:
        head = self.file.get_bytes(key).partition(b"\n\n")[0]
        return bool(IS_READ.search(head))


@contextmanager
def _on_disk() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise Away(f"{error.strerror}: {error.filename}") from error


def _remove_stale_lock(path: Path) -> None:
    lock = path.with_name(f"{path.name}.lock")
    with suppress(FileNotFoundError):
        if time.time() - lock.stat().st_mtime > STALE:
            lock.unlink()
