"""`flask plan load` and `flask export NAME`, as somebody at a terminal meets them."""

from __future__ import annotations

import csv
import io
import shutil
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from riskreg.domain.sentences import listed
from riskreg.extensions import db
from riskreg.models import Person, Register, Risk
from riskreg.queries.exports import EXPORTS
from riskreg.services.loading import SHIPPED_PLAN
from tests.databases import settings


def count(model: type[Risk | Person | Register]) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def test_the_plan_is_loaded_and_stays(app: Flask) -> None:
    done = app.test_cli_runner().invoke(args=["plan", "load"])
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout.startswith("Loaded 2 registers, 1 policy, 5 divisions, ")
    db.session.rollback()
    assert (count(Risk), count(Person)) == (13, 27)
    again = app.test_cli_runner().invoke(args=["plan", "load"])
    assert (again.exit_code, again.stdout.rstrip()[-14:]) == (0, "; nothing new.")


def test_demonstration_people_belong_to_the_demonstration(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.config, "DEMONSTRATION_SIGN_IN", False)
    done = app.test_cli_runner().invoke(args=["plan", "load"])
    assert done.exit_code == 0
    assert count(Person) == 0


def test_a_broken_plan_is_refused_whole(app: Flask, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(SHIPPED_PLAN, tmp_path / "plan"))
    risks = folder / "risks.csv"
    risks.write_text(risks.read_text(encoding="utf-8").replace(",AMBER,", ",PURPLE,", 2), encoding="utf-8")
    done = app.test_cli_runner().invoke(args=["plan", "load", "--folder", str(folder)])
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr.splitlines() == [
        "risks.csv, row 2, column rag: “PURPLE” is not RED, AMBER or GREEN.",
        "risks.csv, row 4, column rag: “PURPLE” is not RED, AMBER or GREEN.",
        "Nothing was loaded: 2 problems found.",
    ]
    assert count(Register) == 0


def test_a_folder_that_is_not_there_is_named(app: Flask, tmp_path: Path) -> None:
    done = app.test_cli_runner().invoke(args=["plan", "load", "--folder", str(tmp_path / "none")])
    assert done.exit_code == 2
    assert "does not exist" in done.stderr


def test_a_database_without_tables_is_one_sentence(tmp_path: Path) -> None:
    from riskreg import create_app

    app = create_app(settings(f"sqlite:///{tmp_path / 'bare.sqlite3'}"))
    for args in (["plan", "load"], ["export", "risks"]):
        done = app.test_cli_runner().invoke(args=args)
        assert done.exit_code == 1
        assert done.stderr.startswith("The database cannot be used (no such table: ")
        assert len(done.stderr.splitlines()) == 1
    with app.app_context():
        db.engine.dispose()


def test_an_export_is_csv_on_standard_output(plan_app: Flask) -> None:
    done = plan_app.test_cli_runner().invoke(args=["export", "contracts"])
    assert (done.exit_code, done.stderr) == (0, "")
    rows = list(csv.DictReader(io.StringIO(done.stdout_bytes.decode("utf-8"), newline="")))
    assert len(rows) == 122
    assert rows[66]["value_printed"] == "£1.5m (2 year contract)"


def test_an_unknown_export_is_one_sentence_with_the_names(plan_app: Flask) -> None:
    done = plan_app.test_cli_runner().invoke(args=["export", "riks"])
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr == f"There is no export “riks”: choose {listed(list(EXPORTS))}.\n"
