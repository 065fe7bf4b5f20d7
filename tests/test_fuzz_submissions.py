"""Spoilt submissions, by the thousand: each is scored, or refused with a code; none is scored in part."""

from __future__ import annotations

import copy
import json
import random
import time
import zlib
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from khabar.errors import DataError
from khabar.schema import Schema
from khabar.scoring import Gold, Submission, judge_records, read_gold, read_submission
from khabar.scoring.codes import Code
from khabar.scoring.evaluation import view
from khabar.scoring.measures import MEASURES, count
from scoring_gold import gold_rows, right, tag_records
from test_submission_forms import conll, docbin, items

ODD: list[Any] = [
    None,
    True,
    False,
    -1,
    0,
    2**70,
    1.5,
    1e308,
    "",
    "PER",
    "Meet",
    "test-amman",
    "test-amman#0",
    "\u202e<img onerror=x>",
    "\ud800",
    "ا" * 10_000,
    [],
    {},
    [[]],
    {"start": 0, "end": 1},
    {"type": "PER", "start": 0, "end": 2},
]


def spoil_value(value: Any, choose: random.Random) -> Any:
    """The JSON value with one place in it changed, doubled, or taken away."""
    parent, key = None, None
    while isinstance(value_here := value if parent is None else parent[key], dict | list) and value_here:
        if parent is not None and choose.random() < 0.2:
            break
        parent = value_here
        key = choose.choice(list(parent)) if isinstance(parent, dict) else choose.randrange(len(parent))
    if parent is None:
        return copy.deepcopy(choose.choice(ODD))
    action = choose.randrange(4)
    if action == 0:
        del parent[key]
    elif action == 1 and isinstance(parent, list):
        parent.insert(key, copy.deepcopy(parent[key]))
    elif action == 2 and isinstance(parent, dict):
        parent[choose.choice(["start", "type", "role", "x", "ner_tags"])] = parent[key]
    else:
        parent[key] = copy.deepcopy(choose.choice(ODD))
    return value


def spoil_bytes(content: bytes, choose: random.Random) -> bytes:
    """The bytes with some changed, cut out, put in, or said twice."""
    spoilt = bytearray(content)
    for _ in range(choose.randint(1, 3)):
        place = choose.randrange(len(spoilt) + 1)
        action = choose.randrange(5)
        if action == 0:
            spoilt[place : place + 1] = bytes([choose.randrange(256)])
        elif action == 1:
            del spoilt[place : place + choose.randint(1, 200)]
        elif action == 2:
            spoilt[place:place] = choose.choice(
                [b"\x00", b"\n", b"\xff", b"{", b"]", b'"', b"\t", b"NaN", b"[" * 5000, b"\xe2\x80\xae"]
            )
        elif action == 3:
            spoilt[place:place] = spoilt[place : place + 300]
        else:
            del spoilt[place:]
    return bytes(spoilt)


def lines_of(records: list[Any]) -> bytes:
    return "".join(f"{json.dumps(each)}\n" for each in records).encode()


Given = tuple[str, bytes]


def cases(gold: Gold) -> list[Callable[[random.Random], Given]]:
    """Ways to make a spoilt submission: the ending of its name, and its bytes."""
    tags = tag_records(gold)
    pipeline = {each["article"]: items(each) for each in right()}
    columns = conll(gold).encode()

    def spans(choose: random.Random) -> Given:
        return ".jsonl", lines_of(spoilt(right(), choose))

    def tag_lines(choose: random.Random) -> Given:
        return ".jsonl", lines_of(spoilt(copy.deepcopy(tags), choose))

    def pipelines(choose: random.Random) -> Given:
        return ".json", json.dumps(spoil_value(copy.deepcopy(pipeline), choose)).encode()

    def raw(choose: random.Random) -> Given:
        suffix, whole = choose.choice(
            [
                (".jsonl", lines_of(right())),
                (".jsonl", lines_of(tags)),
                (".conll", columns),
                (".json", json.dumps(pipeline).encode()),
            ]
        )
        return suffix, spoil_bytes(whole, choose)

    return [spans, tag_lines, pipelines, raw]


