"""score_tags: seqeval's strict IOB2, to the bit."""

from __future__ import annotations

import warnings
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from seqeval.metrics import f1_score, precision_score, recall_score
from seqeval.metrics.v1 import precision_recall_fscore_support
from seqeval.scheme import IOB2

from khabar.errors import DataError
from khabar.scoring import score_tags
from khabar.scoring.counts import Counts, Figures, f1_of
from khabar.scoring.published import MismatchError, check_published, published
from khabar.scoring.tags import TagScores, mentions_of

TAGS = ["O", "B-PER", "I-PER", "B-GPE", "I-GPE"]
Sentences = list[list[str]]


def same_as_seqeval(gold: Sentences, predicted: Sentences) -> None:
    """Counts, per type, micro and macro are seqeval's, compared with ==."""
    scores = score_tags(gold, predicted)
    options = {"scheme": IOB2, "zero_division": 0}
    micro = precision_recall_fscore_support(gold, predicted, average="micro", **options)
    assert scores.micro == tuple(micro[:3])
    assert sum(each.gold for each in scores.counts.values()) == micro[3]
    if not scores.counts:
        assert scores.macro == (0.0, 0.0, 0.0)  # seqeval's own is NaN
        return
    *columns, support = precision_recall_fscore_support(gold, predicted, average=None, **options)
    assert list(scores.by_type.values()) == list(zip(*columns, strict=True))
    assert [each.gold for each in scores.counts.values()] == list(support)
    macro = precision_recall_fscore_support(gold, predicted, average="macro", **options)
    assert scores.macro == tuple(macro[:3])


def test_counts_are_true_positives_predicted_and_gold_of_each_type() -> None:
    gold = [["B-PER", "I-PER", "O", "B-GPE"], ["O", "B-GPE"]]
    predicted = [["B-PER", "I-PER", "O", "B-PER"], ["B-GPE", "B-GPE"]]
    scores = score_tags(gold, predicted)
    assert scores.counts == {"GPE": (1, 2, 2), "PER": (1, 2, 1)}
    assert scores.micro == Figures(2 / 4, 2 / 3, 2 * (2 / 4) * (2 / 3) / (2 / 4 + 2 / 3))
    assert scores.by_type["GPE"] == Figures(0.5, 0.5, 0.5)


def test_an_inside_tag_without_a_beginning_is_no_mention_unlike_in_the_lenient_mode() -> None:
    gold, predicted = [["B-PER", "I-PER", "O"]], [["I-PER", "I-PER", "O"]]
    assert f1_score(gold, predicted) == 1.0  # seqeval's default, the trap
    assert score_tags(gold, predicted).counts == {"PER": (0, 0, 1)}
    same_as_seqeval(gold, predicted)


def test_every_sequence_up_to_length_five_over_two_types_counts_as_seqeval_counts_it() -> None:
    sequences = [list(tags) for length in range(1, 6) for tags in product(TAGS, repeat=length)]
    assert len(sequences) == 3905
    # each sequence once as gold and once as prediction, against another of its length
    others = [sequence[::-1] for sequence in sequences]
    same_as_seqeval(sequences, others)
    same_as_seqeval(others, sequences)
    for gold, predicted in zip(sequences[::17], others[::17], strict=True):
        same_as_seqeval([gold], [predicted])


def test_every_sequence_up_to_length_five_has_the_mentions_seqeval_finds() -> None:
    from seqeval.scheme import Tokens

    for length in range(1, 6):
        for tags in product(TAGS, repeat=length):
            expected = [(each.start, each.end, each.tag) for each in Tokens(list(tags), IOB2).entities]
            assert mentions_of(tags) == expected


sequences = st.lists(st.sampled_from([*TAGS, "B-شخص", "I-شخص"]), max_size=12)
pairs = st.lists(
    sequences.flatmap(
        lambda gold: st.tuples(
            st.just(gold), st.lists(st.sampled_from(TAGS), min_size=len(gold), max_size=len(gold))
        )
    ),
    min_size=1,
    max_size=8,
)


@settings(deadline=None)
@given(pairs)
def test_any_sentences_score_as_seqeval_scores_them(drawn: list[tuple[list[str], list[str]]]) -> None:
    same_as_seqeval([gold for gold, _ in drawn], [predicted for _, predicted in drawn])


@settings(deadline=None)
@given(pairs)
def test_swapping_gold_and_prediction_swaps_precision_and_recall(
    drawn: list[tuple[list[str], list[str]]],
) -> None:
    gold, predicted = [list(each) for each in zip(*drawn, strict=True)]
    there, back = score_tags(gold, predicted), score_tags(predicted, gold)
    assert there.micro.precision == back.micro.recall
    assert there.micro.recall == back.micro.precision
    assert there.micro.f1 == back.micro.f1


@settings(deadline=None)
@given(pairs, st.randoms())
def test_the_order_of_sentences_does_not_matter(
    drawn: list[tuple[list[str], list[str]]], random: st.random_module
) -> None:
    before = score_tags([gold for gold, _ in drawn], [predicted for _, predicted in drawn])
    random.shuffle(drawn)  # type: ignore[attr-defined]
    assert score_tags([gold for gold, _ in drawn], [predicted for _, predicted in drawn]) == before


def test_types_with_dashes_are_read_as_seqeval_reads_them() -> None:
    same_as_seqeval([["B--A-", "I-A", "O", "B-A-B"]], [["B-A", "I--A", "O", "B-A-B"]])
    assert score_tags([["B--A-", "I-A"]], [["B-A", "I-A"]]).counts == {"A": (1, 1, 1)}


def test_a_mention_at_the_end_of_a_sentence_does_not_run_on_into_the_next() -> None:
    assert score_tags([["B-PER"], ["I-PER"]], [["B-PER"], ["O"]]).counts == {"PER": (1, 1, 1)}


