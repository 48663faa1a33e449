"""Writing one message: templates under `templates/email/<kind>/` with the facts kept in the outbox.

An environment of its own, apart from the pages': a message must read the same whoever sends it, and a fact that is
missing must fail that message rather than leave a gap in a sentence.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from email.utils import parseaddr
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask import current_app
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from riskreg.domain import sentences
from riskreg.domain.dates import LONDON
from riskreg.mail.wording import WORDS
from riskreg.models import Person

if TYPE_CHECKING:
    from css_inline import CSSInliner

GAPS = re.compile(r"\n{3,}")
# Where a message can lead: `page("review", 3)` in a template, ["review", 3] in the facts of a digest.
PAGES = {
    "sign_in": "/",
    "reset": "/reset/{}",
    "preferences": "/preferences",
    "messages": "/messages",
    "own_message": "/messages/{}",
    "risk": "/risks/{}",
    "review": "/risks/{}/review",
    "action": "/actions/{}",
    "queue": "/queue",
    "escalation": "/escalations/{}",
    "referral": "/corporate/{}",
    "meeting": "/meetings/{}",
    "pack": "/packs/{}",
    "indicator": "/indicators/{}",
    "publish": "/indicators/{}/publish",
    "publish_period": "/indicators/publish?ends={}",
    "contract": "/contracts/{}",
    "contract_review": "/contracts/{}/review",
    "contract_route": "/contracts/{}/route",
    "contract_provider": "/contracts/{}/provider",
    "jobs": "/admin/jobs",
    "mail": "/admin/mail",
    "message": "/admin/mail/{}",
}


@dataclass(frozen=True, slots=True)
class Rendered:
    """A message as it is sent: the subject is one line; `html` says the same as `text`."""

    subject: str
    text: str
    html: str


def render(kind: str, facts: Mapping[str, Any], person: Person) -> Rendered:
    """Write the message. Raises jinja2.TemplateError for a missing template or fact, ValueError for a bad date."""
    templates = _environment(Path(current_app.root_path, str(current_app.template_folder), "email"))
    config = current_app.config
    known = {**facts, "person": person, "page": _page(str(config["BASE_URL"]))}
    known["answers_to"] = parseaddr(str(config["MAIL_REPLY_TO"]))[1]
    subject, text, html = (
        templates.get_template(f"{kind}/{name}").render(known) for name in ("subject.txt", "body.txt", "body.html")
    )
    return Rendered(
        subject=" ".join(subject.split()),
        text=GAPS.sub("\n\n", text.strip()) + "\n",
        html=_inliner().inline(html),
    )


def _page(base_url: str) -> Callable[..., str]:
    def page(name: str, key: str | int = "") -> str:
        return base_url + PAGES[name].format(key)

    return page


@lru_cache
def _environment(folder: Path) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(folder),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(day=_day, moment=_moment, london_day=_london_day, plural=sentences.plural)
    environment.globals.update(WORDS)
    return environment


@lru_cache
def _inliner() -> CSSInliner:
    """Mail programs drop style sheets, so the styles go onto the elements; nothing is ever fetched."""
    from css_inline import CSSInliner  # noqa: PLC0415 - 3 MB, loaded by the first who writes a message out

    return CSSInliner(load_remote_stylesheets=False)


def _day(value: str) -> str:
    return sentences.day(date.fromisoformat(value))


def _moment(value: str) -> str:
    moment = _london(value)
    return f"{moment:%H:%M} on {sentences.day(moment.date())}"


def _london_day(value: str) -> str:
    return _london(value).date().isoformat()


def _london(value: str) -> datetime:
    return datetime.fromisoformat(value).astimezone(LONDON)
