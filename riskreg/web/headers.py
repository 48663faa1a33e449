"""Headers of every answer: what a browser may load, keep and tell others."""

from __future__ import annotations

import secrets

from flask import Flask, Response, g, request

POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'nonce-{nonce}'; img-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # same-origin and not none: on HTTPS the forgery check reads the referrer of our own pages
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
YEAR = 31_536_000


def nonce() -> str:
    """The word that marks the scripts of this answer as ours; nothing else runs."""
    if "nonce" not in g:
        g.nonce = secrets.token_urlsafe(16)
    return str(g.nonce)


def send_headers(app: Flask) -> None:
    """Add the headers to every answer of the application; assets get theirs in riskreg.web.assets."""
    strict_transport = app.config["RISKREG_ENV"] == "production"

    def add(response: Response) -> Response:
        response.headers.setdefault("Content-Security-Policy", POLICY.format(nonce=nonce()))
        for name, value in ALWAYS.items():
            response.headers.setdefault(name, value)
        # what a view calls private may be kept by its one reader
        if request.endpoint != "static" and not response.cache_control.private:
            response.headers["Cache-Control"] = "no-store"
        if strict_transport:
            response.headers["Strict-Transport-Security"] = f"max-age={YEAR}; includeSubDomains"
        return response

    app.after_request(add)
    app.jinja_env.globals["nonce"] = nonce
