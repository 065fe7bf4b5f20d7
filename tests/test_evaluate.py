"""evaluate: every measure of a submission, with intervals; and the program that prints them."""

from __future__ import annotations

import copy
import json
import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from khabar.errors import DataError
from khabar.schema import Schema
from khabar.scoring import Evaluation, MismatchError, evaluate, read_gold, score_events, score_tags
from khabar.scoring.counts import Counts, Figures
from khabar.scoring.measures import BY_NAME, HEADLINES, MEASURES
from khabar.scoring.proclitics import up_to_proclitic
from khabar.scoring.report import as_json, tables
from khabar.text import tokenize
from scoring_gold import (
    AMMAN,
    BEIRUT,
    Record,
    entity,
    gold_rows,
    nothing,
    right,
    row,
    submissions,
)

FEW = 50


def scored(predictions: list[Any], schema: Schema, rows: list[Record] | None = None) -> Evaluation:
    """The evaluation, with few resamples."""
    return evaluate(gold_rows() if rows is None else rows, predictions, schema=schema, resamples=FEW)


def micro(evaluation: Evaluation) -> dict[str, Counts]:
    """The counts of every measure that is defined."""
    return {name: each.micro for name, each in evaluation.scores.items() if each is not None}


# --- what must always hold ----------------------------------------------------------------------------


def test_gold_against_itself_is_exactly_one_on_every_measure(tiny_schema: Schema) -> None:
    evaluation = scored(right(), tiny_schema)
    assert list(micro(evaluation)) == [each.name for each in MEASURES]
    for name, each in evaluation.scores.items():
        assert each is not None
        assert each.micro.figures == (1.0, 1.0, 1.0), name
        if each.typed:
            assert each.macro == (1.0, 1.0, 1.0), name
        assert each.intervals.micro == (1.0, 1.0), name


def test_gold_against_nothing_is_exactly_zero_on_every_measure(tiny_schema: Schema) -> None:
    for name, each in scored(nothing(), tiny_schema).scores.items():
        assert each is not None
        assert each.micro.figures == (None, 0.0, 0.0), name


def test_nothing_against_nothing_is_undefined_on_every_measure(tiny_schema: Schema) -> None:
    rows = [row(each, {"test-beirut": BEIRUT, "test-amman": AMMAN}[each["article"]]) for each in nothing()]
    evaluation = scored(nothing(), tiny_schema, rows)
    for each in evaluation.scores.values():
        assert each is not None
        assert each.micro.figures == (None, None, None)
        assert each.macro == (None, None, None)
        assert (each.intervals.micro, each.intervals.macro) == (None, None)


@settings(deadline=None, max_examples=25)
@given(submissions(), st.integers(0, 100))
def test_no_order_of_articles_entities_or_events_matters(
    tiny_schema: Schema, records: list[Record], seed: int
) -> None:
    shuffled = copy.deepcopy(records)
    choose = random.Random(seed)
    choose.shuffle(shuffled)
    for record in shuffled:
        choose.shuffle(record["entities"])
        choose.shuffle(record["events"])
        for each in record["events"]:
            choose.shuffle(each["arguments"])
    assert as_json(scored(shuffled, tiny_schema)) == as_json(scored(records, tiny_schema, gold_rows()[::-1]))


@settings(deadline=None, max_examples=25)
@given(submissions())
def test_swapping_gold_and_prediction_swaps_precision_and_recall(
    tiny_schema: Schema, records: list[Record]
) -> None:
    texts = {"test-beirut": BEIRUT, "test-amman": AMMAN}
    there = micro(scored(records, tiny_schema))
    back = micro(scored(right(), tiny_schema, [row(each, texts[each["article"]]) for each in records]))
    for name, (match, predicted, gold) in there.items():
        assert back[name] == (match, gold, predicted), name
        assert back[name].f1 == there[name].f1


@settings(deadline=None, max_examples=25)
@given(submissions())
def test_the_measures_are_those_of_score_tags_and_score_events(
    tiny_schema: Schema, records: list[Record]
) -> None:
    found = micro(scored(records, tiny_schema))
    for name, counts in score_events(right(), records).counts.items():
        assert found[name] == counts
    gold = read_gold(gold_rows())
    said = {each["article"]: each["entities"] for each in records}
    sides: list[list[list[str]]] = [[], []]
    for article in gold.articles.values():
        sides[0] += article.show(article.says.entities).tags
        sides[1] += article.show((e["start"], e["end"], e["type"]) for e in said[article.id]).tags
    defined = [each or 0.0 for each in found["entities"].figures]
    assert defined == list(score_tags(*sides).micro)


