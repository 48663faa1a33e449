"""How pages are made: templates, filters, the navigation, and one function that answers with a page."""

from __future__ import annotations

from collections.abc import MutableMapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from flask import Flask, get_flashed_messages, render_template, request, url_for
from flask.typing import ResponseReturnValue
from jinja2 import (
    BaseLoader,
    ChoiceLoader,
    Environment,
    PackageLoader,
    PrefixLoader,
    StrictUndefined,
    Template,
    TemplateNotFound,
)
from markupsafe import Markup, escape

from riskreg import clock
from riskreg.domain import sentences
from riskreg.domain.access import Permission
from riskreg.domain.dates import LONDON, day_of
from riskreg.domain.links import HEEDED
from riskreg.web.access import may
from riskreg.web.forms import Form
from riskreg.web.listing import address_with, addresses

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
NOT_KNOWN = "not known"
PACKAGES = ("govuk_frontend_jinja", "govuk_frontend_wtf")


class Components(BaseLoader):
    """The templates of the GOV.UK packages, which count on missing parameters; ours may miss none."""

    def __init__(self) -> None:
        self.lenient = Environment(
            loader=PrefixLoader({name: PackageLoader(name) for name in PACKAGES}), autoescape=True, trim_blocks=True
        )

    def load(
        self,
        environment: Environment,
        name: str,
        globals: MutableMapping[str, Any] | None = None,  # noqa: A002 - Jinja calls it so
    ) -> Template:
        """Return a component made by its own environment. Raises TemplateNotFound for what is no component."""
        if not name.startswith(PACKAGES):
            raise TemplateNotFound(name)
        return self.lenient.get_template(name, globals=globals)


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of the navigation. `rooms` are the blueprints under which it counts as the present one."""

    label: str
    endpoint: str
    permission: Permission
    rooms: tuple[str, ...]


ENTRIES = (
    Entry("My work", "work.home", Permission.SEE_OWN_WORK, ("work", "own")),
    Entry("Dashboard", "seeing.home", Permission.READ_REGISTER, ()),
    Entry("DMT queue", "escalations.queue", Permission.READ_QUEUE, ("escalations",)),
    Entry("Corporate register", "corporate.listing", Permission.ANSWER_REFERRAL, ("corporate",)),
    Entry("Meetings", "meetings.listing", Permission.READ_QUEUE, ("meetings", "reports")),
    Entry(
        "Register", "register.listing", Permission.READ_REGISTER, ("register", "risks", "keeping", "seeing", "evidence")
    ),
    Entry("Indicators", "indicators.listing", Permission.READ_REGISTER, ("indicators", "targets")),
    Entry("Contracts", "contracts.listing", Permission.READ_REGISTER, ("contracts",)),
    Entry("Admin", "admin.people", Permission.MANAGE_PEOPLE, ("admin",)),
    Entry("Audit trail", "admin.audit", Permission.READ_AUDIT, ()),
)


def page(template: str, *, form: Form | None = None, status: int = 200, **facts: Any) -> ResponseReturnValue:
    """Answer with a page. The form's problems stand above it and give the status, unless another one is given."""
    given = {"problems": form.problems if form is not None else [], **facts}
    text = render_template(template, form=form, **given)
    return text, form.answer_status if form is not None and status == 200 else status


def navigation(app: Flask) -> list[tuple[str, str, bool]]:
    """Return the label and address of every entry the person may see, and whether it is where they are."""
    shown = [entry for entry in ENTRIES if entry.endpoint in app.view_functions]
    own = any(_is_within(entry) for entry in shown)
    return [
        (
            entry.label,
            url_for(entry.endpoint),
            entry.endpoint == request.endpoint or _is_within(entry) or (request.blueprint in entry.rooms and not own),
        )
        for entry in shown
        if may(entry.permission)
    ]


def _is_within(entry: Entry) -> bool:
    """Whether the present page lies below an entry of its own within a room that has another."""
    return not entry.rooms and f"{request.path}/".startswith(f"{url_for(entry.endpoint)}/")


def day(value: date | None, none: str = NOT_KNOWN) -> str:
    """5 March 2017; of a moment the day in London."""
    if value is None:
        return none
    return sentences.day(day_of(value) if isinstance(value, datetime) else value)


