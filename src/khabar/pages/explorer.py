"""The explorer: a page for every article, gold, passes and systems in it, and a list of them all.

The text of a stand-off source is written into a page only where one asks for it and its terms let others
pass it on. Its other pages hold metadata, counts and the annotated mentions, and are the same everywhere.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from khabar.article_list import Article
from khabar.corpus import Corpus, Source, layer_folder
from khabar.document import Annotation
from khabar.pages.layers import Layer, of_annotation, of_extraction, shortened
from khabar.pages.page import brief, render
from khabar.pages.showing import shown_text, sources_of
from khabar.schema import Schema
from khabar.scoring import Gold, read_submission
from khabar.scoring.board import Entry
from khabar.scoring.extraction import Extraction
from khabar.text import tokenize

INDEX = "index.html"
NAMES = 9
"""Mentions by which the list shows an article whose text is not shown."""


@dataclass(frozen=True, slots=True)
class Voice:
    """A system of the board: its name, a line on it, and what it says of articles."""

    name: str
    what: str
    says: Mapping[str, Extraction]


@dataclass(frozen=True, slots=True)
class Reading:
    """An article with all that is said of it; `text` is None where it is not shown."""

    article: Article
    source: Source | None
    split: str | None
    text: str | None
    layers: tuple[Layer, ...]

    @property
    def title(self) -> str | None:
        """The article's title: the text's first line where the title of a shown text is not in the corpus."""
        return self.article.title or (self.text or "").partition("\n")[0] or None

    @property
    def types(self) -> list[str]:
        """Types of what the first layer says, entities' and events'."""
        return list(self.layers[0].counts) if self.layers else []

    @property
    def words(self) -> int | None:
        """Tokens of the text, where it is shown."""
        return None if self.text is None else len(tokenize(self.text))

    @property
    def beginning(self) -> str:
        """The first words below the title, where the text is shown."""
        return brief((self.text or "").partition("\n")[2].strip(), 220)

    @property
    def names(self) -> list[str]:
        """The words that the first layer has most often as mentions; equals by the alphabet."""
        said = self.layers[0].mentions if self.layers else ()
        times = Counter(shortened(each.text) for each in said)
        return sorted(times, key=lambda words: (-times[words], words))[:NAMES]

    @property
    def sought(self) -> list[str]:
        """What the list is searched in: the text where it is shown, else the mentions by the alphabet."""
        if self.text is not None:
            return [self.text]
        said = self.layers[0].mentions if self.layers else ()
        return sorted({shortened(each.text) for each in said})

    @property
    def file(self) -> str:
        """Name of the page."""
        return f"{self.article.id}.html"


def voices_on(corpus: Corpus, gold: Gold, entries: Sequence[Entry]) -> list[Voice]:
    """The systems of the board, with what they say of articles whose text on the board is the corpus's.

    Raises DataError where a submission is not valid.
    """
    same = {
        id_
        for id_, article in gold.articles.items()
        if id_ in corpus.articles and corpus.articles[id_].text == article.text
    }
    found = []
    for each in entries:
        said = read_submission(each.predictions, gold, corpus.schema).articles
        says = {id_: said[id_] for id_ in sorted(same & set(said))}
        found.append(Voice(each.system.name, each.system.description, says))
    return found


def explorer(corpus: Corpus, voices: Sequence[Voice] = (), *, standoff: bool = False) -> dict[str, str]:
    """The pages by the names of their files: `<article id>.html` and `index.html`.

    A voice is shown beside an article it speaks of, where the text is shown; `standoff` as of
    `khabar.pages.showing.shown_text`. Raises what reading the corpus raises.
    """
    found = readings(corpus, voices, standoff=standoff)
    pages = {
        each.file: article_page(each, corpus.schema, before=before, after=after)
        for before, each, after in zip([None, *found], found, [*found[1:], None], strict=False)
    }
    return {**pages, INDEX: articles_page(found, corpus.schema)}


def readings(corpus: Corpus, voices: Sequence[Voice] = (), *, standoff: bool = False) -> list[Reading]:
    """The articles of the corpus by id, with gold first, then passes, then voices."""
    spoken = {name: _annotations(corpus, name) for name in ("gold", *corpus.pass_names)}
    sources = sources_of(corpus)
    split_of = {id_: split for split, ids in corpus.splits.items() for id_ in ids}
    found = []
    for article in sorted(corpus.articles.values(), key=lambda each: each.id):
        source = sources.get(article.source)
        text = shown_text(article, source, standoff=standoff)
        said = {name: each[article.id] for name, each in spoken.items() if article.id in each}
        layers = [_layer(corpus, name, each, text) for name, each in said.items()]
        if text is not None:
            layers += _voices(corpus.schema, article.id, text, voices)
        found.append(Reading(article, source, split_of.get(article.id), text, tuple(layers)))
    return found


def _annotations(corpus: Corpus, layer: str) -> dict[str, Annotation]:
    if not layer_folder(corpus.folder, layer).is_dir():
        return {}
    return {each.article: each for each in corpus.annotations(layer)}


def _layer(corpus: Corpus, name: str, annotation: Annotation, text: str | None) -> Layer:
    if name == "gold":
        return of_annotation(
            annotation, corpus.schema, text, identifier="gold", kind="gold", name="Gold", what="adjudicated"
        )
    described = (corpus.folder / "annotators.yaml").is_file() and corpus.annotators.get(name)
    what = described.what if described else "an annotator"
    return of_annotation(
        annotation, corpus.schema, text, identifier=f"pass-{name}", kind="pass", name=name, what=what
    )


def _voices(schema: Schema, article: str, text: str, voices: Sequence[Voice]) -> list[Layer]:
    return [
        of_extraction(
            each.says[article],
            schema,
            text,
            identifier=f"system-{number}",
            name=brief(each.name),
            what=brief(each.what, 400),
        )
        for number, each in enumerate(voices, 1)
        if article in each.says
    ]


def article_page(
    reading: Reading, schema: Schema, *, before: Reading | None = None, after: Reading | None = None
) -> str:
    """The page of one article; self-contained, links apart."""
    used = {name for layer in reading.layers for name in layer.counts}
    return render(
        "article",
        look="paper",
        reading=reading,
        schema=schema,
        entity_types=[each for each in schema.entity_types if each.name in used],
        event_types=[each for each in schema.event_types if each.name in used],
        labels={name: each.label for name, each in schema.entities.items()},
        before=before,
        after=after,
        cut=shortened,
    )


def articles_page(found: Sequence[Reading], schema: Schema) -> str:
    """The list of the articles, to filter and to search."""
    return render(
        "articles",
        look="paper",
        readings=sorted(found, key=lambda each: each.text is None),
        schema=schema,
        event_types=[each for each in schema.event_types if any(each.name in r.types for r in found)],
        sources=sorted({each.article.source for each in found}),
        splits=[each for each in ("train", "validation", "test") if any(r.split == each for r in found)],
    )
