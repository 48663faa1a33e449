"""Importing risks by the pages: the file, its columns, what holds for the list, what it does, and taking it in."""

from __future__ import annotations

import re
from io import BytesIO

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from riskreg.extensions import db
from riskreg.models import Indicator, Post, PostRole, Risk, SavedMapping, Upload
from riskreg.services.whole_register import whole_register_file
from tests.services.by_hand import add_by_hand
from tests.services.fresh import surroundings
from tests.web.browsing import post, problems, sign_in_as, words

IMPORT = "/register/import"
SHOWN = re.compile(r'name="shown" value="([0-9a-f]+)"')


@pytest.fixture
def keeper(client: FlaskClient) -> FlaskClient:
    """The risk co-ordinator."""
    sign_in_as(client, "Risk Co-ordinator")
    return client


def risks() -> int:
    return db.session.scalar(select(func.count()).select_from(Risk)) or 0


def owner_id() -> int:
    return db.session.scalars(select(Risk.owner_post_id).order_by(Risk.id)).first() or 0


def upload(client: FlaskClient, content: str | bytes, name: str = "list.csv") -> TestResponse:
    body = content.encode() if isinstance(content, str) else content
    return post(client, IMPORT, file=(BytesIO(body), name))


def mapped(client: FlaskClient, content: str) -> str:
    """Upload a list, take the columns as they are suggested, and return the address of its rows."""
    there = upload(client, content).location
    chosen = re.findall(r'<select[^>]*name="(column_\d+)".*?</select>', client.get(there).text, re.DOTALL)
    page = client.get(there).text
    fields = {}
    for name in chosen:
        part = page.partition(f'name="{name}"')[2].partition("</select>")[0]
        found = re.search(r'value="([A-Z]+)" selected', part)
        fields[name] = found[1] if found else ""
    answer = post(client, there, **fields)
    assert answer.status_code == 302, problems(answer)
    return answer.location


def choices(**more: object) -> dict[str, object]:
    return {"source": "another register", "owner": owner_id(), "division": "", "held": "leave", **more}


LIST = "Risk title,Current rating,Description\nFlooded schools,RED,Rain\nNo power,AMBER,Storm\n"

CISO = (
    "ref_id;assets;threats;name;description;existing_controls;current_impact;current_proba;current_risk;"
    "additional_controls;residual_impact;residual_proba;residual_risk;treatment\n"
    "R.1;Laptops;Theft;Loss of data;A laptop is stolen;;High;Medium;High;;Low;Low;Low;mitigate\n"
)


@pytest.mark.parametrize("asked", ["", "?sheet=1&row=1"])
def test_what_a_program_calls_its_columns_is_not_said_to_be_missing(keeper: FlaskClient, asked: str) -> None:
    there = upload(keeper, CISO).location + asked
    page = keeper.get(there)
    assert "missing" not in words(page)
    chosen = re.findall(r'<option value="([A-Z])" selected>', page.text)
    assert {"D", "G", "H", "I", "K", "L", "M"} <= set(chosen)


def test_our_own_export_is_taken_without_a_warning(keeper: FlaskClient) -> None:
    own = keeper.get("/export/risks.csv").data
    columns = words(keeper.get(upload(keeper, own, "risks.csv").location))
    assert "missing" not in columns
    assert "which is meant" not in columns
    renamed = own.replace(b",event,", b",evnt,", 1)
    assert "Event is missing; there is “evnt”." in words(keeper.get(upload(keeper, renamed, "risks.csv").location))


def test_a_list_is_imported_as_it_was_shown(keeper: FlaskClient) -> None:
    there, before = mapped(keeper, LIST), risks()
    assert "2 rows were read" in words(keeper.get(there))
    seen = post(keeper, there, **choices())
    assert seen.status_code == 200
    assert "2 new risks" in words(seen)
    assert "CYPE 24 Flooded schools" in words(seen)
    assert risks() == before
    digest = SHOWN.search(seen.text)
    assert digest
    done = post(keeper, there, **choices(step="save", shown=digest[1]))
    assert done.status_code == 302
    assert "2 risks were imported." in words(keeper.get(done.location))
    assert risks() == before + 2
    assert db.session.scalar(select(func.count()).select_from(Upload)) == 0


def test_how_many_risks_are_held_and_left_is_said_first(keeper: FlaskClient) -> None:
    held = db.session.scalars(select(Risk).order_by(Risk.id)).first()
    assert held
    other = "GREEN" if held.own_rag != "GREEN" else "RED"
    there = mapped(keeper, f"Risk title,Current rating\n{held.title},{other}\nNew one,RED\n")
    text = words(post(keeper, there, **choices()))
    assert "1 risk is held already and is left as it is, with the owner and the rating kept here." in text
    assert f"(held {held.own_rag}, file {other})" in text


