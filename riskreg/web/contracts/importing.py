"""Contracts by spreadsheet: uploading one, saying what its columns hold, and keeping what is right in it."""

from __future__ import annotations

from flask import redirect, url_for
from flask.typing import ResponseReturnValue

from riskreg import clock
from riskreg.domain.access import Permission
from riskreg.domain.contract_terms import LABELS
from riskreg.domain.sentences import plural
from riskreg.exchange.mapping import MOST_AT_ONCE
from riskreg.exchange.tables import BrokenTable
from riskreg.models import Upload
from riskreg.services.contract_files import TOLD, ContractReading, read_contracts
from riskreg.services.contract_keeping import keep_contracts, preview_contracts
from riskreg.services.uploads import drop_upload, open_upload
from riskreg.web.access import current_actor, needs
from riskreg.web.contracts.keeping import consequences
from riskreg.web.contracts.room import blueprint
from riskreg.web.fields import LongTextField
from riskreg.web.in_force import present_register
from riskreg.web.outcomes import what_changed
from riskreg.web.pages import page
from riskreg.web.spreadsheets.choosing import choose_columns
from riskreg.web.spreadsheets.forms import UploadForm
from riskreg.web.spreadsheets.purposes import Purpose, WantedColumn
from riskreg.web.spreadsheets.rows import RowsForm
from riskreg.web.spreadsheets.uploading import ask_for_file, columns_of, known_upload, take_files
from riskreg.web.stepping import is_sent, save_or_show

FILE = "/contracts/upload/<id:upload_id>"
take_files(blueprint, "upload")
# What others call our terms: councils' published registers, and the columns of our own CSV file.
ALIASES = {
    "code": ("Contract", "Code", "Ref", "Contract reference", "Reference number", "Contract ID", "Contract number"),
    "title": ("Title of agreement", "Contract title", "Contract name", "Name"),
    "kind": ("Type",),
    "service_area": ("Department", "Service", "Local authority department responsible", "Directorate"),
    "description": ("Description of the goods and/or services", "Description of goods and services", "Details"),
    "provider": ("Supplier", "Supplier name", "Contractor", "Supplier name and details"),
    "provider_number": ("Provider number", "Supplier number", "Registration number", "Company number"),
    "provider_is_small": ("provider_is_small", "Supplier is small", "SME", "Small or medium enterprise"),
    "provider_is_voluntary": ("provider_is_voluntary", "Supplier is voluntary", "VCSO", "VCS", "Voluntary"),
    "value_total": ("Value total", "Total value", "Total contract value", "Contract value", "Sum total"),
    "value_yearly": ("Value yearly", "Annual value", "Yearly value", "Estimated annual spending", "Sum yearly"),
    "irrecoverable_vat": ("Irrecoverable VAT", "VAT not recoverable", "Non-recoverable VAT"),
    "value_note": ("Value note", "Sum note"),
    "start": ("Start date", "Contract start", "Contract start date"),
    "end": ("End date", "Contract end", "Contract end date", "Expiry date"),
    "review": ("Review date", "Contract review date"),
    "rolling": ("Rolling",),
    "extensions": ("Extensions", "Extension options", "Number of extensions"),
    "extension_months": ("Extension months", "Extension length in months"),
    "notice_months": ("Notice months", "Extension notice in months"),
    "procurement_route": ("Tender process", "Procurement process"),
    "safeguarding_critical": ("Safeguarding critical",),
    "owner_post_id": ("Owner", "Manager", "Contract manager", "Responsible officer"),
}
CONTRACTS = Purpose(
    "contracts",
    tuple(WantedColumn(label, ALIASES.get(name, ())) for name, label in LABELS.items()),
    either=((LABELS["code"], LABELS["title"]),),
    told=TOLD,
)


class ContractRowsForm(RowsForm):
    """Whether to go on with the rows that are right, and why contracts are added and changed."""

    reason = LongTextField(
        "Why?", needed="Say why.", hint="For example, where the file comes from.", called="reason", mentions=True
    )


@blueprint.route("/contracts/upload", methods=["GET", "POST"])
@needs(Permission.KEEP_CONTRACT)
def upload() -> ResponseReturnValue:
    """Ask for a file of contracts, and keep it until they are taken in."""

    def onward(kept: Upload) -> str:
        return url_for("contracts.upload_rows" if kept.mapping else "contracts.upload_columns", upload_id=kept.id)

    back = url_for("contracts.listing")
    return ask_for_file(UploadForm(), CONTRACTS, onward, "contracts/upload.html", back=back, most=MOST_AT_ONCE)


@blueprint.route(f"{FILE}/columns", methods=["GET", "POST"])
@needs(Permission.KEEP_CONTRACT)
def upload_columns(upload_id: int) -> ResponseReturnValue:
    """Ask which columns of a file hold what."""
    found = known_upload(CONTRACTS, upload_id)
    there = url_for("contracts.upload_rows", upload_id=found.id)
    return choose_columns(found, CONTRACTS, there, url_for("contracts.upload"))


@blueprint.route(FILE, methods=["GET", "POST"])
@needs(Permission.KEEP_CONTRACT)
def upload_rows(upload_id: int) -> ResponseReturnValue:
    """Show what is wrong with the rows of a file; keep what is right after showing what it does."""
    found = known_upload(CONTRACTS, upload_id)
    mapping = columns_of(found, CONTRACTS)
    if mapping is None:
        return redirect(url_for("contracts.upload_columns", upload_id=found.id))
    try:
        reading = read_contracts(open_upload(found), mapping, current_actor(), clock.now())
    except BrokenTable as broken:
        return _page(found, ContractReading((), broken.problems), None, status=422)
    form = ContractRowsForm()
    form.set_counts(len(reading.entries), reading.wrong)
    if is_sent(form):
        answer = _kept(form, found, reading)
        if answer is not None:
            return answer
    return _page(found, reading, form)


def _kept(form: ContractRowsForm, found: Upload, reading: ContractReading) -> ResponseReturnValue | None:
    """Show what keeping the contracts would do, or keep them and let the file go."""
    actor, register_id, now = current_actor(), present_register().id, clock.now()
    entries, reason = reading.entries, form.reason.data

    def save(shown: str) -> str:
        done = keep_contracts(actor, register_id, entries, reason, now, shown=shown)
        drop_upload(found)
        added = sum(one.contract_id is None for one in done.consequences.contracts)
        changed = plural(len(done.contracts) - added, "contract")
        return f"{plural(added, 'contract')} added, {changed} changed. {what_changed(done.evaluation)}"

    return save_or_show(
        form,
        lambda: preview_contracts(actor, register_id, entries, reason, now),
        save,
        lambda outcome: consequences(form, outcome, url_for("contracts.upload_rows", upload_id=found.id)),
        url_for("contracts.listing"),
    )


def _page(
    found: Upload, reading: ContractReading, form: ContractRowsForm | None, status: int = 200
) -> ResponseReturnValue:
    return page(
        "contracts/upload_rows.html",
        form=form,
        status=status,
        upload=found,
        reading=reading,
        columns=url_for("contracts.upload_columns", upload_id=found.id),
        back=url_for("contracts.upload"),
    )
