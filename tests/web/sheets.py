"""What the tests of pages that take in a spreadsheet do: choose a file, send it, and fill in one of ours."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from riskreg.extensions import db
from riskreg.models import Upload
from tests.web.before_dmt import fresh
from tests.web.browsing import token


def choose(client: FlaskClient, path: str, content: bytes, name: str = "results.xlsx", **fields: Any) -> TestResponse:
    """Choose a file in the form of a page and send it, byte for byte as a browser does."""
    given = {"csrf_token": token(client), **fields}
    parts = [
        f'--x\r\nContent-Disposition: form-data; name="{field}"\r\n\r\n{words}\r\n'
        for field, value in given.items()
        for words in (value if isinstance(value, list) else [value])
    ]
    parts.append(f'--x\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n')
    data = "".join(parts).encode() + content + b"\r\n--x--\r\n"
    return client.post(path, data=data, content_type="multipart/form-data; boundary=x")


def filled_in(content: bytes, values: dict[str, dict[str, Any]], sheet: str = "Results") -> bytes:
    """Fill in a workbook of ours: by what stands in its first column, the cells by their headings."""
    book = load_workbook(BytesIO(content))
    headings = {cell.value: cell.column for cell in book[sheet][1]}
    for row in book[sheet].iter_rows(min_row=2):
        for heading, value in values.get(str(row[0].value), {}).items():
            book[sheet].cell(row[0].row, headings[heading]).value = value
    saved = BytesIO()
    book.save(saved)
    return saved.getvalue()


def kept() -> int:
    """How many uploaded files are kept."""
    fresh()
    count = db.session.scalar(select(func.count()).select_from(Upload))
    fresh()
    return count or 0
