"""What the pages of this room call their parts."""

from __future__ import annotations

from riskreg.queries.changes import Part
from riskreg.queries.dashboard import Age

PARTS: dict[Part, str] = {
    Part.NEW: "New risks",
    Part.CLOSED: "Closed or merged",
    Part.REOPENED: "Reopened",
    Part.OWNER: "Handed over to another owner",
    Part.OWN_WORSE: "Own rating worse",
    Part.OWN_BETTER: "Own rating better",
    Part.SHOWN_WORSE: "Rating shown worse",
    Part.SHOWN_BETTER: "Rating shown better",
    Part.OPENED: "Escalations opened",
    Part.ENDED: "Escalations ended",
    Part.DECIDED: "Decisions of DMT",
    Part.REVIEWED: "Reviews done",
}
AGES: dict[Age, str] = {
    Age.NOT_LATE: "Not overdue",
    Age.WEEKS: "Up to 2 weeks overdue",
    Age.MONTHS: "Up to 2 months overdue",
    Age.LONGER: "Longer overdue",
}
