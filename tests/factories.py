"""Rows for the tests, in the words of the trade. Each factory flushes, so that the database has checked the row."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import factory
from factory.alchemy import SQLAlchemyModelFactory

from riskreg import models
from riskreg.extensions import db

NOW = datetime(2017, 4, 3, 8, 30, tzinfo=UTC)
TODAY = date(2017, 4, 3)
RULES = json.loads((Path(__file__).parents[1] / "riskreg" / "plan" / "policy.json").read_text())


class Row(SQLAlchemyModelFactory):
    """A row that is flushed when made."""

    class Meta:
        """Read by factory_boy."""

        abstract = True
        sqlalchemy_session = db.session
        sqlalchemy_session_persistence = "flush"

    if TYPE_CHECKING:  # a factory called makes a row of its model, which factory_boy does not say

        def __new__(cls, **values: Any) -> Any: ...


class RegisterFactory(Row):
    """The CYPE register with version 1 of its policy; there is one per test."""

    class Meta:
        """Read by factory_boy."""

        model = models.Register
        sqlalchemy_get_or_create = ("prefix",)

    prefix = "CYPE"
    name = "Children, Young People and Education"

    @factory.post_generation
    def policy(self, create: bool, extracted: Any, **_: Any) -> None:
        """Give the register its policy."""
        if not self.policies:  # type: ignore[attr-defined]
            version = models.PolicyVersion(register_id=self.id, version=1, valid_from=date(2017, 4, 1), rules=RULES)  # type: ignore[attr-defined]
            self.policies.append(version)  # type: ignore[attr-defined]
            db.session.flush()


def corporate_register() -> models.Register:
    """The corporate register, above the CYPE register; it has neither risks nor a policy."""
    above = models.Register(prefix="CRR", name="Corporate risk register")
    db.session.add(above)
    db.session.flush()
    RegisterFactory().parent_id = above.id
    db.session.flush()
    return above


class DivisionFactory(Row):
    """A division."""

    class Meta:
        """Read by factory_boy."""

        model = models.Division
        sqlalchemy_get_or_create = ("name",)

    name = "Quality and Standards"
    kind = "division"
    source_line = "610"


class PostFactory(Row):
    """A post; `roles` gives it roles."""

    class Meta:
        """Read by factory_boy."""

        model = models.Post

    code = factory.Sequence(lambda n: f"post-{n}")
    title = factory.Sequence(lambda n: f"Head of Service {n}")
    division = factory.SubFactory(DivisionFactory)

    roles = factory.LazyAttribute(lambda row: [models.PostRole(role=role) for role in row.bringing])

    class Params:
        """Traits, and `bringing`: the roles that the post brings."""

        bringing: tuple[str, ...] = ()
        owning = factory.Trait(bringing=("risk_owner", "action_owner"))
        on_dmt = factory.Trait(bringing=("dmt_member",))
        coordinating = factory.Trait(bringing=("coordinator",))


class PersonFactory(Row):
    """Someone with an account; `holding` puts the person into a post, `deputising` makes a deputy."""

    class Meta:
        """Read by factory_boy."""

        model = models.Person

    name = factory.Sequence(lambda n: f"Person {n}")
    email = factory.Sequence(lambda n: f"person{n}@kent.example")
    session_stamp = "1"

    @factory.post_generation
    def holding(self, create: bool, extracted: models.Post | None, **_: Any) -> None:
        """Put the person into a post."""
        if extracted:
            HoldingFactory(person=self, post=extracted)

    @factory.post_generation
    def deputising(self, create: bool, extracted: models.Post | None, **_: Any) -> None:
        """Make the person the deputy in a post."""
        if extracted:
            HoldingFactory(person=self, post=extracted, deputy=True)


class HoldingFactory(Row):
    """A person in a post since the start of the year."""

    class Meta:
        """Read by factory_boy."""

        model = models.Holding

    post = factory.SubFactory(PostFactory)
    person = factory.SubFactory(PersonFactory)
    deputy = False
    from_on = date(2017, 1, 1)


class ReferenceFactory(Row):
    """A reference of the CYPE register."""

    class Meta:
        """Read by factory_boy."""

        model = models.Reference

    register = factory.SubFactory(RegisterFactory)
    number = factory.Sequence(lambda n: n + 1)


class RiskFactory(Row):
    """An open AMBER risk with its assessment."""

    class Meta:
        """Read by factory_boy."""

        model = models.Risk

    register = factory.SubFactory(RegisterFactory)
    reference = factory.SubFactory(ReferenceFactory)
    title = factory.Sequence(lambda n: f"Something may go wrong {n}")
    owner_post = factory.SubFactory(PostFactory, owning=True)
    division = factory.SubFactory(DivisionFactory)
    own_rag = "AMBER"
    effective_rag = factory.SelfAttribute("own_rag")
    review_counted_from = TODAY
    review_due_on = date(2017, 7, 3)
    recorded_at = NOW

    class Params:
        """Traits."""

        red = factory.Trait(own_rag="RED")
        green = factory.Trait(own_rag="GREEN")
        closed = factory.Trait(status="closed", closed_on=TODAY, closing_reason="No longer a risk.")

    @factory.post_generation
    def assessment(self, create: bool, extracted: Any, **_: Any) -> None:
        """Record the rating as an assessment."""
        row = models.Assessment(
            risk_id=self.id,  # type: ignore[attr-defined]
            kind="current",
            rag=self.own_rag,
            assessed_on=TODAY,
            recorded_at=NOW,
        )
        db.session.add(row)
        db.session.flush()


class MeetingFactory(Row):
    """A meeting of DMT that is still to be held today."""

    class Meta:
        """Read by factory_boy."""

        model = models.Meeting

    register = factory.SubFactory(RegisterFactory)
    held_on = TODAY
    title = "DMT meeting"


class AgendaItemFactory(Row):
    """An item of one's own on an agenda."""

    class Meta:
        """Read by factory_boy."""

        model = models.AgendaItem

    meeting = factory.SubFactory(MeetingFactory)
    position = factory.Sequence(lambda n: n + 1)
    kind = "note"
    text = factory.Sequence(lambda n: f"Something to talk about {n}")


