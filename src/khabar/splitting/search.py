"""The search: random divisions, each bettered by the best exchange of two groups until there is none."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import combinations
from random import Random

import numpy as np

from khabar.corpus import SPLITS, Corpus
from khabar.errors import CallError
from khabar.splitting.features import Balance, IntArray
from khabar.splitting.groups import Groups
from khabar.splitting.plan import Plan, Sizes

STARTS = 200
_TRIES = 1_000

Splits = dict[str, list[str]]


def search(
    corpus: Corpus,
    groups: Groups,
    plan: Plan,
    *,
    over: Callable[[Iterable[int]], Iterable[int]] = iter,
) -> Splits:
    """The most balanced splits found; the same for the same gold, groups and plan, on every machine.

    `over` may show progress over the random starts. Raises CallError where the sizes are not those of
    the gold, or the groups cannot be packed into them.
    """
    articles = sum(map(len, groups.groups))
    if sum(plan.sizes.values()) != articles:
        raise CallError(
            f"the sizes make {sum(plan.sizes.values())} articles, but {articles} have gold: "
            "give three sizes that add up to that"
        )
    balance = Balance.of(corpus, groups.groups, plan.sizes)
    lengths = [len(group) for group in groups.groups]
    random = Random(plan.seed)  # noqa: S311 - reproducible on purpose
    best: tuple[int, tuple[int, ...]] | None = None
    for _ in over(range(STARTS)):
        found = _bettered(_packed(lengths, plan.sizes, random), lengths, balance)
        if best is None or found < best:
            best = found
    if best is None:
        raise ValueError("no start")
    return {
        split: sorted(
            each for group, where in zip(groups.groups, best[1], strict=True) for each in group if where == n
        )
        for n, split in enumerate(SPLITS)
    }


def _packed(lengths: Sequence[int], sizes: Sizes, random: Random) -> list[int]:
    """A random split for each group so that every split is full: longer groups first, where there is room."""
    for _ in range(_TRIES):
        room = [sizes[split] for split in SPLITS]
        order = list(range(len(lengths)))
        random.shuffle(order)
        where = [-1] * len(lengths)
        for group in sorted(order, key=lambda each: -lengths[each]):
            fitting = [n for n, free in enumerate(room) if free >= lengths[group]]
            if not fitting:
                break
            chosen = random.choices(fitting, [room[n] for n in fitting])[0]
            where[group] = chosen
            room[chosen] -= lengths[group]
        else:
            return where
    packed = "/".join(map(str, sizes.values()))
    raise CallError(f"groups of up to {max(lengths)} articles do not fill splits of {packed}")


def _bettered(where: list[int], lengths: Sequence[int], balance: Balance) -> tuple[int, tuple[int, ...]]:
    """Cost and division after the best exchanges of two groups of one length, until none helps."""
    place = np.array(where)
    sums = np.array([balance.counts[place == n].sum(axis=0) for n in range(len(SPLITS))])
    while True:
        costs = [int(balance.cost(sums[n], n)) for n in range(len(SPLITS))]
        gain, left, right = _best_exchange(place, sums, costs, lengths, balance)
        if gain <= 0:
            return sum(costs), tuple(int(each) for each in place)
        moved = balance.counts[right] - balance.counts[left]
        sums[place[left]] += moved
        sums[place[right]] -= moved
        place[left], place[right] = place[right], place[left]


def _best_exchange(
    place: IntArray, sums: IntArray, costs: Sequence[int], lengths: Sequence[int], balance: Balance
) -> tuple[int, int, int]:
    """What the best exchange gains, and its two groups; the first of equal ones."""
    best = (0, -1, -1)
    sizes = np.array(lengths)
    for (a, b), length in ((pair, n) for pair in combinations(range(len(SPLITS)), 2) for n in set(lengths)):
        mine = np.flatnonzero((place == a) & (sizes == length))
        other = np.flatnonzero((place == b) & (sizes == length))
        if not len(mine) or not len(other):
            continue
        moved = balance.counts[other][None, :, :] - balance.counts[mine][:, None, :]
        after = balance.cost(sums[a] + moved, a) + balance.cost(sums[b] - moved, b)
        at = int(after.argmin())
        gain = costs[a] + costs[b] - int(after.flat[at])
        if gain > best[0]:
            best = (gain, int(mine[at // len(other)]), int(other[at % len(other)]))
    return best
