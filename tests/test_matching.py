"""Texts that are made up for regular expressions are matched by them, are few, and are short."""

from __future__ import annotations

import re
import warnings

import pytest

from iac_keycheck.deciding.matching import LONGEST, MOST, matching


@pytest.mark.parametrize(
    "pattern",
    [
        "prod",
        "^ci-[a-z]+$",
        "(?i)abc",
        "(a|b|c)+x{2,}",
        "a|",
        "\\d{3}-\\w",
        "[^a-z][^\\s]",
        "a(?<!b)c",
        "(((a{2}){2}){2})",
        "[a&&b]",
        "x{0,3}y?",
    ],
)
def test_texts_are_matched_by_what_they_are_made_for(pattern: str) -> None:
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        texts = matching(pattern)
    assert not told
    assert 0 < len(texts) <= MOST
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert all(re.search(pattern, text) for text in texts)


@pytest.mark.parametrize(
    "pattern",
    [
        "((((((a{60}){60}){60}){60}){60}){60})",
        "((((((((((a{9}){9}){9}){9}){9}){9}){9}){9}){9}){9})",
        "a{999999999}",
        "(?=b)a",
        "(?P<n>a)(?P=n)",
        "\\p{L}",
        "[[:alpha:]]",
        "[a",
        "a" * (LONGEST + 1),
    ],
)
def test_no_text_is_made_where_that_is_hard(pattern: str) -> None:
    assert matching(pattern) == ()
