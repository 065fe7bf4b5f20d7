"""The corpus as rows: what each configuration and split of a release holds.

Tags are given by name here; the Parquet files hold their numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from khabar.alignment import Unshown
from khabar.corpus import SPLITS, Corpus
from khabar.document import Annotation
from khabar.errors import CallError, DataError, Report
from khabar.files import content_digest
from khabar.release.conditions import check_described, check_not_empty
from khabar.release.features import CONFIGS
from khabar.release.rows import Row, Segmented, document, mention_tags, segmented, trigger_tags
from khabar.schema import Schema


@dataclass(frozen=True, slots=True)
class Tables:
    """Rows by configuration and split, and what is not in them."""

    rows: dict[str, dict[str, list[Row]]]
    unshown: dict[str, dict[str, Unshown]]
    """By configuration that has tags, and split."""
    without_text: dict[str, list[str]]
    """By split: articles left out because their text is not on this machine."""
    without_split: list[str]
    """Articles with gold that no split names: not released."""

    @property
    def splits(self) -> tuple[str, ...]:
        """The splits there are, in order."""
        return tuple(self.rows["documents"])


def gold_documents(corpus: Corpus, split: str) -> list[Row]:
    """The `documents` rows of a split, by id; articles whose text is not on this machine are left out.

    Raises CallError for an unknown split, DataError where an article of the split has no gold.
    """
    if split not in SPLITS:
        raise CallError(f"no split {split!r} (there are {', '.join(SPLITS)})")
    ids = corpus.splits[split]
    check_described(corpus, {split: ids}, {"gold": corpus.gold})
    return [document(each, corpus.gold[each.id], corpus.schema) for each in _with_text(corpus, ids)]


def gold_digest(corpus: Corpus, split: str) -> str:
    """The digest that names the gold of a split: scores are comparable only where it is the same."""
    return content_digest(gold_documents(corpus, split))


def make_tables(corpus: Corpus) -> Tables:
    """All rows of a release.

    Raises DataError, all faults together, where annotations are wrong, an article of a split has no
    gold, a source or an annotator is not described, or a split would be empty.
    """
    layers = _layers(corpus)
    check_described(corpus, corpus.splits, layers)
    rows: dict[str, dict[str, list[Row]]] = {config: {} for config in CONFIGS}
    unshown: dict[str, dict[str, Unshown]] = {"ner": {}, "triggers": {}}
    without_text: dict[str, list[str]] = {}
    for split in SPLITS:
        articles = _with_text(corpus, corpus.splits[split])
        if missing := sorted(set(corpus.splits[split]) - {each.id for each in articles}):
            without_text[split] = missing
        gold = [(each, layers["gold"][each.id]) for each in articles]
        rows["documents"][split] = [document(*each, corpus.schema) for each in gold]
        rows["passes"][split] = _passes(articles, layers, corpus.schema)
        for config, tags in (("ner", mention_tags), ("triggers", trigger_tags)):
            tagged = [tags(*each) for each in gold]
            rows[config][split] = [row for part, _ in tagged for row in part]
            unshown[config][split] = sum((each for _, each in tagged), Unshown())
    check_not_empty(corpus, rows, without_text)
    released = {each for ids in corpus.splits.values() for each in ids}
    return Tables(rows, unshown, without_text, sorted(set(layers["gold"]) - released))


def _with_text(corpus: Corpus, ids: Iterable[str]) -> list[Segmented]:
    return segmented(corpus.articles[each] for each in sorted(ids))


def _passes(
    articles: Iterable[Segmented], layers: Mapping[str, Mapping[str, Annotation]], schema: Schema
) -> list[Row]:
    return [
        {"id": article.id, "annotator": layer, **document(article, given[article.id], schema)}
        for article in articles
        for layer, given in layers.items()
        if layer != "gold" and article.id in given
    ]


def _layers(corpus: Corpus) -> dict[str, dict[str, Annotation]]:
    """Gold and every annotator's pass, by layer and article; the faults of all layers come together."""
    found: dict[str, dict[str, Annotation]] = {}
    reports: list[Report] = []
    for layer in ("gold", *corpus.pass_names):
        try:
            found[layer] = {each.article: each for each in corpus.annotations(layer)}
        except DataError as error:
            reports.extend(error.reports)
    if reports:
        raise DataError(reports)
    return found
