"""What must be true of a corpus before any of it is released."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from khabar.corpus import SPLITS, Corpus
from khabar.errors import DataError, Faults, Report
from khabar.missing import named


def check_described(
    corpus: Corpus,
    splits: Mapping[str, Sequence[str]],
    layers: Mapping[str, Collection[str]],
) -> None:
    """Raise DataError unless these splits have gold, and their sources and the annotators are described.

    `layers` names the articles of each.
    """
    sources = {corpus.listed[each].source for ids in splits.values() for each in ids}
    reports = [
        *_without_gold(corpus, splits, layers["gold"]),
        *_undescribed(corpus, "sources.yaml", sources, corpus.sources),
        *_undescribed(corpus, "annotators.yaml", set(layers) - {"gold"}, corpus.annotators),
        *_silver(corpus, layers),
    ]
    if reports:
        raise DataError(reports)


def _without_gold(corpus: Corpus, splits: Mapping[str, Sequence[str]], gold: Collection[str]) -> list[Report]:
    faults = Faults(corpus.folder / "splits.yaml")
    for split, ids in splits.items():
        for each in ids:
            if each not in gold:
                faults.add(split, f"article {each!r} has no gold annotation")
    return [faults.report("adjudicate these articles, or take them out of the splits")] if faults else []


def _silver(corpus: Corpus, layers: Mapping[str, Collection[str]]) -> list[Report]:
    """Passes of a model that only makes silver: gold that came from them would be silver, too."""
    faults = Faults(corpus.folder / "passes")
    for name, articles in layers.items():
        annotator = corpus.annotators.get(name)
        if annotator is not None and annotator.role == "silver":
            for each in sorted(articles):
                faults.add(f"{name}/{each}.json", f"is silver: {name!r} is no annotator of the corpus")
    return [faults.report("take it away: silver is released apart, and never becomes gold")] if faults else []


def _undescribed(corpus: Corpus, file: str, used: set[str], known: Mapping[str, object]) -> list[Report]:
    faults = Faults(corpus.folder / file)
    for each in sorted(used - set(known)):
        faults.add("", f"no entry {each!r} (there are {', '.join(known) or 'none'})")
    return [faults.report("describe it: a release says where all of it comes from")] if faults else []


def check_not_empty(
    corpus: Corpus,
    released: Mapping[str, Sequence[str]],
    with_pass: Collection[str],
    without_text: Mapping[str, Sequence[str]],
    by_licence: Mapping[str, Sequence[str]],
) -> None:
    """Raise DataError if a split would be empty: the loader then fails on every split beside it.

    `released` names the articles of each split, `with_pass` the splits with a pass of one of them.
    """
    faults = Faults(corpus.folder / "splits.yaml")
    for split in SPLITS:
        if not corpus.splits[split]:
            faults.add(split, "names no article; a release has no empty split")
        elif not released[split]:
            reasons = [
                f"the text of {named(without_text[split])} is not on this machine"
                if split in without_text
                else "",
                f"that of {', '.join(by_licence[split])} may not be passed on" if split in by_licence else "",
            ]
            faults.add(split, f"would be empty: {', '.join(filter(None, reasons))}")
        elif split not in with_pass:
            there = ", ".join(released[split])
            faults.add(split, f"`passes` would be empty: there is no annotator's pass of {there}")
    faults.raise_if_any(
        "give the split articles that can be released, or name the folder of their texts with --texts or "
        "KHABAR_TEXTS (sources.yaml says how to get them)"
    )