@settings(deadline=None, max_examples=25)
@given(submissions())
def test_a_wrong_mention_more_never_raises_precision(tiny_schema: Schema, records: list[Record]) -> None:
    before = micro(scored(records, tiny_schema))
    start = BEIRUT.index("الخطة")
    records[0]["entities"].append({"start": start, "end": start + 5, "type": "PER"})
    after = micro(scored(records, tiny_schema))
    for name in ("entities", "entities_exact", "entities_up_to_proclitic"):
        assert (after[name].precision or 0.0) <= (before[name].precision or 0.0)
        assert after[name].predicted == before[name].predicted + 1


@settings(deadline=None, max_examples=25)
@given(submissions())
def test_a_wrong_event_or_argument_more_never_raises_precision(
    tiny_schema: Schema, records: list[Record]
) -> None:
    before = micro(scored(records, tiny_schema))
    wrong = {"start": AMMAN.index("الخطة"), "end": AMMAN.index("الخطة") + 5}
    more = {"type": "Reject", "trigger": wrong, "arguments": [{"role": "Proposal", **wrong}]}
    records[1]["events"].append(more)
    after = micro(scored(records, tiny_schema))
    for name, counts in before.items():
        if BY_NAME[name].task != "entities":
            assert (after[name].precision or 0.0) <= (counts.precision or 0.0), name
            assert (after[name].predicted, after[name].match) == (counts.predicted + 1, counts.match), name


def test_a_predict_function_over_a_dataset_scores_as_its_records_do(tiny_schema: Schema) -> None:
    from datasets import Dataset

    given: list[set[str]] = []

    def predict(shown: Any) -> dict[str, Any]:
        given.append(set(shown))
        said = next(each for each in right() if each["article"] == shown["id"])
        return {"entities": said["entities"][1:], "events": []}

    found = evaluate(Dataset.from_list(gold_rows()), predict, schema=tiny_schema, resamples=FEW)
    records = [{**each, "entities": each["entities"][1:], "events": []} for each in right()]
    assert as_json(found)["measures"] == as_json(scored(records, tiny_schema))["measures"]
    assert given == [{"id", "text", "sentences"}] * 2  # the gold is kept from the system


# --- entities -----------------------------------------------------------------------------------------


def test_nested_mentions_count_by_character_and_give_way_to_the_outermost_on_words(
    tiny_schema: Schema,
) -> None:
    records = right()
    records[0]["entities"] = [each for each in records[0]["entities"] if each["type"] != "ORG"]
    found = micro(scored(records, tiny_schema))
    assert found["entities"] == (6, 8, 8)  # لبنان is now a mention of its own, where the gold shows the ORG
    assert found["entities_exact"] == (8, 8, 10)


def test_a_whole_word_system_is_right_on_words_and_up_to_a_proclitic_but_not_by_character(
    tiny_schema: Schema,
) -> None:
    records = right()
    records[1]["entities"] = [
        entity(AMMAN, "PER", "ليلى"),
        entity(AMMAN, "GPE", "لعمّان"),
        entity(AMMAN, "GPE", "وموسكو"),
    ]
    found = micro(scored(records, tiny_schema))
    assert found["entities"] == (8, 8, 8)
    assert found["entities_exact"] == (8, 10, 10)
    assert found["entities_up_to_proclitic"] == (10, 10, 10)


@pytest.mark.parametrize(
    ("word", "offset", "moved"),
    [
        ("لأوباما", 1, 0),
        ("وبالقاهرة", 2, 0),
        ("وَلِلأمم", 4, 0),
        ("فسوريا", 1, 0),
        ("وموسكو", 0, 0),
        ("القاهرة", 2, 2),  # the article is part of the name
        ("بلغاريا", 2, 2),  # ب ل is no row of proclitics
        ("ولبكين", 3, 3),
        ("(موسكو", 1, 1),
    ],
)
def test_a_start_moves_back_over_proclitics_only(word: str, offset: int, moved: int) -> None:
    text = f"😀 {word} أمس"
    found = up_to_proclitic([(2 + offset, 2 + len(word), "GPE")], text, tokenize(text))
    assert found == {("GPE", 2 + moved, 2 + len(word), 1)}


def test_saying_a_mention_with_and_without_its_proclitic_is_one_right_and_one_wrong(
    tiny_schema: Schema,
) -> None:
    records = right()
    records[1]["entities"].append(entity(AMMAN, "GPE", "لعمّان"))
    assert micro(scored(records, tiny_schema))["entities_up_to_proclitic"] == (10, 11, 10)


