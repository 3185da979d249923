"""A server below HTTP: it answers each connection as it is told to, also byte by byte."""

import socket
import threading
import time
from collections.abc import Callable

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 400\r\n\r\n"
Answer = Callable[[socket.socket], None]


class Server:
    """Answers each connection as it is told to, and counts them."""

    def __init__(self, answer: Answer) -> None:
        self.answer, self.calls = answer, 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        self.over = threading.Event()
        threading.Thread(target=self.serve, daemon=True).start()

    def stop(self) -> None:
        self.over.set()
        self.listener.close()

    def serve(self) -> None:
        while not self.over.is_set():
            try:
                caller, _ = self.listener.accept()
            except OSError:
                return
            self.calls += 1
            threading.Thread(target=self.talk, args=(caller,), daemon=True).start()

    def talk(self, caller: socket.socket) -> None:
        with caller:
            caller.recv(65_536)
            try:
                self.answer(caller)
            except OSError:
                return  # the caller has heard enough
            self.over.wait(10)


def drip(head: bytes) -> Answer:
    """A byte every tenth of a second: each single reading is quick, and there is no end."""

    def slowly(caller: socket.socket) -> None:
        caller.sendall(head)
        for _ in range(100):
            caller.sendall(b" ")
            time.sleep(0.1)

    return slowly


def silent(caller: socket.socket) -> None:
    """Not a byte."""


in_body = drip(HEAD)
in_headers = drip(b"HTTP/1.1 200 OK\r\nX-Slow: ")
