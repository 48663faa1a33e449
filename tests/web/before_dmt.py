"""What the tests of the queue, of escalations and of contracts set up and measure."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from riskreg import models
from riskreg.extensions import db
from tests import factories as make

DIRECTOR = "Corporate Director, Children, Young People and Education"
NOISE = ("BEGIN", "PRAGMA", "SAVEPOINT")


def escalated(
    since: datetime = make.NOW, reason: str = "The provider may withdraw.", **facts: Any
) -> models.Escalation:
    """An escalation that a person raised; `risk` takes one that is there already."""
    risk = facts.pop("risk", None) or make.RiskFactory(own_rag="AMBER", effective_rag="RED")
    known: dict[str, Any] = {
        "status": "awaiting DMT",
        "rag_before": "AMBER",
        "rag_after": "RED",
        "policy_version": 1,
        "opened_on": since.date(),
        "opened_at": since,
        "waiting_since": since,
        "person_id": make.PersonFactory().id if reason else None,
    }
    row = models.Escalation(risk=risk, reason=reason, **{**known, **facts})
    db.session.add(row)
    db.session.flush()
    return row


def signal_on(escalation: models.Escalation, sentence: str, state: str = "stands", **facts: Any) -> models.SignalRow:
    """A signal of a contract that the escalation holds, by a link that was assumed."""
    contract = facts.pop("contract", None) or make.ContractFactory()
    row = models.SignalRow(
        contract_id=facts.pop("contract_id", contract.id),
        kind=facts.pop("kind", "no approved route"),
        fact="end:2018-03",
        severity=2,
        reaches=facts.pop("reaches", 3),
        sentence=sentence,
        since=make.TODAY,
        found_on=make.TODAY,
        found_at=make.NOW,
        policy_version=1,
        state=state,
        **facts,
    )
    db.session.add(row)
    make.LinkFactory(risk=escalation.risk, contract=contract, reason="Places are bought through it.", assumed=True)
    db.session.flush()
    db.session.add(
        models.EscalationSignal(
            escalation_id=escalation.id,
            signal_id=row.id,
            risk_id=escalation.risk_id,
            joined_at=make.NOW,
            link_reason="Places are bought through it.",
        )
    )
    db.session.flush()
    return row


def decided(escalation: models.Escalation, kind: str, reason: str = "Seen.", **facts: Any) -> models.Decision:
    """A decision on an escalation, taken now."""
    known: dict[str, Any] = {"decided_on": make.TODAY, "decided_at": make.NOW, "seen_revision": 0, "seen": {}}
    row = models.Decision(
        escalation_id=escalation.id, kind=kind, reason=reason, person_id=make.PersonFactory().id, **{**known, **facts}
    )
    db.session.add(row)
    db.session.flush()
    return row


def reviewed(risk: models.Risk, at: datetime = make.NOW, note: str = "Nothing new.") -> models.Review:
    """A review of a risk."""
    row = models.Review(
        risk_id=risk.id, done_on=at.date(), due_on=at.date(), person_id=make.PersonFactory().id, still_right=True,
        controls_work=True, actions_on_track=True, changed=False, note=note, recorded_at=at,
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    return row


def versions(risk: models.Risk, *steps: tuple[datetime, str, str]) -> models.Risk:
    """The versions of a risk: when, what its status became, and why."""
    for number, (at, status, why) in enumerate(steps, 1):
        row = models.RiskVersion(
            risk_id=risk.id, version=number, title=risk.title, cause=risk.cause, event=risk.event,
            consequence=risk.consequence, status=status, owner_post_id=risk.owner_post_id, change_reason=why,
            recorded_at=at,
        )  # fmt: skip
        db.session.add(row)
    db.session.flush()
    return risk


def signed_in_as(app: Flask, *roles: str, post: models.Post | None = None) -> FlaskClient:
    """A browser in which somebody with the roles, in a post, is signed in. Everything set up so far is saved."""
    person = make.PersonFactory(holding=post or make.PostFactory(bringing=roles))
    who = f"{person.id}:{person.session_stamp}"
    db.session.commit()
    client = app.test_client()
    with client.session_transaction() as session:
        session["_user_id"] = who
    return client


@contextmanager
def counted() -> Iterator[list[str]]:
    """Collect the statements that are sent to the database."""
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if not statement.startswith(NOISE):
            sent.append(statement)

    engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", note)


def fresh() -> None:
    """Forget what was read, so that the next read sees what the pages saved, and holds no lock meanwhile."""
    db.session.rollback()
    db.session.expire_all()
