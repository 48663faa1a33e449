"""A person's calendar as a file, for the calendar programs that look at it again of themselves."""

from __future__ import annotations

from datetime import datetime, time
from email.utils import parseaddr
from typing import Any

from flask import Response, current_app, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from riskreg import clock
from riskreg.domain.access import Permission, Role, may
from riskreg.domain.dates import LONDON
from riskreg.domain.own_calendar import CalendarEntry
from riskreg.exchange.calendars import MEDIA_TYPE, write_calendar
from riskreg.queries.own_calendar import calendar_entries
from riskreg.queries.sessions import session_of
from riskreg.services.calendars import calendar_owner
from riskreg.web.access import public
from riskreg.web.own.room import blueprint

PAGES = {
    "risk": ("risks.risk", "risk_id"),
    "review": ("risks.review", "risk_id"),
    "action": ("risks.action", "action_id"),
    "contract": ("contracts.contract", "contract_id"),
    "meeting": ("meetings.meeting", "meeting_id"),
}


# Public, since a calendar program cannot sign in: the address itself is the secret.
@blueprint.get("/calendar/<token>.ics")
@public
def calendar(token: str) -> ResponseReturnValue:
    """Give the calendar whose address this is, or say that it is unchanged; at most nine queries."""
    owner = calendar_owner(token)
    today = clock.today()
    session = session_of(owner.id, today) if owner else None
    if owner is None or session is None:
        raise NotFound("There is no calendar at this address. Its owner finds the present one under Preferences.")
    entries: list[CalendarEntry] = []
    if may(session.roles, Permission.READ_REGISTER):
        on_dmt = not session.roles.isdisjoint({Role.DMT_MEMBER, Role.COORDINATOR})
        entries = calendar_entries(list(session.posts), today, meetings=on_dmt)
    reviews = may(session.roles, Permission.REVIEW_RISK)

    def address_of(entry: CalendarEntry) -> str:
        name, key = entry.page
        endpoint, argument = PAGES["risk" if name == "review" and not reviews else name]
        values: dict[str, Any] = {argument: key}
        return f"{current_app.config['BASE_URL']}{url_for(endpoint, **values)}"

    content = write_calendar(
        f"person-{owner.id}",
        f"Risk register: {owner.name}",
        entries,
        domain=parseaddr(str(current_app.config["MAIL_FROM"]))[1].rpartition("@")[2],
        address_of=address_of,
        made_at=datetime.combine(today, time.min, LONDON),
    )
    return _kept_private(Response(content, content_type=f"{MEDIA_TYPE}; charset=utf-8"))


def _kept_private(answer: Response) -> Response:
    """Let only its reader keep the answer and ask whether it has changed; nothing tells another site the address."""
    answer.headers["Content-Disposition"] = "inline; filename=riskreg.ics"
    answer.headers["Referrer-Policy"] = "no-referrer"
    answer.headers["X-Robots-Tag"] = "noindex"
    answer.cache_control.private = True
    answer.cache_control.no_cache = True
    answer.add_etag()
    answer.make_conditional(request)
    return answer
