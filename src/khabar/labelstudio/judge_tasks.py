"""Passes → the judge's task: all that any pass has, drawn once, what they differ in marked as disputed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any

from khabar.article_list import Article
from khabar.decisions import Link, Mention
from khabar.differences import Difference, Pool, differences, pool_of, say
from khabar.document import Annotation, canonical, dumps
from khabar.files import sha256
from khabar.labelstudio.config import TEXT
from khabar.labelstudio.judge_config import DISPUTED, DISPUTES, attribute_mark
from khabar.labelstudio.tasks import task
from khabar.places import in_context
from khabar.schema import Schema

PASSES = "passes"
"""The task's key of the digest of each pass it was made of."""


def judge_task(article: Article, passes: Sequence[Annotation], *, schema: Schema) -> dict[str, Any]:
    """The import task of an article for its judge. Attributes that are disputed are left open.

    Raises DataError if the article's text is not on this machine, CallError unless the passes are of two
    or more annotators of one text.
    """
    ordered = sorted(passes, key=lambda each: each.annotator)
    made = task(article, schema=schema)
    found = differences(ordered)
    made["data"] |= {DISPUTES: _listed(found, article.text or ""), PASSES: pass_digests(ordered)}
    made["predictions"] = [{"model_version": PASSES, "result": judge_results(ordered)}]
    return made


def pass_digests(passes: Sequence[Annotation]) -> dict[str, str]:
    """By annotator, the SHA-256 of the canonical file of each pass."""
    return {each.annotator: sha256(dumps(canonical(each))) for each in passes}


def judge_results(passes: Sequence[Annotation]) -> list[dict[str, Any]]:
    """The result list that shows all passes at once. Region ids are T1…, E1… in the order of the article.

    An argument is drawn to every mention of its span, for passes may give that span several types.
    """
    ordered = sorted(passes, key=lambda each: each.annotator)
    pool = pool_of(ordered)
    disputed = {(each.item, each.attribute) for each in differences(ordered)}
    names = region_ids(pool)
    regions = [each for item, name in names.items() for each in _region(item, name, pool, disputed)]
    return [*regions, *_relations(pool, names, disputed)]


def region_ids(pool: Pool) -> dict[Mention, str]:
    """The id of the region of each mention and trigger."""
    found = [each for each in pool.items if isinstance(each, Mention)]
    entities = [each for each in found if each.kind == "entity"]
    events = [each for each in found if each.kind == "event"]
    numbered = [
        *(("T", each) for each in enumerate(entities, 1)),
        *(("E", each) for each in enumerate(events, 1)),
    ]
    return {item: f"{letter}{number}" for letter, (number, item) in numbered}


def _region(
    item: Mention, identifier: str, pool: Pool, disputed: set[tuple[Any, str]]
) -> Iterator[dict[str, Any]]:
    owner = "entity" if item.kind == "entity" else "trigger"
    attributes = {name: value for given in pool.mentions[item].values() for name, value in given.items()}
    marks = list(pool.holders(item)) if (item, "") in disputed else []
    marks += [attribute_mark(name) for name in sorted(attributes) if (item, name) in disputed]
    parts: list[tuple[str, str, list[str]]] = [(owner, "labels", [item.type, *marks])]
    parts += [
        (f"{owner}_{name}", "choices", [name if value is True else str(value)])
        for name, value in sorted(attributes.items())
        if (item, name) not in disputed
    ]
    for name, kind, values in parts:
        yield {
            "id": identifier,
            "from_name": name,
            "to_name": TEXT,
            "type": kind,
            "value": {"start": item.start, "end": item.end, "text": item.text, kind: values},
        }


def _relations(
    pool: Pool, names: Mapping[Mention, str], disputed: set[tuple[Any, str]]
) -> Iterator[dict[str, Any]]:
    """One relation between two regions, with all roles: Label Studio keeps no second one."""
    pairs: dict[tuple[str, str], list[Link]] = {}
    for link in sorted(pool.links, key=lambda each: each.order):
        for item, name in names.items():
            if item.kind == "entity" and (item.start, item.end) == (link.start, link.end):
                pairs.setdefault((names[link.event], name), []).append(link)
    for (trigger, entity), links in pairs.items():
        open_ = [each for each in links if (each, "") in disputed]
        holders = dict.fromkeys(name for each in open_ for name in pool.holders(each))
        labels = [*(each.role for each in links), *([DISPUTED] if open_ else []), *holders]
        yield {
            "type": "relation",
            "from_id": trigger,
            "to_id": entity,
            "direction": "right",
            "labels": labels,
        }


def _listed(found: Sequence[Difference], text: str) -> str:
    """The differences as HTML, one a row: what, who, and where in the text."""
    rows = "".join(
        f"<tr><td>{each.name}</td><td>{_what(each)}</td><td>{escape(_who(each))}</td>"
        f'<td dir="rtl">{escape(in_context(text, each.item.start, each.item.end))}</td></tr>'
        for each in found
    )
    return f'<table dir="ltr">{rows}</table>'


def _what(each: Difference) -> str:
    item = each.item
    if isinstance(item, Link):
        return f"{item.role} {_words(item)} of {item.event.type} {_words(item.event)}"
    return f"{item.type} {_words(item)}"


def _words(item: Mention | Link) -> str:
    return f"<bdi>{escape(item.text)}</bdi>"


def _who(each: Difference) -> str:
    if not each.attribute:
        return f"only in {', '.join(each.holders)}"
    return f"{each.attribute}: " + ", ".join(f"{say(value)} in {name}" for name, value in each.values.items())
