"""Submissions: every fault with its code, line and place; never a score of a file with a fault."""

from __future__ import annotations

import copy
import json
import random
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from khabar.alignment import illegal_tags
from khabar.errors import CallError, DataError
from khabar.schema import Schema
from khabar.scoring import Gold, Submission, judge_records, read_gold, read_submission, score
from khabar.scoring.codes import Code
from khabar.scoring.extraction import Event
from khabar.scoring.gold import Article
from khabar.scoring.labels import mend, spans
from scoring_gold import AMMAN, BEIRUT, Record, gold_rows, right, write_lines


@pytest.fixture(scope="module")
def gold() -> Gold:
    """The gold of two articles."""
    return read_gold(gold_rows())


def tag_lines(gold: Gold) -> list[Record]:
    """The gold as a tagger that is always right would submit it."""
    lines = []
    for article in gold.articles.values():
        ner = article.show(article.says.entities).tags
        triggers = article.show(each.trigger for each in article.says.events).tags
        for number, (left, right_) in enumerate(zip(ner, triggers, strict=True)):
            lines.append({"id": f"{article.id}#{number}", "ner_tags": left, "trigger_tags": right_})
    return lines


def faults_of(records: list[Any], gold: Gold, schema: Schema) -> list[tuple[str, str]]:
    """Code and place of every fault."""
    with pytest.raises(DataError) as caught:
        judge_records(records, gold, schema)
    return [(each.code, each.where) for each in caught.value.faults]


def faults_of_file(path: Path, gold: Gold, schema: Schema) -> list[tuple[str, str]]:
    """Code and place of every fault of a file."""
    with pytest.raises(DataError) as caught:
        read_submission(path, gold, schema)
    return [(each.code, each.where) for each in caught.value.faults]


def test_a_right_submission_is_read_whole(gold: Gold, tiny_schema: Schema) -> None:
    submission = judge_records(right(), gold, tiny_schema)
    assert submission.articles == {name: each.says for name, each in gold.articles.items()}
    assert submission.tasks == {"entities", "triggers", "arguments"}
    assert (submission.mended, submission.passed_over) == (0, 0)


def test_blank_lines_and_the_order_of_lines_do_not_matter(
    gold: Gold, tiny_schema: Schema, tmp_path: Path
) -> None:
    path = write_lines(tmp_path / "p.jsonl", right()[::-1])
    path.write_text("\n" + path.read_text(encoding="utf-8") + "\r\n", encoding="utf-8")
    assert read_submission(path, gold, tiny_schema) == judge_records(right(), gold, tiny_schema)


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
    found = faults_of([right()[0], tag_lines(gold)[0]], gold, tiny_schema)
    assert found == [(Code.mixed, "record 2 'test-amman#0'"), (Code.missing_article, "'test-amman'")]


def test_a_file_of_entities_alone_predicts_entities_alone(gold: Gold, tiny_schema: Schema) -> None:
    records = [{"article": each["article"], "entities": each["entities"]} for each in right()]
    assert judge_records(records, gold, tiny_schema).tasks == {"entities"}


def test_a_file_of_events_alone_predicts_triggers_and_arguments(gold: Gold, tiny_schema: Schema) -> None:
    records = [{"article": each["article"], "events": each["events"]} for each in right()]
    assert judge_records(records, gold, tiny_schema).tasks == {"triggers", "arguments"}


def test_a_file_that_is_not_utf8_is_told_with_its_line(
    gold: Gold, tiny_schema: Schema, tmp_path: Path
) -> None:
    path = write_lines(tmp_path / "p.jsonl", right())
    path.write_bytes(path.read_bytes() + "{'article': 'مقال'}".encode("cp1256") + b"\nnot json\n")
    assert faults_of_file(path, gold, tiny_schema) == [(Code.line, "line 3"), (Code.line, "line 4")]


@pytest.mark.parametrize("content", ["", "\n \n\n"])
def test_an_empty_file_is_told(content: str, gold: Gold, tiny_schema: Schema, tmp_path: Path) -> None:
    path = tmp_path / "p.jsonl"
    path.write_text(content)
    assert faults_of_file(path, gold, tiny_schema) == [(Code.empty, "")]


