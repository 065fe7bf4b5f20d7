"""One article and what a model says of it, as rows of a silver release."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from khabar.alignment import Unshown
from khabar.article_list import Article
from khabar.document import Annotation, Entity, Event, Trigger
from khabar.release.features import Columns, columns
from khabar.release.manifest import SplitCounts
from khabar.release.records import Row, plain
from khabar.release.rows import document, mention_tags, segmented, trigger_tags
from khabar.schema import Schema
from khabar.scoring.extraction import Extraction, FilledRole

CONFIGS = ("documents", "ner", "triggers")
SPLIT = "train"
"""The only split there is: nobody is tested on silver."""


def silver_columns(schema: Schema) -> dict[str, Columns]:
    """The columns of a release, with `annotator` after the id; there are no `passes`."""
    return {
        config: {"id": "string", "annotator": "string", **described}
        for config, described in columns(schema).items()
        if config in CONFIGS
    }


@dataclass(frozen=True, slots=True)
class SilverRows:
    """The rows of an article by configuration, what its tags cannot show, and its counts."""

    rows: Mapping[str, list[Row]]
    unshown: Mapping[str, Unshown]
    counts: SplitCounts


def silver_rows(article: Article, said: Extraction, *, annotator: str, schema: Schema) -> SilverRows:
    """The article, whose text must be here, as each configuration holds it.

    What the model says is not mended: an argument whose span is no mention of the model's has a null
    `entity`, and attributes that it does not predict are as where nothing sets them.
    """
    here = segmented(article)
    annotation = _annotation(article, said, annotator, schema)
    whole = plain(document(here, annotation, schema))
    mentions = {(each["start"], each["end"]): each["id"] for each in reversed(whole["entities"])}
    fillers = {each.trigger: each.arguments for each in said.events}
    for event in whole["events"]:
        trigger = event["trigger"]["start"], event["trigger"]["end"], event["type"]
        event["arguments"] = [
            _argument(each, mentions, here.text) for each in sorted(fillers[trigger], key=_in_text)
        ]
    (named, of_mentions), (happened, of_triggers) = (
        mention_tags(here, annotation),
        trigger_tags(here, annotation),
    )
    rows = {"documents": [whole], "ner": map(plain, named), "triggers": map(plain, happened)}
    counts = SplitCounts(
        articles=1,
        sentences=len(here.sentences),
        tokens=sum(len(each.tokens) for each in here.sentences),
        entities=len(said.entities),
        nested_entities=of_mentions.nested,
        events=len(said.events),
        arguments=sum(len(each.arguments) for each in said.events),
        passes=0,
    )
    return SilverRows(
        {
            config: [{"id": row["id"], "annotator": annotator, **row} for row in made]
            for config, made in rows.items()
        },
        {"ner": of_mentions, "triggers": of_triggers},
        counts,
    )


def _annotation(article: Article, said: Extraction, annotator: str, schema: Schema) -> Annotation:
    """Mentions and triggers; arguments are not in it, since they need not be mentions."""
    text = article.text or ""
    entities = [
        Entity(f"T{number}", kind, start, end, text[start:end], {})
        for number, (start, end, kind) in enumerate(sorted(said.entities, key=_by_place), 1)
    ]
    events = [
        Event(f"E{number}", each.type, Trigger(each.start, each.end, text[each.start : each.end]), (), {})
        for number, each in enumerate(sorted(said.events, key=lambda each: _by_place(each.trigger)), 1)
    ]
    return Annotation(
        article.id, article.text_sha256, annotator, schema.version, tuple(entities), tuple(events)
    )


def _by_place(span: tuple[int, int, str]) -> tuple[int, int, str]:
    return span[0], -span[1], span[2]


def _in_text(filler: FilledRole) -> tuple[int, int, str]:
    return filler[1], -filler[2], filler[0]


def _argument(filler: FilledRole, mentions: Mapping[tuple[int, int], str], text: str) -> Row:
    role, start, end = filler
    return {
        "role": role,
        "entity": mentions.get((start, end)),
        "start": start,
        "end": end,
        "text": text[start:end],
    }
