"""Laying character spans on tokens."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from khabar.alignment import by_sentence, illegal_tags, lay, spans_of, widened
from khabar.text import Sentence, tokenize

TEXT = "😀 وزارت هيئة للأمم المتحدة باريس."
TOKENS = tokenize(TEXT)


def span(words: str, kind: str) -> tuple[int, int, str]:
    start = TEXT.index(words)
    return start, start + len(words), kind


def test_a_mention_takes_every_token_it_overlaps_and_clitics_stay_on_their_word() -> None:
    laid = lay([span("لأمم المتحدة", "IGO"), span("باريس", "GPE")], TOKENS)
    assert [token.text for token in TOKENS] == ["😀", "وزارت", "هيئة", "للأمم", "المتحدة", "باريس", "."]
    assert laid.tags == ["O", "O", "O", "B-IGO", "I-IGO", "B-GPE", "O"]
    assert (laid.nested, laid.crossing, laid.off_token) == (0, 0, 0)


def test_nested_mentions_give_way_to_the_outermost() -> None:
    laid = lay([span("المتحدة", "NORP"), span("هيئة للأمم المتحدة", "ORG")], TOKENS)
    assert laid.tags == ["O", "O", "B-ORG", "I-ORG", "I-ORG", "O", "O"]
    assert laid.nested == 1


def test_of_crossing_predictions_the_first_stays_and_the_other_is_counted() -> None:
    laid = lay([span("المتحدة باريس", "GPE"), span("هيئة للأمم المتحدة", "ORG")], TOKENS)
    assert laid.tags == ["O", "O", "B-ORG", "I-ORG", "I-ORG", "O", "O"]
    assert laid.crossing == 1


def test_a_span_that_begins_or_ends_inside_a_word_is_widened() -> None:
    assert widened([span("لأمم المتحدة", "IGO"), span("باريس", "GPE")], TOKENS) == 1
    assert widened([span("هيئة لل", "ORG"), span("باريس.", "GPE"), (0, 2, "PER")], TOKENS) == 1


def test_a_span_of_white_space_is_counted() -> None:
    assert lay([(1, 2, "GPE")], TOKENS).off_token == 1


def test_a_mention_over_the_edge_of_a_sentence_begins_anew_in_the_next() -> None:
    first, second = Sentence(0, 12, tuple(TOKENS[:3])), Sentence(13, 34, tuple(TOKENS[3:]))
    tags = ["O", "O", "B-ORG", "I-ORG", "I-ORG", "O", "O"]
    assert by_sentence(tags, [first, second]) == [["O", "O", "B-ORG"], ["B-ORG", "I-ORG", "O", "O"]]


def test_an_illegal_sequence_is_refused_and_its_places_are_named() -> None:
    tags = ["I-GPE", "O", "B-PER", "I-GPE", "I-GPE"]
    assert illegal_tags(tags) == [0, 3]
    with pytest.raises(ValueError, match="tag 0 is 'I-GPE' after 'nothing'"):
        list(spans_of(tags))
    assert list(spans_of(["B-PER", "I-PER", "B-PER", "O"])) == [(0, 2, "PER"), (2, 3, "PER")]


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 33), st.integers(1, 12), st.sampled_from(["A", "B"])), max_size=10),
    st.randoms(use_true_random=False),
)
def test_tags_are_legal_and_do_not_depend_on_the_order_of_spans(spans: list, random: object) -> None:
    given_spans = [(start, start + size, kind) for start, size, kind in spans]
    laid = lay(given_spans, TOKENS)
    shuffled = list(given_spans)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert lay(shuffled, TOKENS) == laid
    assert illegal_tags(laid.tags) == []
    shown = len(list(spans_of(laid.tags)))
    assert shown + laid.nested + laid.crossing + laid.off_token == len(given_spans)
