"""A file is taken for what its content is, whatever its name says."""

from __future__ import annotations

import tracemalloc
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskreg.domain.errors import RuleBroken
from riskreg.domain.evidence import ENDINGS, ending_of
from riskreg.exchange.evidence_files import check_content
from tests.exchange import files

RIGHT = {
    "a.pdf": files.PDF,
    "a.PDF": files.PDF,
    "a.png": files.PNG,
    "a.jpg": files.JPEG,
    "a.jpeg": files.JPEG,
    "a.docx": files.office("docx"),
    "a.xlsx": files.office("xlsx"),
    "a.pptx": files.office("pptx"),
    "a.eml": files.EMAIL,
    "a.txt": "Café, 5 µg – “yes”\r\n\tso".encode(),
    "BM.txt": b"BM said that it is so.",
    "a.csv": b"\xef\xbb\xbfname,places\r\n=1+1,2\r\n",
    "page.txt": b"<html><script>alert(1)</script></html>",
}


def told(name: str, content: bytes) -> str:
    """What the register says of a file that it refuses."""
    with pytest.raises(RuleBroken) as refused:
        check_content(name, ENDINGS[ending_of(name)], content)
    assert refused.value.field == "file"
    return refused.value.sentence


@pytest.mark.parametrize("name", RIGHT)
def test_what_is_what_its_name_says_is_taken(name: str) -> None:
    sent_as = check_content(name, ENDINGS[ending_of(name)], RIGHT[name])
    assert sent_as.startswith(ENDINGS[ending_of(name)].media_type)
    assert "html" not in sent_as
    assert "svg" not in sent_as


def test_text_is_sent_in_the_characters_it_was_written_in() -> None:
    assert check_content("a.txt", ENDINGS["txt"], "Café".encode()) == "text/plain; charset=utf-8"
    assert check_content("a.csv", ENDINGS["csv"], "Café".encode("cp1252")) == "text/csv; charset=windows-1252"


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("a.pdf", b"<html>", "“a.pdf” is not a PDF: its content is not known."),
        ("a.pdf", files.PNG, "“a.pdf” is not a PDF: its content is a PNG picture."),
        ("a.pdf", files.office("docx"), "“a.pdf” is not a PDF: its content is a zip file."),
        ("a.png", files.JPEG, "“a.png” is not a PNG picture: its content is a JPEG picture."),
        ("a.jpg", b"GIF89a", "“a.jpg” is not a JPEG picture: its content is a GIF picture."),
        ("a.pdf", b"MZ\x90\x00\x03", "“a.pdf” is not a PDF: its content is a program."),
        ("a.docx", files.PDF, "“a.docx” is not a Word file: its content is a PDF."),
        ("a.docx", files.office("xlsx"), "“a.docx” is not a Word file: its content is an Excel file."),
        ("a.xlsx", files.zipped({"x": "y"}), "“a.xlsx” is not an Excel file: its content is a zip file."),
        ("a.pptx", files.OLE, "“a.pptx” has a password, or is an old Office file. Save it without one as .pptx."),
        ("a.xlsx", files.with_macros(), "“a.xlsx” holds macros, which are not taken."),
        ("a.txt", files.PDF, "“a.txt” is not plain text: its content is a PDF."),
        ("a.txt", b"a\0b", "“a.txt” is not plain text: its content is not known."),
        ("a.txt", b"a\x1bb", "“a.txt” is not plain text: its content is not known."),
        ("a.csv", "a,b".encode("utf-16"), "“a.csv” is not a CSV: its content is not known."),
        ("a.csv", b"\x81\x8d", "“a.csv” is not a CSV: its content is not known."),
        ("a.eml", b"Just words.", "“a.eml” is not an e-mail: its content is not known."),
    ],
)
def test_what_is_not_what_its_name_says_is_refused(name: str, content: bytes, sentence: str) -> None:
    assert told(name, content).startswith(sentence)


@pytest.mark.parametrize(
    "its",
    [
        "application/vnd.ms-word.document.macroEnabled.main+xml",
        "application/vnd.ms-excel.macrosheet+xml",
        "application/vnd.ms-office.vbaProject",
    ],
)
def test_macros_are_refused_by_what_a_part_says_that_it_is(its: str) -> None:
    assert "holds macros" in told("a.docx", files.with_type("docx", its))


def test_macros_are_refused_by_the_name_of_a_member() -> None:
    assert "holds macros" in told("a.docx", files.office("docx", **{"word/VBAPROJECT.BIN": "x"}))


@pytest.mark.parametrize(
    "content",
    [
        files.office("docx")[:-30],
        files.office("docx")[:40] + b"\xff" * 40 + files.office("docx")[80:],
        files.with_long_list(),
        files.zipped({"[Content_Types].xml": "<Types>"}),
        files.zipped({"[Content_Types].xml": '<!DOCTYPE x [<!ENTITY a "b">]><Types>&a;</Types>'}),
        files.zipped({"[Content_Types].xml": "<Types/>"}, zipfile.ZIP_LZMA),
        b"PK\x03\x04",
    ],
)
def test_an_office_file_that_is_damaged_or_made_to_burst_is_refused(content: bytes) -> None:
    assert told("a.docx", content) == "“a.docx” is not a Word file, or it is damaged: it cannot be read."


def test_what_unpacks_to_much_is_not_unpacked() -> None:
    content = files.bomb()
    tracemalloc.start()
    assert "it cannot be read" in told("a.docx", content)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 10_000_000


def answer(name: str, content: bytes) -> str:
    """What a file is sent as, or what is told of it when it is refused."""
    try:
        return check_content(name, ENDINGS[ending_of(name)], content)
    except RuleBroken as refused:
        return refused.sentence


@given(st.binary(max_size=200), st.sampled_from(sorted(ENDINGS)), st.sampled_from([b"", b"PK\x03\x04", files.PDF]))
def test_whatever_is_sent_is_taken_or_refused_with_a_sentence(content: bytes, ending: str, start: bytes) -> None:
    assert answer(f"a.{ending}", start + content).startswith((ENDINGS[ending].media_type, f"“a.{ending}” "))


@given(st.integers(0, 700), st.binary(min_size=1, max_size=8))
def test_an_office_file_with_any_bytes_changed_is_taken_or_refused(at: int, changed: bytes) -> None:
    content = files.office("docx")
    told = answer("a.docx", content[:at] + changed + content[at + len(changed) :])
    assert told.startswith((ENDINGS["docx"].media_type, "“a.docx”"))
