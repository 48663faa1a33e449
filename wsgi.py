"""The application for a WSGI server: `gunicorn wsgi:app`."""

import sys
from zoneinfo import ZoneInfoNotFoundError

from config import SettingError

try:
    from riskreg import create_app

    app = create_app()
except SettingError as error:
    sys.exit(f"riskreg does not start: {error}")
except ZoneInfoNotFoundError as error:
    sys.exit(
        f"riskreg does not start: the time zone is not known here ({error.args[0]}). "
        "Install the time zones of the system (Debian: tzdata) or Python's package tzdata."
    )
