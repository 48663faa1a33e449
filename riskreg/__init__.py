"""riskreg: a council directorate's risk register that knows what its risks depend on."""

from __future__ import annotations

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

import config
from riskreg.cli import register_commands
from riskreg.database import open_database
from riskreg.extensions import csrf, login_manager
from riskreg.web import register_web


def create_app(settings: dict[str, object] | None = None) -> Flask:
    """Make the application. `settings` override what the environment says; config.SettingError when they are unsafe."""
    app = Flask(
        __name__,
        root_path=str(config.ROOT),
        template_folder="templates",
        static_folder="static",
        instance_path=str(config.ROOT / "instance"),
    )
    app.config.update(config.from_environment())
    app.config.update(settings or {})
    proxies = app.config["TRUSTED_PROXIES"]
    if proxies:
        # Behind a proxy the reader's own address, by which sign-in is throttled, is in a header that only it may set.
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=proxies)  # type: ignore[method-assign]
    open_database(app)
    csrf.init_app(app)
    login_manager.init_app(app)
    register_web(app)
    register_commands(app)
    return app
