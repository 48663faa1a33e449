"""Files that are sent to us: no more of one is ever kept than the register takes, however much is sent."""

from __future__ import annotations

from io import BytesIO
from typing import IO, Any

from flask import Flask, Request, request
from govuk_frontend_wtf.wtforms_widgets import GovFileInput
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import BadRequest
from wtforms import Field

from riskreg.domain.evidence import LARGEST
from riskreg.web.fields import in_sentence, needed_or_optional

# What is sent beyond the limit is read and dropped, so that the browser gets to see the form again with a sentence; one
# that is refused at its head shows a broken connection instead. Above this, the connection is not worth the reading.
CEILING = 300 * 1024 * 1024  # bytes


class Received(BytesIO):
    """A file as it comes in. `size` counts every byte; beyond the limit none of it is kept."""

    size = 0

    def write(self, data: Any, /) -> int:
        """Keep a piece, or drop it and what came before."""
        self.size += len(data)
        if self.size <= LARGEST:
            return super().write(data)
        self.seek(0)
        self.truncate()
        return len(data)


class UploadRequest(Request):
    """A request whose files are read as `Received`, one a request."""

    received: Received | None = None

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        """Return where a file is written to. Raises BadRequest for a second one."""
        if self.received is not None:
            raise BadRequest("Send one file at a time.")
        self.received = Received()
        return self.received


def take_uploads(app: Flask) -> None:
    """Let the application read its requests so."""
    app.request_class = UploadRequest


def allow_large_files(_endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """Read requests up to the ceiling. For a blueprint's url_value_preprocessor: nothing reads the form before that."""
    request.max_content_length = CEILING


class FileField(Field):
    """One file. Its data is what the browser sent, None when no file was chosen."""

    widget = GovFileInput()
    data: Any

    def __init__(self, label: str = "", *, needed: str = "", hint: str = "", **rest: Any) -> None:
        super().__init__(label, [needed_or_optional(needed)], description=hint, **rest)
        self.called = in_sentence(label)

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Take the file; a browser sends one without a name when none was chosen."""
        files = (one for one in valuelist if isinstance(one, FileStorage))
        self.data = next((one for one in files if one.filename), None)
