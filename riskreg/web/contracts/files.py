"""The contract register as a spreadsheet to keep or to change and take in again."""

from __future__ import annotations

from flask.typing import ResponseReturnValue

from riskreg import clock
from riskreg.domain.access import Permission
from riskreg.services.contract_files import contract_workbook
from riskreg.web.access import needs
from riskreg.web.contracts.room import blueprint
from riskreg.web.downloads import send_as_file


@blueprint.get("/contracts/contracts.xlsx")
@needs(Permission.EXPORT)
def workbook() -> ResponseReturnValue:
    """Send every contract as a workbook."""
    return send_as_file(contract_workbook(), f"contracts-{clock.today():%Y-%m-%d}.xlsx")
