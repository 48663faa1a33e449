"""The pages: HTTP in, one service or query, a page or a redirect out."""

from __future__ import annotations

from flask import Blueprint, Flask

from riskreg.web.access import guard_access, require_access_classes
from riskreg.web.addresses import read_addresses
from riskreg.web.admin.views import blueprint as admin
from riskreg.web.assets import serve_assets
from riskreg.web.auth.views import blueprint as auth
from riskreg.web.contracts.views import blueprint as contracts
from riskreg.web.corporate.views import blueprint as corporate
from riskreg.web.escalations.views import blueprint as escalations
from riskreg.web.evidence.views import blueprint as evidence
from riskreg.web.failures import answer_failures
from riskreg.web.files.views import blueprint as files
from riskreg.web.headers import send_headers
from riskreg.web.health.views import blueprint as health
from riskreg.web.importing.views import blueprint as importing
from riskreg.web.indicators.views import blueprint as indicators
from riskreg.web.journal import keep_journal
from riskreg.web.keeping.views import blueprint as keeping
from riskreg.web.links.views import blueprint as links
from riskreg.web.meetings.views import blueprint as meetings
from riskreg.web.own.views import blueprint as own
from riskreg.web.pages import dress_pages
from riskreg.web.policy.views import blueprint as policy
from riskreg.web.register.views import blueprint as register
from riskreg.web.reports.views import blueprint as reports
from riskreg.web.requests import open_requests
from riskreg.web.risks.views import blueprint as risks
from riskreg.web.search.views import blueprint as search
from riskreg.web.seeing.views import blueprint as seeing
from riskreg.web.spreadsheets.views import blueprint as spreadsheets
from riskreg.web.targets.views import blueprint as targets
from riskreg.web.uploads import take_uploads
from riskreg.web.work.views import blueprint as work

BLUEPRINTS: tuple[Blueprint, ...] = (
    admin,
    auth,
    contracts,
    corporate,
    escalations,
    evidence,
    files,
    health,
    importing,
    indicators,
    keeping,
    links,
    meetings,
    own,
    policy,
    register,
    reports,
    risks,
    search,
    seeing,
    spreadsheets,
    targets,
    work,
)


def register_web(app: Flask) -> None:
    """Add the pages to the application; called by create_app."""
    read_addresses(app)
    take_uploads(app)
    dress_pages(app)
    serve_assets(app)
    keep_journal(app)
    open_requests(app)
    guard_access(app)
    answer_failures(app)
    send_headers(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    require_access_classes(app)
