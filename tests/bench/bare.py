"""The yardstick: a bare Flask route that selects 50 rows by SQLAlchemy and renders them."""

from __future__ import annotations

import os

from flask import Flask, render_template_string
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from riskreg.models import Risk

PAGE = (
    "<!doctype html><title>Risks</title><table>{% for risk in risks %}<tr><td>{{ risk.id }}</td><td>{{ risk.title }}"
    "</td><td>{{ risk.effective_rag }}</td><td>{{ risk.review_due_on }}</td></tr>{% endfor %}</table>"
)

app = Flask(__name__)
engine = create_engine(os.environ["DATABASE_URL"])


@app.get("/")
def rows() -> str:
    """Fifty risks as a table."""
    with Session(engine) as session:
        return render_template_string(PAGE, risks=session.scalars(select(Risk).order_by(Risk.id).limit(50)).all())
