"""What differs between two wordings, word by word."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskreg.domain.differences import Mark, Piece, differences

K, A, R = Mark.KEPT, Mark.ADDED, Mark.REMOVED


@pytest.mark.parametrize(
    ("before", "after", "pieces"),
    [
        ("", "", []),
        ("Births rise.", "Births rise.", [(K, "Births rise.")]),
        ("", "Births rise.", [(A, "Births rise.")]),
        ("Births rise.", "", [(R, "Births rise.")]),
        ("Births rise fast.", "Births fall fast.", [(K, "Births "), (R, "rise "), (A, "fall "), (K, "fast.")]),
        ("Births rise", "Births rise again", [(K, "Births rise "), (A, "again")]),
        ("Births rise", "Births fall", [(K, "Births "), (R, "rise "), (A, "fall")]),
        ("one two three", "one three", [(K, "one "), (R, "two "), (K, "three")]),
        ("one two", "one", [(K, "one"), (R, " two")]),
        ("one\n\ntwo", "one two", [(K, "one two")]),
        ("places", "Places", [(R, "places "), (A, "Places")]),
    ],
)
def test_the_words_that_changed_are_marked(before: str, after: str, pieces: list[tuple[Mark, str]]) -> None:
    assert differences(before, after) == [Piece(*one) for one in pieces]


@given(st.text(alphabet="ab \n", max_size=40), st.text(alphabet="ab \n", max_size=40))
def test_what_was_not_removed_is_the_later_wording_and_what_was_not_added_the_earlier(before: str, after: str) -> None:
    pieces = differences(before, after)
    assert "".join(one.words for one in pieces if one.mark is not R) == after
    assert "".join(one.words for one in pieces if one.mark is not A).split() == before.split()
