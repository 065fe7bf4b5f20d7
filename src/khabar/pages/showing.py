"""Whose text a page may hold. The rule of every page: what no source describes is nobody's permission."""

from __future__ import annotations

from khabar.corpus import Article, Corpus, Source


def sources_of(corpus: Corpus) -> dict[str, Source]:
    """The corpus's sources by id; none where it describes none."""
    return dict(corpus.sources) if (corpus.folder / "sources.yaml").is_file() else {}


def shown_text(article: Article, source: Source | None) -> str | None:
    """The article's text, or None where it is not ours to show, whether it is on this machine or not."""
    return article.text if source is not None and not source.standoff else None


def shown_texts(corpus: Corpus) -> dict[str, str]:
    """Article id → text, of all articles whose text may be shown."""
    sources = sources_of(corpus)
    found = {id_: shown_text(each, sources.get(each.source)) for id_, each in corpus.articles.items()}
    return {id_: text for id_, text in found.items() if text is not None}
