"""Articles whose text is not on this machine, told in one line, and how to get their texts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

from khabar.corpus import Corpus

_NAMED = 3
"""So many are named one by one."""

LISTED = "scripts/convert_articles.py missing lists them and says how to get their texts"


@dataclass(frozen=True, slots=True)
class Missing:
    """The articles of one source whose text is not here, by id, and how to get it."""

    source: str
    articles: list[str]
    how_to_get: str


def missing_texts(corpus: Corpus) -> list[Missing]:
    """By source, in the order of `sources.yaml`; sources that lack nothing are left out."""
    absent = sorted(corpus.without_text)
    by_source = [
        (source, [each for each in absent if corpus.articles[each].source == source.id])
        for source in corpus.sources.values()
    ]
    return [
        Missing(
            source.id,
            articles,
            f"scripts/convert_articles.py fetch {source.id} --into DIR, then KHABAR_TEXTS=DIR or --texts DIR"
            if any(each.address for each in source.files)
            else source.how_to_get,
        )
        for source, articles in by_source
        if articles
    ]


def left_out(corpus: Corpus, articles: Collection[str]) -> str:
    """One line on those of the corpus's articles that are left out for want of their text."""
    if len(articles) <= _NAMED:
        what = named(articles)
    else:
        sources = Counter(corpus.articles[each].source for each in articles)
        what = ", ".join(f"{count} of {source}" for source, count in sorted(sources.items()))
    return f"{len(articles)} left out, text not on this machine: {what}; {LISTED}"


def named(articles: Collection[str]) -> str:
    """Their ids if they are few; else the first, and how many more there are."""
    ids = sorted(articles)
    more = [] if len(ids) <= _NAMED else [f"and {len(ids) - _NAMED} more"]
    return " ".join([", ".join(ids[:_NAMED]), *more])
