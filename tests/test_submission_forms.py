"""Submissions as CoNLL-2003 columns, as a transformers pipeline gives them, and as spaCy's DocBin."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from khabar.errors import DataError
from khabar.schema import Schema
from khabar.scoring import Gold, Submission, judge_records, read_gold, read_submission
from scoring_gold import AMMAN, BEIRUT, Record, gold_rows, right, tag_records

TEXTS = {"test-beirut": BEIRUT, "test-amman": AMMAN}


def codes(path: Path, gold: Gold, schema: Schema) -> list[str]:
    """Codes and places of what is wrong."""
    with pytest.raises(DataError) as caught:
        read_submission(path, gold, schema)
    return [f"{fault.code} {fault.where}" for fault in caught.value.faults]


# --- columns ------------------------------------------------------------------------------------------


def conll(gold: Gold, width: int = 3, separator: str = "\t") -> str:
    """The gold in columns."""
    lines = []
    for record in tag_records(gold):
        article, number = record["id"].split("#")
        if number == "0":
            lines += [separator.join([f"-DOCSTART- ({article})", "O", "O"]), ""]
        tokens = gold.articles[article].sentences[int(number)].tokens
        for token, ner, trigger in zip(tokens, record["ner_tags"], record["trigger_tags"], strict=True):
            cells = {2: [ner], 3: [ner, trigger], 4: ["NN", "O", ner]}[width]
            lines.append(separator.join([token.text, *cells]))
        lines.append("")
    return "\n".join(lines)


@pytest.mark.parametrize("separator", ["\t", " "])
@pytest.mark.parametrize(("width", "columns"), [(2, ["ner_tags"]), (3, ["ner_tags", "trigger_tags"])])
def test_columns_are_read_as_the_same_tags_in_json_lines(
    width: int, columns: list[str], separator: str, gold: Gold, tiny_schema: Schema, tmp_path: Path
) -> None:
    path = tmp_path / "p.conll"
    path.write_text(conll(gold, width, separator), encoding="utf-8")
    records = [{"id": each["id"], **{name: each[name] for name in columns}} for each in tag_records(gold)]
    assert read_submission(path, gold, tiny_schema) == judge_records(records, gold, tiny_schema)


def test_the_four_columns_of_conll_2003_hold_mentions_and_lines_may_end_as_on_windows(
    gold: Gold, tiny_schema: Schema, tmp_path: Path
) -> None:
    path = tmp_path / "p.conll"
    path.write_bytes(conll(gold, 4, " ").replace("\n", "\r\n").encode())
    records = [{"id": each["id"], "ner_tags": each["ner_tags"]} for each in tag_records(gold)]
    assert read_submission(path, gold, tiny_schema) == judge_records(records, gold, tiny_schema)


def changed(gold: Gold, tmp_path: Path, old: str, new: str) -> Path:
    path = tmp_path / "p.conll"
    content = conll(gold)
    assert old in content
    path.write_text(content.replace(old, new, 1), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("سافرت\tO", "سافر\tO", ["KB034 line 3 'test-amman#0'"]),
        ("سافرت\tO\t", "سافرت\tB-ALIEN\t", ["KB024 line 3 'test-amman#0' ner_tags[0]"]),
        ("سافرت\tO\tO", "سافرت\tI-PER\tO", ["KB032 line 3 'test-amman#0' ner_tags[0]"]),
        ("ليلى\tB-PER\tO\n", "", ["KB034 line 4 'test-amman#0'"]),
        ("سافرت\tO\tO", "سافرت\tO", ["KB033 line 4"]),
        ("-DOCSTART- (test-amman)\tO\tO", "-DOCSTART- (elsewhere)\tO\tO", ["KB013 line 3"]),
        ("-DOCSTART- (test-amman)\tO\tO", "-DOCSTART-\tO\tO", ["KB033 line 1"]),
    ],
)
def test_what_is_wrong_in_columns_is_told_with_its_line_and_code(
    old: str, new: str, expected: list[str], gold: Gold, tiny_schema: Schema, tmp_path: Path
) -> None:
    found = codes(changed(gold, tmp_path, old, new), gold, tiny_schema)
    for each in expected:
        code, _, line = each.partition(" ")
        assert any(one.startswith(code) for one in found), found
        if code in {"KB034", "KB032"} or "[" in line:
            assert each in found


def test_an_article_that_columns_lack_is_missing(gold: Gold, tiny_schema: Schema, tmp_path: Path) -> None:
    path = tmp_path / "p.conll"
    content = conll(gold)
    path.write_text(content[: content.index("-DOCSTART- (test-beirut)")], encoding="utf-8")
    assert codes(path, gold, tiny_schema) == ["KB012 'test-beirut'"]


def test_an_empty_file_and_bytes_that_are_no_text_are_refused(
    gold: Gold, tiny_schema: Schema, tmp_path: Path
) -> None:
    path = tmp_path / "p.conll"
    path.write_bytes(b"")
    assert codes(path, gold, tiny_schema) == ["KB002 "]
    path.write_bytes(b"\xff\xfe")
    assert [each[:5] for each in codes(path, gold, tiny_schema)] == ["KB001"]


# --- a transformers pipeline --------------------------------------------------------------------------


def items(record: Record) -> list[Record]:
    """The record's entities as a pipeline with an aggregation strategy gives them."""
    text = TEXTS[record["article"]]
    return [
        {
            "entity_group": each["type"],
            "score": 0.9987,
            "word": text[each["start"] : each["end"]],
            "start": each["start"],
            "end": each["end"],
        }
        for each in record["entities"]
    ]


