"""Duplicates, and the key under which spellings match."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from khabar.text.dedup import Pair, near_duplicates
from khabar.text.normalise import key, key_with_map

NUMBERS = [f"كلمة{number}" for number in range(400)]


def article(seed: int, size: int = 300) -> str:
    chooser = random.Random(seed)
    return " ".join(chooser.choice(NUMBERS) for _ in range(size))


def test_the_same_text_is_an_exact_duplicate() -> None:
    assert near_duplicates({"b": "قال الوزير نعم", "a": "قال الوزير نعم"}) == [
        Pair("a", "b", 1.0, 1.0, "exact")
    ]


def test_other_spellings_and_marks_are_the_same_article_but_not_the_same_text() -> None:
    texts = {"a": "أعلنت الحكومة إلى الأمة 2023 ذكّر", "b": "اعلنت الحكومه الي الامة ٢٠٢٣ ذكر"}
    assert near_duplicates(texts) == [Pair("a", "b", 1.0, 1.0, "near")]


def test_half_of_an_article_is_contained_in_the_whole() -> None:
    whole = article(1)
    half = " ".join(whole.split()[:150])
    (pair,) = near_duplicates({"whole": whole, "half": half, "other": article(2)})
    assert (pair.left, pair.right, pair.containment) == ("half", "whole", 1.0)
    assert pair.jaccard == pytest.approx(148 / 298)


def test_the_figures_are_counts_of_shared_runs_of_three_words() -> None:
    texts = {"a": "واحد اثنان ثلاثة أربعة خمسة", "b": "واحد اثنان ثلاثة أربعة ستة سبعة"}
    assert near_duplicates(texts) == [Pair("a", "b", 2 / 3, 2 / 5, "near")]
    assert near_duplicates(texts, threshold=0.7) == []


def test_texts_shorter_than_a_run_are_compared_whole_and_empty_ones_not_at_all() -> None:
    assert near_duplicates({"a": "نعم لا", "b": "نعم لا", "c": "نعم", "d": "", "e": "…"}) == [
        Pair("a", "b", 1.0, 1.0, "exact")
    ]


@pytest.mark.parametrize("threshold", [0, -1, 1.5])
def test_a_threshold_that_is_no_share_is_refused(threshold: float) -> None:
    with pytest.raises(ValueError, match="is not in"):
        near_duplicates({}, threshold)


@settings(deadline=None)
@given(st.dictionaries(st.text("abc", min_size=1, max_size=3), st.text("اب ", max_size=30)), st.randoms())
def test_pairs_do_not_depend_on_the_order_of_the_texts(texts: dict[str, str], chooser: random.Random) -> None:
    shuffled = list(texts.items())
    chooser.shuffle(shuffled)
    pairs = near_duplicates(texts)
    assert near_duplicates(dict(shuffled)) == pairs
    assert all(pair.left < pair.right and pair.jaccard <= pair.containment <= 1 for pair in pairs)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("وصــل حديــثاً", "وصل حديثا"),
        ("أإآٱى ة", "اااا" + "ي ه"),
        ("١٢٣ ۴۵", "123 45"),
        ("گ ک ی", "گ ك ي"),
        ("ﷲ ﻻ", "الله لا"),
        ("\u200fEU\u200e", "eu"),
        ("ذكّر", "ذكر"),
    ],
)
def test_spellings_of_one_word_have_one_key(text: str, expected: str) -> None:
    assert key(text) == expected


@settings(deadline=None)
@given(st.text(st.sampled_from("أبةﷲـ\u064e\u200f١Aß😀 ") | st.characters(), max_size=20))
def test_the_map_of_the_key_is_monotone_and_each_part_is_the_key_of_its_character(text: str) -> None:
    made, places = key_with_map(text)
    assert made == key(text)
    assert len(places) == len(made)
    assert places == sorted(places)
    assert all(character in key(text[place]) for character, place in zip(made, places, strict=True))
