"""A mail server on loopback that does as a test tells it."""

import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.parser import BytesParser
from email.policy import default

READY = "220 double"
OK = "250 ok"


class SmtpDouble:
    """Takes mails at `port`. `answer(step, argument)` may return another answer, or wait.

    Steps are `CONNECT`, `MAIL`, `RCPT`, `DATA`, `END` (the whole mail has arrived), `TAKEN` (it is
    kept, the yes is not said) and `QUIT`. "" closes the connection.
    """

    def __init__(self) -> None:
        self.answer: Callable[[str, str], str | None] = lambda step, argument: None
        self.taken: list[tuple[str, str]] = []  # recipient and Message-ID, in order
        self.connections = 0
        self.server = _Server(("127.0.0.1", 0), _Handler)
        self.server.double = self
        self.port: int = self.server.server_address[1]

    def keep(self, recipient: str, data: bytes) -> None:
        message = BytesParser(policy=default).parsebytes(data)
        self.taken.append((recipient, message["Message-ID"]))

    @property
    def recipients(self) -> list[str]:
        return [recipient for recipient, _ in self.taken]


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    double: SmtpDouble


class _Handler(socketserver.StreamRequestHandler):
    server: _Server

    def handle(self) -> None:
        self.server.double.connections += 1
        try:
            if self.say("CONNECT", "", READY):
                while line := self.rfile.readline():
                    verb, _, argument = line.decode().strip().partition(" ")
                    if not self.obey(verb.upper(), argument):
                        return
        except OSError:  # whoever talked to us is dead
            return

    def obey(self, verb: str, argument: str) -> bool:
        if verb == "RCPT":
            self.recipient = argument.partition("<")[2].partition(">")[0]
        if verb == "DATA":
            return self.say("DATA", "", "354 go on") and self.take_mail()
        return self.say(verb, argument, "221 bye" if verb == "QUIT" else OK) and verb != "QUIT"

    def take_mail(self) -> bool:
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            if not line:  # whoever was writing is dead: half a mail is none
                return False
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        refusal = self.server.double.answer("END", self.recipient)
        if refusal is not None:
            return self.write(refusal)
        self.server.double.keep(self.recipient, b"".join(lines))
        return self.say("TAKEN", self.recipient, OK)

    def say(self, step: str, argument: str, usual: str) -> bool:
        told = self.server.double.answer(step, argument)
        return self.write(usual if told is None else told)

    def write(self, line: str) -> bool:
        if line:
            self.wfile.write(f"{line}\r\n".encode())
        return bool(line) and not line.startswith("421")


@contextmanager
def smtp_double() -> Iterator[SmtpDouble]:
    double = SmtpDouble()
    thread = threading.Thread(target=double.server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield double
    double.server.shutdown()
    double.server.server_close()
    thread.join()
