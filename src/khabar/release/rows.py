"""One article as rows of a release: a document, and its sentences with tags."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Any

from khabar.alignment import Edges, LabelledSpan, Unshown, by_sentence, lay
from khabar.corpus import Article
from khabar.document import Annotation, Entity, Event, Trigger, canonical
from khabar.schema import Attribute, Schema
from khabar.text import Sentence, segment

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Segmented:
    """An article whose text is here, its sentences and tokens.

    `columns` are those of its document that no annotation changes, `words` those of each of its sentences.
    """

    article: Article
    text: str
    sentences: tuple[Sentence, ...]
    edges: Edges
    columns: Row
    words: tuple[Row, ...]

    @property
    def id(self) -> str:
        """The article's id."""
        return self.article.id


def segmented(article: Article) -> Segmented:
    """The article, whose text must be here, with its sentences."""
    if article.text is None:
        raise ValueError(f"the text of {article.id} is not here")
    sentences = tuple(segment(article.text))
    described = {
        **{name: getattr(article, name) for name in _METADATA},
        "text": article.text,
        "text_sha256": article.text_sha256,
        "sentences": [
            {"id": f"{article.id}#{number}", "start": each.start, "end": each.end}
            for number, each in enumerate(sentences)
        ],
    }
    edges = Edges.of(token for sentence in sentences for token in sentence.tokens)
    return Segmented(article, article.text, sentences, edges, described, _words(article, sentences, edges))


def _words(article: Article, sentences: Sequence[Sentence], edges: Edges) -> tuple[Row, ...]:
    firsts = accumulate([len(each.tokens) for each in sentences], initial=0)
    return tuple(
        {
            "id": f"{article.id}#{number}",
            "article": article.id,
            "tokens": [token.text for token in sentence.tokens],
            "starts": edges.starts[first:last],
            "ends": edges.ends[first:last],
            "source": article.source,
            "licence": article.licence,
        }
        for number, (sentence, (first, last)) in enumerate(zip(sentences, pairwise(firsts), strict=True))
    )


_METADATA = ("id", "source", "title", "published", "language", "licence", "origin")


def document(article: Segmented, annotation: Annotation, schema: Schema) -> Row:
    """The article and what the annotation says of it, in canonical order."""
    said = canonical(annotation)
    entities = {each.id: each for each in said.entities}
    of_entity, of_event = _unset(schema.entity_attributes), _unset(schema.event_attributes)
    return {
        **article.columns,
        "entities": [_entity(each, of_entity) for each in said.entities],
        "events": [_event(each, entities, of_event) for each in said.events],
    }


def _entity(entity: Entity, unset: Row) -> Row:
    return {
        "id": entity.id,
        "type": entity.type,
        "start": entity.start,
        "end": entity.end,
        "text": entity.text,
        **unset,
        **entity.attributes,
    }


def _event(event: Event, entities: Mapping[str, Entity], unset: Row) -> Row:
    return {
        "id": event.id,
        "type": event.type,
        "trigger": _quote(event.trigger),
        **unset,
        **event.attributes,
        "arguments": [
            {"role": each.role, "entity": each.entity, **_quote(entities[each.entity])}
            for each in event.arguments
        ],
    }


def _quote(span: Entity | Trigger) -> Row:
    return {"start": span.start, "end": span.end, "text": span.text}


def _unset(attributes: Sequence[Attribute]) -> Row:
    """Every attribute of the schema as it is where an annotation does not set it: false, a choice null."""
    return {each.name: False if each.kind == "flag" else None for each in attributes}


def mention_tags(article: Segmented, annotation: Annotation) -> tuple[list[Row], Unshown]:
    """A row per sentence with `ner_tags`: the outermost mentions."""
    return _tagged(article, "ner_tags", [(*each.span, each.type) for each in annotation.entities])


def trigger_tags(article: Segmented, annotation: Annotation) -> tuple[list[Row], Unshown]:
    """A row per sentence with `trigger_tags`; of events that share words, the longer trigger's is shown."""
    return _tagged(article, "trigger_tags", [(*each.trigger.span, each.type) for each in annotation.events])


def _tagged(article: Segmented, column: str, spans: Iterable[LabelledSpan]) -> tuple[list[Row], Unshown]:
    laid = lay(spans, article.edges)
    tags = by_sentence(laid.tags, article.sentences)
    firsts = list(accumulate([len(each.tokens) for each in article.sentences], initial=0))
    cut = sum([laid.tags[first].startswith("I-") for first in firsts[:-1]])
    rows = [{**words, column: part} for words, part in zip(article.words, tags, strict=True)]
    return rows, Unshown(laid.nested, laid.crossing, laid.off_token, cut)
