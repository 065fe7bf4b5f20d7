"""95 % intervals of agreement: F1 over resampled articles, all figures over the same draws."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from khabar.agreement.comparison import Agreement
from khabar.agreement.counts import Counts
from khabar.bootstrap import RESAMPLES, SEED, Interval, percentile, weights

Figure = tuple[str, str]
"""A measure, and a type of it; `""` for the whole measure."""

NOUGHT = Counts()


def intervals_of(
    articles: Sequence[Agreement], *, resamples: int = RESAMPLES, seed: int = SEED
) -> dict[Figure, Interval | None]:
    """The interval of every measure and type; None where undefined, as always with a single article.

    The order of the articles decides what is drawn: give them sorted by id.
    """
    names = dict.fromkeys((measure, "") for each in articles for measure in each.counts)
    names |= dict.fromkeys(
        (measure, type_)
        for each in articles
        for measure, rows in each.by_type.items()
        for type_ in sorted(rows)
    )
    if len(articles) < 2 or not names:
        return dict.fromkeys(names)
    table = np.array(
        [[_numbers(_of(each, *name)) for name in names] for each in articles], dtype=np.float64
    ).reshape(len(articles), -1)
    drawn = np.concatenate(list(weights(len(articles), resamples, seed)))
    sums = (drawn @ table).reshape(len(drawn), len(names), 2)
    both = sums[..., 1]
    f1 = np.where(both == 0, np.nan, 2 * sums[..., 0] / np.where(both == 0, 1, both))
    return {name: percentile(f1[:, number]) for number, name in enumerate(names)}


def _of(agreement: Agreement, measure: str, type_: str) -> Counts:
    if not type_:
        return agreement.counts.get(measure, NOUGHT)
    return agreement.by_type.get(measure, {}).get(type_, NOUGHT)


def _numbers(counts: Counts) -> tuple[int, int]:
    return counts.match, counts.first + counts.second
