"""What label sequences cannot show of gold and predictions is counted, and told."""

from __future__ import annotations

from dataclasses import asdict

from khabar.schema import Schema
from khabar.scoring import evaluate
from khabar.scoring.report import as_json, header, notes
from scoring_gold import BEIRUT, entity, gold_rows, nothing, right


def test_what_tags_do_not_show_of_a_prediction_is_counted(tiny_schema: Schema) -> None:
    records = right()
    records[0]["entities"] += [
        entity(BEIRUT, "ORG", "بيروت.\nرفضت"),
        {"start": BEIRUT.index("\n"), "end": BEIRUT.index("\n") + 1, "type": "PER"},
    ]
    evaluation = evaluate(gold_rows(), records, schema=tiny_schema, resamples=0)
    counts = {"nested": 3, "crossing": 0, "off_token": 1, "cut": 1, "widened": 3}
    assert asdict(evaluation.not_shown["entities"]) == counts
    assert as_json(evaluation)["submission"]["not_shown_in_tags"]["entities"] == counts
    assert (
        "predicted entities that tags do not show as they are: "
        "3 nested, 0 crossing, 1 off token, 1 cut, 3 widened"
    ) in list(notes(evaluation))


def test_what_tags_do_not_show_of_the_gold_is_counted_too(tiny_schema: Schema) -> None:
    # widened are ووزارة, لعمّان and وموسكو, and the trigger of وناقشت, whose proclitics are no part of them
    evaluation = evaluate(gold_rows(), nothing(), schema=tiny_schema, resamples=0)
    told = header(evaluation.gold, split="test", schema=tiny_schema, release=None, resamples=0, seed=1)
    none = {"nested": 0, "crossing": 0, "off_token": 0, "cut": 0, "widened": 0}
    assert told["gold"]["not_shown_in_tags"] == {
        "entities": none | {"nested": 2, "widened": 3},
        "triggers": none | {"widened": 1},
    }
    assert list(notes(evaluation)) == [
        "gold entities that tags do not show as they are: "
        "2 nested, 0 crossing, 0 off token, 0 cut, 3 widened",
        "gold triggers that tags do not show as they are: "
        "0 nested, 0 crossing, 0 off token, 0 cut, 1 widened",
    ]
