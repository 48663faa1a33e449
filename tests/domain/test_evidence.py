"""Names, kinds and sizes of files kept as evidence."""

from __future__ import annotations

import pytest

from riskreg.domain.errors import RuleBroken
from riskreg.domain.evidence import LARGEST, check_size, kind_named, kind_words, read_name, size_words


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("report.pdf", "report.pdf"),
        ("C:\\x\\report.pdf", "report.pdf"),
        ("../../etc/report.pdf", "report.pdf"),
        (" Café – 2017 (2).pdf ", "Café – 2017 (2).pdf"),
        ("Cafe\u0301.pdf", "Café.pdf"),
        ("a" * 146 + ".pdf", "a" * 146 + ".pdf"),
        (".profile.txt", ".profile.txt"),
    ],
)
def test_a_name_is_kept_without_folders(given: str, name: str) -> None:
    assert read_name(given) == name


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("", "has no name"),
        ("   ", "has no name"),
        (".pdf", "has no name"),
        ("x/", "has no name"),
        ("...", "has no name"),
        ("a" * 296 + ".pdf", "must be 150 characters or fewer. It has 300."),
        ("a\u202efdp.txt", "cannot be seen"),
        ("a\u2066.pdf", "cannot be seen"),
        ("a\nb.pdf", "cannot be seen"),
        ("a\x00.pdf", "cannot be seen"),
        ("a\ud800.pdf", "cannot be seen"),
    ],
)
def test_a_name_that_cannot_be_read_is_refused(given: str, words: str) -> None:
    with pytest.raises(RuleBroken, match=words) as refused:
        read_name(given)
    assert refused.value.field == "file"


@pytest.mark.parametrize("name", ["report.pdf.exe", "page.html", "picture.svg", "macro.docm", "none", "a.", "a.doc"])
def test_other_kinds_are_refused_with_those_that_are_taken(name: str) -> None:
    with pytest.raises(RuleBroken, match=r"PDF \(\.pdf\), Word \(\.docx\)"):
        kind_named(name)


def test_no_kind_is_sent_as_a_page() -> None:
    assert kind_named("a.JPEG").media_type == "image/jpeg"
    assert kind_named("a.eml").media_type == "text/plain"
    assert kind_words("a.eml") == "e-mail"


@pytest.mark.parametrize(
    ("size", "words"),
    [
        (1, "1 byte"), (800, "800 bytes"), (1024, "1 KB"), (122_880, "120 KB"), (1_048_000, "1023 KB"),
        (1_048_500, "1 MB"), (1_258_291, "1.2 MB"), (LARGEST, "10 MB"),
    ],
)  # fmt: skip
def test_a_size_reads_as_people_say_it(size: int, words: str) -> None:
    assert size_words(size) == words


def test_a_file_is_neither_empty_nor_larger_than_the_limit() -> None:
    check_size("a.pdf", LARGEST)
    with pytest.raises(RuleBroken, match=r"“a.pdf” is larger than 10 MB\."):
        check_size("a.pdf", LARGEST + 1)
    with pytest.raises(RuleBroken, match=r"“a.pdf” is empty\."):
        check_size("a.pdf", 0)
