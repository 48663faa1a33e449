"""Settings, all from the environment; the README lists each with its default.

`from_environment` is the only place that reads the environment. Production is the default kind of
running: whatever belongs to the demonstration must be asked for, and production refuses it.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import date, timedelta
from email.utils import parseaddr
from pathlib import Path

ROOT = Path(__file__).resolve().parent
DEMONSTRATION_KEY = "demonstration-only-not-a-secret"
KINDS = ("production", "demonstration", "test")


class SettingError(RuntimeError):
    """A setting that the application will not start with; the message is one sentence for the operator."""


def _flag(env: Mapping[str, str], name: str) -> bool:
    return env.get(name, "").strip().lower() in {"1", "yes", "true", "on"}


def _whole(env: Mapping[str, str], name: str, default: int) -> int:
    words = env.get(name, "").strip()
    if not words:
        return default
    if not words.isdecimal():
        raise SettingError(f"{name} must be a whole number, not “{words}”.")
    return int(words)


def _day(env: Mapping[str, str], name: str) -> date | None:
    words = env.get(name, "").strip()
    if not words:
        return None
    try:
        return date.fromisoformat(words)
    except ValueError:
        raise SettingError(f"{name} must be a date such as 2017-04-03, not “{words}”.") from None


def _sender(env: Mapping[str, str], name: str) -> str:
    """Return an address, with a name before it or not; empty when it is not set."""
    words = env.get(name, "").strip()
    local, at, domain = parseaddr(words)[1].partition("@")
    if words and (not (local and at and domain) or not words.isprintable() or " " in local + domain):
        raise SettingError(f"{name} must be an address such as Risk register <riskreg@kent.example>, not “{words}”.")
    return words


def _database(env: Mapping[str, str]) -> str:
    url = env.get("DATABASE_URL", "").strip()
    if not url:
        return f"sqlite:///{ROOT / 'instance' / 'riskreg.sqlite3'}"
    for given in ("postgres://", "postgresql://"):
        if url.startswith(given):
            return "postgresql+psycopg://" + url.removeprefix(given)
    return url


def from_environment(env: Mapping[str, str] = os.environ) -> dict[str, object]:
    """Return the settings for `app.config`. Raises SettingError, before anything is opened, when they are unsafe."""
    kind = env.get("RISKREG_ENV", "production").strip() or "production"
    if kind not in KINDS:
        raise SettingError(f"RISKREG_ENV must be one of {', '.join(KINDS)}, not “{kind}”.")
    settings: dict[str, object] = {
        "RISKREG_ENV": kind,
        "SECRET_KEY": env.get("SECRET_KEY", "").strip(),
        "SQLALCHEMY_DATABASE_URI": _database(env),
        "SQLALCHEMY_RECORD_QUERIES": False,
        "RISKREG_TODAY": _day(env, "RISKREG_TODAY"),
        "DEMONSTRATION_SIGN_IN": _flag(env, "RISKREG_DEMONSTRATION_SIGN_IN"),
        "BASE_URL": env.get("RISKREG_BASE_URL", "http://127.0.0.1:8000").rstrip("/"),
        "SMTP_HOST": env.get("SMTP_HOST", "127.0.0.1"),
        # The demonstration's mail goes to its own mailbox and nowhere else, whoever sends it.
        "SMTP_PORT": _whole(env, "SMTP_PORT", 8025 if kind == "demonstration" else 25),
        "SMTP_USER": env.get("SMTP_USER", ""),
        "SMTP_PASSWORD": env.get("SMTP_PASSWORD", ""),
        "SMTP_SECURITY": env.get("SMTP_SECURITY", "none"),
        "SMTP_TIMEOUT": _whole(env, "SMTP_TIMEOUT", 20),
        "SMTP_CA": env.get("SMTP_CA", "").strip(),
        "MAIL_FROM": _sender(env, "RISKREG_MAIL_FROM") or "Risk register <riskreg@riskreg.example>",
        "MAIL_REPLY_TO": _sender(env, "RISKREG_MAIL_REPLY_TO"),
        "MAIL_BOUNCES": _sender(env, "RISKREG_MAIL_BOUNCES"),
        "MAILBOX_URL": env.get("RISKREG_MAILBOX_URL", ""),
        "METRICS_TOKEN": env.get("RISKREG_METRICS_TOKEN", "").strip(),
        "TRUSTED_PROXIES": _whole(env, "RISKREG_TRUSTED_PROXIES", 0),
        "PERMANENT_SESSION_LIFETIME": timedelta(minutes=_whole(env, "RISKREG_SESSION_MINUTES", 60)),
        "SESSION_COOKIE_NAME": "riskreg",
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": kind == "production",
        "MAX_CONTENT_LENGTH": 2 * 1024 * 1024,
        "MAX_FORM_MEMORY_SIZE": 1024 * 1024,
        "WTF_CSRF_TIME_LIMIT": None,
    }
    _refuse_unsafe(settings)
    return settings


def _refuse_unsafe(settings: dict[str, object]) -> None:
    if settings["SMTP_SECURITY"] not in {"none", "starttls", "tls"}:
        raise SettingError("SMTP_SECURITY must be none, starttls or tls.")
    if settings["SMTP_CA"] and not Path(str(settings["SMTP_CA"])).is_file():
        raise SettingError(f"SMTP_CA must name a file of certificates; “{settings['SMTP_CA']}” is none.")
    if 0 < len(str(settings["METRICS_TOKEN"])) < 16:
        raise SettingError("RISKREG_METRICS_TOKEN must have at least 16 random characters.")
    if settings["RISKREG_ENV"] != "production":
        settings["SECRET_KEY"] = settings["SECRET_KEY"] or DEMONSTRATION_KEY
        return
    key = str(settings["SECRET_KEY"])
    if not key or key == DEMONSTRATION_KEY or len(key) < 32:
        raise SettingError("Production needs SECRET_KEY: set it to at least 32 random characters.")
    if settings["DEMONSTRATION_SIGN_IN"]:
        raise SettingError("Production refuses RISKREG_DEMONSTRATION_SIGN_IN: anyone could sign in as anyone.")
    if settings["RISKREG_TODAY"]:
        raise SettingError("Production refuses RISKREG_TODAY: the clock of a working register must not be fixed.")
