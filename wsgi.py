"""The application for a WSGI server: `gunicorn wsgi:app`."""

import gc
import sys
from zoneinfo import ZoneInfoNotFoundError

from config import SettingError

# Nearly all that is made now stays: to look for rubbish in it takes a seventh of the start, and later halts a page.
gc.disable()
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
gc.freeze()
gc.enable()
