"""Importing risks: the file, its columns, what its rows mean, what taking them in does."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from riskreg import clock
from riskreg.domain.access import Permission
from riskreg.domain.errors import RowProblem, RowsBroken
from riskreg.domain.sentences import plural
from riskreg.exchange.mapping import ColumnMapping, hidden_parts
from riskreg.exchange.risk_rows import Source
from riskreg.exchange.sheets import Workbook
from riskreg.exchange.tables import BrokenTable
from riskreg.models import Upload
from riskreg.services.importing import (
    MOST_ROWS,
    Becomes,
    Imported,
    RiskList,
    import_risks,
    likely_source,
    preview_import,
    read_list,
    words_to_explain,
)
from riskreg.services.restoring import Restored, any_risk, preview_whole_register, take_in_whole_register
from riskreg.services.uploads import drop_upload, open_upload
from riskreg.services.whole_register import BEFORE_DMT, COMES_BACK, MOST_RISKS, is_whole_register
from riskreg.web.access import current_actor, needs
from riskreg.web.importing.forms import REGISTER, ImportForm, WholeForm, import_form
from riskreg.web.in_force import present_policy, present_register
from riskreg.web.pages import page
from riskreg.web.spreadsheets.choosing import choose_columns
from riskreg.web.spreadsheets.forms import UploadForm
from riskreg.web.spreadsheets.uploading import ask_for_file, columns_of, known_upload, take_files
from riskreg.web.stepping import is_sent, save_or_show, typed_fields

blueprint = Blueprint("importing", __name__)
take_files(blueprint, "upload")
FILE = "/register/import/<id:upload_id>"
MOST_PROBLEMS = 50
SHOWN_ROWS = 200
MOST_NAMED = 50
COUNTED = {
    Becomes.NEW: ("new risk", "new risks"),
    Becomes.SAME: ("risk held already, the same", "risks held already, the same"),
    Becomes.LEFT: ("risk held already, left as it is", "risks held already, left as they are"),
    Becomes.CHANGED: ("risk held already, changed", "risks held already, changed"),
    Becomes.UNRATED: ("risk not rated there, left out", "risks not rated there, left out"),
    Becomes.WRONG: ("row with a problem", "rows with a problem"),
}
Done = TypeVar("Done")


@blueprint.route("/register/import", methods=["GET", "POST"])
@needs(Permission.KEEP_REGISTER)
def upload() -> ResponseReturnValue:
    """Ask for a file of risks, and keep it until it is taken in."""
    present_policy()

    def onward(kept: Upload) -> str:
        whole = is_whole_register(open_upload(kept))
        return url_for("importing.whole" if whole else "importing.columns", upload_id=kept.id)

    back = url_for("register.listing")
    return ask_for_file(UploadForm(), REGISTER, onward, "importing/upload.html", back=back, most=MOST_ROWS)


@blueprint.route(f"{FILE}/columns", methods=["GET", "POST"])
@needs(Permission.KEEP_REGISTER)
def columns(upload_id: int) -> ResponseReturnValue:
    """Ask which columns of a file hold what."""
    found = known_upload(REGISTER, upload_id)
    there = url_for("importing.rows", upload_id=found.id)
    return choose_columns(found, REGISTER, there, url_for("importing.upload"))


@blueprint.route(FILE, methods=["GET", "POST"])
@needs(Permission.KEEP_REGISTER)
def rows(upload_id: int) -> ResponseReturnValue:
    """Ask what holds for the whole list, show what taking it in does row by row, and take it in as it was shown."""
    found = known_upload(REGISTER, upload_id)
    mapping = columns_of(found, REGISTER)
    if mapping is None:
        return redirect(url_for("importing.columns", upload_id=found.id))
    book = open_upload(found)
    try:
        given, likely = _read(book, mapping)
    except BrokenTable as broken:
        return page("importing/broken.html", upload=found, wrong=broken.problems, status=422)
    form = import_form(likely, words_to_explain(given.lines, likely))
    if is_sent(form):
        answer = _import_or_show(form, found, given)
        if answer is not None:
            return answer
    doubts = list(hidden_parts(book, mapping))
    return page(
        "importing/choices.html", form=form, upload=found, lines=len(given.lines), words=form.words, doubts=doubts
    )


def _read(book: Workbook, mapping: ColumnMapping) -> tuple[RiskList, Source]:
    """Return the list, read as whose it was chosen to be or else seems to be."""
    chosen = request.form.get("source", "")
    likely = Source(chosen) if chosen in set(Source) else likely_source(mapping)
    return RiskList(book.name, mapping, read_list(book, mapping, likely)), likely


def _import_or_show(form: ImportForm, found: Upload, given: RiskList) -> ResponseReturnValue | None:
    actor, register_id, now = current_actor(), present_register().id, clock.now()

    def look() -> Imported:
        return preview_import(actor, register_id, given, form.choices(), now)

    def save(shown: str) -> str:
        done = import_risks(actor, register_id, given, form.choices(), now, shown)
        drop_upload(found)
        return _done(done)

    def show(seen: Imported) -> ResponseReturnValue:
        wrong = [one for one in seen.rows if one.problems]
        fine = [one for one in seen.rows if not one.problems]
        typed = [pair for pair in typed_fields(form) if pair[0] != "leave_out"]
        return page(
            "importing/preview.html",
            form=form,
            upload=found,
            seen=seen,
            sheet_name=given.mapping.sheet,
            wrong=wrong,
            fine=fine[:SHOWN_ROWS],
            more=len(fine) - SHOWN_ROWS,
            counts=[plural(seen.count(one), *COUNTED[one]) for one in Becomes if seen.count(one)],
            left=seen.count(Becomes.LEFT),
            takes=seen.count(Becomes.NEW, Becomes.CHANGED),
            typed=typed,
        )

    answer = save_or_show(form, look, save, show, url_for("register.listing"))
    return answer or (show(look()) if request.form.get("step") == "save" else None)


def _done(done: Imported) -> str:
    new, changed = done.count(Becomes.NEW), done.count(Becomes.CHANGED)
    said = f"{plural(new, 'risk was', 'risks were')} imported" if new else ""
    rest = f"{plural(changed, 'risk was', 'risks were')} changed" if changed else ""
    return f"{', '.join(filter(None, (said, rest)))}."


@blueprint.route(f"{FILE}/whole", methods=["GET", "POST"])
@needs(Permission.KEEP_REGISTER)
def whole(upload_id: int) -> ResponseReturnValue:
    """Show what a whole register holds and what taking it in does, and take it in as it was shown."""
    found, form = known_upload(REGISTER, upload_id), WholeForm()
    if not is_sent(form):
        return _whole_page(form, found, None)
    actor, register_id, now = current_actor(), present_register().id, clock.now()
    book = open_upload(found)

    def save(shown: str) -> str:
        done = _refusing(lambda: take_in_whole_register(actor, register_id, book, now, shown))
        drop_upload(found)
        return f"{plural(dict(done.counts)['risks'], 'risk was', 'risks were')} taken in with their history."

    answer = save_or_show(
        form,
        lambda: _refusing(lambda: preview_whole_register(actor, register_id, book, now)),
        save,
        lambda seen: _whole_page(form, found, seen),
        url_for("register.listing"),
    )
    return answer or _whole_page(form, found, None)


def _refusing(use_case: Callable[[], Done]) -> Done:
    """Run a use case; what is wrong with the file becomes a rule that is broken, of which the form shows the first."""
    try:
        return use_case()
    except BrokenTable as broken:
        said = [RowProblem("", str(one)) for one in broken.problems[:MOST_PROBLEMS]]
        if more := len(broken.problems) - MOST_PROBLEMS:
            said += [RowProblem("", f"{plural(more, 'more problem')} not shown.")] if more > 0 else []
        raise RowsBroken(said) from None


def _whole_page(form: WholeForm, found: Upload, seen: Restored | None) -> ResponseReturnValue:
    return page(
        "importing/whole.html",
        form=form,
        upload=found,
        seen=seen,
        held=any_risk(),
        back=[one.name for one in COMES_BACK],
        before_dmt=[one.name for one in BEFORE_DMT],
        most=MOST_RISKS,
        most_named=MOST_NAMED,
    )
