"""Slices and kinds of mistakes: each adds up to the totals, whatever the order things are given in."""

from __future__ import annotations

import copy
import json
import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from khabar.benchmark.ground import read_ground
from khabar.corpus import read_corpus
from khabar.release import gold_documents
from khabar.schema import Schema
from khabar.scoring import (
    Counts,
    Evaluation,
    Mistake,
    Said,
    count_mistakes,
    detail_report,
    evaluate,
    find_mistakes,
    slice_counts,
)
from khabar.scoring.counts import total
from khabar.scoring.gold import forms_of
from khabar.scoring.mistakes import kinds_of, pair_up
from khabar.scoring.places import SLICED
from release_corpus import THEIRS, make_checkout
from scoring_gold import AMMAN, BEIRUT, Record, argument, entity, event, gold_rows, nothing, right, row, span

TEXTS = {"test-beirut": BEIRUT, "test-amman": AMMAN}
TYPES = ["PER", "GPE", "ORG"]


def scored(predictions: list[Any], schema: Schema, **options: Any) -> Evaluation:
    """The evaluation without intervals."""
    return evaluate(gold_rows(), predictions, schema=schema, resamples=0, **options)


@st.composite
def submissions(draw: st.DrawFn) -> list[Record]:
    """The gold's records with things left out, moved, retyped, put elsewhere, and made up."""
    records = right()
    for record in records:
        length = len(TEXTS[record["article"]])
        offsets = st.integers(0, length - 4)
        entities = [each for each in record["entities"] if draw(st.booleans())]
        for each in entities:
            each["type"] = draw(st.sampled_from([each["type"], *TYPES]))
            each["start"] -= draw(st.integers(0, min(2, each["start"])))
        for start in draw(st.lists(offsets, max_size=4)):
            entities.append({"start": start, "end": start + 4, "type": draw(st.sampled_from(TYPES))})
        record["entities"] = list({json.dumps(each, sort_keys=True): each for each in entities}.values())
        events = [each for each in record["events"] if draw(st.booleans())]
        for each in events:
            each["trigger"]["end"] -= draw(st.integers(0, 1))
            for filler in each["arguments"]:
                filler["end"] -= draw(st.integers(0, 1))
                filler["role"] = draw(st.sampled_from([filler["role"], "Place"]))
            kept = {json.dumps(filler, sort_keys=True): filler for filler in each["arguments"]}
            each["arguments"] = list(kept.values())
        record["events"] = events
    return records


def counts_of(evaluation: Evaluation, measure: str) -> Counts:
    """All counts of a measure together."""
    score = evaluation.scores[measure]
    assert score is not None
    return score.micro


# --- slices -------------------------------------------------------------------------------------------


@settings(deadline=None, max_examples=60)
@given(submissions())
def test_the_slices_of_every_kind_add_up_to_the_totals(tiny_schema: Schema, records: list[Record]) -> None:
    evaluation = scored(records, tiny_schema, train=gold_rows()[1:])
    found = slice_counts(evaluation)
    assert set(found) == set(SLICED)
    for measure, kinds in found.items():
        expected = {"source", "form", "length", "nesting", "sentence", "events"}
        assert set(kinds) == expected - ({"nesting"} if measure != "entities_exact" else set())
        for kind, slices in kinds.items():
            assert total(slices.values()) == counts_of(evaluation, measure), (measure, kind)


def slices(records: list[Record], schema: Schema, measure: str, kind: str, **options: Any) -> dict[str, Any]:
    return dict(slice_counts(scored(records, schema, **options))[measure][kind])


def test_a_name_is_seen_if_the_train_split_has_it_in_another_spelling_or_behind_no_proclitic(
    tiny_schema: Schema,
) -> None:
    text = "زارت لَيْلَى عمان."
    names = [entity(text, "PER", "لَيْلَى"), entity(text, "GPE", "عمان")]
    train = [row({"article": "train-1", "entities": names, "events": []}, text)]
    for measure in ("entities", "entities_exact"):
        found = slices(right()[1:] + right()[:1], tiny_schema, measure, "form", train=train)
        assert found["seen"] == (2, 2, 2), measure  # ليلى and (ل)عمّان, not موسكو
    assert found["unseen"] == (8, 8, 8)


def test_without_a_train_split_nothing_is_called_seen_or_unseen(tiny_schema: Schema) -> None:
    assert "form" not in slice_counts(scored(right(), tiny_schema))["entities"]


