"""The application for a WSGI server: `gunicorn wsgi:app`."""

from riskreg import create_app

app = create_app()