def spoilt(records: list[Any], choose: random.Random) -> list[Any]:
    for _ in range(choose.randint(1, 2)):
        found = spoil_value(records, choose)
        records = found if isinstance(found, list) else [found]
    return records


def points(gold: Gold, submission: Submission, schema: Schema) -> list[int]:
    """All counts of a submission that was taken as valid."""
    views = [
        [view(each, said) for each, said in zip(gold.articles.values(), side, strict=True)]
        for side in (
            [each.says for each in gold.articles.values()],
            [submission.articles[each] for each in gold.articles],
        )
    ]
    wanted = [each for each in MEASURES if each.task in submission.tasks]
    return [int(n) for each in wanted for n in count(each, schema, *views).counts.sum(axis=(0, 1))]


@pytest.mark.parametrize("form", ["spans", "tags"])
def test_any_mutated_submission_is_read_whole_or_refused_with_codes(
    form: str, gold: Gold, tiny_schema: Schema
) -> None:
    choose = random.Random(7)
    read = 0
    for _ in range(3000):
        taken = spoilt(right() if form == "spans" else tag_records(gold), choose)
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
    data = lines_of(right())
    path = tmp_path / "p.jsonl"
    for _ in range(1000):
        path.write_bytes(spoil_bytes(data, choose))
        read_or_refused(lambda: read_submission(path, gold, tiny_schema), gold)


@pytest.mark.slow
def test_a_spoilt_submission_is_scored_whole_or_refused_with_codes(
    tiny_schema: Schema, tmp_path: Path
) -> None:
    gold = read_gold(gold_rows())
    makers = cases(gold)
    known = {code.value for code in Code}
    outcome: Counter[str] = Counter()
    seen: set[str] = set()
    for seed in range(20_000):
        choose = random.Random(seed)
        suffix, content = makers[seed % len(makers)](choose)
        path = tmp_path / f"p{suffix}"
        path.write_bytes(content)
        began = time.process_time()
        submission, codes = judged(path, gold, tiny_schema, repair=bool(seed % 3))
        if submission is None:
            assert codes, seed
            assert codes <= known, (seed, codes)
            seen |= codes
            outcome["refused"] += 1
        else:
            assert set(submission.articles) == set(gold.articles), seed
            counts = points(gold, submission, tiny_schema)
            assert all(match <= min(of) for match, *of in zip(*[iter(counts)] * 3, strict=True)), seed
            outcome["scored"] += 1
        assert time.process_time() - began < 5, seed
    assert min(outcome["refused"], outcome["scored"]) > 500
    assert known - seen == {Code.text.value}  # a Doc's; every other fault was met


@pytest.mark.slow
def test_a_spoilt_docbin_is_read_whole_or_refused_with_codes(tiny_schema: Schema, tmp_path: Path) -> None:
    gold = read_gold(gold_rows())
    path = docbin(tmp_path, spans=True, triggers=True, named=True)
    whole = zlib.decompress(path.read_bytes())
    outcome: Counter[str] = Counter()
    for seed in range(1500):
        path.write_bytes(zlib.compress(spoil_bytes(whole, random.Random(seed))))
        submission, codes = judged(path, gold, tiny_schema, repair=False)
        assert codes <= {code.value for code in Code}, (seed, codes)
        assert (submission is None) == bool(codes), seed
        outcome["refused" if codes else "read"] += 1
    assert min(outcome["refused"], outcome["read"]) > 50


def judged(path: Path, gold: Gold, schema: Schema, *, repair: bool) -> tuple[Submission | None, set[str]]:
    """The submission, or None and the codes of all that is wrong with it."""
    try:
        return read_submission(path, gold, schema, repair=repair), set()
    except DataError as error:
        str(error)  # what is printed must not fail either
        return None, {fault.code or "" for fault in error.faults}
