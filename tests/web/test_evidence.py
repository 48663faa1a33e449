"""The pages of evidence: adding a file, its list, its download, and removing it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from riskreg import models
from riskreg.domain.evidence import LARGEST
from riskreg.extensions import db
from tests import factories as make
from tests.exchange import files
from tests.web.before_dmt import counted, escalated, fresh, signed_in_as
from tests.web.browsing import problems, token, words

SHOWS = "How many <b>places</b> there are."
MULTIPART = "multipart/form-data; boundary=x"
WARNING = "Do not upload files that name children or families"


def body(fields: dict[str, str], name: str, content: bytes) -> bytes:
    """A form with a file as it goes over the wire, byte for byte as a browser writes it."""
    start = '--x\r\nContent-Disposition: form-data; name="{}"'
    parts = [f"{start.format(field)}\r\n\r\n{words}\r\n" for field, words in fields.items()]
    head = f'{"".join(parts)}{start.format("file")}; filename="{name}"\r\nContent-Type: text/html\r\n\r\n'
    return head.encode() + content + b"\r\n--x--\r\n"


def send(
    client: FlaskClient, path: str, name: str = "report.pdf", content: bytes = files.PDF, **fields: Any
) -> TestResponse:
    """Choose a file and send the form, as a browser does."""
    given = {"csrf_token": token(client), "description": SHOWS, **fields}
    return client.post(f"{path}/evidence", data=body(given, name, content), content_type=MULTIPART)


def stored() -> int:
    """How many files are stored, with and without content."""
    found = db.session.scalar(select(func.count(models.Evidence.id))) or 0
    fresh()
    return found


def only_file() -> str:
    """The address of the one file that is stored."""
    found = db.session.scalars(select(models.Evidence.id)).one()
    fresh()
    return f"/evidence/{found}"


def test_a_file_is_added_listed_downloaded_and_removed(app: Flask, owner: FlaskClient, address: str) -> None:
    assert WARNING in words(owner.get(f"{address}/evidence"))
    answer = send(owner, address)
    assert (answer.status_code, answer.headers["Location"]) == (302, f"{address}#evidence")
    text = words(owner.get(address))
    assert f"Download report.pdf (PDF, {len(files.PDF)} bytes) added by" in text
    assert SHOWS in text
    assert "<b>places" not in owner.get(address).text
    assert "Added evidence" in text
    assert "Added evidence" in words(owner.get(f"{address}/timeline"))
    path = only_file()
    sent = signed_in_as(app, "auditor").get(path)
    assert sent.data == files.PDF
    assert WARNING in words(owner.get(f"{address}/evidence"))
    removing = {"csrf_token": token(owner), "reason": "It names a child."}
    assert owner.post(f"{path}/remove", data=removing).headers["Location"] == f"{address}#evidence"
    assert "<s>report.pdf</s>" in owner.get(address).text
    text = words(owner.get(address))
    assert "removed added by" in text
    assert ": It names a child." in text
    gone = owner.get(path)
    assert gone.status_code == 410
    assert "“report.pdf” was removed on 3 April 2017 by" in words(gone)
    assert "This file has been removed already." in words(owner.get(f"{path}/remove"))
    assert owner.post(f"{path}/remove", data=removing).status_code == 422


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("report.pdf", files.PDF, "application/pdf"),
        ("Café “2017” – Zahlen.txt", "Café".encode("cp1252"), "text/plain; charset=windows-1252"),
        ("a;b=c'd.csv", b"a,b", "text/csv; charset=utf-8"),
        ("mail.eml", files.EMAIL, "text/plain; charset=utf-8"),
        ("page.txt", b"<html><script>alert(1)</script>", "text/plain; charset=utf-8"),
        ("a.docx", files.office("docx"), "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ],
)
def test_a_file_is_sent_to_be_saved_and_never_to_be_run(
    owner: FlaskClient, address: str, name: str, content: bytes, kind: str
) -> None:
    send(owner, address, name, content)
    sent = owner.get(only_file())
    assert (sent.data, sent.headers["Content-Type"]) == (content, kind)
    assert sent.headers["Content-Disposition"].startswith("attachment; filename")
    assert sent.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in sent.headers["Content-Security-Policy"]
    assert "no-store" in sent.headers["Cache-Control"]
    if not name.isascii():
        assert (
            "filename*=UTF-8''Caf%C3%A9%20%E2%80%9C2017%E2%80%9D%20%E2%80%93%20Zahlen.txt"
            in sent.headers["Content-Disposition"]
        )


@pytest.mark.parametrize(
    ("fields", "sentences"),
    [
        ({"name": ""}, ["Choose a file."]),
        ({"description": "  "}, ["Say what the file shows."]),
        ({"name": "", "description": ""}, ["Choose a file.", "Say what the file shows."]),
        ({"description": "a" * 501}, ["The description must be 500 characters or fewer. You typed 501."]),
        ({"content": b""}, ["“report.pdf” is empty."]),
        ({"content": b"%PDF-" + b"a" * LARGEST}, ["“report.pdf” is larger than 10 MB."]),
        (
            {"content": b"%PDF-" + b"a" * LARGEST, "description": ""},
            ["“report.pdf” is larger than 10 MB.", "Say what the file shows."],
        ),
        ({"content": files.PNG}, ["“report.pdf” is not a PDF: its content is a PNG picture."]),
        ({"name": ".pdf"}, ["The file has no name. Give it one, then choose it again."]),
    ],
)
def test_a_file_that_makes_no_sense_is_refused_beside_its_field(
    owner: FlaskClient, address: str, fields: dict[str, Any], sentences: list[str]
) -> None:
    answer = send(owner, address, **fields)
    assert (answer.status_code, problems(answer)) == (422, sentences)
    assert fields.get("description", SHOWS.partition(" <")[0]) in answer.text
    assert stored() == 0


@pytest.mark.parametrize("name", ["report.pdf.exe", "page.html", "picture.svg", "macros.docm", "none"])
def test_other_kinds_are_refused(owner: FlaskClient, address: str, name: str) -> None:
    answer = send(owner, address, name, b"<html>")
    assert problems(answer)[0].startswith(f"“{name}” is not a kind of file that is taken. Choose one of these: PDF")
    assert stored() == 0


def test_a_folder_in_the_name_is_left_out_and_a_mark_in_it_refused(owner: FlaskClient, address: str) -> None:
    assert problems(send(owner, address, "a\u202efdp.pdf"))[0].startswith("The name of the file holds characters")
    assert problems(send(owner, address, "a" * 296 + ".pdf"))[0].startswith("The name of the file must be 150")
    send(owner, address, r"C:\\x\\report.pdf")  # a backslash is sent as two
    assert "Download report.pdf (" in words(owner.get(address))


def test_the_same_file_twice_is_refused(owner: FlaskClient, address: str) -> None:
    send(owner, address)
    answer = send(owner, address, "again.pdf")
    assert (answer.status_code, problems(answer)) == (422, ["This file is here already, as “report.pdf”."])
    assert stored() == 1


def test_an_action_and_an_escalation_list_their_own_and_the_risk_all(
    app: Flask, owner: FlaskClient, address: str, risk: models.Risk
) -> None:
    risk = db.session.merge(risk)
    action, escalation = make.ActionFactory(risk=risk), escalated(risk=risk)
    places = [f"/actions/{action.id}", f"/escalations/{escalation.id}"]
    db.session.commit()
    for number, place in enumerate(places):
        answer = send(owner, place, f"report-{number}.pdf")
        assert (answer.status_code, answer.headers["Location"]) == (302, f"{place}#evidence")
    for number, place in enumerate(places):
        text = words(owner.get(place))
        assert f"report-{number}.pdf" in text
        assert f"Download report-{1 - number}.pdf" not in text
    text = words(owner.get(address))
    assert re.search(r"Download report-1.pdf .* to an escalation .* Download report-0.pdf .* to an action", text)
    dmt = signed_in_as(app, "dmt_member")
    assert "Add evidence" in words(dmt.get(places[1]))
    assert send(dmt, places[1], content=files.PDF + b" ").status_code == 302
    assert send(dmt, places[0]).status_code == 403


def test_who_may_not_sees_no_way_to_it_and_is_refused(app: Flask, owner: FlaskClient, address: str) -> None:
    assert "Add evidence" in words(owner.get(address))
    send(owner, address)
    path = only_file()
    assert f"{path}/remove" in owner.get(address).text
    for role in ("auditor", "risk_owner", "dmt_member", "action_owner"):
        other = signed_in_as(app, role)
        page = other.get(address)
        assert "Download report.pdf" in words(page)
        assert "Add evidence" not in words(page)
        assert f"{path}/remove" not in page.text
        assert send(other, address, "other.pdf").status_code == 403
        assert other.get(f"{path}/remove").status_code == 403
        assert other.get(f"{address}/evidence").status_code == 403
    assert stored() == 1
    keeper = signed_in_as(app, "coordinator")
    assert f"{path}/remove" in keeper.get(address).text
    answer = keeper.post(f"{path}/remove", data={"csrf_token": token(keeper), "reason": " "})
    assert (answer.status_code, problems(answer)) == (422, ["Say why the file is removed."])


def test_a_closed_risk_shows_its_files_and_takes_no_more(owner: FlaskClient, address: str, risk: models.Risk) -> None:
    send(owner, address)
    row = db.session.merge(risk)
    row.status, row.closed_on, row.closing_reason = "closed", make.TODAY, "Over."
    db.session.commit()
    text = words(owner.get(address))
    assert "Download report.pdf" in text
    assert "Add evidence" not in text
    assert "The risk is closed; only an open risk" in words(owner.get(f"{address}/evidence"))
    answer = send(owner, address, "other.pdf", files.PDF + b" ")
    assert (answer.status_code, problems(answer)) == (
        422, ["The risk is closed; only an open risk can be changed so."],
    )  # fmt: skip
    assert owner.get(only_file()).data == files.PDF


@pytest.mark.parametrize("path", ["/evidence/99", "/evidence/99/remove", "/risks/99/evidence", "/actions/99/evidence"])
def test_what_is_not_there_is_said_so(owner: FlaskClient, path: str) -> None:
    answer = owner.get(path)
    assert answer.status_code == 404
    assert "There is no such" in words(answer)


def test_many_files_take_as_many_queries_as_one(app: Flask, owner: FlaskClient, address: str) -> None:
    send(owner, address)
    with counted() as few:
        owner.get(address)
    for number in range(9):
        send(owner, address, content=files.PDF + b" " * (number + 1))
    with counted() as many:
        assert words(owner.get(address)).count("Download report.pdf") == 10
    assert len(many) == len(few) <= 15
    assert not any("evidence_content" in statement for statement in many)


def test_the_export_lists_files_without_their_content(owner: FlaskClient, address: str) -> None:
    send(owner, address, "=1+1.pdf")
    with owner.get("/export/evidence.csv") as answer:
        line = answer.get_data(as_text=True).splitlines()[1]
    assert "'=1+1.pdf" in line
    assert "%PDF" not in line