def test_the_macro_average_is_over_the_types_of_the_gold_whatever_a_system_predicts(
    tiny_schema: Schema,
) -> None:
    rows = [row(right()[1], AMMAN)]  # no ORG in it
    records = right()[1:]
    records[0]["entities"].append(entity(AMMAN, "ORG", "الخطة"))
    score = scored(records, tiny_schema, rows).scores["entities"]
    assert score is not None
    assert score.matrix.in_gold == ["PER", "GPE"]
    assert score.macro == Figures(1.0, 1.0, 1.0)
    assert score.micro == (3, 4, 3)
    assert score.by_type == {"PER": (1, 1, 1), "GPE": (2, 2, 2), "ORG": (0, 1, 0)}


def test_a_type_a_system_never_predicts_counts_as_zero_in_the_macro_average(tiny_schema: Schema) -> None:
    records = right()
    for each in records:
        each["entities"] = [one for one in each["entities"] if one["type"] != "PER"]
    score = scored(records, tiny_schema).scores["entities"]
    assert score is not None
    assert score.macro == Figures(2 / 3, 2 / 3, 2 / 3)


def test_what_a_submission_does_not_predict_is_undefined_and_not_zero(tiny_schema: Schema) -> None:
    entities = [{"article": each["article"], "entities": each["entities"]} for each in right()]
    assert list(micro(scored(entities, tiny_schema))) == [
        "entities",
        "entities_exact",
        "entities_up_to_proclitic",
    ]
    tags = []
    for article in read_gold(gold_rows()).articles.values():
        laid = article.show(article.says.entities).tags
        tags += [{"id": f"{article.id}#{number}", "ner_tags": part} for number, part in enumerate(laid)]
    assert micro(scored(tags, tiny_schema))["entities"].f1 == 1.0
    assert as_json(scored(tags, tiny_schema))["measures"]["argument_c+"] is None


def test_a_gold_type_the_schema_does_not_have_is_told(tiny_schema: Schema) -> None:
    rows = gold_rows()
    rows[0]["entities"][0]["type"] = "ALIEN"
    with pytest.raises(DataError, match="does not have: ALIEN"):
        scored(right(), tiny_schema, rows)


def test_gold_of_other_sentences_is_refused(tiny_schema: Schema) -> None:
    rows = gold_rows()
    rows[1]["sentences"][0]["end"] -= 1
    with pytest.raises(DataError, match="its sentences are not those of segmenter"):
        scored(right(), tiny_schema, rows)


@pytest.mark.parametrize("rows", [[], [{"id": "x"}], [gold_rows()[0]] * 2])
def test_gold_that_cannot_be_scored_on_is_refused(rows: list[Record], tiny_schema: Schema) -> None:
    with pytest.raises(DataError, match="gold: 1 fault"):
        scored(right(), tiny_schema, rows)


def test_a_figure_of_seqeval_that_differs_stops_the_scoring(
    tiny_schema: Schema, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "khabar.scoring.published.published",
        lambda *_: {"": Figures(1.0, 1.0, 0.9999999999999999)},
    )
    with pytest.raises(MismatchError, match="no score is given"):
        scored(right(), tiny_schema)


# --- the report ---------------------------------------------------------------------------------------


def test_the_json_has_counts_figures_and_intervals_of_every_measure(tiny_schema: Schema) -> None:
    records = right()
    del records[1]["entities"][0]
    made = json.loads(json.dumps(as_json(scored(records, tiny_schema), sha256="0" * 64), allow_nan=False))
    measure = made["measures"]["entities"]
    assert {key: measure["micro"][key] for key in ("match", "predicted", "gold", "precision", "recall")} == {
        "match": 7,
        "predicted": 7,
        "gold": 8,
        "precision": 1.0,
        "recall": 7 / 8,
    }
    low, high = measure["micro"]["f1_interval"]
    assert low <= measure["micro"]["f1"] <= high
    assert measure["types"]["PER"]["gold"] == 2
    assert measure["macro"]["types"] == 3
    assert set(HEADLINES.values()) <= set(made["measures"])


def test_the_tables_show_a_dash_for_what_is_undefined(tiny_schema: Schema) -> None:
    entities = [{"article": each["article"], "entities": each["entities"]} for each in right()]
    overview, types = tables(scored(entities, tiny_schema), split="test")
    assert len(overview.rows) == len(MEASURES)
    assert list(overview.columns[1].cells) == ["100.0"] * 3 + ["–"] * 7
    assert list(types.columns[0].cells) == ["PER", "GPE", "ORG"]
