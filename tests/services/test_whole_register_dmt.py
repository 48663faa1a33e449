"""What came before DMT, in a whole register: it is there again, and nothing of it is found a second time."""

from __future__ import annotations

import json
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from riskreg.domain.lifecycle import DecisionKind, DecisionTaken
from riskreg.exchange.tables import BrokenTable
from riskreg.extensions import db
from riskreg.models import (
    AuditEvent,
    Decision,
    Escalation,
    EscalationSignal,
    Meeting,
    Message,
    Notice,
    Register,
    Result,
    Risk,
    SignalRow,
)
from riskreg.queries.exports import export_rows
from riskreg.services.escalations import record_decision
from riskreg.services.evaluation import evaluate_register
from riskreg.services.meetings import schedule_meetings
from riskreg.services.restoring import preview_whole_register, take_in_whole_register
from riskreg.services.whole_register import BEFORE_DMT, COMES_BACK, ONLY_WITH_ALL, whole_register_file
from tests import databases
from tests.factories import TODAY
from tests.services.by_hand import add_by_hand, everybody, minutes
from tests.services.decided_by_hand import decide_by_hand
from tests.services.taking_in import book, register_id, take_in

Rows = dict[str, list[dict[str, object]]]
NUMBERED = {"controls": {"control"}, "actions": {"action"}, "updates": {"action"}}
NUMBERS = {"signal", "escalation", "decision", "noting", "referral"}
SIGNAL = ("code", "kind", "fact", "state", "sentence")
LATER = minutes(120)
AT = LATER.replace(tzinfo=None, microsecond=0)


def rows() -> Rows:
    """What comes back, as it comes out: moments to the second, and numbers by what they stand for."""
    found: Rows = {
        export.name: [dict(zip(export.header, row, strict=True)) for row in export_rows(export)]
        for export in (*COMES_BACK, *BEFORE_DMT)
    }
    places: dict[str, dict[object, object]] = {
        name: {row[name]: place for place, row in enumerate(found[f"{name}s"])} for name in sorted(NUMBERS)
    }
    places["signal"] = {row["signal"]: [str(row[name]) for name in SIGNAL] for row in found["signals"]}
    for name, lines in found.items():
        for line in lines:
            for column in NUMBERED.get(name, set()):
                del line[column]
            for column in NUMBERS & set(line):
                line[column] = places[column].get(line[column])
            if "seen" in line:
                seen: Any = line["seen"]
                named = [{**one, "id": places["signal"][one["id"]]} for one in seen["signals"]]
                line["seen"] = json.dumps({**seen, "signals": named}, sort_keys=True)
            for column, value in line.items():
                line[column] = str(value).replace(".000815", "")
    return found


@pytest.fixture(scope="session")
def taken_out(backend: databases.Backend) -> tuple[bytes, Rows]:
    """The plan's register after some weeks of DMT: the workbook, and its rows."""
    with contextmanager(backend.application)("plan"):
        add_by_hand()
        decide_by_hand()
        return whole_register_file(), rows()


def test_the_weeks_hold_every_kind_of_thing(taken_out: tuple[bytes, Rows]) -> None:
    before = taken_out[1]
    assert all(before[one.name] for one in BEFORE_DMT)
    assert {row["status"] for row in before["escalations"]} >= {
        *("awaiting DMT", "confirmed", "returned to owner", "referred to corporate"),
        *("deferred to a meeting", "declined", "withdrawn"),
    }
    assert {row["state"] for row in before["referrals"]} == {"accepted", "ended"}
    assert {row["state"] for row in before["meetings"]} == {"planned", "closed"}
    assert any(row["proposal"] for row in before["escalations"])


