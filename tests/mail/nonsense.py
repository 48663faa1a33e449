"""A server that speaks what it is told to, byte by byte: what no library would serve."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from threading import Event, Thread

HANG = b"(hang)"
DRIP = b"(drip)"
CLOSE = b""
PROPER = {
    "CONNECT": b"220 here\r\n",
    "EHLO": b"250 here\r\n",
    "HELO": b"250 here\r\n",
    "MAIL": b"250 OK\r\n",
    "RCPT": b"250 OK\r\n",
    "DATA": b"354 go on\r\n",
    "END": b"250 taken\r\n",
    "QUIT": b"221 bye\r\n",
}


@dataclass
class Speaker:
    """What the server answers to each command, and what it was told."""

    answers: dict[str, bytes]
    port: int = 0
    told: list[str] = field(default_factory=list)
    stop: Event = field(default_factory=Event)

    def serve(self, listener: socket.socket) -> None:
        """Answer one connection until either side ends it."""
        connection, _ = listener.accept()
        with connection, suppress(OSError):
            words, step = connection.makefile("rb"), "CONNECT"
            with words:
                while self._answer(connection, step):
                    if step == "DATA" and self.answers[step].startswith(b"354"):
                        while (line := words.readline()) and line != b".\r\n":
                            pass
                        step = "END"
                        continue
                    line = words.readline()
                    self.told.append(line.decode("latin-1").strip())
                    step = line[:4].decode("latin-1").upper()

    def _answer(self, connection: socket.socket, step: str) -> bool:
        """Answer, and say whether to go on."""
        answer = self.answers.get(step, CLOSE)
        if answer == HANG:
            self.stop.wait(20)
        elif answer == DRIP:
            while not self.stop.wait(0.01):
                connection.sendall(b"2")
        else:
            connection.sendall(answer)
        return answer not in (HANG, DRIP, CLOSE)


@contextmanager
def speaking(**answers: bytes) -> Iterator[Speaker]:
    """Run such a server on a free port for one connection; it behaves but for the `answers` given."""
    speaker = Speaker(PROPER | answers)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        speaker.port = listener.getsockname()[1]
        listener.settimeout(20)
        thread = Thread(target=speaker.serve, args=(listener,), daemon=True)
        thread.start()
        try:
            yield speaker
        finally:
            speaker.stop.set()
            thread.join(20)