def test_a_key_given_twice_in_one_object_is_told(gold: Gold, tiny_schema: Schema, tmp_path: Path) -> None:
    path = tmp_path / "p.jsonl"
    path.write_text('{"article": "test-amman", "entities": [], "entities": []}\n')
    assert faults_of_file(path, gold, tiny_schema) == [(Code.line, "line 1")]


def test_a_line_of_200_mb_is_refused_before_it_is_parsed(
    gold: Gold, tiny_schema: Schema, tmp_path: Path
) -> None:
    path = write_lines(tmp_path / "p.jsonl", right())
    with path.open("ab") as file:
        file.truncate(path.stat().st_size + 200 * 2**20)  # a sparse file: a line of zero bytes
    with pytest.raises(DataError, match="KB001 line 3: line longer than 64 MiB"):
        read_submission(path, gold, tiny_schema)


def test_a_number_of_five_thousand_digits_is_told(gold: Gold, tiny_schema: Schema, tmp_path: Path) -> None:
    path = tmp_path / "p.jsonl"
    path.write_text(
        '{"article": "test-amman", "entities": [{"start": ' + "1" * 5000 + ', "end": 3, "type": "PER"}]}\n'
    )
    assert faults_of_file(path, gold, tiny_schema) == [(Code.line, "line 1")]


def test_a_value_nested_to_the_edge_of_the_stack_is_told(
    gold: Gold, tiny_schema: Schema, tmp_path: Path
) -> None:
    path = tmp_path / "p.jsonl"
    for depth in (900, 980, 5000, 200_000):
        path.write_text('{"article": "test-amman", "entities": ' + "[" * depth + "]" * depth + "}\n")
        codes = {code for code, _ in faults_of_file(path, gold, tiny_schema)}
        assert codes <= {Code.line, Code.kind, Code.missing_article}


def test_a_file_that_is_not_there_is_a_wrong_call(gold: Gold, tiny_schema: Schema, tmp_path: Path) -> None:
    for path in (tmp_path / "none.jsonl", tmp_path):
        with pytest.raises(CallError, match="no submission at"):
            read_submission(path, gold, tiny_schema)


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


# --- tags ---------------------------------------------------------------------------------------------


def test_right_tags_give_entities_and_triggers_as_whole_words_and_no_arguments(
    gold: Gold, tiny_schema: Schema
) -> None:
    submission = judge_records(tag_lines(gold), gold, tiny_schema)
    assert submission.tasks == {"entities", "triggers"}
    said = submission.articles["test-amman"]
    start = AMMAN.index("لعمّان")
    assert (start, start + len("لعمّان"), "GPE") in said.entities
    trigger = AMMAN.index("وناقشت")
    assert said.events == (Event("Meet", trigger, trigger + len("وناقشت")),)


def test_tags_of_one_column_predict_one_task(gold: Gold, tiny_schema: Schema) -> None:
    lines = [{"id": each["id"], "trigger_tags": each["trigger_tags"]} for each in tag_lines(gold)]
    assert judge_records(lines, gold, tiny_schema).tasks == {"triggers"}


def test_faults_of_tags_have_their_codes_and_places(gold: Gold, tiny_schema: Schema) -> None:
    lines = tag_lines(gold)
    lines[0]["ner_tags"] = [*lines[0]["ner_tags"], "O"]
    lines[1]["ner_tags"][:5] = ["b-per", "B-<script>", None, 3, "I-PER"]
    lines[1]["trigger_tags"][1] = "B-PER"
    lines[2]["trigger_tags"] = "OOO"
    names = [f"record {number} {each['id']!r}" for number, each in enumerate(lines, 1)]
    assert faults_of(lines, gold, tiny_schema) == [
        (Code.tag_count, f"{names[0]} ner_tags"),
        (Code.tag, f"{names[1]} ner_tags[0]"),
        (Code.entity_type, f"{names[1]} ner_tags[1]"),
        (Code.kind, f"{names[1]} ner_tags[2]"),
        (Code.kind, f"{names[1]} ner_tags[3]"),
        (Code.event_type, f"{names[1]} trigger_tags[1]"),
        (Code.kind, f"{names[2]} trigger_tags"),
    ]


