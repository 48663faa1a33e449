"""What the tests of pages do as a browser would: choose a person, send a form with its token, read a page."""

from __future__ import annotations

import re
from html import unescape

from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from riskreg.extensions import db
from riskreg.models import Person

TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


def sign_in_as(client: FlaskClient, name: str) -> Person:
    """Sign in as the demonstration person of that name, by the button on the sign-in page."""
    person = db.session.scalars(select(Person).where(Person.name == name)).one()
    answer = post(client, "/sign-in", person_id=person.id)
    assert answer.status_code == 302, answer.text
    return person


def token(client: FlaskClient, path: str = "/reset") -> str:
    """Return the token against forged forms that a page carries."""
    found = TOKEN.search(client.get(path).text)
    assert found, f"no form on {path}"
    return found[1]


def post(client: FlaskClient, path: str, **fields: object) -> TestResponse:
    """Send a form with its token. A list is sent as several values of one name, as the parts of a date are."""
    return client.post(path, data={"csrf_token": token(client), **fields})


def problems(answer: TestResponse) -> list[str]:
    """Return the sentences of the error summary, in order."""
    _, _, rest = answer.text.partition("govuk-error-summary__list")
    items = re.findall(r"<li>(.*?)</li>", rest.partition("</ul>")[0], re.DOTALL)
    return [" ".join(unescape(re.sub(r"<[^>]+>", "", item)).split()) for item in items]


def words(answer: TestResponse) -> str:
    """Return the text of a page without its markup, with single spaces."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())
