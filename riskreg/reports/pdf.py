"""The pack or the report as a tagged PDF."""

from __future__ import annotations

import subprocess
import sys
from functools import lru_cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, select_autoescape

from riskreg.reports import printing
from riskreg.reports.outline import outline, standing, title
from riskreg.reports.sections import Content

MOST_SECONDS = 60


class NoPdfError(RuntimeError):
    """No PDF could be made; the message says why in a sentence."""


def pack_pdf(content: Content, templates: Path) -> bytes:
    """Return the pack or the report as PDF/UA: headings, lists and table heads are tagged for reading aloud.

    `templates` is the folder of the application's templates. Raises NoPdfError when the libraries are missing, or when
    it takes longer than MOST_SECONDS.
    """
    words = _template(templates).render(title=title(content), standing=standing(content), blocks=outline(content))
    program = [sys.executable, "-I", str(printing.__file__)]
    try:
        done = subprocess.run(program, input=words.encode(), capture_output=True, timeout=MOST_SECONDS, check=False)  # noqa: S603 - our own program
    except subprocess.TimeoutExpired:
        raise NoPdfError("Making the PDF took too long.") from None
    if done.returncode == printing.LIBRARIES_MISSING:
        raise NoPdfError("PDF files need the Pango libraries, which this machine lacks.")
    if done.returncode:
        raise NoPdfError("The PDF could not be made.")
    return done.stdout


@lru_cache(maxsize=1)
def _template(folder: Path) -> Template:
    environment = Environment(
        loader=FileSystemLoader(folder),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("reports/pack.html")
