"""The contract register as a spreadsheet to keep or to change and take in again."""

from __future__ import annotations

from flask import Response
from flask.typing import ResponseReturnValue

from riskreg import clock
from riskreg.domain.access import Permission
from riskreg.services.contract_files import contract_workbook
from riskreg.web.access import needs
from riskreg.web.contracts.room import blueprint

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@blueprint.get("/contracts/contracts.xlsx")
@needs(Permission.EXPORT)
def workbook() -> ResponseReturnValue:
    """Send every contract as a workbook."""
    answer = Response(contract_workbook(), mimetype=XLSX)
    answer.headers["Content-Disposition"] = f'attachment; filename="contracts-{clock.today():%Y-%m-%d}.xlsx"'
    return answer
