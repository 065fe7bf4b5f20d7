"""The compiled reader takes only what the full judge takes, and reads and counts it alike."""

from __future__ import annotations

import copy
import json
import random
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from khabar.errors import DataError
from khabar.schema import Schema
from khabar.scoring import Gold, Submission, judge_records, micro_counts, read_gold, read_submission, score
from khabar.scoring import submission as submission_module
from khabar.scoring.arrays import codes_of, columns_of, extractions_of
from khabar.scoring.counting import matrices_of
from khabar.scoring.evaluation import view
from khabar.scoring.extraction import Event, Extraction
from khabar.scoring.keys import Layout, layout
from khabar.scoring.measures import BY_NAME, MEASURES, count
from khabar.scoring.sides import LaidGold
from khabar.scoring.typed import TypedArticles, read_typed
from scoring_gold import AMMAN, BEIRUT, Record, gold_rows, nothing, right, submissions, write_lines
from test_fuzz_submissions import lines_of, spoil_bytes, spoilt


def fully(path: Path, gold: Gold, schema: Schema, monkeypatch: pytest.MonkeyPatch) -> Submission | None:
    """What the full judge makes of the file."""
    with monkeypatch.context() as patched:
        patched.setattr(submission_module, "read_typed", lambda *_: None)
        try:
            return read_submission(path, gold, schema)
        except DataError:
            return None


@settings(deadline=None, max_examples=100)
@given(submissions(), st.booleans(), st.booleans())
def test_a_valid_submission_is_read_as_the_judge_reads_it(
    tiny_schema: Schema, records: list[Record], backwards: bool, only_events: bool
) -> None:
    gold = read_gold(gold_rows())
    if only_events:
        records = [{key: value for key, value in each.items() if key != "entities"} for each in records]
    read = read_typed(lines_of(records[::-1] if backwards else records), gold, tiny_schema)
    assert read is not None
    assert read.articles == judge_records(records, gold, tiny_schema).articles


@settings(deadline=None, max_examples=100)
@given(submissions(), submissions())
def test_counts_per_article_and_type_are_those_of_sets(
    tiny_schema: Schema, right_: list[Record], found: list[Record]
) -> None:
    texts = {"test-beirut": BEIRUT, "test-amman": AMMAN}
    rows = [{"id": each["article"], "text": texts[each["article"]], **each} for each in right_]
    gold = read_gold(rows)
    submission = judge_records(found, gold, tiny_schema)
    views = [
        [view(each, said) for each, said in zip(gold.articles.values(), side, strict=True)]
        for side in (
            [each.says for each in gold.articles.values()],
            [submission.articles[each] for each in gold.articles],
        )
    ]
    matrices = matrices_of(gold, submission, tiny_schema)
    assert list(matrices) == [each.name for each in MEASURES]
    for name, matrix in matrices.items():
        expected = count(BY_NAME[name], tiny_schema, *views)
        assert matrix.labels == expected.labels
        assert np.array_equal(matrix.counts, expected.counts), name


def test_gold_that_says_an_event_twice_counts_it_once(tiny_schema: Schema) -> None:
    rows = gold_rows()
    rows[1]["events"] = [*rows[1]["events"], {**rows[1]["events"][0], "arguments": []}]
    gold = read_gold(rows)
    found = micro_counts(gold, judge_records(right(), gold, tiny_schema), tiny_schema)
    assert {each.figures for each in found.values()} == {(1.0, 1.0, 1.0)}


def test_a_system_that_finds_nothing_has_counts_of_zero(gold: Gold, tiny_schema: Schema) -> None:
    found = micro_counts(gold, judge_records(nothing(), gold, tiny_schema), tiny_schema)
    assert {(each.match, each.predicted) for each in found.values()} == {(0, 0)}


def test_what_would_not_fit_a_number_is_counted_by_the_sets(
    tiny_schema: Schema, monkeypatch: pytest.MonkeyPatch
) -> None:
    codes = codes_of(tiny_schema)
    assert layout([10_000] * 100_000, codes).fits()
    assert not layout([2**31, 2**31], codes).fits()
    gold = read_gold(gold_rows())
    submission = judge_records(right()[:1] + nothing()[1:], gold, tiny_schema)
    expected = matrices_of(gold, submission, tiny_schema)
    micro = micro_counts(gold, submission, tiny_schema)
    monkeypatch.setattr(Layout, "fits", lambda *_: False)
    monkeypatch.setattr(LaidGold, "keys_of", None)  # keys are not made
    assert micro_counts(gold, submission, tiny_schema) == micro
    for name, found in matrices_of(gold, submission, tiny_schema).items():
        assert np.array_equal(found.counts, expected[name].counts), name


def test_gold_that_runs_past_its_text_is_counted_by_the_sets(tiny_schema: Schema) -> None:
    rows = gold_rows()
    rows[0]["entities"] = [*rows[0]["entities"], {"start": 3, "end": len(BEIRUT) + 90, "type": "GPE"}]
    gold = read_gold(rows)
    found = micro_counts(gold, judge_records(right(), gold, tiny_schema), tiny_schema)
    assert found["entities_exact"] == (10, 10, 11)


spans = st.tuples(st.integers(0, 50), st.integers(0, 50))
types = st.sampled_from(["PER", "GPE", "ORG"])
said = st.builds(
    Extraction,
    st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50), types)).map(tuple),
    st.lists(
        st.builds(
            lambda span, fillers: Event("Meet", *span, tuple(("Place", *each) for each in fillers)),
            spans,
            st.lists(spans),
        )
    ).map(tuple),
)


