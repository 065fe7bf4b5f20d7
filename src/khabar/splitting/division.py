"""From the gold to `splits.yaml`: plan, groups, search, and the file written or compared."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from khabar.corpus import Corpus
from khabar.splitting.file import compare_splits, make_plan, save_splits
from khabar.splitting.groups import read_groups
from khabar.splitting.report import SplitReport, report_of
from khabar.splitting.search import search


def divide(
    corpus: Corpus,
    seed: int | None = None,
    sizes: str | None = None,
    *,
    check: bool = False,
    tell: Callable[[str], object] = print,
    over: Callable[[Iterable[int]], Iterable[int]] = iter,
) -> SplitReport:
    """Write the splits that the seed and the sizes give, by default those the file says it was made by.

    With `check` nothing is written: DataError names every article that is elsewhere. `tell` is given
    what a reader should know, `over` may show progress. Raises CallError where no such splits can be.
    """
    plan = make_plan(corpus, seed, sizes)
    groups = read_groups(corpus)
    for line in groups.remarks:
        tell(line)
    found = search(corpus, groups, plan, over=over)
    report = report_of(corpus, found)
    if report.short:
        tell(f"too few in test, though there are enough in all: {', '.join(report.short)}")
    if check:
        compare_splits(corpus, found, plan)
        tell(f"splits.yaml is what {plan} gives")
    else:
        tell(f"splits.yaml {'written' if save_splits(corpus, found, plan) else 'holds exactly this already'}")
    return report