def test_rows_with_a_problem_stand_beside_those_that_are_fine_and_are_left_out_only_when_that_is_said(
    keeper: FlaskClient,
) -> None:
    there, before = mapped(keeper, LIST + "Unrated,,Nothing said\n"), risks()
    seen = post(keeper, there, **choices())
    assert "1 row with a problem" in words(seen)
    assert "there is no rating: give likelihood and impact" in words(seen).replace("There", "there")
    digest = SHOWN.search(seen.text)
    assert digest
    refused = post(keeper, there, **choices(step="save", shown=digest[1]))
    assert refused.status_code == 422
    assert problems(refused) == [
        "1 row has a problem. Mend the file and upload it again, or tick that the row is left out."
    ]
    assert risks() == before
    done = post(keeper, there, **choices(step="save", shown=digest[1], leave_out="y"))
    assert done.status_code == 302
    assert risks() == before + 2


def test_a_change_meanwhile_shows_what_it_would_do_now(keeper: FlaskClient) -> None:
    there = mapped(keeper, LIST)
    answer = post(keeper, there, **choices(step="save", shown="0" * 32))
    assert answer.status_code == 409
    assert "2 new risks" in words(answer)


def test_words_of_ratings_are_asked_for_with_what_they_usually_mean(keeper: FlaskClient) -> None:
    there = mapped(keeper, "Risk title,Current rating\nOne,High\nTwo,Grave\n")
    asked = keeper.get(there)
    assert "“High” means" in words(asked)
    assert "“Grave” means" in words(asked)
    names = re.findall(r'name="(means_[0-9a-f]+)"', asked.text)
    assert len(names) == 2
    seen = post(keeper, there, **choices(**dict(zip(names, ("AMBER", "RED"), strict=True))))
    assert "2 new risks" in words(seen)
    assert "“Grave” was read as AMBER." in words(seen)
    assert "“High” was read as RED." in words(seen)


def test_the_choices_can_be_changed_after_looking(keeper: FlaskClient) -> None:
    there = mapped(keeper, LIST)
    again = post(keeper, there, **choices(step="change"))
    assert "What holds for the whole list" in words(again)
    assert f'<option value="{owner_id()}" selected' in again.text


def test_only_our_own_export_can_change_risks(keeper: FlaskClient) -> None:
    answer = post(keeper, mapped(keeper, LIST), **choices(held="change"))
    assert answer.status_code == 422
    assert problems(answer) == ["Only a list from our own export can change risks. Leave them as they are."]


def test_our_own_export_comes_back_and_changes_what_differs(keeper: FlaskClient) -> None:
    with keeper.get("/export/risks.csv") as sent:
        content = (
            sent.get_data(as_text=True)
            .removeprefix("\ufeff")
            .replace("Schools going into category", "Schools in trouble")
        )
    there = mapped(keeper, content)
    asked = choices(source="our own export", held="change")
    seen = post(keeper, there, **asked)
    assert "12 risks held already, the same 1 risk held already, changed" in words(seen)
    digest = SHOWN.search(seen.text)
    assert digest
    done = post(keeper, there, **asked, step="save", shown=digest[1])
    assert "1 risk was changed." in words(keeper.get(done.location))
    assert db.session.scalar(select(Risk.title).order_by(Risk.id)) == "Schools in trouble"


def test_the_columns_are_kept_by_a_name_for_next_time(keeper: FlaskClient) -> None:
    there = upload(keeper, LIST).location
    answer = post(keeper, there, column_0="", column_1="A", column_10="", column_12="B", keep_as="Every month")
    assert answer.status_code == 302, problems(answer)
    kept = db.session.scalars(select(SavedMapping)).one()
    assert (kept.purpose, kept.name, kept.mapping["columns"]) == (
        "register",
        "Every month",
        {"Title": "A", "Rating": "B"},
    )
    assert "Every month" in words(keeper.get(upload(keeper, LIST).location))


def test_a_title_and_a_rating_are_needed(keeper: FlaskClient) -> None:
    there = upload(keeper, LIST).location
    answer = post(keeper, there, column_0="A")
    assert answer.status_code == 422
    assert len(problems(answer)) == 2


def workbook(*rows: tuple[object, ...], hidden: bool = False) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    if hidden:
        book.create_sheet("Shown")
        sheet.sheet_state = "hidden"
        book.active = 1
    for row in rows:
        sheet.append(row)
    content = BytesIO()
    book.save(content)
    return content.getvalue()


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (b"", "list.csv", "empty"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "list.xlsx", "password"),
        (b"PK\x03\x04 broken", "list.xlsx", "list.xlsx"),
        (b"%PDF-1.4", "list.csv", "PDF"),
        (b"a,b", "list.xlsm", "macros"),
    ],
)
def test_what_is_no_spreadsheet_is_refused_beside_the_file(
    keeper: FlaskClient, content: bytes, name: str, said: str
) -> None:
    answer = upload(keeper, content, name)
    assert answer.status_code == 422
    assert said in problems(answer)[0]


