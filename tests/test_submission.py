"""Submissions: every fault with its code, line and place; never a score of a file with a fault."""

from __future__ import annotations

import copy
import re
from pathlib import Path
from typing import Any

import pytest

from khabar.errors import DataError
from khabar.schema import Schema
from khabar.scoring import Gold, judge_records, read_gold
from khabar.scoring.codes import Code
from scoring_gold import AMMAN, BEIRUT, faults_of, gold_rows, right, tag_records


def test_a_right_submission_is_read_whole(gold: Gold, tiny_schema: Schema) -> None:
    submission = judge_records(right(), gold, tiny_schema)
    assert submission.articles == {name: each.says for name, each in gold.articles.items()}
    assert submission.tasks == {"entities", "triggers", "arguments"}
    assert (submission.mended, submission.passed_over) == (0, 0)


@pytest.mark.parametrize(
    ("key", "value", "code"),
    [
        ("start", True, Code.offset),
        ("start", 0.0, Code.offset),
        ("end", "4", Code.offset),
        ("end", None, Code.offset),
        ("end", 10**30, Code.bounds),
        ("end", len(BEIRUT) + 1, Code.bounds),
        ("start", -1, Code.bounds),
        ("type", "<script>alert(1)</script>", Code.entity_type),
        ("type", "per", Code.entity_type),
        ("type", "Meet", Code.entity_type),
        ("type", ["PER"], Code.kind),
        ("type", None, Code.kind),
    ],
)
def test_a_wrong_value_of_an_entity_is_told_with_its_place(
    key: str, value: object, code: Code, gold: Gold, tiny_schema: Schema
) -> None:
    records = right()
    records[0]["entities"][2][key] = value
    assert faults_of(records, gold, tiny_schema) == [(code, f"record 1 'test-beirut' entities[2].{key}")]


@pytest.mark.parametrize(("start", "end"), [(5, 5), (9, 4), (len(BEIRUT), len(BEIRUT))])
def test_an_empty_or_reversed_span_is_told(start: int, end: int, gold: Gold, tiny_schema: Schema) -> None:
    records = right()
    records[0]["events"][0]["trigger"] = {"start": start, "end": end}
    found = faults_of(records, gold, tiny_schema)
    assert found == [(Code.order, "record 1 'test-beirut' events[0].trigger")]


def test_offsets_end_with_the_code_points_of_the_text_not_with_its_utf16_units(
    gold: Gold, tiny_schema: Schema
) -> None:
    records = right()
    units = len(AMMAN.encode("utf-16-le")) // 2
    assert units == len(AMMAN) + 1
    records[1]["entities"].append({"start": len(AMMAN) - 1, "end": len(AMMAN), "type": "ORG"})
    judge_records(records, gold, tiny_schema)
    records[1]["entities"][-1]["end"] = units
    with pytest.raises(
        DataError, match=f"KB022 .*found {units}, expected 0 to {len(AMMAN)}.*not bytes or UTF-16"
    ):
        judge_records(records, gold, tiny_schema)


def test_faults_of_events_and_arguments_have_their_codes(gold: Gold, tiny_schema: Schema) -> None:
    records = right()
    met, refused = records[0]["events"]
    met["arguments"][0]["role"] = "Rejecter"
    met["arguments"][1]["end"] = False
    met["arguments"].append(dict(met["arguments"][2]))
    refused["type"] = "Attack"
    refused["arguments"][0]["role"] = "whatever"
    records[0]["events"].append({"type": "Meet", "trigger": dict(met["trigger"]), "arguments": []})
    assert faults_of(records, gold, tiny_schema) == [
        (Code.role, "record 1 'test-beirut' events[0].arguments[0].role"),
        (Code.offset, "record 1 'test-beirut' events[0].arguments[1].end"),
        (Code.doubled, "record 1 'test-beirut' events[0].arguments[3]"),
        (Code.event_type, "record 1 'test-beirut' events[1].type"),
        (Code.doubled, "record 1 'test-beirut' events[2]"),
    ]


def test_the_same_entity_twice_is_refused_and_the_same_span_with_another_type_is_not(
    gold: Gold, tiny_schema: Schema
) -> None:
    records = right()
    first = records[1]["entities"][0]
    records[1]["entities"].append({**first, "type": "ORG"})
    judge_records(records, gold, tiny_schema)
    records[1]["entities"].append(dict(first))
    assert faults_of(records, gold, tiny_schema) == [(Code.doubled, "record 2 'test-amman' entities[4]")]


def test_missing_extra_and_doubled_articles_are_told_together(gold: Gold, tiny_schema: Schema) -> None:
    records = [right()[0], copy.deepcopy(right()[0]), {**right()[1], "article": "train-article"}]
    assert faults_of(records, gold, tiny_schema) == [
        (Code.doubled_article, "record 2 'test-beirut'"),
        (Code.unknown_article, "record 3 'train-article'"),
        (Code.missing_article, "'test-amman'"),
    ]


def test_a_key_too_many_does_not_hide_the_other_faults_of_the_record(gold: Gold, tiny_schema: Schema) -> None:
    records = copy.deepcopy(right())
    records[0].update(entites=[])
    records[0]["entities"][0].update(text="x", type="<script>")
    assert [code for code, _ in faults_of(records, gold, tiny_schema)] == [
        *(Code.unknown_key, Code.unknown_key, Code.entity_type),
    ]


