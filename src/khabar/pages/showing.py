"""Whose text a page may hold. The rule of every page: what no source describes is nobody's permission."""

from __future__ import annotations

from khabar.article_list import Article
from khabar.corpus import Corpus, Source


def sources_of(corpus: Corpus) -> dict[str, Source]:
    """The corpus's sources by id; none where it describes none."""
    return dict(corpus.sources) if (corpus.folder / "sources.yaml").is_file() else {}


def shown_text(article: Article, source: Source | None, *, standoff: bool = False) -> str | None:
    """The article's text, or None where it is not shown, whether it is on this machine or not.

    A page holds no text that its source's terms do not let others pass on, and a stand-off one only
    with `standoff`: the pages of the repository hold none.
    """
    if source is None or not source.may_be_passed_on or (source.standoff and not standoff):
        return None
    return article.text


def shown_texts(corpus: Corpus, *, standoff: bool = False) -> dict[str, str]:
    """Article id → text, of all articles whose text is shown; `standoff` as of `shown_text`."""
    sources = sources_of(corpus)
    found = {
        id_: shown_text(each, sources.get(each.source), standoff=standoff)
        for id_, each in corpus.articles.items()
    }
    return {id_: text for id_, text in found.items() if text is not None}