def test_a_formula_and_a_header_row_lower_down_are_met(keeper: FlaskClient) -> None:
    content = workbook(("Our risks",), (), ("Risk title", "Current rating"), ("One", "=1+1"), ("Two", "RED"))
    there = upload(keeper, content, "list.xlsx").location
    answer = post(keeper, there, column_1="A", column_12="B")
    seen = post(keeper, answer.location, **choices())
    assert "1 new risk 1 row with a problem" in words(seen)
    assert "The cell holds a formula; paste its value instead." in words(seen)
    assert "B (Current rating)" in words(seen)


def test_a_renamed_column_of_kept_choices_is_named(keeper: FlaskClient) -> None:
    there = mapped(keeper, LIST)
    found = db.session.scalars(select(Upload)).one()
    found.mapping = {**(found.mapping or {}), "headings": {"Title": "Name of risk"}}
    db.session.commit()
    answer = keeper.get(there)
    assert answer.status_code == 422
    assert "The column is headed “Risk title”, where “Name of risk” was before." in words(answer)


def test_a_whole_register_is_sent_as_a_workbook(keeper: FlaskClient) -> None:
    with keeper.get("/export/whole-register.xlsx") as answer:
        assert answer.status_code == 200
        names = openpyxl.load_workbook(BytesIO(answer.data), read_only=True).sheetnames
    assert names[:3] == ["references", "risks", "versions"]
    assert "Download the whole register as a workbook" in words(keeper.get("/export"))


def test_where_risks_are_held_a_whole_register_leads_to_its_list_of_risks(keeper: FlaskClient) -> None:
    there = upload(keeper, whole_register_file(), "whole.xlsx").location
    assert there.endswith("/whole")
    answer = keeper.get(there)
    assert "Risks are held here already" in words(answer)
    assert "sheet=2" in answer.text
    refused = post(keeper, there)
    assert refused.status_code == 422
    assert "Risks are held already" in problems(refused)[0]
    columns = keeper.get(there.replace("/whole", "/columns?sheet=2"))
    assert '<option value="A" selected' in columns.text


def test_a_whole_register_is_taken_in_where_none_is_held(plan_app: Flask, app: Flask) -> None:
    with plan_app.app_context():
        content = whole_register_file()
    surroundings()
    keeper = app.test_client()
    sign_in_as(keeper, "Risk Co-ordinator")
    there = upload(keeper, content, "whole.xlsx").location
    assert "This comes back" in words(keeper.get(there))
    seen = post(keeper, there)
    assert "risks: 13" in words(seen)
    assert "What comes before DMT besides Nothing. Who gets an e-mail" in words(seen)
    assert "signals: 6 escalations: 4 escalation signals: 6" in words(seen)
    digest = SHOWN.search(seen.text)
    assert digest
    assert risks() == 0
    assert post(keeper, there, step="save", shown="other").status_code == 409
    done = post(keeper, there, step="save", shown=digest[1])
    assert done.status_code == 302
    assert "13 risks were taken in with their history." in words(keeper.get(done.location))
    assert risks() == 13
    assert keeper.get(there).status_code == 404


def test_the_page_says_which_indicators_are_added_and_which_differ(plan_app: Flask, app: Flask) -> None:
    with plan_app.app_context():
        add_by_hand()
        content = whole_register_file()
    surroundings()
    first = db.session.scalars(select(Indicator).order_by(Indicator.position)).first()
    assert first is not None
    first.name = "<b>Another name</b>"
    db.session.commit()
    keeper = app.test_client()
    sign_in_as(keeper, "Risk Co-ordinator")
    there = upload(keeper, content, "whole.xlsx").location
    assert "those that are not held here are added" in words(keeper.get(there))
    seen = post(keeper, there)
    said = words(seen)
    assert (
        "Indicators and contracts that are added EXT-44 =Welfare calls INT-67 Minibus IND-01 Calls made on time" in said
    )
    assert "differ and stay as they are" in said
    assert f"{first.code} &lt;b&gt;Another name&lt;/b&gt; stays as it is held here." in seen.text
    assert "indicators: 4" in said
    assert "past national: 1" in said
    done = post(keeper, there, step="save", shown=SHOWN.findall(seen.text)[0])
    assert done.status_code == 302
    assert "Calls made on time" in words(keeper.get("/indicators"))


@pytest.mark.parametrize("path", ["", "/1", "/1/columns", "/1/whole"])
def test_who_does_not_keep_the_register_may_not(client: FlaskClient, path: str) -> None:
    holder = db.session.scalars(select(Post).join(PostRole).where(PostRole.role == "dmt_member")).first()
    assert holder is not None
    sign_in_as(client, holder.holdings[0].person.name)
    assert client.get(IMPORT + path).status_code == 403
    assert "Import risks" not in words(client.get("/register"))


def test_another_persons_file_is_not_found(keeper: FlaskClient) -> None:
    there = mapped(keeper, LIST)
    found = db.session.scalars(select(Upload)).one()
    found.person_id = found.person_id + 1
    db.session.commit()
    assert keeper.get(there).status_code == 404


def test_the_register_leads_to_the_import(keeper: FlaskClient) -> None:
    assert f'href="{IMPORT}"' in keeper.get("/register").text
