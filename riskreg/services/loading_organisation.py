"""Loading the organisation: the register with its policy, divisions, services, posts, and the demonstration people."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sqlalchemy import select

from riskreg.exchange.plan_checks import prefix_of_plan
from riskreg.exchange.plan_files import FIRST_DAY
from riskreg.exchange.plan_tables import DivisionRow, Plan, PostRow, ServiceRow
from riskreg.extensions import db
from riskreg.models import Division, Holding, Person, PolicyVersion, Post, PostRole, Register, Service
from riskreg.services.loading_report import LoadReport, add_missing

MAIL_DOMAIN = "kent.example"


def load_register(plan: Plan, day: date, report: LoadReport) -> Register:
    """Add the registers that are missing and return the one that the plan is loaded into.

    A new one gets the plan's rules as version 1 of its policy; a corporate register has no risks and needs none. One
    that was loaded before there was a corporate register is put under it.
    """
    present = {row.prefix: row for row in db.session.scalars(select(Register))}
    add_missing(
        report,
        "register",
        present,
        plan.registers,
        key=lambda row: row.prefix,
        make=lambda row: Register(prefix=row.prefix, name=row.name),
    )
    for row in plan.registers:
        if row.parent and present[row.prefix].parent_id is None:
            present[row.prefix].parent_id = present[row.parent].id
    register = present[prefix_of_plan(plan) or ""]  # reading the plan made sure that there is one
    versions = select(PolicyVersion).where(PolicyVersion.register_id == register.id, PolicyVersion.version == 1)
    add_missing(
        report,
        "policy",
        {row.version: row for row in db.session.scalars(versions)},
        [1],
        key=int,
        make=lambda version: PolicyVersion(
            register_id=register.id, version=version, valid_from=min(FIRST_DAY, day), rules=plan.rules
        ),
    )
    return register


def load_divisions(plan: Plan, report: LoadReport) -> dict[str, Division]:
    """Add the divisions that are missing and return all by name."""

    def make(row: DivisionRow) -> Division:
        return Division(
            name=row.name,
            kind=row.kind,
            fte=row.fte,
            gross_thousands=row.gross,
            net_thousands=row.net,
            source_line=row.line,
            note=row.note,
        )

    divisions = {row.name: row for row in db.session.scalars(select(Division))}
    add_missing(report, "division", divisions, plan.divisions, key=lambda row: row.name, make=make)
    return divisions


def load_services(plan: Plan, divisions: Mapping[str, Division], report: LoadReport) -> dict[tuple[int, str], Service]:
    """Add the services that are missing and return all by division and name."""

    def make(row: ServiceRow) -> Service:
        division_id = divisions[row.division].id
        return Service(division_id=division_id, name=row.name, source_line=row.line, note=row.note)

    services = {(row.division_id, row.name): row for row in db.session.scalars(select(Service))}
    add_missing(
        report, "service", services, plan.services, key=lambda row: (divisions[row.division].id, row.name), make=make
    )
    return services


def load_posts(plan: Plan, divisions: Mapping[str, Division], report: LoadReport) -> dict[str, Post]:
    """Add the posts that are missing, with their roles and the posts they answer to, and return all by code."""

    def make(row: PostRow) -> Post:
        return Post(
            code=row.code,
            title=row.title,
            division_id=divisions[row.division].id if row.division else None,
            assumed=row.assumed,
            source_line=row.line,
            note=row.note,
            roles=[PostRole(role=role) for role in row.roles or ()],
        )

    posts = {row.code: row for row in db.session.scalars(select(Post))}
    made = add_missing(report, "post", posts, plan.posts, key=lambda row: row.code, make=make)
    for row, post in made:
        if row.line_manager:
            post.line_post_id = posts[row.line_manager].id
    return posts


def load_demonstration_people(plan: Plan, posts: Mapping[str, Post], day: date, report: LoadReport) -> None:
    """Add one person for each post, named after it, and a deputy for the owner of the first risk.

    They have no password: only the demonstration's sign-in page lets them in. A post that someone holds stays theirs.
    They hold their posts from the beginning of the year, so that one can be handed over on the day of the loading.
    """
    held = set(db.session.scalars(select(Holding.post_id).where(Holding.until_on.is_(None), ~Holding.deputy)))
    people = {row.email: row for row in db.session.scalars(select(Person))}
    wanted = [(post.code, False) for post in plan.posts] + [(row.owner_post, True) for row in plan.risks[:1]]

    def email(one: tuple[str, bool]) -> str:
        code, deputy = one
        return f"{'deputy-' if deputy else ''}{code}@{MAIL_DOMAIN}"

    def make(one: tuple[str, bool]) -> Person:
        code, deputy = one
        name = f"{'Deputy ' if deputy else ''}{posts[code].title}"
        return Person(name=name, email=email(one), password_hash=None, demonstration=True)

    first = day.replace(month=1, day=1)
    for (code, deputy), person in add_missing(report, "demonstration person", people, wanted, key=email, make=make):
        if deputy or posts[code].id not in held:
            db.session.add(Holding(post_id=posts[code].id, person_id=person.id, deputy=deputy, from_on=first))
    db.session.flush()