@pytest.mark.parametrize(
    ("spoil", "expected"),
    [
        (lambda r: r.pop("entities"), [(Code.mixed, "record 2 'test-amman'")]),
        (lambda r: r.update(entites=[]), [(Code.unknown_key, "record 1 'test-beirut'")]),
        (
            lambda r: r["entities"][0].update(text="x"),
            [(Code.unknown_key, "record 1 'test-beirut' entities[0]")],
        ),
        (lambda r: r["entities"][0].pop("end"), [(Code.missing_key, "record 1 'test-beirut' entities[0]")]),
        (lambda r: r["events"][0].pop("arguments"), [(Code.missing_key, "record 1 'test-beirut' events[0]")]),
        (lambda r: r.update(entities={}), [(Code.kind, "record 1 'test-beirut' entities")]),
        (lambda r: r.update(events=None), [(Code.kind, "record 1 'test-beirut' events")]),
        (lambda r: r["entities"].insert(0, 7), [(Code.kind, "record 1 'test-beirut' entities[0]")]),
        (
            lambda r: r["events"][0].update(trigger=[0, 4]),
            [(Code.kind, "record 1 'test-beirut' events[0].trigger")],
        ),
        (
            lambda r: r["events"][0].update(arguments=""),
            [(Code.kind, "record 1 'test-beirut' events[0].arguments")],
        ),
        (
            lambda r: r.update(article=3),
            [(Code.kind, "record 1 article"), (Code.missing_article, "'test-beirut'")],
        ),
    ],
)
def test_a_record_of_another_form_is_told(
    spoil: Any, expected: list[tuple[str, str]], gold: Gold, tiny_schema: Schema
) -> None:
    records = right()
    spoil(records[0])
    assert faults_of(records, gold, tiny_schema) == expected


@pytest.mark.parametrize("record", [None, 3, "x", [], [{}]])
def test_a_line_that_is_no_object_is_told(record: Any, gold: Gold, tiny_schema: Schema) -> None:
    assert faults_of([*right(), record], gold, tiny_schema) == [(Code.record, "record 3")]


def test_records_that_say_nothing_are_told(gold: Gold, tiny_schema: Schema) -> None:
    records = [{"article": each["article"]} for each in right()]
    assert faults_of(records, gold, tiny_schema) == [
        (Code.missing_key, "record 1 'test-beirut'"),
        (Code.missing_key, "record 2 'test-amman'"),
    ]


def test_lines_of_spans_and_of_tags_do_not_mix(gold: Gold, tiny_schema: Schema) -> None:
    found = faults_of([right()[0], tag_records(gold)[0]], gold, tiny_schema)
    assert found == [(Code.mixed, "record 2 'test-amman#0'"), (Code.missing_article, "'test-amman'")]


def test_a_file_of_entities_alone_predicts_entities_alone(gold: Gold, tiny_schema: Schema) -> None:
    records = [{"article": each["article"], "entities": each["entities"]} for each in right()]
    assert judge_records(records, gold, tiny_schema).tasks == {"entities"}


def test_a_file_of_events_alone_predicts_triggers_and_arguments(gold: Gold, tiny_schema: Schema) -> None:
    records = [{"article": each["article"], "events": each["events"]} for each in right()]
    assert judge_records(records, gold, tiny_schema).tasks == {"triggers", "arguments"}


def test_a_thousand_faults_are_kept_and_a_hundred_printed(gold: Gold, tiny_schema: Schema) -> None:
    records = right()
    records[0]["entities"] = [{"start": n, "end": n, "type": "PER"} for n in range(20)] * 50
    with pytest.raises(DataError) as caught:
        judge_records(records, gold, tiny_schema)
    assert len(caught.value.faults) == 1000
    lines = str(caught.value).splitlines()
    assert lines[0] == "predictions: 1,000 faults, the first 100 are"
    assert lines[-2] == "  … and 900 more (--format json lists all)"
    assert len(lines) == 103


def test_markup_in_a_value_is_shown_as_it_is_and_short(gold: Gold, tiny_schema: Schema) -> None:
    records = right()
    records[0]["entities"][0]["type"] = "<script>" + "x" * 10_000
    with pytest.raises(DataError) as caught:
        judge_records(records, gold, tiny_schema)
    assert len(str(caught.value)) < 400
    assert "allowed are PER, GPE, ORG" in str(caught.value)


# --- articles whose text is not here ------------------------------------------------------------------


def test_what_is_said_of_an_article_without_text_here_is_passed_over_and_counted(tiny_schema: Schema) -> None:
    partial = read_gold(gold_rows()[:1], left_out=["test-amman"])
    submission = judge_records(right(), partial, tiny_schema)
    assert (set(submission.articles), submission.passed_over) == ({"test-beirut"}, 1)
    whole = read_gold(gold_rows())
    assert judge_records(tag_records(whole), partial, tiny_schema).passed_over == 2
    judge_records(right()[:1], partial, tiny_schema)


def test_what_needs_no_text_is_judged_where_the_text_is_not_here_too(tiny_schema: Schema) -> None:
    partial = read_gold(gold_rows()[:1], left_out=["test-amman"])
    spans, tags = right(), tag_records(read_gold(gold_rows()))
    spans[1]["entities"][0]["type"] = "NOPE"
    spans[1]["entities"][1]["end"] = spans[1]["entities"][1]["start"]
    tags[-1]["ner_tags"][0] = "I-PER"
    for records, codes in ((spans, ["KB024", "KB021"]), (tags, ["KB032"])):
        with pytest.raises(DataError) as refused:
            judge_records(records, partial, tiny_schema)
        assert [fault.code for fault in refused.value.faults] == codes


# --- documentation ------------------------------------------------------------------------


def test_the_documented_codes_are_those_of_the_code(repository: Path) -> None:
    document = (repository / "docs" / "submissions.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| (KB\d+) \| (.+) \|$", document, re.MULTILINE) == [
        (e.value, e.meaning) for e in Code
    ]
