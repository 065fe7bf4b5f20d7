"""OneIE and TextEE JSON Lines: windows of tokens with entity and event mentions at token offsets.

A window is a sentence (as those systems train on) or the whole article. Token offsets are half-open.
What the common keys cannot say stands in further keys, which other readers pass over: `token_spans`,
`start_char` and `end_char` (code points of the window's `text`, half-open) and `attributes`.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any

from khabar.document import Entity, Event, Trigger
from khabar.files import dump_json
from khabar.formats.model import AnnotatedText, Export
from khabar.formats.oneie_reader import read
from khabar.text import Sentence, segment

__all__ = ["SUFFIX", "Window", "read", "write"]

SUFFIX = ".jsonl"
Row = dict[str, Any]


class Window(StrEnum):
    """What a line holds."""

    sentence = "sentence"
    article = "article"


def write(texts: Iterable[AnnotatedText], name: str, *, window: Window = Window.sentence) -> Export:
    """One file of that name, a window a line."""
    lines: list[str] = []
    lost: Counter[str] = Counter()
    for each in texts:
        sentences = segment(each.text)
        if window is Window.article:
            tokens = tuple(token for sentence in sentences for token in sentence.tokens)
            sentences = [Sentence(0, len(each.text), tokens)]
        held: Counter[str] = Counter()
        for number, sentence in enumerate(sentences):
            row = {"doc_id": each.id, "wnd_id": f"{each.id}#{number}", **_window(each, sentence)}
            held["mentions"] += len(row["entity_mentions"])
            held["events"] += len(row["event_mentions"])
            held["arguments"] += sum(len(event["arguments"]) for event in row["event_mentions"])
            lines.append(dump_json(row) + "\n")
        lost += _missing(each, held)
    return Export({f"{name}{SUFFIX}": "".join(lines).encode()}, lost)


def _missing(given: AnnotatedText, held: Counter[str]) -> Counter[str]:
    """Mentions and events that are in no window, and arguments in another window than their event."""
    there = {
        "mentions": len(given.entities),
        "events": len(given.events),
        "arguments": sum(len(each.arguments) for each in given.events),
    }
    return Counter({f"{what} over windows": count - held[what] for what, count in there.items()})


def _window(given: AnnotatedText, window: Sentence) -> Row:
    """The window with the mentions and events that lie in it."""
    entities = {each.id: _span(each, window) for each in given.entities if _inside(each, window)}
    mentions = [
        {"id": each.id, "entity_type": each.type, **entities[each.id], "attributes": dict(each.attributes)}
        for each in given.entities
        if each.id in entities
    ]
    events = [_event(each, entities, window) for each in given.events if _inside(each.trigger, window)]
    return {
        "text": given.text[window.start : window.end],
        "tokens": [token.text for token in window.tokens],
        "token_spans": [[token.start - window.start, token.end - window.start] for token in window.tokens],
        "entity_mentions": mentions,
        "relation_mentions": [],
        "event_mentions": events,
    }


def _inside(span: Entity | Trigger, window: Sentence) -> bool:
    return window.start <= span.start and span.end <= window.end


def _event(event: Event, entities: Mapping[str, Row], window: Sentence) -> Row:
    arguments = [
        {"entity_id": each.entity, "role": each.role, **entities[each.entity]}
        for each in event.arguments
        if each.entity in entities
    ]
    return {
        "id": event.id,
        "event_type": event.type,
        "trigger": _span(event.trigger, window),
        "arguments": arguments,
        "attributes": dict(event.attributes),
    }


def _span(span: Entity | Trigger, window: Sentence) -> Row:
    """Every token the span overlaps, and its exact place in the window's text."""
    first = bisect_right(window.tokens, span.start, key=lambda token: token.end)
    last = bisect_left(window.tokens, span.end, key=lambda token: token.start)
    exact = {"start_char": span.start - window.start, "end_char": span.end - window.start}
    return {"text": span.text, "start": first, "end": last, **exact}
