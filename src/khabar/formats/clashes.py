"""Mentions that cannot stand side by side here: of one span, crossing, or outermost on one word."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import replace

from msgspec import structs

from khabar.document import Entity, Event
from khabar.formats.findings import Findings
from khabar.formats.model import AnnotatedText
from khabar.text import Token, tokenize


def without_clashes(given: AnnotatedText, findings: Findings) -> AnnotatedText:
    """The article without the later of each two mentions that clash, which are listed, and its arguments."""
    tokens = tokenize(given.text)
    open_: list[Entity] = []
    last: Entity | None = None
    left_out: set[str] = set()
    for entity in sorted(given.entities, key=lambda each: (each.start, -each.end)):
        while open_ and open_[-1].end <= entity.start:
            open_.pop()
        clash = _clash(entity, open_, last, tokens)
        if clash is not None:
            code, other = clash
            message = f"{entity.id} {entity.text!r:.60} and {other.id} {other.text!r:.60}"
            findings.cannot_hold(given.places.get(entity.id, given.id), code, message)
            left_out.add(entity.id)
            continue
        last = entity if not open_ else last
        open_.append(entity)
    if not left_out:
        return given
    entities = tuple(each for each in given.entities if each.id not in left_out)
    events = tuple(_without(each, left_out, given, findings) for each in given.events)
    return replace(given, entities=entities, events=events)


def _clash(
    entity: Entity, open_: list[Entity], last: Entity | None, tokens: list[Token]
) -> tuple[str, Entity] | None:
    """What kind of clash, and with which mention. `open_` are nested in each other, the innermost last."""
    for other in open_:
        if entity.span == other.span:
            return "same-span", other
        if other.end < entity.end:
            return "crossing", other
    if not open_ and last is not None and _share_a_word(last, entity, tokens):
        return "shared-word", last
    return None


def _share_a_word(left: Entity, right: Entity, tokens: list[Token]) -> bool:
    """As `khabar.checks` has it: the word that the left one ends in is the one the right one begins in."""
    at = bisect_left(tokens, left.end, key=lambda token: token.end)
    return at < len(tokens) and tokens[at].start < left.end and right.start < tokens[at].end


def _without(event: Event, left_out: set[str], given: AnnotatedText, findings: Findings) -> Event:
    kept = tuple(each for each in event.arguments if each.entity not in left_out)
    for each in event.arguments:
        if each.entity in left_out:
            message = f"{event.id} takes {each.entity} as {each.role}, which is left out"
            findings.cannot_hold(given.places.get(event.id, given.id), "argument", message)
    return event if kept == event.arguments else structs.replace(event, arguments=kept)
