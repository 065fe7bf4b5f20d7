"""The pictures of a release's card: what it holds, how long its articles are, how far annotators agree."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import cycle

from khabar.release.charts import Bar, Chart, Part
from khabar.release.counts import Tally
from khabar.release.pairs import MEASURES, Pair

FOLDER = "assets"
_MOST_BINS = 12
_MOST_PAIRS = 4


def of_tallies(title: str, tallies: Sequence[Tally]) -> Chart:
    """A bar per type, the splits end to end, in the order given."""
    splits = tuple(tallies[0].by_split) if tallies else ()
    bars = [_stacked(each.name, list(each.by_split.values()), splits) for each in tallies]
    return Chart(title, splits, tuple(bars), max((each.total for each in tallies), default=0))


def of_lengths(title: str, lengths: Mapping[str, Sequence[int]]) -> Chart:
    """A histogram of the articles' lengths, the splits end to end; empty bins between others are shown."""
    splits = tuple(lengths)
    width = bin_width([each for values in lengths.values() for each in values])
    bins = {split: [each // width for each in values] for split, values in lengths.items()}
    used = [each for values in bins.values() for each in values]
    bars = [
        _stacked(_range(number, width), [bins[split].count(number) for split in splits], splits)
        for number in range(min(used, default=0), max(used, default=-1) + 1)
    ]
    return Chart(title, splits, tuple(bars), max((used.count(each) for each in used), default=0))


def bin_width(values: Sequence[int]) -> int:
    """The smallest of 10, 20, 50, 100, 200, … that puts the values into at most twelve bins."""
    lowest, highest = min(values, default=0), max(values, default=0)
    width, steps = 10, cycle((2, 2.5, 2))
    while highest // width - lowest // width >= _MOST_BINS:
        width = round(width * next(steps))
    return width


def _range(number: int, width: int) -> str:
    return f"{number * width:,}–{(number + 1) * width - 1:,}"


def _stacked(name: str, values: Iterable[int], splits: Sequence[str]) -> Bar:
    parts = tuple(Part(number, value, f"{value:,}") for number, value in enumerate(values))
    return Bar(name, name, parts, f"{sum(int(each.value) for each in parts):,}")


def of_agreement(title: str, pairs: Sequence[Pair]) -> Chart:
    """A bar per measure and pair of annotators, with the interval; – and no bar where F1 is undefined.

    Of many pairs, those with the most articles; the release as a whole, which comes first, stays.
    """
    shown = [*pairs[:1], *sorted(pairs[1:], key=lambda each: -each.articles)[: _MOST_PAIRS - 1]]
    bars = []
    for measure in shown[0].agreement.counts if shown else ():
        for number, pair in enumerate(shown):
            f1 = pair.agreement.counts[measure].f1
            interval = pair.intervals.get(measure)
            said = "–" if f1 is None else f"{f1:.3f}"
            whole = said if interval is None else f"{said} ({interval[0]:.3f}–{interval[1]:.3f})"
            name = MEASURES.get(measure, measure)
            parts = (Part(number, f1 or 0.0, whole),)
            bars.append(Bar(name, name if number == 0 else "", parts, said, interval))
    return Chart(title, tuple(each.name for each in shown), tuple(bars), 1.0)
