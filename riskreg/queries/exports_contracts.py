"""The exports of contracts: the contract register, and the columns that councils publish of their contracts."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, case, func, select

from riskreg.domain.contract_terms import NOT_KNOWN
from riskreg.models import Contract, ContractReview, ContractRoute, Post
from riskreg.queries.contract_filters import present_end
from riskreg.queries.export_columns import DAY, NUMBER, PARTIAL, POUNDS, YES_NO, Export, ExportColumn, newest
from riskreg.queries.performance import performance

C = ExportColumn
UNKNOWN = "empty where that is not known"
last_route = newest(ContractRoute.contract_id, ContractRoute.id)
last_review = newest(ContractReview.contract_id, ContractReview.id)


def _contracts(rows: Select[Any]) -> Select[Any]:
    return (
        rows.select_from(Contract)
        .join(Post, Post.id == Contract.owner_post_id)
        .outerjoin(last_route, last_route.c.owner == Contract.id)
        .outerjoin(ContractRoute, ContractRoute.id == last_route.c.top)
        .outerjoin(last_review, last_review.c.owner == Contract.id)
        .outerjoin(ContractReview, ContractReview.id == last_review.c.top)
        .order_by(Contract.position, Contract.id)
    )


CONTRACTS = Export(
    "contracts",
    "Every provision that the directorate relies on, one a row, in the order in which they were added.",
    (
        C("contract", Contract.code, "the contract's code"),
        C("kind", Contract.kind, "external, internal or commissioning"),
        C("service_area", Contract.service_area, "the heading it stands under"),
        C("title", Contract.title, "what is provided"),
        C("description", Contract.description, "more of what is provided"),
        C("provider", Contract.provider, "who provides it"),
        C("provider_known", Contract.provider_known, "whether a provider has been found", YES_NO),
        C("needed_from", Contract.needed_from, "from when a provider is needed", PARTIAL),
        C("value_printed", Contract.value_printed, "the value as printed"),
        C("value_total", Contract.value_total, "the value in total, where it is known", POUNDS),
        C("value_yearly", Contract.value_yearly, "the value a year, where it is known", POUNDS),
        C("value_note", Contract.value_note, "what is to be known about the value"),
        C("start_printed", Contract.start_printed, "the start as printed"),
        C("start", Contract.start, "the start, if it is known", PARTIAL),
        C("end_printed", Contract.end_printed, "the end as printed"),
        C("end", Contract.end, "the end before any extension, if it is known", PARTIAL),
        C("review_printed", Contract.review_printed, "the next review as printed"),
        C("review", Contract.review, "the first review, if it is known", PARTIAL),
        C("route", ContractRoute.kind, "what was last recorded of its end: extend, re-procure or end"),
        C("route_stage", ContractRoute.stage, "1 decided, 2 approved, 3 awarded", NUMBER),
        C("route_on", ContractRoute.on, "the day of that", DAY),
        C("new_end", ContractRoute.new_end, "the end that an awarded extension brought", PARTIAL),
        C("last_review_on", ContractReview.reviewed_on, "the day of the last review held", DAY),
        C("next_review", ContractReview.next_review, "the next review that was then set", PARTIAL),
        C("closed_on", Contract.closed_on, "the day it was closed", DAY),
        C("closed_why", Contract.closed_why, "why it was closed"),
        C("tier", Contract.tier, "1 is watched most closely; empty where none is set", NUMBER),
        C("rolling", Contract.rolling, "whether it rolls on: it has reviews and no end", YES_NO),
        C("extensions", Contract.extensions, "how often it may be extended in all", NUMBER),
        C("extension_months", Contract.extension_months, "how long each extension is", "months"),
        C("notice_months", Contract.notice_months, "how long before the end the provider must have notice", "months"),
        C("procurement_route", Contract.procurement_route, "how it was procured"),
        C("safeguarding_critical", Contract.safeguarding_critical, "whether it is critical to safeguarding", YES_NO),
        C("provider_number", Contract.provider_number, "the registration number of the provider"),
        C(
            "provider_is_small",
            Contract.provider_is_small,
            f"whether it is a small one; {UNKNOWN}",
            YES_NO,
        ),
        C(
            "provider_is_voluntary",
            Contract.provider_is_voluntary,
            f"whether it is voluntary; {UNKNOWN}",
            YES_NO,
        ),
        C("irrecoverable_vat", Contract.irrecoverable_vat, "the VAT that cannot be recovered", POUNDS),
        C("owner", Post.title, "the post that manages it"),
        C(
            "performance",
            performance,
            "the worst RAG of the latest results of its own indicators, “not rated” or “no indicator”",
        ),
        C("manager_printed", Contract.manager_printed, "the responsible manager as printed"),
        C("consultation_printed", Contract.consultation_printed, "the consultation as printed"),
        C("assumed", Contract.assumed, "whether the managing post is assumed", YES_NO),
        C("line", Contract.source_line, "the lines of the plan it comes from"),
        C("note", Contract.note, "what was remarked when it was loaded"),
    ),
    _contracts,
)


# The last review that was held sets the next; until one is held, it is the first that is known.
_last_review = (
    select(ContractReview.next_review)
    .where(ContractReview.contract_id == Contract.id)
    .order_by(ContractReview.id.desc())
    .limit(1)
    .correlate(Contract)
    .scalar_subquery()
)
next_review = func.coalesce(_last_review, Contract.review)


def _published(rows: Select[Any]) -> Select[Any]:
    return (
        rows.select_from(Contract)
        .where(Contract.kind == "external", Contract.closed_on.is_(None))
        .order_by(Contract.position, Contract.id)
    )


TRANSPARENCY = Export(
    "contracts-transparency",
    "The external contracts that are not closed, in the columns of the Local Government Transparency Code 2015."
    " What is not known is empty.",
    (
        C("reference_number", Contract.code, "reference number"),
        C("title", Contract.title, "title of agreement"),
        C("department", Contract.service_area, "local authority department responsible"),
        C("description", Contract.description, "description of the goods and/or services being provided"),
        C(
            "supplier",
            case((func.upper(Contract.provider) == NOT_KNOWN, ""), else_=Contract.provider),
            "supplier name and details",
        ),
        C("sum_total", Contract.value_total, "sum to be paid over the length of the contract", POUNDS),
        C("sum_yearly", Contract.value_yearly, "estimated annual spending or budget", POUNDS),
        C("sum_note", Contract.value_note, "what there is to know of the sum, such as whether it is a yearly one"),
        C("irrecoverable_vat", Contract.irrecoverable_vat, "value added tax that cannot be recovered", POUNDS),
        C("start", Contract.start, "start date", PARTIAL),
        C("end", present_end, "end date, with what was awarded counted in", PARTIAL),
        C("review", next_review, "review date", PARTIAL),
        C(
            "procurement_route",
            Contract.procurement_route,
            "whether it was the result of an invitation to quote or a published invitation to tender, in words",
        ),
        C(
            "supplier_is_small",
            Contract.provider_is_small,
            "whether it is a small or medium sized enterprise",
            YES_NO,
        ),
        C(
            "supplier_is_voluntary",
            Contract.provider_is_voluntary,
            "whether the supplier is a voluntary or community sector organisation",
            YES_NO,
        ),
        C("supplier_number", Contract.provider_number, "registration number of the supplier"),
    ),
    _published,
)