@pytest.mark.parametrize("where", ["fresh", "bare"])
def test_everything_comes_back_cell_by_cell(
    where: str, request: pytest.FixtureRequest, taken_out: tuple[bytes, Rows]
) -> None:
    request.getfixturevalue(where)
    content, before = taken_out
    done = take_in(book(content), LATER)
    db.session.commit()
    assert (done.effects.risks, done.effects.letters, done.effects.heard) == ((), (), ())
    after = rows()
    for name, held in before.items():
        if where == "fresh" or name != "signals":
            assert after[name] == held, name


def test_what_is_held_here_gets_only_the_signals_that_escalations_rest_on(
    bare: Flask, taken_out: tuple[bytes, Rows]
) -> None:
    content, before = taken_out
    counts = dict(take_in(book(content), LATER).counts)
    held = {row["signal"] for row in before["escalation-signals"]}
    of_held = [row for row in before["signals"] if not str(row["code"]).startswith(("IND-", "EXT-44", "INT-67"))]
    assert counts["signals"] == len(before["signals"]) - sum(row["signal"] not in held for row in of_held)
    assert counts["escalations"] == len(before["escalations"])
    stood = {(row["about"], row["code"], row["fact"]) for row in before["signals"] if row["state"] == "stands"}
    there = [row for row in rows()["signals"] if row["state"] == "stands"]
    assert {(row["about"], row["code"], row["fact"]) for row in there} == stood
    assert len(there) == len(stood)


def test_evaluating_again_changes_nothing_and_tells_nobody(fresh: Flask, taken_out: tuple[bytes, Rows]) -> None:
    take_in(book(taken_out[0]), LATER)
    before = rows()
    done = evaluate_register(register_id(), LATER + timedelta(hours=1))
    assert str(done) == "0 risks escalated, 0 signals joined, 0 de-escalations proposed, 0 withdrawn"
    assert rows() == before
    assert [db.session.scalar(select(func.count()).select_from(one)) for one in (Message, Notice)] == [0, 0]


def test_each_risk_says_what_dmt_had_decided(fresh: Flask, taken_out: tuple[bytes, Rows]) -> None:
    take_in(book(taken_out[0]), LATER)
    one = db.session.scalars(select(Escalation).where(Escalation.status == "confirmed")).one()
    said = db.session.scalars(select(AuditEvent).where(AuditEvent.subject == f"escalation:{one.id}")).one()
    row = [line["status"] for line in taken_out[1]["escalations"]].index("confirmed") + 2
    assert said.risk_id == one.risk_id
    assert said.sentence == (
        f"The escalation of 3 April 2017 was taken in from “all.xlsx”, row {row}. "
        "DMT decided on 3 April 2017: confirm. It is real. It is confirmed."
    )


def test_dmt_can_go_on_deciding(fresh: Flask, taken_out: tuple[bytes, Rows]) -> None:
    take_in(book(taken_out[0]), LATER)
    one = db.session.scalars(select(Escalation).where(Escalation.status == "confirmed")).one()
    assert one.risk.revision > max(row.seen_revision for row in one.decisions)
    ended = DecisionTaken(DecisionKind.DE_ESCALATE, "It is over")
    record_decision(everybody(), one, ended, one.risk.revision, LATER)
    assert (one.status, one.risk.effective_rag) == ("de-escalated", one.risk.own_rag)


def test_what_is_not_so_here_is_withdrawn(bare: Flask, taken_out: tuple[bytes, Rows]) -> None:
    """An indicator that is held here has the last word: what was found of it elsewhere is asked of what is held."""
    named = {str(row["signal"]) for row in taken_out[1]["escalation-signals"]}
    about = {str(row["code"]) for row in taken_out[1]["signals"] if row["about"] == "indicator"}
    code = next(one for one in sorted(about) if not one.startswith("IND-") and any(one in name for name in named))
    for result in db.session.scalars(select(Result).where(Result.indicator.has(code=code))):
        result.opening = True
    db.session.flush()
    take_in(book(taken_out[0]), LATER)
    found = db.session.scalars(select(SignalRow).where(SignalRow.indicator.has(code=code))).all()
    assert {one.state for one in found} == {"withdrawn"}
    held = select(EscalationSignal.escalation_id).where(EscalationSignal.signal_id.in_([one.id for one in found]))
    assert db.session.scalars(held).all()


