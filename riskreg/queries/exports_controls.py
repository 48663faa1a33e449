"""The export of the controls that hold each risk."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select

from riskreg.models import Control, Post, Risk
from riskreg.queries.export_columns import DAY, MOMENT, NUMBER, REFERENCE, YES_NO, Export, ExportColumn, ref, reg
from riskreg.queries.exports_risks import with_risk

C = ExportColumn


def _controls(rows: Select[Any]) -> Select[Any]:
    return (
        with_risk(rows.select_from(Control), Control.risk_id)
        .outerjoin(Post, Post.id == Control.owner_post_id)
        .order_by(reg.prefix, ref.number, Control.id)
    )


CONTROLS = Export(
    "controls",
    "What is in place to hold each risk, one control a row, in order of the risk's reference; also those that ended.",
    (
        C("control", Control.id, "the control's number", NUMBER),
        C("risk", REFERENCE, "the risk's reference"),
        C("risk_title", Risk.title, "what the risk is called"),
        C("text", Control.text, "what is in place"),
        C("owner", Post.title, "the post that keeps it; empty where none is known"),
        C("assurance", Control.assurance, "how it is known to work"),
        C("last_tested_on", Control.last_tested_on, "the day it was last tested; empty where it never was", DAY),
        C("ended_on", Control.ended_on, "the day it ended; empty while it is in place", DAY),
        C("ended_why", Control.ended_why, "why it ended"),
        C(
            "exempt",
            Control.exempt_why,
            "by which paragraph and why it is kept out of public papers; empty when it is not",
        ),
        C("assumed", Control.assumed, "whether its risk or owner is assumed", YES_NO),
        C("line", Control.source_line, "the lines of the plan it comes from"),
        C("note", Control.note, "what was remarked when it was loaded"),
        C("recorded_at", Control.recorded_at, "when it was recorded", MOMENT),
    ),
    _controls,
)
