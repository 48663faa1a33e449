"""What is sent beyond the limit is dropped on its way in, and the form comes back with a sentence."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from io import BytesIO, IOBase, RawIOBase

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from riskreg.domain.evidence import LARGEST
from riskreg.web.uploads import CEILING, Received
from tests import factories as make
from tests.web.before_dmt import signed_in_as
from tests.web.browsing import problems, token, words

MULTIPART = "multipart/form-data; boundary=x"
MB = 1024 * 1024
PIECE = b"a" * MB
END = b"\r\n--x--\r\n"


class Sent(RawIOBase):
    """A form with a file of that many megabytes, made while it is read."""

    def __init__(self, start: bytes, megabytes: int) -> None:
        self.pieces = self._pieces(start, megabytes)
        self.left = b""

    def _pieces(self, start: bytes, megabytes: int) -> Iterator[bytes]:
        yield start
        for _ in range(megabytes):
            yield PIECE
        yield END

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
        self.left = self.left or next(self.pieces, b"")
        taken, self.left = self.left[: len(buffer)], self.left[len(buffer) :]
        buffer[: len(taken)] = taken
        return len(taken)


@pytest.fixture
def keeper(app: Flask) -> FlaskClient:
    """The co-ordinator's browser, and a risk to add files to."""
    make.RiskFactory()
    return signed_in_as(app, "coordinator")


def start_of(client: FlaskClient) -> bytes:
    """The form up to the content of its file."""
    start = '--x\r\nContent-Disposition: form-data; name="{}"'
    fields = {"csrf_token": token(client), "description": "What was typed."}
    parts = [f"{start.format(name)}\r\n\r\n{typed}\r\n" for name, typed in fields.items()]
    return f'{"".join(parts)}{start.format("file")}; filename="big.pdf"\r\n\r\n%PDF-'.encode()


def send(client: FlaskClient, path: str, sent: IOBase, length: int) -> TestResponse:
    """Send a form that says how long it is."""
    wire = {"wsgi.input": sent, "CONTENT_LENGTH": str(length), "CONTENT_TYPE": MULTIPART}
    return client.post(path, environ_overrides=wire)


def test_two_hundred_megabytes_are_answered_with_the_form_and_never_kept(keeper: FlaskClient) -> None:
    start = start_of(keeper)
    length = len(start) + 200 * MB + len(END)
    tracemalloc.start()
    answer = send(keeper, "/risks/1/evidence", Sent(start, 200), length)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (answer.status_code, problems(answer)) == (422, ["“big.pdf” is larger than 10 MB."])
    assert "What was typed." in answer.text
    assert most < 3 * LARGEST


def test_above_the_ceiling_a_page_says_so_without_reading(keeper: FlaskClient) -> None:
    answer = send(keeper, "/risks/1/evidence", BytesIO(), CEILING + 1)
    assert answer.status_code == 413
    assert "That was too large" in words(answer)


@pytest.mark.parametrize("path", ["/sign-in", "/risks/1/edit"])
def test_other_pages_take_no_more_than_before(keeper: FlaskClient, path: str) -> None:
    assert send(keeper, path, BytesIO(), 3 * MB).status_code == 413


def test_one_file_at_a_time(keeper: FlaskClient) -> None:
    second = b'--x\r\nContent-Disposition: form-data; name="file"; filename="b.pdf"\r\n\r\nb\r\n--x--\r\n'
    answer = keeper.post("/risks/1/evidence", data=start_of(keeper) + b"\r\n" + second, content_type=MULTIPART)
    assert answer.status_code == 400
    assert "Send one file at a time." in words(answer)


def test_a_file_is_kept_up_to_the_limit_and_beyond_it_not_at_all() -> None:
    kept = Received()
    kept.write(b"a" * LARGEST)
    assert (kept.size, len(kept.getvalue())) == (LARGEST, LARGEST)
    kept.write(b"b")
    kept.write(b"c")
    assert (kept.size, kept.getvalue()) == (LARGEST + 2, b"")
