"""Bootstrap intervals: those of articles drawn again and scored one by one, the same for the same seed."""

from __future__ import annotations

import random

import numpy as np

from khabar.schema import Schema
from khabar.scoring import evaluate
from khabar.scoring.counts import Counts
from khabar.scoring.measures import Matrix
from khabar.scoring.resampling import intervals
from scoring_gold import (
    gold_rows,
    right,
)


def matrix(counts: list[list[tuple[int, int, int]]], labels: tuple[str, ...] = ("A", "B")) -> Matrix:
    """Counts per article and type."""
    return Matrix(labels, np.array(counts, dtype=np.int64))


def test_intervals_are_those_of_resampled_articles_scored_one_by_one() -> None:
    choose = random.Random(3)
    counts = [
        [(choose.randint(0, 3), choose.randint(3, 5), choose.randint(3, 6)) for _ in "AB"] for _ in range(12)
    ]
    found = intervals({"x": matrix(counts)}, resamples=200, seed=5)["x"]
    weights = np.random.Generator(np.random.PCG64(5)).multinomial(12, [1 / 12] * 12, size=200)
    naive = []
    for drawn in weights:
        rows = [row for row, times in zip(counts, drawn, strict=True) for _ in range(times)]
        sums = Counts(*(sum(each[label][part] for each in rows for label in (0, 1)) for part in range(3)))
        naive.append(sums.f1)
    assert found.micro == tuple(np.quantile(naive, [0.025, 0.975]))


def test_the_same_seed_gives_the_same_intervals_and_another_seed_others() -> None:
    given = {"x": matrix([[(n % 7, 7 + n, 9 + n % 5), (1, 2, 2)] for n in range(20)])}
    assert intervals(given, seed=1) == intervals(given, seed=1)
    assert intervals(given, seed=1) != intervals(given, seed=2)


def test_a_measure_has_the_same_intervals_alone_and_among_others() -> None:
    one, two = (
        matrix([[(1, 2, 3), (0, 0, 1)]] * 3 + [[(0, 2, 2), (1, 1, 1)]]),
        matrix([[(1, 1, 1), (0, 1, 0)]] * 4),
    )
    assert intervals({"one": one, "two": two})["one"] == intervals({"one": one})["one"]


def test_a_single_article_has_no_interval() -> None:
    found = intervals({"x": matrix([[(1, 2, 3), (1, 1, 1)]])})["x"]
    assert (found.micro, found.macro, found.by_label) == (None, None, None)


def test_a_type_that_nothing_is_said_of_has_no_interval() -> None:
    found = intervals({"x": matrix([[(1, 2, 3), (0, 0, 0)]] * 4)})["x"]
    assert found.by_label is not None
    assert found.by_label["B"] is None
    assert found.by_label["A"] == found.micro == found.macro


def test_two_thousand_resamples_are_drawn_unless_told_otherwise(tiny_schema: Schema) -> None:
    assert evaluate(gold_rows(), right(), schema=tiny_schema).resamples == 2000


def test_a_resample_is_averaged_over_the_types_its_gold_holds_whatever_a_system_predicts() -> None:
    # B is in the gold of the first article alone; where it is not drawn, predictions of B move no average
    rows = [[(2, 2, 2), (1, 1, 1)], *[[(2, 2, 2), (0, 0, 0)]] * 5]
    spurious = [[(2, 2, 2), (1, 1, 1)], *[[(2, 2, 2), (0, 3, 0)]] * 5]
    found = intervals({"x": matrix(rows), "y": matrix(spurious)}, resamples=500)
    assert found["x"].macro == (1.0, 1.0)
    assert found["y"].macro is not None
    assert found["y"].macro.high == 1.0
    weights = np.random.Generator(np.random.PCG64(1)).multinomial(6, [1 / 6] * 6, size=500)
    naive = []
    for drawn in weights:
        b = Counts(int(drawn[0]), int(drawn[0] + 3 * drawn[1:].sum()), int(drawn[0]))
        naive.append((1.0 + (b.f1 or 0.0)) / 2 if b.gold else 1.0)
    assert found["y"].macro == tuple(np.quantile(naive, [0.025, 0.975]))