def names_only() -> list[Record]:
    return [{"article": each["article"], "entities": each["entities"]} for each in right()]


def as_pipeline(tmp_path: Path, value: Any) -> Path:
    path = tmp_path / "p.json"
    path.write_text(json.dumps(value), encoding="utf-8")
    return path


def test_what_a_pipeline_gives_is_read_as_entities_in_json_and_in_json_lines(
    gold: Gold, tiny_schema: Schema, tmp_path: Path
) -> None:
    expected = judge_records(names_only(), gold, tiny_schema)
    path = as_pipeline(tmp_path, {each["article"]: items(each) for each in right()})
    assert read_submission(path, gold, tiny_schema) == expected
    records = [{"article": each["article"], "entities": items(each)} for each in right()]
    assert judge_records(records, gold, tiny_schema) == expected


def test_pieces_of_words_without_an_aggregation_strategy_are_joined(gold: Gold, tiny_schema: Schema) -> None:
    start = AMMAN.index("ليلى")
    pieces = [
        {"entity": "B-PER", "index": 2, "word": "لي", "score": 0.9, "start": start, "end": start + 2},
        {"entity": "I-PER", "index": 3, "word": "##لى", "score": 0.9, "start": start + 2, "end": start + 4},
        {"entity": "I-PER", "index": 5, "word": "ف", "score": 0.9, "start": start + 6, "end": start + 7},
        {"entity": "B-PER", "index": 6, "word": "ف", "score": 0.9, "start": start + 7, "end": start + 8},
        {"entity": "I-GPE", "index": 7, "word": "ف", "score": 0.9, "start": start + 8, "end": start + 9},
        {"entity": "GPE", "index": 8, "word": "ف", "score": 0.9, "start": start + 9, "end": start + 10},
    ]
    records = [{"article": "test-amman", "entities": pieces}, {"article": "test-beirut", "entities": []}]
    said: Submission = judge_records(records, gold, tiny_schema)
    assert said.articles["test-amman"].entities == (
        (start, start + 4, "PER"),
        (start + 6, start + 7, "PER"),
        (start + 7, start + 8, "PER"),
        (start + 8, start + 10, "GPE"),
    )


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"entity_group": "LABEL_0"}, "KB024 article 1 'test-beirut' entities[0].type"),
        ({"start": None}, "KB020 article 1 'test-beirut' entities[0].start"),
        ({"end": 10_000}, "KB022 article 1 'test-beirut' entities[0].end"),
        ({"extra": 1}, "KB004 article 1 'test-beirut' entities[0]"),
        ({"entity_group": ["PER"]}, "KB006 article 1 'test-beirut' entities[0].type"),
    ],
)
def test_what_is_wrong_in_a_pipeline_is_told_with_its_code(
    change: Record, expected: str, gold: Gold, tiny_schema: Schema, tmp_path: Path
) -> None:
    given = {each["article"]: items(each) for each in right()}
    given["test-beirut"][0] |= change
    assert codes(as_pipeline(tmp_path, given), gold, tiny_schema) == [expected]