def test_missing_extra_and_doubled_sentences_are_told_together(gold: Gold, tiny_schema: Schema) -> None:
    lines = tag_lines(gold)
    assert [each["id"] for each in lines][:2] == ["test-amman#0", "test-amman#1"]
    spoilt = [lines[0], copy.deepcopy(lines[0]), {**lines[1], "id": "test-amman#9"}]
    assert faults_of(spoilt, gold, tiny_schema) == [
        (Code.doubled_sentence, "record 2 'test-amman#0'"),
        (Code.unknown_sentence, "record 3 'test-amman#9'"),
        (Code.missing_article, "'test-beirut'"),
        (Code.missing_sentence, "'test-amman#1'"),
    ]


def broken(gold: Gold) -> list[Record]:
    """Tags of which three continue nothing."""
    lines = tag_lines(gold)
    tags = ["O"] * len(lines[0]["ner_tags"])
    tags[0], tags[1], tags[2] = "I-PER", "I-PER", "I-GPE"
    lines[0]["ner_tags"] = tags
    lines[1]["trigger_tags"][0] = "I-Meet"
    lines[1]["trigger_tags"][1] = "O"
    return lines


def test_an_inside_tag_that_continues_nothing_is_refused_with_its_place(
    gold: Gold, tiny_schema: Schema
) -> None:
    with pytest.raises(DataError) as caught:
        judge_records(broken(gold), gold, tiny_schema)
    assert [str(each) for each in caught.value.faults] == [
        "KB032 record 1 'test-amman#0' ner_tags[0]: found I-PER after the beginning of the sentence",
        "KB032 record 1 'test-amman#0' ner_tags[2]: found I-GPE after I-PER",
        "KB032 record 2 'test-amman#1' trigger_tags[0]: found I-Meet after the beginning of the sentence",
    ]


def test_repair_begins_a_mention_there_and_says_how_many_tags_it_mended(
    gold: Gold, tiny_schema: Schema
) -> None:
    submission = judge_records(broken(gold), gold, tiny_schema, repair=True)
    assert submission.mended == 3
    words = [AMMAN[start:end] for start, end, _ in submission.articles["test-amman"].entities[:2]]
    assert words == ["سافرت ليلى", "لعمّان"]
    assert judge_records(tag_lines(gold), gold, tiny_schema, repair=True).mended == 0


@given(st.lists(st.sampled_from(["O", "B-A", "I-A", "B-B", "I-B"]), max_size=10))
def test_mended_tags_are_legal_and_legal_tags_are_left_alone(tags: list[str]) -> None:
    illegal = illegal_tags(tags)
    mended = mend(tags, illegal)
    assert illegal_tags(mended) == []
    assert (mended == tags) == (not illegal)
    assert [tag[2:] for tag in mended] == [tag[2:] for tag in tags]


@settings(deadline=None)
@given(st.data())
def test_legal_tags_laid_on_the_words_again_are_the_same_tags(
    gold_article: Article, data: st.DataObject
) -> None:
    said: list[list[str]] = []
    for sentence in gold_article.sentences:
        size = len(sentence.tokens)
        drawn = data.draw(st.lists(st.sampled_from(["O", "B-A", "I-A", "B-B"]), min_size=size, max_size=size))
        said.append(mend(drawn, illegal_tags(drawn)))
    found = [
        span
        for tags, sentence in zip(said, gold_article.sentences, strict=True)
        for span in spans(tags, sentence.tokens)
    ]
    assert gold_article.show(found).tags == said


@pytest.fixture(scope="module")
def gold_article(gold: Gold) -> Article:
    """An article of two sentences."""
    return gold.articles["test-beirut"]


# --- articles whose text is not here ------------------------------------------------------------------


def test_what_is_said_of_an_article_without_text_here_is_passed_over_and_counted(tiny_schema: Schema) -> None:
    partial = read_gold(gold_rows()[:1], left_out=["test-amman"])
    submission = judge_records(right(), partial, tiny_schema)
    assert (set(submission.articles), submission.passed_over) == ({"test-beirut"}, 1)
    whole = read_gold(gold_rows())
    assert judge_records(tag_lines(whole), partial, tiny_schema).passed_over == 2
    judge_records(right()[:1], partial, tiny_schema)


