"""One article for the tests of adjudication: passes of it, decisions about them, and the items both name."""

from __future__ import annotations

from typing import Any

from khabar.decisions import Decision, Decisions, Link, Mention
from khabar.document import Annotation, Argument, Entity, Event, Trigger, canonical
from khabar.files import sha256

TEXT = "موسكو ترفض خطة باريس 😀 قبل اجتماع لندن"
MOSCOW, REJECTS, PLAN, PARIS, MEETING, LONDON = (0, 5), (6, 10), (11, 14), (15, 20), (27, 33), (34, 38)
Spans = tuple[int, int]


def entity(type_: str, span: Spans, **attributes: bool | str) -> Entity:
    return Entity(f"{type_}{span}", type_, *span, TEXT[slice(*span)], attributes)


def event(type_: str, span: Spans, *arguments: tuple[str, Entity], realis: str = "actual") -> Event:
    trigger = Trigger(*span, TEXT[slice(*span)])
    roles = tuple(Argument(role, filler.id) for role, filler in arguments)
    return Event(f"{type_}{span}", type_, trigger, roles, {"realis": realis})


def annotated(annotator: str, *items: Entity | Event) -> Annotation:
    entities = tuple(each for each in items if isinstance(each, Entity))
    events = tuple(each for each in items if isinstance(each, Event))
    return canonical(Annotation("authored-x", sha256(TEXT), annotator, "1.0", entities, events))


def mention(kind: Any, type_: str, span: Spans) -> Mention:
    return Mention(kind, type_, *span, TEXT[slice(*span)])


def link(owner: Mention, role: str, span: Spans) -> Link:
    return Link(owner, role, *span, TEXT[slice(*span)])


def decided(*decisions: Decision, passes: tuple[str, ...] = ("a", "b")) -> Decisions:
    return Decisions("authored-x", sha256(TEXT), "judge", "1.0", passes, decisions)


MOSCOW_GPE, PLAN_ORG, LONDON_GPE = entity("GPE", MOSCOW), entity("ORG", PLAN), entity("GPE", LONDON)
REJECT = mention("event", "Reject", REJECTS)
MEET = mention("event", "Meet", MEETING)
