"""A judge's tasks become decisions and gold of the corpus; what is not decided is listed, not guessed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from judge_at_work import submission
from judged_corpus import AGREED, BOTH, DISPUTED, GOLD, PLAN_ORG, SINGLE, A, B, annotated, make_corpus
from khabar.corpus import Corpus
from khabar.decisions import read_decisions
from khabar.document import dumps, read_annotation, write_annotation
from khabar.errors import CallError, DataError
from khabar.gold import compare_gold, derive_gold
from khabar.labelstudio.judge_tasks import judge_results
from khabar.labelstudio.judgements import Judgement, docket, gather_judgements, judge_tasks

Task = dict[str, Any]


@pytest.fixture
def corpus(tmp_path: Path, tiny_value: dict[str, Any]) -> Corpus:
    return make_corpus(tmp_path / "annotations", tiny_value)


def task(corpus: Corpus, results: list[Any] | None, **more: Any) -> Task:
    """The task of the disputed article as the server exports it, with that submission."""
    made = judge_tasks(corpus, docket(corpus, again=["all"]))[DISPUTED]
    done = [] if results is None else [{"id": 9, "result": results, "was_cancelled": False}]
    return {"id": 7, "data": made["data"], "annotations": done, "drafts": [], **more}


def gather(corpus: Corpus, *tasks: Task, **more: Any) -> Judgement:
    found = docket(Corpus(corpus.folder))
    return gather_judgements(
        Corpus(corpus.folder), tasks, judge="j", agreed=found.agreed, link="http://ls/data?task=", **more
    )


def faults(corpus: Corpus, *tasks: Task, **more: Any) -> list[tuple[str, str]]:
    before = {path: path.read_bytes() for path in corpus.folder.rglob("*.json")}
    with pytest.raises(DataError) as error:
        gather(corpus, *tasks, **more)
    assert {path: path.read_bytes() for path in corpus.folder.rglob("*.json")} == before
    return [(fault.where, fault.message) for fault in error.value.faults]


PLACE = f"{DISPUTED}, task 7 (http://ls/data?task=7)"


def test_each_article_is_disputed_agreed_single_or_decided(corpus: Corpus) -> None:
    found = docket(corpus)
    assert (list(found.disputed), list(found.agreed), found.single) == ([DISPUTED], [AGREED], [SINGLE])
    gather(corpus, task(corpus, submission([A, B], GOLD)))
    later = docket(Corpus(corpus.folder))
    assert (later.disputed, later.agreed, later.decided) == ({}, {}, [DISPUTED, AGREED])
    assert list(docket(Corpus(corpus.folder), again=[DISPUTED]).disputed) == [DISPUTED]


def test_a_submission_becomes_decisions_and_gold_and_agreed_passes_gold_without_a_judge(
    corpus: Corpus,
) -> None:
    found = gather(corpus, task(corpus, submission([A, B], GOLD)))
    assert found.decided == [DISPUTED, AGREED]
    assert read_annotation(corpus.folder / "gold" / f"{DISPUTED}.json") == GOLD
    assert read_annotation(corpus.folder / "gold" / f"{AGREED}.json") == annotated(
        "gold", *BOTH, article=AGREED
    )
    made = read_decisions(corpus.folder / "decisions" / f"{DISPUTED}.json")
    assert (made.judge, made.passes) == ("j", ("a", "b"))
    assert read_decisions(corpus.folder / "decisions" / f"{AGREED}.json").decisions == ()
    derived = derive_gold(Corpus(corpus.folder))
    compare_gold(Corpus(corpus.folder), derived)
    assert [str(each) for each in found.notes] == [f"{PLACE}: 5 of 5 decisions give no reason"]


def test_blind_passes_stay_untouched_and_a_second_pull_changes_nothing(corpus: Corpus) -> None:
    passes = {path: path.read_bytes() for path in (corpus.folder / "passes").rglob("*.json")}
    submitted = task(corpus, submission([A, B], GOLD))
    first = gather(corpus, submitted)
    assert len(first.saved.written) == len(first.gold.written) == 2
    second = gather(corpus, submitted)
    assert (second.saved.written, second.gold.written) == ((), ())
    assert {path: path.read_bytes() for path in (corpus.folder / "passes").rglob("*.json")} == passes


def test_what_an_interrupted_pull_left_is_completed_by_the_next(corpus: Corpus) -> None:
    submitted = task(corpus, submission([A, B], GOLD))
    gather(corpus, submitted)
    (corpus.folder / "gold" / f"{DISPUTED}.json").unlink()
    (corpus.folder / "decisions" / f"{AGREED}.json").unlink()
    (corpus.folder / "gold" / f"{AGREED}.json").unlink()
    gather(corpus, submitted)
    compare_gold(Corpus(corpus.folder), derive_gold(Corpus(corpus.folder)))
    assert read_annotation(corpus.folder / "gold" / f"{DISPUTED}.json") == GOLD


def test_a_submission_left_unchanged_is_listed_and_decides_nothing(corpus: Corpus) -> None:
    found = gather(corpus, task(corpus, judge_results([A, B])))
    assert [str(each) for each in found.open] == [
        f"{PLACE}: undecided D1: metonym of GPE 'موسكو' [0, 5): true in a, false in b",
        f"{PLACE}: undecided D2: entity ORG 'خطة' [11, 14): only in a",
        f"{PLACE}: undecided D3: entity PER 'خطة' [11, 14): only in b",
        f"{PLACE}: undecided D4: realis of Reject 'ترفض' [6, 10): actual in a, negated in b",
        f"{PLACE}: undecided D5: argument Rejecter 'موسكو' [0, 5) of Reject 'ترفض' [6, 10): only in a",
    ]
    assert found.decided == [AGREED]
    assert not (corpus.folder / "decisions" / f"{DISPUTED}.json").exists()


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"annotations": []}, "not judged yet"),
        ({"annotations": [], "drafts": [{"id": 1}]}, "in draft, not submitted"),
        ({"annotations": [{"result": [], "was_cancelled": True}]}, "skipped"),
    ],
)
def test_what_is_not_submitted_is_open(more: Task, why: str, corpus: Corpus) -> None:
    found = gather(corpus, task(corpus, None, **more))
    assert [str(each) for each in found.open] == [f"{PLACE}: {why}"]
    assert found.decided == [AGREED]


def test_a_pass_that_changed_after_the_push_is_told_and_nothing_is_written(corpus: Corpus) -> None:
    submitted = task(corpus, submission([A, B], GOLD))
    path = corpus.folder / "passes" / "b" / f"{DISPUTED}.json"
    write_annotation(path, annotated("b", PLAN_ORG))
    assert faults(corpus, submitted) == [
        (
            PLACE,
            "the pass of b has changed since the task was made; push it again "
            f"(adjudicate.py push --replace {DISPUTED}) and judge it anew",
        )
    ]


def test_a_pass_that_changed_after_the_decision_is_told(corpus: Corpus) -> None:
    gather(corpus, task(corpus, submission([A, B], GOLD)))
    write_annotation(corpus.folder / "passes" / "b" / f"{DISPUTED}.json", annotated("b", PLAN_ORG))
    found = docket(Corpus(corpus.folder))
    assert found.decided == [AGREED]
    assert [each.where for each in found.stale] == [DISPUTED]
    assert "decided, but its passes have changed since" in found.stale[0].message


def test_other_decisions_are_never_overwritten_unasked(corpus: Corpus) -> None:
    gather(corpus, task(corpus, submission([A, B], GOLD)))
    other = annotated("gold", PLAN_ORG)
    again = task(corpus, submission([A, B], other))
    found = gather(corpus, again)
    (refused,) = found.refused
    assert (
        refused.faults[0].message == "exists with other content; what was given is never overwritten unasked"
    )
    assert refused.next_step == f"--replace {DISPUTED} to replace it"
    assert (found.saved.written, found.gold.written) == ((), ())
    assert read_annotation(corpus.folder / "gold" / f"{DISPUTED}.json") == GOLD
    gather(corpus, again, replace=[DISPUTED])
    assert (corpus.folder / "gold" / f"{DISPUTED}.json").read_text(encoding="utf-8") == dumps(other)


def test_tasks_that_do_not_fit_are_told_all_at_once(corpus: Corpus) -> None:
    good = task(corpus, submission([A, B], GOLD))
    edited = {**good["data"], "text": good["data"]["text"] + "!", "schema": "0.9", "passes": {}}
    twice = [*good["annotations"], *good["annotations"]]
    assert faults(
        corpus,
        {**good, "data": {"article": "authored-q"}},
        {**good, "annotations": twice},
        {**good, "id": 8},
    ) == [
        ("task 7 (http://ls/data?task=7)", "article 'authored-q' is none of this corpus; whose task is it?"),
        (PLACE, "2 submissions; delete all but the one that counts"),
        (
            f"{DISPUTED}, task 8 (http://ls/data?task=8)",
            f"the article is in {PLACE} already; delete one of the two",
        ),
    ]
    assert faults(corpus, {**good, "data": edited}) == [
        (PLACE, "its text is not the article's: it was edited on the server, or the article has changed"),
        (PLACE, "made for schema '0.9', this is 1.0"),
        (PLACE, "expected the digests of the passes it was made of, found {}"),
    ]


def test_a_note_that_no_decision_takes_up_is_told(corpus: Corpus) -> None:
    words = {"start": 6, "end": 10, "text": ["look at realis again"]}
    note = {"id": "T9", "from_name": "note", "to_name": "text", "type": "textarea", "value": words}
    label = {"start": 34, "end": 38, "text": "لندن", "labels": ["GPE"]}
    drawn = {"id": "T9", "from_name": "entity", "to_name": "text", "type": "labels", "value": label}
    verdict = {"start": 34, "end": 38, "choices": ["drop"]}
    gone = {"id": "T9", "from_name": "verdict", "to_name": "text", "type": "choices", "value": verdict}
    found = gather(corpus, task(corpus, [*submission([A, B], GOLD), drawn, gone, note]))
    assert str(found.notes[0]) == (
        f"{PLACE}: nothing was decided of GPE 'لندن' [34, 38), on which the note is: look at realis again"
    )


def test_an_article_nobody_knows_or_a_judge_who_is_none_is_a_wrong_call(corpus: Corpus) -> None:
    with pytest.raises(CallError, match="no article authored-q"):
        docket(corpus, articles=["authored-q"])
    with pytest.raises(CallError, match="no judge 'a' in annotators"):
        gather_judgements(corpus, [], judge="a", agreed={})


@pytest.mark.parametrize("command", ["", "push", "pull"])
def test_the_program_says_how_it_is_called(command: str, repository: Path) -> None:
    program = [sys.executable, repository / "scripts" / "adjudicate.py", *([command] if command else [])]
    done = subprocess.run([*program, "--help"], capture_output=True, text=True)
    assert done.returncode == 0
    assert f"Example: adjudicate.py {command or 'push'}" in done.stdout