def test_a_pipeline_file_of_another_form_is_refused(gold: Gold, tiny_schema: Schema, tmp_path: Path) -> None:
    assert codes(as_pipeline(tmp_path, [items(right()[0])]), gold, tiny_schema) == ["KB008 "]
    assert codes(as_pipeline(tmp_path, {}), gold, tiny_schema) == ["KB002 "]
    path = tmp_path / "p.json"
    path.write_text('{"a": 1, "a": 2}', encoding="utf-8")
    assert [each[:5] for each in codes(path, gold, tiny_schema)] == ["KB001"]
    missing = as_pipeline(tmp_path, {"test-amman": []})
    assert codes(missing, gold, tiny_schema) == ["KB012 'test-beirut'"]


# --- DocBin -------------------------------------------------------------------------------------------


def docbin(tmp_path: Path, *, spans: bool, triggers: bool = False, named: bool = False) -> Path:
    """The gold's outermost mentions, or all of them, in a DocBin."""
    spacy = pytest.importorskip("spacy")
    from spacy.tokens import DocBin

    store = DocBin(store_user_data=True)
    made = spacy.blank("xx")
    made.tokenizer = lambda text: characters(spacy, made.vocab, text)
    for record in right():
        doc = made(TEXTS[record["article"]])
        found = [doc.char_span(each["start"], each["end"], label=each["type"]) for each in record["entities"]]
        if spans:
            doc.spans["sc"] = found
        else:
            doc.ents = spacy.util.filter_spans(found)
        doc.spans["entities"] = [doc.char_span(0, 3, label="ORG")]  # as our export has the gold: not read
        if triggers:
            doc.spans["predicted_triggers"] = [
                doc.char_span(each["trigger"]["start"], each["trigger"]["end"], label=each["type"])
                for each in record["events"]
            ]
        if named:
            doc.user_data["article"] = record["article"]
        store.add(doc)
    path = tmp_path / "p.spacy"
    store.to_disk(path)
    return path


def characters(spacy: Any, vocabulary: Any, text: str) -> Any:
    """A Doc with a word for every character."""
    return spacy.tokens.Doc(vocabulary, words=list(text), spaces=[False] * len(text))


@pytest.mark.parametrize("named", [False, True])
def test_span_groups_of_a_docbin_are_read_with_nested_mentions(
    named: bool, gold: Gold, tiny_schema: Schema, tmp_path: Path
) -> None:
    found = read_submission(docbin(tmp_path, spans=True, named=named), gold, tiny_schema)
    expected = judge_records(names_only(), gold, tiny_schema)
    assert found.tasks == {"entities"}
    assert {name: set(each.entities) for name, each in found.articles.items()} == {
        name: set(each.entities) for name, each in expected.articles.items()
    }


def test_entities_and_predicted_triggers_of_a_docbin_are_read(
    gold: Gold, tiny_schema: Schema, tmp_path: Path
) -> None:
    found = read_submission(docbin(tmp_path, spans=False, triggers=True), gold, tiny_schema)
    assert found.tasks == {"entities", "triggers"}  # a span has no role
    assert len(found.articles["test-beirut"].entities) == 5  # the outermost of seven
    assert [each.type for each in found.articles["test-beirut"].events] == ["Meet", "Reject"]


def test_a_docbin_of_other_texts_or_none_is_refused_with_codes(
    gold: Gold, tiny_schema: Schema, tmp_path: Path
) -> None:
    path = docbin(tmp_path, spans=True)
    other = read_gold([row | {"text": row["text"] + " ثم"} for row in gold_rows() if row.pop("sentences")])
    assert [each[:11] for each in codes(path, other, tiny_schema)] == ["KB035 doc 1", "KB035 doc 2"]
    named = docbin(tmp_path, spans=True, named=True)
    assert codes(named, other, tiny_schema) == ["KB035 doc 1 'test-beirut'", "KB035 doc 2 'test-amman'"]
    whole = path.read_bytes()
    for content in (b"", b"no DocBin", whole[:40], whole[:-9], whole[9:]):
        path.write_bytes(content)
        assert [each[:5] for each in codes(path, gold, tiny_schema)] == ["KB008"]
