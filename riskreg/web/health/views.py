"""The addresses that machines ask: whether the process lives, whether all is ready, and the figures of Prometheus."""

from __future__ import annotations

from ipaddress import ip_address
from secrets import compare_digest

from flask import Blueprint, Response, abort, current_app, jsonify, request
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError

from riskreg import clock
from riskreg.extensions import db
from riskreg.web.access import public
from riskreg.web.health.checks import run_checks

blueprint = Blueprint("health", __name__)
# What a proxy adds to a request: with any of them the asker is not on this machine, whatever the address says.
PROXIED = ("X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP", "Forwarded", "Via")


@blueprint.get("/health")
@public
def live() -> ResponseReturnValue:
    """Say that the process answers; asks nothing of the database."""
    return jsonify(status="ok")


@blueprint.get("/ready")
@public
def ready() -> ResponseReturnValue:
    """Say of each thing that the register needs whether it is well; 503 when one is not."""
    refuse_strangers()
    found = run_checks(clock.now())
    well = all(one.ok for one in found)
    checks = {one.name: {"ok": one.ok, "sentence": one.sentence} for one in found}
    return jsonify(status="ok" if well else "not ready", checks=checks), 200 if well else 503


@blueprint.get("/metrics")
@public
def metrics() -> ResponseReturnValue:
    """Give the figures in the words of Prometheus, read from the database: each web worker gives the same."""
    refuse_strangers()
    from riskreg.web.health.figures import figures_at  # noqa: PLC0415 - only who is asked needs Prometheus' library

    try:
        figures, media_type = figures_at(clock.now())
    except SQLAlchemyError:
        db.session.rollback()
        return Response("The database cannot be read: /ready says more.\n", 503, content_type="text/plain")
    return Response(figures, content_type=media_type)


def refuse_strangers() -> None:
    """Answer as if there were nothing here, unless the asker has the token; without one set, is on this machine."""
    token = str(current_app.config["METRICS_TOKEN"])
    given = request.headers.get("Authorization", "")
    if token:
        allowed = compare_digest(given.encode(), f"Bearer {token}".encode())
    else:
        allowed = _from_here() and not any(name in request.headers for name in PROXIED)
    if not allowed:
        abort(404)


def _from_here() -> bool:
    try:
        return ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False
