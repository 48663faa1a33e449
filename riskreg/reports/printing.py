"""HTML on standard input becomes a tagged PDF on standard output. Run as a program of its own by riskreg.reports.pdf.

A web worker must stay small; WeasyPrint with its fonts would nearly double it. Nothing of ours is imported here, so
that the program starts in half a second, and nothing is fetched: only `data:` addresses may be read.
"""

from __future__ import annotations

import sys

LIBRARIES_MISSING = 3


def main() -> int:
    """Write the PDF. Return LIBRARIES_MISSING where Pango cannot be loaded."""
    try:
        from weasyprint import HTML  # noqa: PLC0415 - it loads the libraries, which may be missing
        from weasyprint.urls import URLFetcher  # noqa: PLC0415 - as above
    except OSError:
        return LIBRARIES_MISSING
    words = sys.stdin.buffer.read().decode()
    page = HTML(string=words, url_fetcher=URLFetcher(allowed_protocols=("data",)))
    sys.stdout.buffer.write(page.write_pdf(pdf_variant="pdf/ua-1", pdf_tags=True))
    return 0


if __name__ == "__main__":
    sys.exit(main())
