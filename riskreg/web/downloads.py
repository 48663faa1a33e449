"""Answers that are files to be kept."""

from __future__ import annotations

from collections.abc import Iterable

from flask import Response

OFFICE = "application/vnd.openxmlformats-officedocument"
MEDIA_TYPES = {
    "csv": "text/csv",
    "docx": f"{OFFICE}.wordprocessingml.document",
    "pdf": "application/pdf",
    "xlsx": f"{OFFICE}.spreadsheetml.sheet",
}


def send_as_file(content: bytes | str | Iterable[str], name: str) -> Response:
    """Send content as a file. The ending of its name, one of MEDIA_TYPES, says of which kind it is."""
    answer = Response(content, mimetype=MEDIA_TYPES[name.rpartition(".")[2]])
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
