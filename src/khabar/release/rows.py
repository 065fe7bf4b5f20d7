"""One article as rows of a release: a document, and its sentences with tags."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from khabar.alignment import LabelledSpan, Unshown, by_sentence, lay
from khabar.corpus import Article
from khabar.document import Annotation, Entity, Event, Trigger, canonical
from khabar.schema import Attribute, Schema
from khabar.text import Sentence, segment

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Segmented:
    """An article whose text is here, and its sentences."""

    article: Article
    text: str
    sentences: tuple[Sentence, ...]

    @property
    def id(self) -> str:
        """The article's id."""
        return self.article.id


def segmented(article: Article) -> Segmented:
    """The article, whose text must be here, with its sentences."""
    if article.text is None:
        raise ValueError(f"the text of {article.id} is not here")
    return Segmented(article, article.text, tuple(segment(article.text)))


def document(article: Segmented, annotation: Annotation, schema: Schema) -> Row:
    """The article and what the annotation says of it, in canonical order."""
    said = canonical(annotation)
    entities = {each.id: each for each in said.entities}
    return {
        **article.article.model_dump(exclude={"text_sha256"}),
        "text": article.text,
        "text_sha256": article.article.text_sha256,
        "sentences": [
            {"id": _sentence_id(article, number), "start": each.start, "end": each.end}
            for number, each in enumerate(article.sentences)
        ],
        "entities": [_entity(each, schema.entity_attributes) for each in said.entities],
        "events": [_event(each, entities, schema.event_attributes) for each in said.events],
    }


def _sentence_id(article: Segmented, number: int) -> str:
    return f"{article.id}#{number}"


def _entity(entity: Entity, attributes: Sequence[Attribute]) -> Row:
    return {"id": entity.id, "type": entity.type, **_quote(entity), **_values(entity, attributes)}


def _event(event: Event, entities: Mapping[str, Entity], attributes: Sequence[Attribute]) -> Row:
    return {
        "id": event.id,
        "type": event.type,
        "trigger": _quote(event.trigger),
        **_values(event, attributes),
        "arguments": [
            {"role": each.role, "entity": each.entity, **_quote(entities[each.entity])}
            for each in event.arguments
        ],
    }


def _quote(span: Entity | Trigger) -> Row:
    return {"start": span.start, "end": span.end, "text": span.text}


def _values(owner: Entity | Event, attributes: Sequence[Attribute]) -> Row:
    """Every attribute of the schema: flags as true or false, choices as the value or null."""
    return {
        each.name: owner.attributes.get(each.name, False if each.kind == "flag" else None)
        for each in attributes
    }


def mention_tags(article: Segmented, annotation: Annotation) -> tuple[list[Row], Unshown]:
    """A row per sentence with `ner_tags`: the outermost mentions."""
    return _tagged(article, "ner_tags", [(*each.span, each.type) for each in annotation.entities])


def trigger_tags(article: Segmented, annotation: Annotation) -> tuple[list[Row], Unshown]:
    """A row per sentence with `trigger_tags`; of events that share words, the longer trigger's is shown."""
    return _tagged(article, "trigger_tags", [(*each.trigger.span, each.type) for each in annotation.events])


def _tagged(article: Segmented, column: str, spans: Iterable[LabelledSpan]) -> tuple[list[Row], Unshown]:
    tokens = [sentence.tokens for sentence in article.sentences]
    laid = lay(spans, [token for part in tokens for token in part])
    tags = by_sentence(laid.tags, article.sentences)
    firsts = accumulate(map(len, tokens[:-1]), initial=0)
    cut = sum(laid.tags[first].startswith("I-") for first in firsts) if tokens else 0
    rows = [
        {
            "id": _sentence_id(article, number),
            "article": article.id,
            "tokens": [token.text for token in sentence.tokens],
            "starts": [token.start for token in sentence.tokens],
            "ends": [token.end for token in sentence.tokens],
            column: part,
            "source": article.article.source,
            "licence": article.article.licence,
        }
        for number, (sentence, part) in enumerate(zip(article.sentences, tags, strict=True))
    ]
    return rows, Unshown(laid.nested, laid.crossing, laid.off_token, cut)
