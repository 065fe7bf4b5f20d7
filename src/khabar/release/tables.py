"""The corpus as rows: what each configuration and split of a release holds.

Tags are given by name here; the Parquet files hold their numbers.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from khabar.alignment import Unshown
from khabar.corpus import SPLITS, Corpus
from khabar.errors import CallError
from khabar.files import content_digest
from khabar.release.conditions import check_described
from khabar.release.features import CONFIGS
from khabar.release.records import Row, plain
from khabar.release.rows import document, mention_tags, of_annotator, segmented, trigger_tags
from khabar.release.walk import Annotated, LeftOut, walk
from khabar.schema import Schema


@dataclass(frozen=True, slots=True)
class ArticleRows:
    """The rows of one article by configuration, and what its tags cannot show."""

    rows: Mapping[str, list[Any]]
    unshown: Mapping[str, Unshown]


def rows_of(annotated: Annotated, schema: Schema) -> ArticleRows:
    """The article as each configuration holds it."""
    article, gold = annotated.article, annotated.gold
    mentions, of_mentions = mention_tags(article, gold)
    triggers, of_triggers = trigger_tags(article, gold)
    rows: dict[str, list[Any]] = {
        "documents": [document(article, gold, schema)],
        "ner": mentions,
        "triggers": triggers,
        "passes": [of_annotator(article, said, schema) for said in annotated.passes.values()],
    }
    return ArticleRows(rows, {"ner": of_mentions, "triggers": of_triggers})


@dataclass(frozen=True, slots=True)
class Tables:
    """Rows by configuration and split, and what is not in them."""

    rows: dict[str, dict[str, list[Row]]]
    unshown: dict[str, dict[str, Unshown]]
    """By configuration that has tags, and split."""
    left_out: LeftOut


def make_tables(corpus: Corpus, *, with_texts: Collection[str] = ()) -> Tables:
    """All rows of a release at once, in memory; `build` writes them without ever holding all.

    `with_texts` and what is raised are as of `khabar.release.walk.walk`.
    """
    rows: dict[str, dict[str, list[Row]]] = {config: {split: [] for split in SPLITS} for config in CONFIGS}
    unshown = {config: dict.fromkeys(SPLITS, Unshown()) for config in ("ner", "triggers")}
    left_out = LeftOut()
    for annotated in walk(corpus, left_out, with_texts=with_texts):
        made = rows_of(annotated, corpus.schema)
        for config, added in made.rows.items():
            rows[config][annotated.split] += map(plain, added)
        for config, each in made.unshown.items():
            unshown[config][annotated.split] += each
    return Tables(rows, unshown, left_out)


def gold_documents(corpus: Corpus, split: str) -> list[Row]:
    """The `documents` rows of a split, by id; articles whose text is not on this machine are left out.

    Raises CallError for an unknown split, DataError where an article of the split has no gold.
    """
    if split not in SPLITS:
        raise CallError(f"no split {split!r} (there are {', '.join(SPLITS)})")
    ids = corpus.splits[split]
    check_described(corpus, {split: ids}, {"gold": corpus.gold})
    articles = [corpus.articles[each] for each in sorted(ids)]
    return [
        plain(document(segmented(each), corpus.gold[each.id], corpus.schema))
        for each in articles
        if each.text is not None
    ]


def gold_digest(corpus: Corpus, split: str) -> str:
    """The digest that names the gold of a split: scores are comparable only where it is the same."""
    return content_digest(gold_documents(corpus, split))
