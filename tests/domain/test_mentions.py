"""Mentions: a name behind an “@” is found, and nothing else is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskreg.domain.mentions import mentioned, unknown

NAMES = ["Ann Lee", "Ann", "Head of SEN", "Head of SEN Support", "Zoë Müller", ""]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("@Ann, please look.", ["Ann"]),
        ("See @Ann Lee and @Ann.", ["Ann Lee", "Ann"]),
        ("Ask the @head of sen support today.", ["Head of SEN Support"]),
        ("Ask the @Head of SEN.", ["Head of SEN"]),
        ("(@Zoë Müller)", ["Zoë Müller"]),
        ("@Ann and again @Ann", ["Ann"]),
        ("ann@Ann.example", []),
        ("@Annabel", []),
        ("@ Ann", []),
        ("Ann", []),
        ("@", []),
        ("", []),
    ],
)
def test_the_longest_name_behind_an_at_is_found(text: str, found: list[str]) -> None:
    assert mentioned(text, NAMES) == found


@given(st.text(), st.lists(st.text(max_size=10)))
def test_only_names_that_are_there_are_found_and_each_once(text: str, names: list[str]) -> None:
    found = mentioned(text, names)
    assert len(set(found)) == len(found)
    assert all(f"@{name}".casefold() in text.casefold() for name in found)


@given(st.sampled_from([name for name in NAMES if name]))
def test_a_name_alone_is_found(name: str) -> None:
    assert mentioned(f"@{name}", NAMES) == [name]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Ask @Anne, please.", ["Anne"]),
        ("@Hed of SEN to report by June", ["Hed of SEN to"]),
        ("@Annabel and @Ann and @O’Neil-Smith.", ["Annabel and", "O’Neil-Smith"]),
        ("@Ann Lee, @head of sen", []),
        ("ann@kent.example, 3 @ 5%, @5%, @", []),
    ],
)
def test_what_names_nobody_is_found_with_the_words_that_were_meant(text: str, found: list[str]) -> None:
    assert unknown(text, NAMES) == found


@given(st.text(), st.lists(st.text(max_size=10)))
def test_who_is_named_is_not_unknown(text: str, names: list[str]) -> None:
    """Behind each @ stands a name, words that are none, or nothing that could be one."""
    assert len(mentioned(text, names)) + len(unknown(text, names)) <= text.count("@")