@settings(deadline=None)
@given(st.lists(said, max_size=4))
def test_arrays_give_back_what_they_were_made_of(tiny_schema: Schema, extractions: list[Extraction]) -> None:
    codes = codes_of(tiny_schema)
    assert extractions_of(columns_of(extractions, codes), codes, len(extractions)) == extractions


def first_line(**changes: Any) -> bytes:
    """The right submission with its first record changed."""
    records = right()
    records[0] = {**records[0], **changes}
    return lines_of(records)


FIRST = json.dumps(right()[0]).encode()
SECOND = json.dumps(right()[1]).encode()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n\n",
        b"[]\n[]",
        b"{}\n{}",
        FIRST,
        FIRST + b"\n" + FIRST,
        FIRST + SECOND + b"\n\n",
        FIRST + SECOND + b"\n" + FIRST[:-1] + b"\n}",
        FIRST.replace(b'"start": 6', b'"start": 7, "start": 6', 1) + b"\n" + SECOND,
        FIRST.replace(b'"start": 6', b'"st\\u0061rt": 7, "start": 6', 1) + b"\n" + SECOND,
        FIRST.replace(b'"entities"', b'"entities": [], "entities"', 1) + b"\n" + SECOND,
        FIRST.replace(b'"start": 6', b'"start": 6.0', 1) + b"\n" + SECOND,
        FIRST.replace(b'"start": 6', b'"start": true', 1) + b"\n" + SECOND,
        FIRST.replace(b'"start": 6', b'"start": NaN', 1) + b"\n" + SECOND,
        FIRST.replace(b'"start": 6', b'"start": -1', 1) + b"\n" + SECOND,
        FIRST.replace(b'"end": 17', b'"end": 99999999999999999999999', 1) + b"\n" + SECOND,
        FIRST.replace(b'"end": 17', b'"end": 6', 1) + b"\n" + SECOND,
        FIRST + b"\n" + SECOND.replace(b'"end": 10', b'"end": 80', 1),  # ends past its own text only
        FIRST.replace(b'"PER"', b'"PERSON"', 1) + b"\n" + SECOND,
        FIRST + b"\n" + SECOND.replace(b"Participant", b"Rejecter"),
        first_line(more=1),
        first_line(events=[{"type": "Meet", "trigger": {"start": 0, "end": 5}}]),
        b"\xef\xbb\xbf" + lines_of(right()),
        lines_of(right()).replace(b"test-amman", b"test-\xff"),
        lines_of(right()).replace(b"test-amman", b"test-gone"),
        lines_of([right()[0], {"article": "test-amman", "entities": []}]),
        lines_of([{**each, "entities": each["entities"] * 2} for each in right()]),
        lines_of([{**each, "events": each["events"] * 2} for each in right()]),
        b"[" * 100_000,
        b'{"article": ' + b"9" * 10_000 + b"}\n" + SECOND,
    ],
)
def test_what_is_not_surely_right_is_left_to_the_judge_who_refuses_it(
    content: bytes, gold: Gold, tiny_schema: Schema, tmp_path: Path
) -> None:
    assert read_typed(content, gold, tiny_schema) is None
    (tmp_path / "p.jsonl").write_bytes(content)
    with pytest.raises(DataError) as caught:
        read_submission(tmp_path / "p.jsonl", gold, tiny_schema)
    assert {str(each.code)[:2] for each in caught.value.faults} == {"KB"}


def test_a_schema_without_events_is_scored_as_any(tiny_schema: Schema, tmp_path: Path) -> None:
    schema = Schema.model_validate({**tiny_schema.model_dump(), "event_types": [], "common_roles": []})
    rows = [{**each, "events": []} for each in gold_rows()]
    gold = read_gold(rows)
    path = write_lines(tmp_path / "p.jsonl", [{**each, "events": []} for each in right()])
    found = score(gold, read_submission(path, gold, schema), schema, resamples=10)
    exact, arguments = found.scores["entities_exact"], found.scores["argument_c+"]
    assert exact is not None
    assert arguments is not None
    assert exact.micro.f1 == 1.0
    assert arguments.micro == (0, 0, 0)


def test_a_doubled_argument_is_refused(gold: Gold, tiny_schema: Schema) -> None:
    records = copy.deepcopy(right())
    records[0]["events"][0]["arguments"] *= 2
    assert read_typed(lines_of(records), gold, tiny_schema) is None


@pytest.mark.slow
def test_whatever_spoilt_file_it_takes_the_judge_takes_and_reads_alike(
    gold: Gold, tiny_schema: Schema, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outcome: Counter[str] = Counter()
    path = tmp_path / "p.jsonl"
    whole = lines_of(right())
    for seed in range(6000):
        choose = random.Random(seed)
        content = spoil_bytes(whole, choose) if seed % 2 else lines_of(spoilt(right(), choose))
        path.write_bytes(content)
        judged = fully(path, gold, tiny_schema, monkeypatch)
        read = read_typed(content, gold, tiny_schema)
        if read is not None:
            assert judged is not None, seed
            assert isinstance(read.articles, TypedArticles)
            assert read.articles == judged.articles, seed
        outcome[f"{read is not None} {judged is not None}"] += 1
    assert outcome["True True"] > 50, outcome
    assert outcome["False False"] > 3000, outcome
    assert outcome["False True"] < outcome["True True"], outcome  # such as numbers written otherwise
