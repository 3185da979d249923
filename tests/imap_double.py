"""A mail server on loopback that keeps one folder, for programs that read it by IMAP."""

import re
import shlex
import socketserver
import ssl
import threading
from base64 import b64decode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

USER, PASSWORD = "meetings@example.org", 'pa"ss/w\\rd #1'


@dataclass
class Kept:
    content: bytes
    flags: set[str] = field(default_factory=set)


class ImapDouble:
    """Has mails at `port`. `answer(command)` may return another answer, or wait; "" hangs up."""

    def __init__(self, context: ssl.SSLContext | None = None) -> None:
        self.answer: Callable[[str], str | None] = lambda command: None
        self.mails: dict[int, Kept] = {}
        self.password = PASSWORD
        self.asked: list[str] = []
        self.server = _Server(("127.0.0.1", 0), _Handler)
        self.server.double = self
        self.server.context = context
        self.port: int = self.server.server_address[1]

    def deliver(self, *contents: bytes) -> None:
        for content in contents:
            self.mails[len(self.mails) + 1] = Kept(content)

    @property
    def flags(self) -> list[set[str]]:
        return [mail.flags for mail in self.mails.values()]


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    double: ImapDouble
    context: ssl.SSLContext | None

    def handle_error(self, request: object, client_address: object) -> None:
        """Whoever talked to us is gone, or did not like our certificate."""


class _Handler(socketserver.StreamRequestHandler):
    server: _Server

    def setup(self) -> None:
        if self.server.context:
            self.request = self.server.context.wrap_socket(self.request, server_side=True)
        super().setup()

    def handle(self) -> None:
        self.double = self.server.double
        if self.double.answer("GREETING") == "":
            return
        self.say("* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] ready")
        while line := self.rfile.readline():
            tag, _, rest = line.decode().rstrip("\r\n").partition(" ")
            if not self.obey(tag, rest):
                return

    def obey(self, tag: str, rest: str) -> bool:
        words = rest.split(" ")
        command = words[1] if words[0] == "UID" else words[0]
        self.double.asked.append(command)
        told = self.double.answer(command)
        if told is None:
            told = getattr(self, command.lower())(rest)
        if told:
            self.say(f"{tag} {told}")
        return bool(told) and command != "LOGOUT"

    def capability(self, _: str) -> str:
        self.say("* CAPABILITY IMAP4rev1 AUTH=PLAIN")
        return "OK done"

    def login(self, rest: str) -> str:
        is_right = shlex.split(rest)[1:] == [USER, self.double.password]
        return "OK in" if is_right else f"NO [AUTHENTICATIONFAILED] not {rest}"

    def authenticate(self, _: str) -> str:
        self.say("+")
        said = self.rfile.readline().strip()
        expected = f"\0{USER}\0{self.double.password}".encode()
        return "OK in" if b64decode(said) == expected else "NO"

    def select(self, rest: str) -> str:
        self.say(f"* {len(self.double.mails)} EXISTS")
        return "OK [READ-WRITE] there" if '"INBOX"' in rest else "NO no such folder"

    def search(self, _: str) -> str:
        unseen = [str(uid) for uid, mail in self.double.mails.items() if r"\Seen" not in mail.flags]
        self.say(" ".join(["* SEARCH", *unseen]))
        return "OK found"

    def fetch(self, rest: str) -> str:
        uid, most = map(int, re.findall(r"FETCH (\d+) \(BODY\.PEEK\[\]<0\.(\d+)>\)", rest)[0])
        if mail := self.double.mails.get(uid):
            part = mail.content[:most]
            self.say(f"* {uid} FETCH (UID {uid} BODY[]<0> {{{len(part)}}}")
            self.wfile.write(part)
            self.say(")")
        return "OK fetched"

    def store(self, rest: str) -> str:
        uid, flags = re.findall(r"STORE (\d+) \+FLAGS\.SILENT \((.*)\)", rest)[0]
        self.double.mails[int(uid)].flags.update(flags.split())
        return "OK stored"

    def logout(self, _: str) -> str:
        self.say("* BYE")
        return "OK bye"

    def say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


@contextmanager
def imap_double(context: ssl.SSLContext | None = None) -> Iterator[ImapDouble]:
    double = ImapDouble(context)
    thread = threading.Thread(target=double.server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield double
    double.server.shutdown()
    double.server.server_close()
    thread.join()