def test_what_needs_no_text_is_judged_where_the_text_is_not_here_too(tiny_schema: Schema) -> None:
    partial = read_gold(gold_rows()[:1], left_out=["test-amman"])
    spans, tags = right(), tag_lines(read_gold(gold_rows()))
    spans[1]["entities"][0]["type"] = "NOPE"
    spans[1]["entities"][1]["end"] = spans[1]["entities"][1]["start"]
    tags[-1]["ner_tags"][0] = "I-PER"
    for records, codes in ((spans, ["KB024", "KB021"]), (tags, ["KB032"])):
        with pytest.raises(DataError) as refused:
            judge_records(records, partial, tiny_schema)
        assert [fault.code for fault in refused.value.faults] == codes


# --- documentation and fuzzing ------------------------------------------------------------------------


def test_the_documented_codes_are_those_of_the_code(repository: Path) -> None:
    document = (repository / "docs" / "submissions.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| (KB\d+) \| (.+) \|$", document, re.MULTILINE) == [
        (e.value, e.meaning) for e in Code
    ]


def mutated(choose: random.Random, value: Any) -> Any:
    """The value with one thing in it changed."""
    strange = [
        None,
        True,
        -1,
        0,
        1.5,
        10**20,
        "",
        "PER",
        "O",
        "B-PER",
        "<img onerror>",
        "\ud800",
        [],
        {},
        [[]],
        {"start": 1},
    ]
    if choose.random() < 0.25 or not isinstance(value, dict | list) or not value:
        return choose.choice(strange)
    key = choose.choice(list(value) if isinstance(value, dict) else range(len(value)))
    made = copy.copy(value)
    action = choose.random()
    if action < 0.1:
        del made[key]
    elif action < 0.2 and isinstance(made, list):
        made.append(made[key])
    elif action < 0.3 and isinstance(made, dict):
        made[choose.choice(["x", "type", "id", "start"])] = choose.choice(strange)
    else:
        made[key] = mutated(choose, made[key])
    return made


@pytest.mark.parametrize("form", ["spans", "tags"])
def test_any_mutated_submission_is_read_whole_or_refused_with_codes(
    form: str, gold: Gold, tiny_schema: Schema
) -> None:
    choose = random.Random(7)
    records = right() if form == "spans" else tag_lines(gold)
    read = 0
    for _ in range(3000):
        spoilt: Any = mutated(choose, records)
        taken = spoilt if isinstance(spoilt, list) else [spoilt]
        read += read_or_refused(lambda taken=taken: judge_records(taken, gold, tiny_schema), gold)
    assert 10 < read < 2990


def read_or_refused(read: Callable[[], Submission], gold: Gold) -> bool:
    """Whether it was read, which must be of all articles; if not, it must have been refused with codes."""
    try:
        submission = read()
    except DataError as error:
        refused = error
    else:
        assert set(submission.articles) == set(gold.articles)
        return True
    assert refused.faults
    assert {each.code for each in refused.faults} <= set(Code)
    assert str(refused).encode()
    return False


def test_mutated_bytes_are_read_whole_or_refused_with_codes(
    gold: Gold, tiny_schema: Schema, tmp_path: Path
) -> None:
    choose = random.Random(11)
    data = write_lines(tmp_path / "right.jsonl", right()).read_bytes()
    path = tmp_path / "p.jsonl"
    for _ in range(1000):
        spoilt = bytearray(data)
        for _ in range(choose.randint(1, 3)):
            spoilt[choose.randrange(len(spoilt))] = choose.randrange(256)
        path.write_bytes(bytes(spoilt[: choose.choice([len(spoilt), choose.randrange(len(spoilt))])]))
        read_or_refused(lambda: read_submission(path, gold, tiny_schema), gold)


def test_a_submission_read_from_a_file_scores_as_its_records_do(
    gold: Gold, tiny_schema: Schema, tmp_path: Path
) -> None:
    path = write_lines(tmp_path / "p.jsonl", json.loads(json.dumps(right())))
    from_file = score(gold, read_submission(path, gold, tiny_schema), tiny_schema)
    from_memory = score(gold, judge_records(right(), gold, tiny_schema), tiny_schema)
    assert {name: each and each.micro for name, each in from_file.scores.items()} == {
        name: each and each.micro for name, each in from_memory.scores.items()
    }
