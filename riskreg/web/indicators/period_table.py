"""The results of a period for many indicators at once: those that are asked for, in one table."""

from __future__ import annotations

from datetime import date, timedelta

from flask import request, url_for
from flask.typing import ResponseReturnValue

from riskreg import clock
from riskreg.domain.access import Permission
from riskreg.queries.due_results import due_results
from riskreg.queries.indicators import group_names
from riskreg.services.results import ResultEntry
from riskreg.web.access import needs
from riskreg.web.indicators.period_forms import PeriodForm, TableForm
from riskreg.web.indicators.room import blueprint
from riskreg.web.indicators.stepping import publish_or_show
from riskreg.web.indicators.wording import what_they_did
from riskreg.web.pages import page
from riskreg.web.stepping import is_sent

MOST = 200  # rows of one table; a larger directorate chooses a service group


@blueprint.route("/indicators/publish", methods=["GET", "POST"])
@needs(Permission.PUBLISH_RESULT)
def publish_period() -> ResponseReturnValue:
    """Ask for the results of a period in one table, and publish them after showing what that does."""
    today = clock.today()
    asked = PeriodForm.asked(last_month_end(today), group_names())
    if not asked.is_right(today):
        return page("indicators/publish_period.html", form=asked, asked=asked, table=None)
    wanted = asked.wanted()
    table = TableForm()
    due = due_results(wanted, also=table.typed_ids())
    table.set_out(due.rows[:MOST], due.rows[MOST:])
    if is_sent(table):
        entries = [
            ResultEntry(
                row.due.id, row.value, asked.name_for(row.due.basis), wanted.period_end, wanted.target_year,
                status=row.status, note=row.note, row=row.due.code,
            )
            for row in table.filled()
        ]  # fmt: skip
        here = f"{url_for('indicators.publish_period')}?{request.query_string.decode()}"
        answer = publish_or_show(table, entries, what_they_did, here, here)
        if answer is not None:
            return answer
    return page(
        "indicators/publish_period.html",
        form=table,
        asked=asked,
        table=table,
        wanted=wanted,
        due=due,
        names=asked.name_for,
    )


def last_month_end(today: date) -> date:
    """The period that is asked for at first."""
    return today.replace(day=1) - timedelta(days=1)
