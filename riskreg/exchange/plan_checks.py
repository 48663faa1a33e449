"""Whether the tables of a plan agree: what one of them names, another must hold."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from itertools import chain

from riskreg.domain.sentences import written_reference
from riskreg.domain.targets import TargetKind
from riskreg.exchange.plan_tables import SPECS, LinkRow, MitigationRow, Plan, PostRow, TargetRow
from riskreg.exchange.tables import Problem, Row, quoted

WITH_VALUE = (TargetKind.FIGURE, TargetKind.NATIONAL_PLUS)


def disagreements(plan: Plan) -> Iterator[Problem]:
    """Yield everything that is named in one table and missing from another, or that contradicts itself."""
    yield from _organisation(plan)
    yield from _references(plan)
    yield from _registers(plan)
    yield from _risks(plan)
    indicators = {row.code for row in plan.indicators}
    for table in ("targets", "benchmarks", "results"):
        for row in getattr(plan, table):
            yield from _known(table, row, "indicator", indicators, "an indicator of indicators.csv")
    for target in plan.targets:
        yield from _target(target)
    posts = {row.code for row in plan.posts}
    for contract in plan.contracts:
        yield from _known("contracts", contract, "owner_post", posts, "a post of posts.csv")
        if contract.rolling and contract.end:
            yield _problem("contracts", contract, "rolling", "it has an end: what rolls on has none.")
    for link in plan.links:
        yield from _link(link, plan)
    for mitigation in plan.mitigations:
        yield from _mitigation(mitigation, plan)


def _problem(table: str, row: Row | None, column: str, message: str) -> Problem:
    return Problem(SPECS[table].name, row.row if row else None, column, message)


def _known(table: str, row: Row, column: str, known: Collection[object], what: str) -> Iterator[Problem]:
    value = getattr(row, column)
    if value and value not in known:
        yield _problem(table, row, column, f"{quoted(value)} is not {what}.")


def _organisation(plan: Plan) -> Iterator[Problem]:
    divisions = {row.name for row in plan.divisions}
    for service in plan.services:
        yield from _known("services", service, "division", divisions, "a division of divisions.csv")
    posts = {row.code: row for row in plan.posts}
    for post in plan.posts:
        yield from _known("posts", post, "division", divisions, "a division of divisions.csv")
        yield from _known("posts", post, "line_manager", posts, "a post of posts.csv")
        if _answers_to_itself(post, posts):
            yield _problem("posts", post, "line_manager", f"{quoted(post.code)} comes back to itself up the line.")


def _answers_to_itself(post: PostRow, posts: Mapping[str, PostRow]) -> bool:
    above, passed = posts.get(post.line_manager), set()
    while above and above.code not in passed:
        if above.code == post.code:
            return True
        passed.add(above.code)
        above = posts.get(above.line_manager)
    return False


def number_of(reference: str) -> int:
    """Return the number of a reference: 1 for CYPE 01."""
    return int(reference.rpartition(" ")[2])


def prefix_of(reference: str) -> str:
    """Return the prefix of a reference: CYPE for CYPE 01."""
    return reference.rpartition(" ")[0]


def prefix_of_plan(plan: Plan) -> str | None:
    """Return the prefix of the register that a plan is loaded into: that of its references.

    Of a plan without risks, that of the one register that stands under another, or of the only one; else None.
    """
    if named := [row.reference for row in plan.risks] + [row.reference for row in plan.used_references]:
        return prefix_of(named[0])
    found = [row.prefix for row in plan.registers if row.parent] or [row.prefix for row in plan.registers]
    return found[0] if len(found) == 1 else None


def _references(plan: Plan) -> Iterator[Problem]:
    """Every number from 1 to the highest is listed or used, once, under one prefix."""
    tables = (("risks", plan.risks), ("used_references", plan.used_references))
    named = list(chain.from_iterable(((table, row) for row in rows) for table, rows in tables))
    prefix = prefix_of_plan(plan)
    if prefix is None:
        why = "no reference is given, and registers.csv does not say by one register whose risks these are to be."
        yield _problem("risks", None, "reference", why)
        return
    first: dict[int, tuple[str, Row]] = {}
    for table, row in named:
        number = number_of(row.reference)
        if prefix_of(row.reference) != prefix or number == 0:
            why = f"{quoted(row.reference)} is not a reference of the register {prefix}."
            yield _problem(table, row, "reference", why)
            continue
        held_in, holder = first.setdefault(number, (table, row))
        if holder is not row:
            why = f"{quoted(row.reference)} is in {SPECS[held_in].name}, row {holder.row}, already."
            yield _problem(table, row, "reference", why)
    for number in sorted(set(range(1, max(first, default=0) + 1)) - set(first)):
        why = f"{quoted(written_reference(prefix, number))} is neither a risk of risks.csv nor a used reference."
        yield _problem("used_references", None, "reference", why)


def _registers(plan: Plan) -> Iterator[Problem]:
    """The register of the references is there; one that others refer to refers to none itself."""
    prefixes = {row.prefix for row in plan.registers}
    prefix = prefix_of_plan(plan)
    if prefix is not None and prefix not in prefixes:
        yield _problem("registers", None, "prefix", f"the register {prefix} of risks.csv is missing.")
    parents = {row.parent for row in plan.registers}
    for row in plan.registers:
        yield from _known("registers", row, "parent", prefixes, "a register of registers.csv")
        if row.parent and row.prefix in parents:
            why = f"{quoted(row.prefix)} has a parent and is a parent; a corporate register stands above all."
            yield _problem("registers", row, "parent", why)


def _risks(plan: Plan) -> Iterator[Problem]:
    posts = {row.code for row in plan.posts}
    divisions = {row.name for row in plan.divisions}
    services = {(row.division, row.name) for row in plan.services}
    for risk in plan.risks:
        yield from _known("risks", risk, "owner_post", posts, "a post of posts.csv")
        yield from _known("risks", risk, "division", divisions, "a division of divisions.csv")
        if risk.service and (risk.division, risk.service) not in services:
            why = f"{quoted(risk.service)} is not a service of {quoted(risk.division)} in services.csv."
            yield _problem("risks", risk, "service", why)


def _target(target: TargetRow) -> Iterator[Problem]:
    if (target.value is None) is (target.kind in WITH_VALUE):
        needs = "needs a figure" if target.value is None else "holds no figure"
        yield _problem("targets", target, "value", f"a target of the kind {target.kind} {needs}.")


def _link(link: LinkRow, plan: Plan) -> Iterator[Problem]:
    yield from _known("links", link, "risk", {row.reference for row in plan.risks}, "a risk of risks.csv")
    indicators = {row.code for row in plan.indicators}
    yield from _known("links", link, "indicator", indicators, "an indicator of indicators.csv")
    contracts = {row.reference for row in plan.contracts}
    yield from _known("links", link, "contract", contracts, "a contract of contracts.csv")
    if bool(link.indicator) is bool(link.contract):
        yield _problem("links", link, "indicator", "a link needs an indicator or a contract, one of the two.")


def _mitigation(mitigation: MitigationRow, plan: Plan) -> Iterator[Problem]:
    yield from _known("mitigations", mitigation, "risk", {row.reference for row in plan.risks}, "a risk of risks.csv")
    posts = {row.code for row in plan.posts}
    yield from _known("mitigations", mitigation, "owner_post", posts, "a post of posts.csv")
    if mitigation.kind == "control":
        if mitigation.due:
            yield _problem("mitigations", mitigation, "due", "a control is in place and has no date.")
        return
    for column, value in (("owner_post", mitigation.owner_post), ("due", mitigation.due)):
        if not value:
            yield _problem("mitigations", mitigation, column, "the cell is empty; an action needs it.")
