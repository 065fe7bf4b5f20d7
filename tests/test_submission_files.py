"""Files of submissions: bytes, lines and JSON that cannot be read are told with their line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from khabar.errors import CallError, DataError
from khabar.schema import Schema
from khabar.scoring import Gold, judge_records, read_submission, score
from khabar.scoring.codes import Code
from scoring_gold import right, write_lines


def faults_of_file(path: Path, gold: Gold, schema: Schema) -> list[tuple[str, str]]:
    """Code and place of every fault of a file."""
    with pytest.raises(DataError) as caught:
        read_submission(path, gold, schema)
    return [(each.code, each.where) for each in caught.value.faults]


def test_blank_lines_and_the_order_of_lines_do_not_matter(
    gold: Gold, tiny_schema: Schema, tmp_path: Path
) -> None:
    path = write_lines(tmp_path / "p.jsonl", right()[::-1])
    path.write_text("\n" + path.read_text(encoding="utf-8") + "\r\n", encoding="utf-8")
    assert read_submission(path, gold, tiny_schema) == judge_records(right(), gold, tiny_schema)


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


def test_a_submission_read_from_a_file_scores_as_its_records_do(
    gold: Gold, tiny_schema: Schema, tmp_path: Path
) -> None:
    path = write_lines(tmp_path / "p.jsonl", json.loads(json.dumps(right())))
    from_file = score(gold, read_submission(path, gold, tiny_schema), tiny_schema)
    from_memory = score(gold, judge_records(right(), gold, tiny_schema), tiny_schema)
    assert {name: each and each.micro for name, each in from_file.scores.items()} == {
        name: each and each.micro for name, each in from_memory.scores.items()
    }