def test_what_is_undefined_is_zero_as_in_seqeval_and_never_nan() -> None:
    empty = score_tags([["O"]], [["O"]])
    assert (empty.counts, empty.micro, empty.macro) == ({}, (0.0, 0.0, 0.0), (0.0, 0.0, 0.0))
    assert score_tags([], []).micro == (0.0, 0.0, 0.0)
    assert score_tags([["B-PER"]], [["O"]]).micro == (0.0, 0.0, 0.0)
    assert score_tags([["O"]], [["B-PER"]]).micro == (0.0, 0.0, 0.0)
    assert score_tags([["O"]], [["B-PER"]]).counts["PER"].recall is None


def test_a_type_made_up_by_a_system_moves_the_macro_average_here_as_it_does_in_seqeval() -> None:
    scores = score_tags([["B-PER", "O"]], [["B-PER", "B-Z"]])
    assert (scores.by_type["PER"].f1, scores.macro.f1) == (1.0, 0.5)
    same_as_seqeval([["B-PER", "O"]], [["B-PER", "B-Z"]])


def test_a_sentence_that_is_off_by_one_tag_is_named_and_nothing_else_is_printed() -> None:
    gold = [["O"] * 20 for _ in range(1000)]
    predicted = [list(each) for each in gold]
    predicted[7].append("O")
    predicted[612].pop()
    with pytest.raises(DataError) as caught:
        score_tags(gold, predicted)
    assert [(each.where, each.message) for each in caught.value.faults] == [
        ("predicted[7]", "expected 20 tags, found 21"),
        ("predicted[612]", "expected 20 tags, found 19"),
    ]
    assert len(str(caught.value)) < 400


def test_another_number_of_sentences_is_refused() -> None:
    with pytest.raises(DataError, match="expected 2 sentences, found 1"):
        score_tags([["O"], ["O"]], [["O"]])


@pytest.mark.parametrize(
    "tag", ["", "o", "OUT", "b-per", "X-PER", "E-PER", "BLOC", "B_PER", "B-", None, 3, ["O"]]
)
def test_a_tag_that_is_none_of_iob2_is_refused_with_its_place(tag: object) -> None:
    with pytest.raises(DataError) as caught:
        score_tags([["O", "O"]], [["B-PER", tag]])  # type: ignore[list-item]
    assert [each.where for each in caught.value.faults] == ["predicted[0][1]"]
    assert "expected O, B-<type> or I-<type>" in str(caught.value)


def test_a_sentence_given_as_text_is_refused() -> None:
    with pytest.raises(DataError, match="expected a list of tags"):
        score_tags(["OO"], [["O", "O"]])


def test_thousands_of_strange_tags_are_told_in_a_hundred_lines() -> None:
    with pytest.raises(DataError) as caught:
        score_tags([["O"] * 5000], [["x"] * 5000])
    assert len(caught.value.faults) == 101


def test_the_published_figures_are_those_of_the_named_strict_mode() -> None:
    gold = [["B-PER", "I-PER", "O", "B-GPE", "I-PER"], ["I-GPE", "B-GPE"]]
    predicted = [["B-PER", "O", "O", "B-GPE", "I-GPE"], ["I-GPE", "B-GPE"]]
    strict = {"mode": "strict", "scheme": IOB2}
    assert published(gold, predicted)[""] == (
        precision_score(gold, predicted, **strict),
        recall_score(gold, predicted, **strict),
        f1_score(gold, predicted, **strict),
    )


def test_seqeval_is_asked_without_a_warning_even_where_nothing_is_defined() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        check_published(score_tags([["O"]], [["O"]]), [["O"]], [["O"]])
        check_published(score_tags([["B-A"]], [["O"]]), [["B-A"]], [["O"]])


@pytest.mark.parametrize(
    "counts",
    [
        {"PER": Counts(1, 2, 2)},
        {"PER": Counts(1, 1, 2), "GPE": Counts(0, 1, 0)},
        {},
    ],
)
def test_a_count_that_differs_from_seqeval_stops_everything(counts: dict[str, Counts]) -> None:
    gold, predicted = [["B-PER", "B-PER"]], [["B-PER", "O"]]
    check_published(score_tags(gold, predicted), gold, predicted)
    with pytest.raises(MismatchError, match="seqeval gives"):
        check_published(TagScores(counts), gold, predicted)


@given(st.lists(st.tuples(*[st.integers(0, 10**6)] * 3), min_size=1))
def test_the_f1_of_arrays_is_the_f1_of_counts_to_the_bit(rows: list[tuple[int, int, int]]) -> None:
    import numpy as np

    sound = [Counts(min(row), *row[1:]) for row in rows]
    found = f1_of(np.array(sound, dtype=np.float64)).tolist()
    assert [None if each != each else each for each in found] == [each.f1 for each in sound]


def test_rows_of_numpy_and_tuples_are_scored_like_lists() -> None:
    rows = [["B-PER", "I-PER", "O"], ["B-GPE"]]
    listed = score_tags(rows, rows)
    assert (
        score_tags([np.array(row) for row in rows], [np.array(row, dtype=object) for row in rows]) == listed
    )
    assert score_tags([tuple(row) for row in rows], rows) == listed


def test_more_types_than_a_byte_can_number_are_counted_as_seqeval_counts_them() -> None:
    gold = [[f"B-T{number}", f"I-T{number}", "O"] for number in range(300)]
    predicted = [
        [first, "O" if number % 3 else second, "O"] for number, (first, second, _) in enumerate(gold)
    ]
    found, expected = score_tags(gold, predicted), published(gold, predicted)
    assert found.micro == expected[""]
    assert found.by_type == {name: each for name, each in expected.items() if name}
