"""Contracts: any provision the directorate relies on, with what was recorded of its end and its reviews."""

from __future__ import annotations

from dataclasses import fields
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from riskreg.domain import contracts as rules
from riskreg.domain.contract_terms import ContractTerms, is_named, provider_known
from riskreg.domain.dates import stored_partial
from riskreg.extensions import Table
from riskreg.models.person import Person, Post

if TYPE_CHECKING:  # which goes the other way too
    from riskreg.models.indicator import Indicator

PARTIAL = ("start", "end", "review", "needed_from")


class Contract(Table):
    """An externally delivered contract, an internally delivered service or a commissioning activity.

    The `…_printed` columns hold the plan's words; `start`, `end`, `review` and `needed_from` hold a date of the
    precision known (2018-03-31, 2018-03, 2018) or nothing. Values are in pounds.

    `tier` 1 is watched most closely. `extensions` is how many times it may be extended, each by `extension_months`,
    of which the provider must have notice `notice_months` before the end. `rolling`: it has reviews and no end.
    """

    __tablename__ = "contract"
    __table_args__ = (
        CheckConstraint("kind IN ('external', 'internal', 'commissioning')", name="kind"),
        CheckConstraint("tier BETWEEN 1 AND 3", name="tier"),
        CheckConstraint("extensions >= 0", name="extensions"),
        CheckConstraint("(closed_on IS NULL) = (closed_why = '')", name="closed"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    position: Mapped[int]
    kind: Mapped[str] = mapped_column(index=True)
    service_area: Mapped[str]
    title: Mapped[str]
    description: Mapped[str] = mapped_column(default="")
    provider: Mapped[str] = mapped_column(default="")
    value_printed: Mapped[str] = mapped_column(default="")
    value_total: Mapped[Decimal | None]
    value_yearly: Mapped[Decimal | None]
    value_note: Mapped[str] = mapped_column(default="")
    start_printed: Mapped[str] = mapped_column(default="")
    start: Mapped[str] = mapped_column(default="")
    end_printed: Mapped[str] = mapped_column(default="")
    end: Mapped[str] = mapped_column(default="")
    review_printed: Mapped[str] = mapped_column(default="")
    review: Mapped[str] = mapped_column(default="")
    needed_from: Mapped[str] = mapped_column(default="")
    provider_known: Mapped[bool] = mapped_column(default=True)
    manager_printed: Mapped[str] = mapped_column(default="")
    consultation_printed: Mapped[str] = mapped_column(default="")
    owner_post_id: Mapped[int] = mapped_column(ForeignKey("post.id"), index=True)
    closed_on: Mapped[date | None]
    revision: Mapped[int] = mapped_column(default=0)
    assumed: Mapped[bool] = mapped_column(default=False)
    source_line: Mapped[str] = mapped_column(default="")
    note: Mapped[str] = mapped_column(default="")
    tier: Mapped[int | None]
    procurement_route: Mapped[str] = mapped_column(default="")
    safeguarding_critical: Mapped[bool] = mapped_column(default=False)
    extensions: Mapped[int] = mapped_column(default=0)
    extension_months: Mapped[int | None]
    notice_months: Mapped[int | None]
    rolling: Mapped[bool] = mapped_column(default=False)
    closed_why: Mapped[str] = mapped_column(default="")
    provider_number: Mapped[str] = mapped_column(default="")
    provider_is_small: Mapped[bool | None]
    provider_is_voluntary: Mapped[bool | None]
    irrecoverable_vat: Mapped[Decimal | None]

    owner_post: Mapped[Post] = relationship()
    routes: Mapped[list[ContractRoute]] = relationship(back_populates="contract", order_by="ContractRoute.id")
    reviews: Mapped[list[ContractReview]] = relationship(back_populates="contract", order_by="ContractReview.id")
    providers: Mapped[list[ContractProvider]] = relationship(order_by="ContractProvider.id")
    indicators: Mapped[list[Indicator]] = relationship(
        back_populates="contract", order_by="(Indicator.position, Indicator.id)"
    )

    def facts(self) -> rules.ContractFacts:
        """The contract as the rules read it."""
        return rules.ContractFacts(
            title=self.title,
            end=stored_partial(self.end),
            review=stored_partial(self.review),
            provider_known=self.provider_known,
            needed_from=stored_partial(self.needed_from),
            closed_on=self.closed_on,
            routes=tuple(sorted((route.as_route() for route in self.routes), key=lambda route: route.on)),
            reviews=tuple(
                rules.ContractReview(one.reviewed_on, stored_partial(one.next_review)) for one in self.reviews
            ),
            tier=self.tier,
            rolling=self.rolling,
            extensions=self.extensions,
            notice_months=self.notice_months,
            provider_since=self._provider_since() if self.needed_from else None,
        )

    def _provider_since(self) -> date | None:
        return max((one.until_on for one in self.providers if not is_named(one.provider)), default=None)

    def terms(self) -> ContractTerms:
        """The terms as they stand."""
        kept: dict[str, Any] = {field.name: getattr(self, field.name) for field in fields(ContractTerms)}
        return ContractTerms(**kept | {name: stored_partial(kept[name]) for name in PARTIAL})

    def set_terms(self, terms: ContractTerms) -> None:
        """Take on other terms."""
        for field in fields(terms):
            value = getattr(terms, field.name)
            setattr(self, field.name, (value.text if value else "") if field.name in PARTIAL else value)
        self.provider_known = provider_known(terms.kind, terms.provider)


class ContractRoute(Table):
    """What was decided, approved or awarded about a contract's end, on a day; only added."""

    __tablename__ = "contract_route"
    __table_args__ = (
        CheckConstraint("kind IN ('extend', 're-procure', 'end')", name="kind"),
        CheckConstraint("stage BETWEEN 1 AND 3", name="stage"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    contract_id: Mapped[int] = mapped_column(ForeignKey("contract.id"), index=True)
    kind: Mapped[str]
    stage: Mapped[int]
    on: Mapped[date]
    new_end: Mapped[str] = mapped_column(default="")
    note: Mapped[str]
    recorded_at: Mapped[datetime]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))

    contract: Mapped[Contract] = relationship(back_populates="routes")
    person: Mapped[Person] = relationship()

    def as_route(self) -> rules.Route:
        """The route as the rules read it."""
        return rules.Route(
            rules.RouteKind(self.kind), rules.RouteStage(self.stage), self.on, stored_partial(self.new_end)
        )


class ContractReview(Table):
    """A review that was held, what came of it and when the next one falls; only added."""

    __tablename__ = "contract_review"

    id: Mapped[int] = mapped_column(primary_key=True)
    contract_id: Mapped[int] = mapped_column(ForeignKey("contract.id"), index=True)
    reviewed_on: Mapped[date]
    next_review: Mapped[str] = mapped_column(default="")
    note: Mapped[str]
    recorded_at: Mapped[datetime]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))

    contract: Mapped[Contract] = relationship(back_populates="reviews")
    person: Mapped[Person] = relationship()


class ContractProvider(Table):
    """A provider as it was until another took its place, and why; only added."""

    __tablename__ = "contract_provider"

    id: Mapped[int] = mapped_column(primary_key=True)
    contract_id: Mapped[int] = mapped_column(ForeignKey("contract.id"), index=True)
    provider: Mapped[str]
    until_on: Mapped[date]
    note: Mapped[str]
    recorded_at: Mapped[datetime]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))

    person: Mapped[Person] = relationship()
