"""Every page that a role comes for, in a browser: axe-core finds nothing, nothing hangs over, nothing is blocked."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import ConsoleMessage, Page

from tests.journeys.keyboard import check_accessible

PAGES = {
    "Corporate Director, Children, Young People and Education": [
        "/", "/queue", "/queue?group=owner", "/escalations/1", "/register", "/register?rag=RED&sort=title",
        "/register?q=nothing+has+these+words", "/risks/1", "/risks/3", "/indicators", "/indicators/5", "/indicators/29",
        "/contracts", "/contracts/73", "/audit", "/policy", "/export", "/people", "/posts/2", "/no-such-page",
        "/search?q=CYPE+04", "/search?q=CYPE+99", "/indicators/5/risks",
    ],
    "Head of Early Years and Childcare": [
        "/", "/dashboard", "/dashboard/risks?of=mine&rag=all",
        "/risks/11", "/risks/11/review", "/actions/19", "/contracts/68", "/audit", "/messages", "/preferences",
    ],
    "Performance Officer": [
        "/", "/indicators?rag=RED", "/indicators/5/publish", "/results/5/correct",
        "/indicators/publish", "/indicators/publish?all=y", "/indicators/comments", "/results/5/comment",
    ],
    "Head of Special Educational Needs Assessment and Placement": ["/", "/contracts/74/route", "/contracts/74/review"],
    "Auditor": [
        "/dashboard", "/dashboard?of=1", "/dashboard/indicators", "/dashboard/contracts",
        "/dashboard/signals?kind=slipped", "/dashboard/endings?in=2017-1",
        "/dashboard/risks?unscored=AMBER", "/dashboard/actions?due=not-overdue",
        "/dashboard/escalations?opened=2017-04", "/register/as-at?day=3+4+2017", "/register/as-at?day=1+1+2017",
        "/register/changes", "/register/changes?part=new", "/risks/3/timeline",
    ],
    "Administrator": [
        "/", "/people", "/posts/2", "/people/2", "/admin/mail", "/admin/mail/1", "/admin/mail/test", "/admin/jobs",
    ],
}  # fmt: skip


@pytest.mark.parametrize("post", list(PAGES))
def test_every_page_is_accessible_and_fits(window: Callable[[str], Page], post: str) -> None:
    page = window(post)
    said: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        if message.type == "error" and "404" not in message.text and "403" not in message.text:
            said.append(message.text)

    page.on("console", listen)
    start = page.url.rstrip("/")
    for path in PAGES[post]:
        page.goto(start + path)
        check_accessible(page)
    assert said == []
