"""One article as rows of a release: a document, and its sentences with tags."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Any

from khabar.alignment import Edges, LabelledSpan, Unshown, by_sentence, lay
from khabar.article_list import Article
from khabar.document import Annotation, canonical
from khabar.release.records import Document, Labels, NamedSentence, Pass, Place, TriggerSentence
from khabar.schema import Schema
from khabar.text import Sentence, segment


@dataclass(frozen=True, slots=True)
class Segmented:
    """An article whose text is here, its sentences and tokens.

    `places` are where its sentences are, `words` what `ner` and `triggers` both hold of each of them: id,
    article, tokens, their starts, their ends.
    """

    article: Article
    text: str
    sentences: tuple[Sentence, ...]
    edges: Edges
    places: list[Place]
    words: list[tuple[str, str, list[str], Sequence[int], Sequence[int]]]

    @property
    def id(self) -> str:
        """The article's id."""
        return self.article.id


def segmented(article: Article) -> Segmented:
    """The article, whose text must be here, with its sentences."""
    if article.text is None:
        raise ValueError(f"the text of {article.id} is not here")
    sentences = tuple(segment(article.text))
    places = [Place(f"{article.id}#{number}", each.start, each.end) for number, each in enumerate(sentences)]
    edges = Edges.of(token for sentence in sentences for token in sentence.tokens)
    words = [
        (
            place.id,
            article.id,
            [token.text for token in sentence.tokens],
            edges.starts[first:last],
            edges.ends[first:last],
        )
        for place, sentence, (first, last) in zip(
            places, sentences, pairwise(_firsts(sentences)), strict=True
        )
    ]
    return Segmented(article, article.text, sentences, edges, places, words)


def _firsts(sentences: Iterable[Sentence]) -> list[int]:
    """The number of the first token of each sentence, and how many tokens there are."""
    return list(accumulate([len(each.tokens) for each in sentences], initial=0))


def document(article: Segmented, annotation: Annotation, schema: Schema) -> Document:
    """The article and what the annotation says of it, in canonical order."""
    return Document(article.id, *_of_document(article, annotation, schema))


def of_annotator(article: Segmented, annotation: Annotation, schema: Schema) -> Pass:
    """The same as the annotator gave it."""
    return Pass(article.id, annotation.annotator, *_of_document(article, annotation, schema))


def _of_document(article: Segmented, annotation: Annotation, schema: Schema) -> tuple[Any, ...]:
    """The columns of a document after its id."""
    said, about = canonical(annotation), article.article
    labels = Labels.of(schema.entity_attributes, schema.event_attributes)
    return (
        about.source,
        about.title,
        about.published,
        about.language,
        about.licence,
        about.origin,
        article.text,
        about.text_sha256,
        article.places,
        labels.entities(said.entities),
        labels.events(said.events, {each.id: each for each in said.entities}),
    )


def mention_tags(article: Segmented, annotation: Annotation) -> tuple[list[NamedSentence], Unshown]:
    """A row per sentence with `ner_tags`: the outermost mentions."""
    tags, unshown = _tagged(article, [(*each.span, each.type) for each in annotation.entities])
    source, licence = article.article.source, article.article.licence
    return [
        NamedSentence(*words, part, source, licence) for words, part in zip(article.words, tags, strict=True)
    ], unshown


def trigger_tags(article: Segmented, annotation: Annotation) -> tuple[list[TriggerSentence], Unshown]:
    """A row per sentence with `trigger_tags`; of events that share words, the longer trigger's is shown."""
    tags, unshown = _tagged(article, [(*each.trigger.span, each.type) for each in annotation.events])
    source, licence = article.article.source, article.article.licence
    return [
        TriggerSentence(*words, part, source, licence)
        for words, part in zip(article.words, tags, strict=True)
    ], unshown


def _tagged(article: Segmented, spans: Iterable[LabelledSpan]) -> tuple[list[list[str]], Unshown]:
    laid = lay(spans, article.edges)
    tags = by_sentence(laid.tags, article.sentences)
    cut = sum([laid.tags[first].startswith("I-") for first in _firsts(article.sentences)[:-1]])
    return tags, Unshown(laid.nested, laid.crossing, laid.off_token, cut)