def older(opened: Any) -> None:
    """What was written when escalations were for reading only."""
    for one in ONLY_WITH_ALL:
        del opened[one.name]
    opened["escalations"].delete_cols([cell.value for cell in opened["escalations"][1]].index("opened_at") + 1)


def test_an_older_workbook_is_taken_in_and_what_stands_is_put_before_dmt_anew(
    fresh: Flask, taken_out: tuple[bytes, Rows]
) -> None:
    done = take_in(book(taken_out[0], older), LATER)
    assert {one.effect for one in done.effects.risks} == {"escalated"}
    assert {name for name, _ in done.counts} & {one.name for one in BEFORE_DMT} == set()
    assert db.session.scalar(select(func.count()).select_from(Decision)) == 0
    assert set(db.session.scalars(select(Escalation.status))) == {"awaiting DMT"}


def test_the_preview_is_the_import_and_leaves_nothing(fresh: Flask, taken_out: tuple[bytes, Rows]) -> None:
    found = book(taken_out[0])
    seen = preview_whole_register(everybody(), register_id(), found, LATER)
    left = [db.session.scalar(select(func.count()).select_from(one)) for one in (Escalation, Meeting, SignalRow)]
    assert left == [0, 0, 0]
    assert dict(seen.counts)["decisions"] == len(taken_out[1]["decisions"])
    assert take_in_whole_register(everybody(), register_id(), found, LATER, shown=seen.digest) == seen


def test_a_meeting_that_is_set_up_here_stays(fresh: Flask, taken_out: tuple[bytes, Rows]) -> None:
    register = db.session.get_one(Register, register_id())
    schedule_meetings(everybody(), register, "Ours", TODAY, None, None, minutes(0))
    take_in(book(taken_out[0]), LATER)
    ours = db.session.scalars(select(Meeting).where(Meeting.held_on == TODAY)).one()
    assert (ours.title, ours.state, ours.items) == ("Ours", "planned", [])
    assert db.session.scalar(select(func.count()).select_from(Meeting)) == len(taken_out[1]["meetings"])


def test_a_workbook_with_some_of_these_sheets_is_not_whole(fresh: Flask, taken_out: tuple[bytes, Rows]) -> None:
    left = [one.name for one in BEFORE_DMT if one.name != "agenda"]

    def change(opened: Any) -> None:
        for name in left:
            del opened[name]

    with pytest.raises(BrokenTable) as refused:
        take_in(book(taken_out[0], change), LATER)
    assert [name for name in left if f"the sheet “{name}” is not there" not in str(refused.value)] == []


