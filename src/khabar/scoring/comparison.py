"""Which of several systems is better: paired tests over articles, and groups that cannot be told apart.

Under the null hypothesis it does not matter which system gave which article's predictions. So the
two systems' counts are swapped article by article, at random, and the difference of the sums' F1 is
held against the observed one (approximate randomisation). Sums of count matrices are all that is needed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np

from khabar.bootstrap import RESAMPLES, SEED, Interval, percentile, weights
from khabar.errors import CallError, DataError, Report
from khabar.schema import Schema
from khabar.scoring.counts import Counts, FloatArray, f1_of
from khabar.scoring.evaluation import Evaluation, Predict, records_of, score
from khabar.scoring.gold import read_gold
from khabar.scoring.measures import HEADLINES, TASKS
from khabar.scoring.submission import Submission, judge_records

PERMUTATIONS = 10_000
ALPHA = 0.05
_CHUNK = 1000
"""Permutations made at a time, to bound memory."""
_TIE = 1e-12
"""Differences of F1 nearer than this are the same: equal fractions may differ in the last bits."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two systems under one measure. All figures are None where F1 is undefined for one of them.

    `difference` is F1 of `first` minus F1 of `second`; `p` is two-sided, `adjusted` Holm's correction
    of it over all pairs and measures compared together.
    """

    measure: str
    first: str
    second: str
    difference: float | None = None
    interval: Interval | None = None
    p: float | None = None
    adjusted: float | None = None

    @property
    def told_apart(self) -> bool:
        """Whether the systems differ at the 5 % level after correction."""
        return self.adjusted is not None and self.adjusted < ALPHA


@dataclass(frozen=True, slots=True)
class Comparison:
    """All pairs of the systems under the measures, and the F1 of each system."""

    systems: tuple[str, ...]
    measures: tuple[str, ...]
    f1: Mapping[str, Mapping[str, float | None]]
    pairs: tuple[Pair, ...]
    permutations: int
    resamples: int
    seed: int
    articles: int

    @property
    def smallest_p(self) -> float:
        """The p of a system that is better in every article: nothing can be more significant."""
        swaps = 2.0**-self.articles
        return 2 * swaps if swaps * self.permutations >= 1 else 1 / (1 + self.permutations)

    def groups(self, measure: str) -> dict[str, int | None]:
        """System → number of its group, best first; None where its F1 is undefined.

        A new group begins only where every system above is told apart from every one below, so that
        two systems which cannot be told apart always share a group.
        """
        scores = self.f1[measure]
        defined = [(-value, name) for name in self.systems if (value := scores[name]) is not None]
        ranked = [name for _, name in sorted(defined)]
        apart = {frozenset((e.first, e.second)) for e in self.pairs if e.measure == measure and e.told_apart}
        found: dict[str, int | None] = dict.fromkeys(self.systems)
        group = 1
        for place, name in enumerate(ranked):
            above, below = ranked[:place], ranked[place:]
            if place and all(frozenset((one, two)) in apart for one in above for two in below):
                group += 1
            found[name] = group
        return found


def compare(
    gold: Iterable[Mapping[str, Any]],
    systems: Mapping[str, Iterable[Mapping[str, Any]] | Predict],
    *,
    schema: Schema,
    measures: Sequence[str] | None = None,
    permutations: int = PERMUTATIONS,
    resamples: int = RESAMPLES,
    seed: int = SEED,
) -> Comparison:
    """The systems' predictions (submission records) compared on gold (`documents` rows of one split).

    A system may be a function, as for `evaluate`. Raises DataError with the faults of all systems, each
    under its name, CallError where there are fewer than two of them.
    """
    rows = list(gold)
    right = read_gold(rows)
    submissions: dict[str, Submission] = {}
    reports: list[Report] = []
    for name, each in systems.items():
        try:
            submissions[name] = judge_records(records_of(each, rows), right, schema, name=name)
        except DataError as error:
            reports.extend(error.reports)
    if reports:
        raise DataError(reports)
    evaluations = {name: score(right, each, schema, resamples=0) for name, each in submissions.items()}
    return compare_evaluations(
        evaluations, measures=measures, permutations=permutations, resamples=resamples, seed=seed
    )


def compare_evaluations(
    evaluations: Mapping[str, Evaluation],
    *,
    measures: Sequence[str] | None = None,
    permutations: int = PERMUTATIONS,
    resamples: int = RESAMPLES,
    seed: int = SEED,
) -> Comparison:
    """As `compare`, for systems that are scored already; `measures` are the headline ones unless named.

    The order of the systems only says which is `first`. Raises CallError where there are fewer than
    two systems, or they were scored on different gold.
    """
    if len(evaluations) < 2:
        raise CallError(f"expected two systems or more to compare, found {len(evaluations)}")
    if len({each.gold.digest for each in evaluations.values()}) > 1:
        raise CallError("the systems were scored on different gold; score them on one")
    wanted = tuple(HEADLINES[task] for task in TASKS) if measures is None else tuple(measures)
    counts = {measure: _counts(evaluations, measure) for measure in wanted}
    pairs = [
        _pair(measure, first, second, counts[measure], (permutations, resamples, seed))
        for measure in wanted
        for first, second in combinations(evaluations, 2)
    ]
    f1 = {measure: {name: _f1(found.get(name)) for name in evaluations} for measure, found in counts.items()}
    articles = max(len(each.gold.articles) for each in evaluations.values())
    return Comparison(tuple(evaluations), wanted, f1, _holm(pairs), permutations, resamples, seed, articles)


def _counts(evaluations: Mapping[str, Evaluation], measure: str) -> dict[str, FloatArray]:
    """Counts of each system that predicts the task, articles by (match, predicted, gold)."""
    found = {}
    for name, each in evaluations.items():
        scored = each.scores[measure]
        if scored is not None:
            found[name] = scored.matrix.counts.sum(axis=1).astype(np.float64)
    return found


def _f1(counts: FloatArray | None) -> float | None:
    return None if counts is None else Counts(*map(int, counts.sum(axis=0))).f1


def _pair(
    measure: str, first: str, second: str, counts: Mapping[str, FloatArray], drawn: tuple[int, int, int]
) -> Pair:
    one, two = counts.get(first), counts.get(second)
    mine, theirs = _f1(one), _f1(two)
    if one is None or two is None or mine is None or theirs is None:
        return Pair(measure, first, second)
    permutations, resamples, seed = drawn
    p = permutation_test(one, two, permutations=permutations, seed=seed)
    interval = difference_interval(one, two, resamples=resamples, seed=seed)
    return Pair(measure, first, second, mine - theirs, interval, p)


def permutation_test(
    one: FloatArray, two: FloatArray, *, permutations: int = PERMUTATIONS, seed: int = SEED
) -> float:
    """Two-sided p of the difference in F1, counts being of shape (articles, 3).

    Where swapping articles gives no more than `permutations` different tables, each is counted once
    and p is exact; else they are drawn, and p is (1 + as large) / (1 + drawn), which is never 0.
    """
    totals = one.sum(axis=0), two.sum(axis=0)
    step = (two - one)[np.any(one != two, axis=1)]
    observed = abs(_difference(*totals)) - _TIE
    exact = 2 ** len(step) <= permutations
    swaps = _all_swaps(len(step)) if exact else _random_swaps(len(step), permutations, seed)
    as_large = drawn = 0
    for chosen in swaps:
        moved = chosen @ step
        as_large += np.count_nonzero(np.abs(_difference(totals[0] + moved, totals[1] - moved)) >= observed)
        drawn += len(chosen)
    return as_large / drawn if exact else (1 + as_large) / (1 + drawn)


def _difference(one: FloatArray, two: FloatArray) -> FloatArray:
    difference: FloatArray = np.nan_to_num(f1_of(np.atleast_2d(one))) - np.nan_to_num(
        f1_of(np.atleast_2d(two))
    )
    return difference


def _all_swaps(articles: int) -> Iterator[FloatArray]:
    numbers = np.arange(2**articles)[:, None]
    yield (numbers >> np.arange(articles) & 1).astype(np.float64)


def _random_swaps(articles: int, permutations: int, seed: int) -> Iterator[FloatArray]:
    random = np.random.Generator(np.random.PCG64(seed))
    for begin in range(0, permutations, _CHUNK):
        size = min(_CHUNK, permutations - begin), articles
        yield random.integers(0, 2, size=size).astype(np.float64)


def difference_interval(
    one: FloatArray, two: FloatArray, *, resamples: int = RESAMPLES, seed: int = SEED
) -> Interval | None:
    """The 95 % interval of the difference in F1 over resampled articles, the same for both systems.

    None with a single article; resamples in which one F1 is undefined are left out.
    """
    if len(one) < 2:
        return None
    found = [f1_of(each @ one) - f1_of(each @ two) for each in weights(len(one), resamples, seed)]
    return percentile(np.concatenate(found)) if found else None


def _holm(pairs: Sequence[Pair]) -> tuple[Pair, ...]:
    """The pairs with Holm's step-down adjusted p over all of them that have one."""
    order = sorted((each.p, number) for number, each in enumerate(pairs) if each.p is not None)
    adjusted: dict[int, float] = {}
    largest = 0.0
    for place, (p, number) in enumerate(order):
        largest = max(largest, min(1.0, (len(order) - place) * p))
        adjusted[number] = largest
    return tuple(
        Pair(e.measure, e.first, e.second, e.difference, e.interval, e.p, adjusted.get(number))
        for number, e in enumerate(pairs)
    )
