"""The articles of a release, one after the other: each is read, checked, and then forgotten."""

from __future__ import annotations

import os
import sys
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from khabar.article_list import Article
from khabar.corpus import SPLITS, TEXT_NEXT_STEP, Corpus, layer_folder
from khabar.document import Annotation
from khabar.errors import CallError, DataError, Faults, Report
from khabar.release.conditions import check_described, check_not_empty
from khabar.release.rows import Segmented, segmented

GOLD = "gold"


@dataclass(frozen=True, slots=True)
class Annotated:
    """An article with its text, its gold, and the passes of its annotators, by annotator in order."""

    split: str
    article: Segmented
    gold: Annotation
    passes: Mapping[str, Annotation]


@dataclass(slots=True)
class LeftOut:
    """Articles with gold that are not in a release, by split and id; complete once the walk has ended."""

    without_text: dict[str, list[str]] = field(default_factory=dict)
    """Their text is not on this machine."""
    by_licence: dict[str, list[str]] = field(default_factory=dict)
    """The terms of their source do not let others pass their text on."""
    without_split: list[str] = field(default_factory=list)


def walk(
    corpus: Corpus, left_out: LeftOut, *, splits: Collection[str] = SPLITS, with_texts: Collection[str] = ()
) -> Iterator[Annotated]:
    """Every article of these splits that a release may hold, by split and id.

    All articles and annotations of the corpus are read and checked on the way, also those of no split.
    Texts of a source that may not be passed on are left out, on every machine alike, unless `with_texts`
    names it. Raises CallError where it names no such source, and DataError: before the first article where
    gold, a source or an annotator is missing; after the last one, all faults of all files together, where
    anything was wrong; and last where a split would be empty. After a fault no more articles are given.
    """
    files = _files(corpus)
    check_described(corpus, corpus.splits, files)
    kept_back = _kept_back(corpus, with_texts)
    found = _Findings(corpus)
    released: dict[str, list[str]] = {split: [] for split in SPLITS}
    with_pass: set[str] = set()
    for split in SPLITS:
        for article, layers in found.read(sorted(corpus.splits[split]), files):
            if article.source in kept_back:
                left_out.by_licence.setdefault(split, []).append(article.id)
            elif article.text is None:
                left_out.without_text.setdefault(split, []).append(article.id)
            else:
                released[split].append(article.id)
                with_pass |= {split} if len(layers) > 1 else set()
                if split in splits and not found:
                    gold = layers.pop(GOLD)
                    yield Annotated(split, segmented(article), gold, layers)
    named = {each for ids in corpus.splits.values() for each in ids}
    left_out.without_split += sorted(files[GOLD] - named)
    for _ in found.read([each for each in corpus.listed if each not in named], files):
        pass  # read for its faults alone
    found.read_strangers(files)
    found.raise_if_any()
    check_not_empty(corpus, released, with_pass, left_out.without_text, left_out.by_licence)


def _files(corpus: Corpus) -> dict[str, set[str]]:
    """The names of the files of each layer, gold first."""
    if not layer_folder(corpus.folder, GOLD).is_dir():
        there = ", ".join(corpus.pass_names) or "none yet"
        raise CallError(f"no layer {GOLD!r} in {corpus.folder} (there are: {there})")
    return {layer: set(_stems(layer_folder(corpus.folder, layer))) for layer in (GOLD, *corpus.pass_names)}


def _stems(folder: Path) -> Iterator[str]:
    with os.scandir(folder) as entries:
        for each in entries:
            if each.name.endswith(".json"):
                yield sys.intern(each.name.removesuffix(".json"))  # in memory once, not once a layer


def _kept_back(corpus: Corpus, with_texts: Collection[str]) -> set[str]:
    """The sources whose texts stay out."""
    closed = {each.id for each in corpus.sources.values() if not each.may_be_passed_on}
    if unknown := sorted(set(with_texts) - closed):
        there = ", ".join(sorted(closed)) or "none"
        raise CallError(
            f"no source {', '.join(unknown)} whose texts stay out of a release (there are {there})"
        )
    return closed - set(with_texts)


class _Findings:
    """Reads articles and their annotations, and keeps the faults in the order of the files."""

    def __init__(self, corpus: Corpus) -> None:
        self._corpus = corpus
        self._texts = Faults(corpus.folder / "articles.jsonl")
        self._reports: dict[tuple[int, str], tuple[Report, ...]] = {}

    def __bool__(self) -> bool:
        return bool(self._texts) or bool(self._reports)

    def read(
        self, ids: Iterable[str], files: Mapping[str, Collection[str]]
    ) -> Iterator[tuple[Article, dict[str, Annotation]]]:
        """The articles, each with what the layers say of it; an annotation with a fault is not among it."""
        for article in self._corpus.with_texts(ids, self._texts):
            layers = {}
            for number, (layer, names) in enumerate(files.items()):
                if article.id in names and (said := self._read(number, layer, article.id, article)):
                    layers[layer] = said
            yield article, layers

    def read_strangers(self, files: Mapping[str, Collection[str]]) -> None:
        """Annotations of articles that are not in `articles.jsonl`: that is a fault of each."""
        for number, (layer, names) in enumerate(files.items()):
            for name in sorted(set(names) - self._corpus.listed.keys()):
                self._read(number, layer, name, None)

    def _read(self, number: int, layer: str, name: str, article: Article | None) -> Annotation | None:
        try:
            return self._corpus.annotation(layer, name, article)
        except DataError as error:
            self._reports[number, name] = error.reports
            return None

    def raise_if_any(self) -> None:
        """Raise DataError with every fault there was: of texts, then layer by layer."""
        texts = [self._texts.report(TEXT_NEXT_STEP)] if self._texts else []
        reports = [*texts, *(each for _, found in sorted(self._reports.items()) for each in found)]
        if reports:
            raise DataError(reports)