WRONG: list[list[tuple[str, str, int, object, str]]] = [
    [  # what cannot be read
        ("signals", "about", 2, "risk", "“risk” is not indicator"),
        ("signals", "state", 2, "gone", "“gone” is not stands"),
        ("escalations", "status", 2, "settled", "“settled” is not awaiting DMT"),
        ("escalations", "rag_after", 2, "PINK", "“PINK” is not GREEN"),
        ("escalation-signals", "joined_at", 2, "soon", "“soon” is not a day and a time."),
        ("decisions", "decided", 2, "wait", "“wait” is not confirm"),
        ("decisions", "seen", 2, '{"signals": 1}', "this is not what a whole register writes here"),
        ("decisions", "seen_revision", 2, 2**31 - 1, "is not a whole number from 0 to"),
        ("notings", "remark", 2, None, "the cell is empty."),
        ("referrals", "state", 2, "lost", "“lost” is not proposed"),
        ("meetings", "held_on", 2, None, "the cell is empty."),
        ("agenda", "kind", 2, "coffee", "“coffee” is not escalation"),
    ],
    [  # what is not there, or contradicts itself
        ("signals", "policy_version", 2, 7, "there is no version 7 of the policy here: adopt it first."),
        ("signals", "ended_at", 2, AT, "what stands has not ended"),
        ("signals", "code", 3, "KPI-9999", "there is no indicator “KPI-9999”."),
        ("signals", "signal", 5, 3, "the number 3 is there twice."),
        ("escalations", "risk", 2, "CYPE 99", "there is no risk in the sheet “risks” with the reference “CYPE 99”."),
        ("escalations", "raised_by", 3, "A stranger", "there is no person called “A stranger”."),
        ("escalations", "policy_version", 4, 7, "there is no version 7 of the policy here: adopt it first."),
        ("escalations", "ended_at", 2, AT, "an escalation that has ended says when"),
    ],
    [
        ("decisions", "escalation", 2, 999, "there is no escalation in the sheet “escalations” with the number “999”."),
        ("decisions", "deferred_to", 4, "2017-05-01", "a decision that is put off says to which meeting"),
        ("decisions", "decided_by", 5, "A stranger", "there is no person called “A stranger”."),
        ("decisions", "risk", 6, "CYPE 99", "is none of “CYPE 99”."),
    ],
    [
        ("escalation-signals", "signal", 2, 9999, "there is no signal in the sheet “signals” with the number “9999”."),
        ("notings", "noted_by", 2, "A stranger", "there is no person called “A stranger”."),
        ("referrals", "decision", 2, 99, "there is no decision in the sheet “decisions” with the number “99”."),
        ("referrals", "corporate_reference", 3, "CORP 99", "there is no line in the sheet “references” for “CORP 99”."),
        ("referrals", "register", 3, "NONE", "there is no register with the prefix “NONE”."),
    ],
    [
        ("meetings", "closed_at", 2, None, "a meeting that is closed says when and by whom"),
        ("agenda", "risk", 2, "CYPE 99", "there is no risk in the sheet “risks” with the reference “CYPE 99”."),
        ("agenda", "held_on", 3, "2017-04-04", "there is no meeting of this day in the sheet “meetings”."),
    ],
    [("risks", "escalation", 2, "declined", "by the sheet “escalations” it is confirmed.")],
]


@pytest.mark.parametrize("wrong", WRONG)
def test_what_is_wrong_is_named_with_its_place_and_nothing_is_taken_in(
    fresh: Flask, taken_out: tuple[bytes, Rows], wrong: list[tuple[str, str, int, object, str]]
) -> None:
    def change(opened: Any) -> None:
        for sheet, column, row, value, _ in wrong:
            heading = next(cell for cell in opened[sheet][1] if cell.value == column)
            opened[sheet].cell(row, heading.column).value = value

    with pytest.raises(BrokenTable) as refused:
        take_in(book(taken_out[0], change), LATER)
    said = str(refused.value).splitlines()
    for sheet, column, row, _, why in wrong:
        place, named = f"all.xlsx, {sheet}, row {row}, column ", f" ({column}): "
        assert [one for one in said if place in one and named in one and why in one], (sheet, column, said)
    db.session.rollback()
    assert held() == [0, 0, 0]


def held() -> list[int | None]:
    return [db.session.scalar(select(func.count()).select_from(one)) for one in (Risk, Escalation, Meeting)]


def test_a_status_that_no_decision_led_to_is_named(fresh: Flask, taken_out: tuple[bytes, Rows]) -> None:
    rows_of = taken_out[1]["escalations"]
    row = [line["status"] for line in rows_of].index("confirmed") + 2

    def change(opened: Any) -> None:
        for number in range(opened["decisions"].max_row, 1, -1):
            if opened["decisions"].cell(number, 5).value == "confirm":
                opened["decisions"].delete_rows(number)

    said = "it is confirmed, which is not where the last of its lines in the sheet “decisions” leaves it."
    with pytest.raises(BrokenTable) as refused:
        take_in(book(taken_out[0], change), LATER)
    assert f"all.xlsx, escalations, row {row}, column D (status): {said}" in str(refused.value)
