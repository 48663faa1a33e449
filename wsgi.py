"""The application for a WSGI server: `gunicorn wsgi:app`."""

import sys

from config import SettingError
from riskreg import create_app

try:
    app = create_app()
except SettingError as error:
    sys.exit(f"riskreg does not start: {error}")
