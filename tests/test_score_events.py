"""score_events: the six measures of TextEE, as sets of tuples."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from khabar.errors import DataError
from khabar.scoring import score_events
from scoring_gold import nothing, right

MEASURES = ["trigger_i", "trigger_c", "argument_i", "argument_c", "argument_i+", "argument_c+"]
Record = dict[str, Any]


def event(kind: str, start: int, *arguments: tuple[str, int]) -> Record:
    """An event whose trigger and arguments are three letters long."""
    return {
        "type": kind,
        "trigger": {"start": start, "end": start + 3},
        "arguments": [{"role": role, "start": at, "end": at + 3} for role, at in arguments],
    }


def article(*events: Record, name: str = "a") -> Record:
    """A record of an article."""
    return {"article": name, "events": list(events)}


def counts(gold: list[Record], predicted: list[Record]) -> dict[str, tuple[int, int, int]]:
    """The counts as plain tuples."""
    return {name: tuple(each) for name, each in score_events(gold, predicted).counts.items()}


def test_two_predicted_events_that_share_one_gold_argument_never_exceed_full_recall() -> None:
    gold = [article(event("Meet", 0, ("Participant", 10)), event("Meet", 20))]
    predicted = [article(event("Meet", 0, ("Participant", 10)), event("Meet", 20, ("Participant", 10)))]
    scores = score_events(gold, predicted)
    assert scores.figures["argument_c"] == (1.0, 1.0, 1.0)
    assert scores.counts["argument_c+"] == (1, 2, 1)


def test_the_same_event_said_twice_counts_once() -> None:
    gold = [article(event("Meet", 0, ("Participant", 10)))]
    predicted = [article(event("Meet", 0, ("Participant", 10)), event("Meet", 0, ("Participant", 10)))]
    assert counts(gold, predicted) == dict.fromkeys(MEASURES, (1, 1, 1))


def test_a_span_with_two_roles_of_which_one_is_found() -> None:
    gold = [article(event("Meet", 0, ("Participant", 10), ("Host", 10)))]
    predicted = [article(event("Meet", 0, ("Participant", 10)))]
    scores = score_events(gold, predicted)
    assert scores.figures["argument_i"] == (1.0, 1.0, 1.0)
    assert scores.counts["argument_c"] == (1, 1, 2)


def test_a_trigger_with_two_types_of_which_one_is_found() -> None:
    gold = [article(event("Meet", 0), event("Reject", 0))]
    scores = score_events(gold, [article(event("Reject", 0))])
    assert scores.counts["trigger_c"] == (1, 1, 2)
    assert scores.counts["trigger_i"] == (1, 1, 1)


def test_arguments_swapped_between_two_events_of_one_type_cost_only_the_attached_measures() -> None:
    gold = [article(event("Meet", 0, ("Participant", 10)), event("Meet", 20, ("Participant", 30)))]
    predicted = [article(event("Meet", 0, ("Participant", 30)), event("Meet", 20, ("Participant", 10)))]
    assert counts(gold, predicted) == {
        "trigger_i": (2, 2, 2),
        "trigger_c": (2, 2, 2),
        "argument_i": (2, 2, 2),
        "argument_c": (2, 2, 2),
        "argument_i+": (0, 2, 2),
        "argument_c+": (0, 2, 2),
    }


def test_right_arguments_on_a_trigger_one_letter_off() -> None:
    gold = [article(event("Meet", 0, ("Participant", 10)))]
    predicted = [article(event("Meet", 1, ("Participant", 10)))]
    scores = score_events(gold, predicted)
    assert scores.figures["argument_c"].f1 == 1.0
    assert scores.figures["argument_c+"].f1 == 0.0
    assert scores.figures["trigger_i"].f1 == 0.0


def test_a_wrong_role_and_a_wrong_type_cost_what_looks_at_them() -> None:
    gold = [article(event("Meet", 0, ("Participant", 10)), event("Meet", 20, ("Topic", 30)))]
    predicted = [article(event("Meet", 0, ("Host", 10)), event("Reject", 20, ("Topic", 30)))]
    assert counts(gold, predicted) == {
        "trigger_i": (2, 2, 2),
        "trigger_c": (1, 2, 2),
        "argument_i": (1, 2, 2),
        "argument_c": (0, 2, 2),
        "argument_i+": (1, 2, 2),
        "argument_c+": (0, 2, 2),
    }


def test_the_same_offsets_in_another_article_are_no_match() -> None:
    gold = [article(event("Meet", 0), name="a"), article(name="b")]
    predicted = [article(name="a"), article(event("Meet", 0), name="b")]
    assert counts(gold, predicted)["trigger_c"] == (0, 1, 1)


def test_arguments_of_a_missed_or_a_made_up_trigger_count_against_the_system() -> None:
    gold = [article(event("Meet", 0, ("Participant", 10)))]
    predicted = [article(event("Reject", 40, ("Rejecter", 10)))]
    assert counts(gold, predicted)["argument_c+"] == (0, 1, 1)


def test_gold_against_itself_is_exactly_one_and_against_nothing_zero() -> None:
    itself = score_events(right(), right())
    assert {figures.f1 for figures in itself.figures.values()} == {1.0}
    against_nothing = score_events(right(), nothing())
    assert {(each.recall, each.f1) for each in against_nothing.figures.values()} == {(0.0, 0.0)}
    assert score_events(nothing(), nothing()).figures["trigger_c"] == (None, None, None)


spans = st.integers(0, 4).map(lambda number: 5 * number)
events = st.builds(
    lambda kind, start, arguments: event(kind, start, *arguments),
    st.sampled_from(["Meet", "Reject"]),
    spans,
    st.lists(st.tuples(st.sampled_from(["Participant", "Place"]), spans), max_size=3),
)
documents = st.lists(
    st.builds(
        lambda name, held: article(*held, name=name), st.sampled_from("abc"), st.lists(events, max_size=4)
    ),
    max_size=4,
)


@settings(deadline=None)
@given(documents, documents, st.randoms(use_true_random=False))
def test_no_order_matters(gold: list[Record], predicted: list[Record], random: Any) -> None:
    before = counts(gold, predicted)
    shuffled = copy.deepcopy(predicted)
    random.shuffle(shuffled)
    for each in shuffled:
        random.shuffle(each["events"])
        for held in each["events"]:
            random.shuffle(held["arguments"])
    assert counts(gold[::-1], shuffled) == before


@settings(deadline=None)
@given(documents, documents)
def test_swapping_gold_and_prediction_swaps_precision_and_recall(
    gold: list[Record], predicted: list[Record]
) -> None:
    swapped = counts(predicted, gold)
    for name, (match, guesses, truths) in counts(gold, predicted).items():
        assert swapped[name] == (match, truths, guesses)


@settings(deadline=None)
@given(documents, documents)
def test_no_figure_exceeds_one_and_stricter_measures_match_no_more(
    gold: list[Record], predicted: list[Record]
) -> None:
    scores = score_events(gold, predicted)
    for match, guesses, truths in scores.counts.values():
        assert match <= min(guesses, truths)
    attached, free = scores.counts["argument_c+"], scores.counts["argument_c"]
    assert free.predicted <= attached.predicted
    assert free.gold <= attached.gold


@pytest.mark.parametrize(
    "spoilt",
    [
        {},
        {"article": "a"},
        {"article": "a", "events": [{"type": "Meet"}]},
        {"article": "a", "events": [{"type": "Meet", "trigger": [0, 3], "arguments": []}]},
        {"article": "a", "events": [event("Meet", 0) | {"type": ["Meet"]}]},
        {"article": "a", "events": 3},
        "a",
        None,
    ],
)
def test_a_record_of_another_form_is_named(spoilt: Any) -> None:
    with pytest.raises(DataError) as caught:
        score_events([article()], [article(), spoilt])
    assert [each.where for each in caught.value.faults] == ["predicted[1]"]
