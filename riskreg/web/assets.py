"""Style sheet, script and icon, served before Flask is asked: named by their content, so that a browser keeps them."""

from __future__ import annotations

import hashlib
from functools import partial
from pathlib import Path
from wsgiref.headers import Headers

from flask import Flask
from whitenoise import WhiteNoise

FOLDER = "vendor"
NAMED = frozenset({"riskreg.css", "riskreg.js", "favicon.svg"})


def serve_assets(app: Flask) -> None:
    """Serve what was built under static/vendor; a page names a file by `asset("riskreg.css")`."""
    folder = Path(str(app.static_folder)) / FOLDER
    app.jinja_env.globals["asset"] = partial(asset, f"{app.static_url_path}/{FOLDER}", versions(folder))
    if folder.is_dir():
        app.wsgi_app = WhiteNoise(  # type: ignore[method-assign] # Flask's own way to wrap itself
            app.wsgi_app,
            root=folder,
            prefix=f"{app.static_url_path}/{FOLDER}/".lstrip("/"),
            max_age=0,
            add_headers_function=_headers,
        )


def versions(folder: Path) -> dict[str, str]:
    """Return a short checksum of every file that pages name."""
    found = {name: folder / name for name in NAMED}
    return {name: hashlib.sha256(file.read_bytes()).hexdigest()[:12] for name, file in found.items() if file.is_file()}


def asset(prefix: str, known: dict[str, str], name: str) -> str:
    """Return the address of an asset; it changes with the content."""
    return f"{prefix}/{name}?v={known[name]}" if name in known else f"{prefix}/{name}"


def _headers(headers: Headers, path: str, _url: str) -> None:
    """Keep for good what is named by its content; ask again for the rest."""
    kept = Path(path).name in NAMED
    headers["Cache-Control"] = "public, max-age=31536000, immutable" if kept else "public, no-cache"
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
