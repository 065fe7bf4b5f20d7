"""A message says one thing of one, and several of none or more."""

from __future__ import annotations

import pytest

from khabar.wording import number_of


@pytest.mark.parametrize(
    ("count", "words", "said"),
    [
        (0, ("task",), "0 tasks"),
        (1, ("task",), "1 task"),
        (2, ("task",), "2 tasks"),
        (1, ("pass", "passes"), "1 pass"),
        (2, ("pass", "passes"), "2 passes"),
        (1, ("article waits", "articles wait"), "1 article waits"),
    ],
)
def test_the_word_follows_the_number(count: int, words: tuple[str, ...], said: str) -> None:
    assert number_of(count, *words) == said
