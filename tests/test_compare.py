"""compare: paired permutation tests over articles, Holm's correction, and groups that share a rank."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from khabar.errors import CallError, DataError
from khabar.schema import Schema
from khabar.scoring import Comparison, Pair, compare, comparison_report, evaluate
from khabar.scoring.board import named_submissions
from khabar.scoring.comparison import (
    compare_evaluations,
    difference_interval,
    permutation_test,
)
from khabar.scoring.counts import Counts, FloatArray
from scoring_gold import AMMAN, Record, entity, gold_rows, nothing, right, row, write_lines


def table(*counts: tuple[int, int, int]) -> FloatArray:
    """Counts of articles."""
    return np.array(counts, dtype=np.float64)


def f1(rows: list[tuple[int, int, int]]) -> float:
    return Counts(*map(sum, zip(*rows, strict=True))).f1 or 0.0


ONE = [(3, 4, 5), (2, 2, 4), (0, 3, 2), (5, 5, 6), (1, 1, 3)]
TWO = [(2, 4, 5), (2, 3, 4), (1, 3, 2), (3, 5, 6), (0, 2, 3)]


def by_hand() -> float:
    """All swaps of articles, one by one: the share with a difference as large."""
    observed = abs(f1(ONE) - f1(TWO))
    as_large = 0
    for swaps in itertools.product([False, True], repeat=len(ONE)):
        pairs = [(b, a) if swap else (a, b) for a, b, swap in zip(ONE, TWO, swaps, strict=True)]
        as_large += abs(f1([a for a, _ in pairs]) - f1([b for _, b in pairs])) >= observed - 1e-12
    return as_large / 2 ** len(ONE)


def test_few_articles_are_swapped_in_every_way_and_p_is_exact() -> None:
    assert permutation_test(table(*ONE), table(*TWO)) == by_hand() == 0.25


def test_drawn_permutations_come_near_the_exact_p() -> None:
    one, two = table(*ONE * 3), table(*TWO * 3)  # 2^15 swaps
    exact = permutation_test(one, two, permutations=2**15)
    drawn = permutation_test(one, two, permutations=10_000, seed=3)
    assert drawn == pytest.approx(exact, abs=0.005)
    assert drawn != exact
    assert permutation_test(one, two, permutations=10_000, seed=3) == drawn


def test_the_drawn_p_is_never_zero() -> None:
    good, bad = table(*[(5, 5, 5)] * 40), table(*[(1, 5, 5)] * 40)
    assert permutation_test(good, bad, permutations=10_000) == 1 / 10_001


def test_a_system_against_itself_has_p_one_and_no_difference(tiny_schema: Schema) -> None:
    found = compare(gold_rows(), {"A": right(), "B": right()}, schema=tiny_schema, resamples=50)
    for each in found.pairs:
        assert (each.difference, each.p, each.adjusted) == (0.0, 1.0, 1.0)
        assert each.interval == (0.0, 0.0)
        assert not each.told_apart


def test_swapping_the_systems_turns_the_difference_round_and_leaves_p() -> None:
    one, two = table(*ONE * 4), table(*TWO * 4)
    assert permutation_test(one, two) == permutation_test(two, one)
    there = difference_interval(one, two)
    back = difference_interval(two, one)
    assert there is not None
    assert back is not None
    assert back == pytest.approx((-there.high, -there.low))
    assert there.low < f1(ONE) - f1(TWO) < there.high


def test_the_interval_is_that_of_articles_drawn_for_both_systems_together() -> None:
    drawn = np.random.Generator(np.random.PCG64(1)).multinomial(5, [0.2] * 5, size=300)
    naive = []
    for weights in drawn:
        rows = [n for n, times in enumerate(weights) for _ in range(times)]
        naive.append(f1([ONE[n] for n in rows]) - f1([TWO[n] for n in rows]))
    found = difference_interval(table(*ONE), table(*TWO), resamples=300, seed=1)
    assert found == pytest.approx(tuple(np.quantile(naive, [0.025, 0.975])))


def test_under_the_null_hypothesis_p_falls_below_a_level_as_often_as_the_level_says() -> None:
    random = np.random.Generator(np.random.PCG64(7))
    values = []
    for _ in range(500):
        gold = random.integers(3, 9, 30)
        found = [random.integers(3, 9, 30) for _ in "AB"]
        matches = [random.binomial(np.minimum(gold, each), 0.7) for each in found]
        sides = [
            np.stack([match, each, gold], axis=-1).astype(np.float64)
            for match, each in zip(matches, found, strict=True)
        ]
        values.append(permutation_test(*sides, permutations=500))
    below = np.array(values)
    assert 0.03 < np.mean(below < 0.05) < 0.07
    assert 0.45 < np.mean(below < 0.5) < 0.55


def many(count: int, *, good: bool) -> list[Record]:
    """A submission of that many articles: all entities, or the first of each only."""
    found = []
    for number in range(count):
        kept = entities_of()[:1] if not good else entities_of()
        found.append({"article": f"test-{number:02}", "entities": kept, "events": []})
    return found


def entities_of() -> list[Record]:
    return [entity(AMMAN, "PER", "ليلى"), entity(AMMAN, "GPE", "عمّان"), entity(AMMAN, "GPE", "موسكو")]


def rows_of(count: int) -> list[Record]:
    return [row(each, AMMAN) for each in many(count, good=True)]


def test_holm_multiplies_the_smallest_p_by_the_number_of_tests_and_never_falls(tiny_schema: Schema) -> None:
    systems = {"A": many(8, good=True), "B": many(8, good=False), "C": many(8, good=False)}
    found = compare(rows_of(8), systems, schema=tiny_schema, resamples=50)
    entities = [each for each in found.pairs if each.measure == "entities"]
    assert [(e.first, e.second) for e in entities] == [("A", "B"), ("A", "C"), ("B", "C")]
    assert [e.p for e in entities] == [2 / 256, 2 / 256, 1.0]
    assert [e.adjusted for e in entities] == [6 / 256, 6 / 256, 1.0]
    assert [e.told_apart for e in entities] == [True, True, False]
    assert found.groups("entities") == {"A": 1, "B": 2, "C": 2}


def test_what_is_undefined_for_one_system_is_not_compared_nor_counted_by_holm(tiny_schema: Schema) -> None:
    names = [{"article": each["article"], "entities": each["entities"]} for each in right()]
    found = compare(gold_rows(), {"A": right(), "B": names}, schema=tiny_schema, resamples=50)
    assert [(e.measure, e.p) for e in found.pairs] == [
        ("entities", 1.0),
        ("triggers", None),
        ("argument_c+", None),
    ]
    assert found.pairs[0].adjusted == 1.0
    assert found.groups("triggers") == {"A": 1, "B": None}


def comparison(f1: dict[str, float], apart: set[str]) -> Comparison:
    """A comparison whose pairs in `apart` ("AB") are told apart."""
    pairs = tuple(
        Pair("entities", a, b, f1[a] - f1[b], None, 0.01, 0.01 if a + b in apart else 0.5)
        for a, b in itertools.combinations(sorted(f1), 2)
    )
    return Comparison(tuple(sorted(f1)), ("entities",), {"entities": f1}, pairs, 1, 1, 1, 9)


@pytest.mark.parametrize(
    ("apart", "groups"),
    [
        (set(), [1, 1, 1]),
        ({"AB", "AC", "BC"}, [1, 2, 3]),
        ({"AC"}, [1, 1, 1]),  # B is like both
        ({"AB", "AC"}, [1, 2, 2]),
        ({"AC", "BC"}, [1, 1, 2]),
    ],
)
def test_systems_that_cannot_be_told_apart_share_a_group(apart: set[str], groups: list[int]) -> None:
    made = comparison({"A": 0.9, "B": 0.8, "C": 0.7}, apart)
    assert list(made.groups("entities").values()) == groups


def test_the_json_holds_every_pair_and_no_nan(tiny_schema: Schema) -> None:
    found = compare(gold_rows(), {"A": right(), "B": nothing()}, schema=tiny_schema, resamples=50)
    made = json.loads(json.dumps(comparison_report.as_json(found), allow_nan=False))
    assert made["permutations"] == 10_000
    assert made["pairs"][0] == {
        "measure": "entities",
        "first": "A",
        "second": "B",
        "difference": 1.0,
        "interval": [1.0, 1.0],
        "p": 0.5,
        "p_adjusted": 1.0,
        "told_apart": False,
    }
    assert made["groups"]["entities"] == {"A": 1, "B": 1}


def test_it_is_said_when_there_are_too_few_articles_to_tell_any_systems_apart(tiny_schema: Schema) -> None:
    few = compare(gold_rows(), {"A": right(), "B": nothing()}, schema=tiny_schema, resamples=50)
    assert few.smallest_p == few.pairs[0].p == 0.5
    assert list(comparison_report.notes(few)) == [
        "2 articles are too few to tell systems apart: p cannot be below 0.5, however different they are"
    ]
    systems = {"A": many(8, good=True), "B": many(8, good=False)}
    enough = compare(rows_of(8), systems, schema=tiny_schema, resamples=50)
    assert enough.smallest_p == enough.pairs[0].p == 2 / 256
    assert list(comparison_report.notes(enough)) == []
    drawn = compare(rows_of(8), systems, schema=tiny_schema, resamples=50, permutations=99)
    assert drawn.smallest_p == 1 / 100


def test_a_system_may_be_a_function_of_a_row(tiny_schema: Schema) -> None:
    records = {each["article"]: each for each in right()}

    def predict(shown: Record) -> Record:
        assert not {"entities", "events"} & set(shown)
        return {name: records[shown["id"]][name] for name in ("entities", "events")}

    one = compare(gold_rows(), {"A": predict, "B": nothing()}, schema=tiny_schema, resamples=50)
    two = compare(gold_rows(), {"A": right(), "B": nothing()}, schema=tiny_schema, resamples=50)
    assert one == two


def test_the_faults_of_all_systems_are_told_each_under_its_name(tiny_schema: Schema) -> None:
    systems = {"good": right(), "short": right()[:1], "mixed": [*right(), 3]}
    with pytest.raises(DataError) as raised:
        compare(gold_rows(), systems, schema=tiny_schema)
    assert [each.source for each in raised.value.reports] == ["short", "mixed"]


def test_a_function_that_gives_no_object_is_told_with_the_article(tiny_schema: Schema) -> None:
    with pytest.raises(DataError, match="expected an object with entities, events or both, found NoneType"):
        evaluate(gold_rows(), lambda _: None, schema=tiny_schema)  # type: ignore[arg-type,return-value]


def test_one_system_or_two_golds_cannot_be_compared(tiny_schema: Schema) -> None:
    with pytest.raises(CallError, match="two systems or more"):
        compare(gold_rows(), {"A": right()}, schema=tiny_schema)
    both = evaluate(gold_rows(), right(), schema=tiny_schema, resamples=0)
    one = evaluate(gold_rows()[:1], right()[:1], schema=tiny_schema, resamples=0)
    with pytest.raises(CallError, match="different gold"):
        compare_evaluations({"A": both, "B": one})


def test_a_system_is_called_by_its_folder_or_its_file_or_in_doubt_its_path(tmp_path: Path) -> None:
    crf, flat = tmp_path / "crf" / "predictions.jsonl", tmp_path / "flat.jsonl"
    crf.parent.mkdir()
    assert named_submissions([crf.parent, flat]) == {"crf": crf, "flat": flat}
    other = tmp_path / "old" / "flat.jsonl"
    assert named_submissions([flat, other]) == {str(flat): flat, str(other): other}
    with pytest.raises(CallError, match="named twice"):
        named_submissions([crf.parent, crf])


def test_the_program_compares_as_the_function_does(repository: Path, tmp_path: Path) -> None:
    from conftest import tiny_schema_value
    from release_corpus import gold_predictions, make_checkout

    checkout = make_checkout(tmp_path / "checkout", tiny_schema_value(), "")
    one = write_lines(tmp_path / "one" / "predictions.jsonl", gold_predictions(checkout)).parent
    two = write_lines(
        tmp_path / "two.jsonl", [{**each, "entities": []} for each in gold_predictions(checkout)]
    )
    command = [sys.executable, repository / "benchmark" / "evaluate.py", "compare", one, two]
    command += ["--annotations", checkout / "annotations"]
    done = subprocess.run(
        [*map(str, command), "--format", "json"], capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr
    made = json.loads(done.stdout)
    assert made["split"] == "test"
    assert [(e["first"], e["second"], e["difference"]) for e in made["pairs"]] == [
        ("one", "two", 1.0),
        ("one", "two", 0.0),
        ("one", "two", 0.0),
    ]
    assert made["pairs"][0]["interval"] is None  # one article
    done = subprocess.run([*map(str, command)], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "Groups that cannot be told apart" in done.stdout