def test_what_train_has_seen_does_not_hang_on_the_texts_of_this_machine(
    tiny_value: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("KHABAR_TEXTS", raising=False)
    annotations = make_checkout(tmp_path / "checkout", tiny_value, "") / "annotations"
    (tmp_path / "theirs-1.txt").write_text(THEIRS, encoding="utf-8")
    rows = gold_documents(read_corpus(annotations, [tmp_path]), "train")
    assert [each["id"] for each in rows] == ["ours-1", "theirs-1"]
    for texts in ([], [tmp_path]):
        assert read_ground("test", annotations=annotations, texts=texts).gold.seen == forms_of(rows)


def test_mentions_are_told_apart_by_their_length_in_words(tiny_schema: Schema) -> None:
    records = right()
    records[0]["entities"] = records[0]["entities"][:1]
    found = slices(records, tiny_schema, "entities_exact", "length")
    assert found == {"1": (3, 3, 7), "2": (1, 1, 1), "3": (0, 0, 2)}


def test_nesting_is_that_of_the_gold_whoever_said_it(tiny_schema: Schema) -> None:
    records = right()
    records[0]["entities"] = [each for each in records[0]["entities"] if each["type"] != "ORG"]
    found = slices(records, tiny_schema, "entities_exact", "nesting")
    assert found == {"flat": (6, 6, 6), "around another": (0, 0, 2), "inside another": (2, 2, 2)}


def test_articles_without_events_and_their_sources_stand_apart(tiny_schema: Schema) -> None:
    rows = gold_rows()
    rows[1]["events"] = []
    rows[0]["source"], rows[1]["source"] = "wire", "authored"
    kinds = slice_counts(evaluate(rows, right(), schema=tiny_schema, resamples=0))["triggers"]
    assert kinds["events"] == {"with events": (2, 2, 2), "without events": (0, 1, 0)}
    assert kinds["source"] == {"authored": (0, 1, 0), "wire": (2, 2, 2)}


def test_sentences_are_told_apart_by_their_number_of_words(tiny_schema: Schema) -> None:
    found = slices(right(), tiny_schema, "triggers", "sentence")
    assert found == {"1–10": (2, 2, 2), "11–25": (1, 1, 1)}  # the first has eleven words and signs


# --- mistakes -----------------------------------------------------------------------------------------


@settings(deadline=None, max_examples=60)
@given(submissions(), st.integers(0, 100))
def test_mistakes_and_matches_add_up_to_gold_and_predictions_in_any_order(
    tiny_schema: Schema, records: list[Record], seed: int
) -> None:
    evaluation = scored(records, tiny_schema)
    found = find_mistakes(evaluation)
    for measure, mistakes in found.items():
        counts = counts_of(evaluation, measure)
        by_kind = count_mistakes(measure, mistakes)
        paired = sum(by_kind[kind] for kind in kinds_of(measure))
        assert counts.match + paired + by_kind["missed"] == counts.gold
        assert counts.match + paired + by_kind["spurious"] == counts.predicted
        assert sum(by_kind.values()) == len(mistakes)
    shuffled = copy.deepcopy(records)
    choose = random.Random(seed)
    choose.shuffle(shuffled)
    for record in shuffled:
        choose.shuffle(record["entities"])
        choose.shuffle(record["events"])
    assert find_mistakes(scored(shuffled, tiny_schema)) == found


def mistakes_of(records: list[Record], schema: Schema, measure: str) -> list[Mistake]:
    return find_mistakes(scored(records, schema))[measure]


def test_each_kind_of_mistake_about_a_mention_is_told(tiny_schema: Schema) -> None:
    records = right()
    entities = records[0]["entities"]
    del entities[4]  # missed
    entities[3]["type"] = "ORG"
    entities[0]["end"] -= 3
    entities[1] |= {"type": "PER", "start": entities[1]["start"] + 6}
    entities.append(entity(BEIRUT, "PER", "الخطة"))
    found = mistakes_of(records, tiny_schema, "entities_exact")
    assert count_mistakes("entities_exact", found) == {
        "wrong_type": 1,
        "wrong_boundary": 1,
        "wrong_type_and_boundary": 1,
        "missed": 1,
        "spurious": 1,
    }
    assert found[0] == Mistake(
        "test-beirut",
        "wrong_boundary",
        Said(*span(BEIRUT, "سامر النهري").values(), "PER"),
        Said(*span(BEIRUT, "سامر الن").values(), "PER"),
    )


def test_a_right_argument_on_the_wrong_trigger_and_a_wrong_role_are_told(tiny_schema: Schema) -> None:
    records = right()
    met, refused = records[0]["events"]
    met["trigger"]["end"] -= 1  # its three arguments are right, but hang on another trigger
    refused["arguments"] = [argument(BEIRUT, "Place", "موسكو")]
    records[1]["events"] = [event(AMMAN, "Meet", "ناقشت", argument(AMMAN, "Participant", "موسكو", 0))]
    records[1]["events"][0]["arguments"][0]["start"] -= 1
    found = mistakes_of(records, tiny_schema, "argument_c+")
    assert count_mistakes("argument_c+", found) == {
        "wrong_role": 1,
        "wrong_trigger": 3,
        "wrong_type": 0,
        "wrong_boundary": 1,
        "wrong_type_and_boundary": 0,
        "missed": 0,
        "spurious": 0,
    }


def test_an_argument_of_an_event_of_the_wrong_type_has_the_wrong_type(tiny_schema: Schema) -> None:
    records = right()
    place = argument(BEIRUT, "Place", "بيروت")
    records[0]["events"][0] = event(BEIRUT, "Reject", "التقى", place)
    by_kind = count_mistakes("argument_c+", mistakes_of(records, tiny_schema, "argument_c+"))
    assert (by_kind["wrong_type"], by_kind["missed"], by_kind["spurious"]) == (1, 2, 0)


def test_a_prediction_answers_for_one_gold_mention_only_and_the_greater_overlap_goes_first() -> None:
    gold = [Said(0, 5, "A"), Said(6, 20, "A")]
    predicted = [Said(0, 20, "A")]
    kinds = kinds_of("entities")
    assert list(pair_up(gold, predicted, kinds)) == [("wrong_boundary", (gold[1], predicted[0]))]
    assert list(pair_up(gold[::-1], predicted, kinds)) == [("wrong_boundary", (gold[1], predicted[0]))]


def test_the_same_span_of_another_type_goes_before_another_span_of_the_same_type() -> None:
    gold, predicted = [Said(0, 5, "A")], [Said(0, 4, "A"), Said(0, 5, "B")]
    assert list(pair_up(gold, predicted, kinds_of("entities"))) == [("wrong_type", (gold[0], predicted[1]))]


def test_a_right_submission_has_no_mistakes_and_an_empty_one_misses_all(tiny_schema: Schema) -> None:
    assert all(not each for each in find_mistakes(scored(right(), tiny_schema)).values())
    missed = find_mistakes(scored(nothing(), tiny_schema))["entities_exact"]
    assert {each.kind for each in missed} == {"missed"}
    assert len(missed) == 10


# --- the report ---------------------------------------------------------------------------------------


def test_the_json_and_the_tables_have_slices_and_mistakes_of_what_is_predicted(tiny_schema: Schema) -> None:
    names = [{"article": each["article"], "entities": each["entities"]} for each in right()]
    evaluation = scored(names, tiny_schema)
    made = json.loads(json.dumps(detail_report.as_json(evaluation), allow_nan=False))
    assert list(made["slices"]) == list(made["mistakes"]) == ["entities", "entities_exact"]
    assert made["mistakes"]["entities_exact"]["match"] == 10
    assert made["slices"]["entities_exact"]["length"]["3"] == {
        "precision": 1.0,
        "recall": 1.0,
        "f1": 1.0,
        "match": 2,
        "predicted": 2,
        "gold": 2,
    }
    mistakes, *sliced = detail_report.tables(evaluation)
    assert next(iter(mistakes.columns[0].cells)) == "match"
    assert [each.title for each in sliced] == ["Entities in slices", "Exact spans in slices"]


@pytest.mark.parametrize("task", ["entities", "triggers"])
def test_what_is_left_out_of_a_submission_is_not_sliced(task: str, tiny_schema: Schema) -> None:
    kept = "entities" if task == "triggers" else "events"
    records = [{"article": each["article"], kept: each[kept]} for each in right()]
    assert task not in slice_counts(scored(records, tiny_schema))
    assert task not in find_mistakes(scored(records, tiny_schema))