class ActionFactory(Row):
    """An action that was not started, due at the end of August."""

    class Meta:
        """Read by factory_boy."""

        model = models.Action

    risk = factory.SubFactory(RiskFactory)
    text = factory.Sequence(lambda n: f"Do something about it {n}")
    owner_post = factory.SubFactory(PostFactory, owning=True)
    first_due_on = date(2017, 8, 31)
    due_on = factory.SelfAttribute("first_due_on")
    recorded_at = NOW


class IndicatorFactory(Row):
    """A percentage of which more is better, published every year."""

    class Meta:
        """Read by factory_boy."""

        model = models.Indicator

    code = factory.Sequence(lambda n: f"KPI-{n:03d}")
    service_group = "Early Years & Childcare"
    position = factory.Sequence(lambda n: n)
    name = factory.Sequence(lambda n: f"Percentage of something {n}")
    unit = "percent"
    decimals = 0
    polarity = "higher"
    polarity_basis = "derived"
    basis = "annual"
    frequency_months = 12

    class Params:
        """Traits."""

        lower_is_better = factory.Trait(polarity="lower")


class TargetFactory(Row):
    """A year's target."""

    class Meta:
        """Read by factory_boy."""

        model = models.TargetRow

    indicator_id = factory.SelfAttribute("indicator.id")
    year = 2017
    kind = "figure"
    value = Decimal(78)
    printed = factory.LazyAttribute(lambda row: str(row.value))

    class Params:
        """The indicator whose target it is."""

        indicator = factory.SubFactory(IndicatorFactory)


class ResultFactory(Row):
    """A result that nobody has judged yet; `opening_position` makes it what the register opened with."""

    class Meta:
        """Read by factory_boy."""

        model = models.Result

    indicator = factory.SubFactory(IndicatorFactory)
    period = "December 2016"
    period_end = date(2016, 12, 31)
    target_year = 2017
    basis = "annual"
    value = Decimal(70)
    printed = factory.LazyAttribute(lambda row: str(row.value))
    status = "final"
    published_on = TODAY
    recorded_at = NOW

    class Params:
        """Traits."""

        opening_position = factory.Trait(
            opening=True, period="2016", period_end=date(2016, 8, 31), target_year=2016, value=Decimal(74)
        )


class ContractFactory(Row):
    """An external contract that ends in March 2018."""

    class Meta:
        """Read by factory_boy."""

        model = models.Contract

    code = factory.Sequence(lambda n: f"EXT-{n:03d}")
    position = factory.Sequence(lambda n: n)
    kind = "external"
    service_area = "Fair Access"
    title = factory.Sequence(lambda n: f"Provision {n}")
    provider = "A provider"
    end = "2018-03"
    end_printed = "March 2018"
    owner_post = factory.SubFactory(PostFactory, bringing=("contract_manager",))

    class Params:
        """Traits."""

        running_out = factory.Trait(end="2017-07", end_printed="July 2017")
        undated = factory.Trait(end="", end_printed="Open ended")


class LinkFactory(Row):
    """A link that heeds any slip; give it an indicator or a contract."""

    class Meta:
        """Read by factory_boy."""

        model = models.Link

    risk = factory.SubFactory(RiskFactory)
    reason = "The one shows the other."
    heeds = "any"
    recorded_at = NOW