def long_day(value: date) -> str:
    """Monday 3 April 2017."""
    return f"{WEEKDAYS[value.weekday()]} {sentences.day(value)}"


def moment(value: datetime | None, none: str = NOT_KNOWN) -> str:
    """3 April 2017, 14:05, in London."""
    if value is None:
        return none
    local = value.astimezone(LONDON)
    return f"{sentences.day(local.date())}, {local:%H:%M}"


def figure(value: Decimal | None, unit: str = "number", none: str = NOT_KNOWN) -> str:
    """A published figure with its unit: 70% or 3,020."""
    return none if value is None else sentences.figure(value, unit)


def money(value: Decimal | int | None, none: str = "not stated") -> str:
    """Pounds: £1,234,567, and pence only where there are some."""
    if value is None:
        return none
    amount = Decimal(value)
    text = f"{abs(amount):,.0f}" if amount == amount.to_integral_value() else f"{abs(amount):,.2f}"
    return ("−£" if amount < 0 else "£") + text


def _tag(kind: str, words: str, *, raised: bool = False) -> Markup:
    classes = f"app-tag app-tag--{kind}" + (" app-tag--raised" if raised else "")
    return Markup('<strong class="{}">{}</strong>').format(classes, words)


_TAGS = {
    (rag, raised): _tag(rag.lower(), rag, raised=raised)
    for rag in ("RED", "AMBER", "GREEN")
    for raised in (False, True)
}


def rag_tag(rag: str | None, none_text: str = "not rated", *, raised: bool = False) -> Markup:
    """A RAG as a tag with its word. `raised`: raised automatically and not yet confirmed."""
    return _TAGS[str(rag), raised] if rag else _tag("none", none_text)


_ARROWS = {"better": "↑", "same": "→", "worse": "↓"}
_DIRECTIONS = {
    word: Markup(
        '<span class="app-direction app-direction--{0}"><span aria-hidden="true">{1}</span> {0}</span>'
    ).format(word, arrow)
    for word, arrow in _ARROWS.items()
}


def direction(word: str | None, none_text: str = "no comparison") -> Markup:
    """A direction of travel as an arrow and its word: the arrow shows better or worse, not up or down."""
    return _DIRECTIONS[str(word)] if word else Markup('<span class="app-muted">{}</span>').format(none_text)


def source_line(line: str) -> Markup:
    """Where in the plan a record comes from: Business Plan, line 821."""
    if not line:
        return Markup("")
    many = any(mark in line for mark in ";,-–")
    words = line.replace(";", ", ").replace(",  ", ", ")
    return Markup('<span class="app-muted">Business Plan, {} {}</span>').format("lines" if many else "line", words)


def paragraphs(words: str | None) -> Markup:
    """Text as it was typed: an empty line begins a paragraph, a line end stays one."""
    parts = [part for part in (words or "").split("\n\n") if part.strip()]
    return Markup("").join(
        Markup('<p class="govuk-body app-wrap">{}</p>').format(Markup("<br>").join(escape(part.strip()).split("\n")))
        for part in parts
    )


def dress_pages(app: Flask) -> None:
    """Set up the templates: our own, those of the GOV.UK packages, the filters and what every page may use."""
    env = app.jinja_env
    env.loader = ChoiceLoader([Components(), env.loader] if env.loader else [Components()])
    env.trim_blocks = env.lstrip_blocks = True
    env.undefined = StrictUndefined
    env.filters.update(
        day=day,
        long_day=long_day,
        moment=moment,
        figure=figure,
        money=money,
        plural=sentences.plural,
        closed=sentences.closed,
        shortest=sentences.shortest,
        paragraphs=paragraphs,
    )
    env.globals.update(
        problems=(),
        form=None,
        moved=sentences.moved,
        rag_tag=rag_tag,
        direction=direction,
        HEEDED=HEEDED,
        source_line=source_line,
        written_reference=sentences.written_reference,
        address_with=address_with,
        addresses=addresses,
        navigation=lambda: navigation(app),
        fixed_day=clock.fixed_day,
        today=clock.today,
        messages=lambda: get_flashed_messages(with_categories=True),
    )
