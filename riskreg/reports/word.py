"""The pack or the report as a Word document."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from io import BytesIO
from typing import Any

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Emu, Pt, RGBColor

from riskreg.reports.blocks import Block, Bullets, Cell, Heading, Table, Text
from riskreg.reports.outline import outline, standing, title
from riskreg.reports.sections import Content

# XML has no way to write these; Word would not open the file.
UNWRITABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
WIDTH = Cm(29.7)
MARGIN = Cm(1.8)
FILLS = {"RED": ("A4161A", "FFFFFF"), "AMBER": ("F5B73D", "0B0C0C"), "GREEN": ("0F6B3F", "FFFFFF")}


def pack_document(content: Content) -> bytes:
    """Return the pack or the report as a .docx file, in A4 landscape, with headings and repeated table heads."""
    document = Document()
    _set_up(document, title(content))
    document.add_heading(_clean(title(content)), level=0)
    document.add_paragraph(_clean(standing(content)))
    for block in outline(content):
        _add(document, block)
    written = BytesIO()
    document.save(written)
    return written.getvalue()


def _clean(words: str) -> str:
    return UNWRITABLE.sub("", words)


def _set_up(document: Any, name: str) -> None:
    document.core_properties.title = _clean(name)
    document.core_properties.language = "en-GB"
    section = document.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = WIDTH, Cm(21)
    section.left_margin = section.right_margin = MARGIN
    section.top_margin = section.bottom_margin = MARGIN
    for style in ("Normal", "List Bullet"):
        document.styles[style].font.name, document.styles[style].font.size = "Arial", Pt(10)
    _speak(document.styles["Normal"])


def _speak(style: Any) -> None:
    """Say that the text is British English, for spelling and for reading aloud."""
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), "en-GB")
    style.element.get_or_add_rPr().append(language)


def _add(document: Any, block: Block) -> None:
    match block:
        case Heading():
            document.add_heading(_clean(block.text), level=block.level - 1)
        case Text():
            paragraph = document.add_paragraph()
            if block.lead:
                paragraph.add_run(f"{block.lead}: ").bold = True
            paragraph.add_run(_clean(block.text))
        case Bullets():
            for item in block.items:
                document.add_paragraph(_clean(item.text), style="List Bullet")
        case Table():
            _add_table(document, block)


def _add_table(document: Any, block: Table) -> None:
    caption = document.add_paragraph(_clean(block.caption), style="Caption")
    caption.paragraph_format.keep_with_next = True
    table = document.add_table(rows=1, cols=len(block.head), style="Table Grid")
    for place, words in zip(table.rows[0].cells, block.head, strict=True):
        place.paragraphs[0].add_run(_clean(words)).bold = True
    repeat = OxmlElement("w:tblHeader")
    repeat.set(qn("w:val"), "true")
    table.rows[0]._tr.get_or_add_trPr().append(repeat)  # noqa: SLF001 - python-docx has no word for it
    widths = [Emu((WIDTH - 2 * MARGIN) * share // 100) for share in block.widths]
    _set_widths(table.rows[0].cells, widths)
    if widths:
        table.autofit = False
        _set_widths(table.columns, widths)  # LibreOffice goes by the columns, Word by the cells
    for row in block.rows:
        places = table.add_row().cells
        _set_widths(places, widths)
        for place, cell in zip(places, row, strict=True):
            _fill(place, cell)
    document.add_paragraph()


def _set_widths(places: Iterable[Any], widths: Sequence[Emu]) -> None:
    """Give the cells of a row, or the columns, their widths; without widths they stay as they are."""
    for place, width in zip(places, widths, strict=False):
        place.width = width


def _fill(place: Any, cell: Cell) -> None:
    """Write a cell: the rating as a word on its colour, then the text."""
    paragraph = place.paragraphs[0]
    if cell.tag:
        fill, ink = FILLS[cell.tag]
        run = paragraph.add_run(f"\u00a0{cell.tag}\u00a0")
        run.bold = True
        run.font.color.rgb = RGBColor.from_string(ink)
        shade = OxmlElement("w:shd")
        for name, value in (("w:val", "clear"), ("w:color", "auto"), ("w:fill", fill)):
            shade.set(qn(name), value)
        run.font.element.get_or_add_rPr().append(shade)
    if cell.text:
        paragraph.add_run((" " if cell.tag else "") + _clean(cell.text))
