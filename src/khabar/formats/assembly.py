"""Mentions and events as a file of others says them, put together into what our format holds."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from khabar.document import Argument, Entity, Event, Trigger
from khabar.formats.findings import Findings
from khabar.formats.model import AnnotatedText
from khabar.schema import Schema

Attributes = Mapping[str, bool | str]


@dataclass(frozen=True, slots=True)
class Mention:
    """A mention by the names of its file, and the line it stands in."""

    where: str
    id: str
    type: str
    start: int
    end: int
    attributes: Attributes = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Filler:
    """An argument: role, and the id of what fills it."""

    where: str
    role: str
    target: str


@dataclass(frozen=True, slots=True)
class Happening:
    """An event by the names of its file; the trigger is a span."""

    where: str
    id: str
    type: str
    start: int
    end: int
    arguments: Sequence[Filler] = ()
    attributes: Attributes = field(default_factory=dict)


def assemble(
    identifier: str,
    text: str,
    mentions: Sequence[Mention],
    happenings: Sequence[Happening],
    schema: Schema,
    findings: Findings,
) -> AnnotatedText:
    """The article, names mapped. What our format has no place for is listed and left out:

    an event as argument, an argument whose mention was left out, the second event of one trigger and
    type. Types, roles and nesting are judged later, by `khabar.checks`.
    """
    entities = tuple(
        Entity(each.id, kind, each.start, each.end, text[each.start : each.end], _attributes(each, findings))
        for each in mentions
        if (kind := findings.name(each.type))
    )
    known = {each.id for each in entities}
    others = {each.id for each in happenings}
    events: list[Event] = []
    keys: dict[tuple[int, int, str], str] = {}
    for each in happenings:
        kind = findings.name(each.type)
        if not kind:
            continue
        first = keys.setdefault((each.start, each.end, kind), each.id)
        if first != each.id:
            findings.cannot_hold(each.where, "same-trigger", f"{each.id} has the trigger and type of {first}")
            continue
        trigger = Trigger(each.start, each.end, text[each.start : each.end])
        arguments = _arguments(each, known, others, schema, findings)
        events.append(Event(each.id, kind, trigger, arguments, _attributes(each, findings)))
    places = {each.id: each.where for each in mentions} | {each.id: each.where for each in happenings}
    return AnnotatedText(identifier, text, entities, tuple(events), places)


def _attributes(owner: Mention | Happening, findings: Findings) -> dict[str, bool | str]:
    return {mapped: value for name, value in owner.attributes.items() if (mapped := findings.name(name))}


def _arguments(
    owner: Happening, known: Collection[str], others: Collection[str], schema: Schema, findings: Findings
) -> tuple[Argument, ...]:
    found: list[Argument] = []
    for each in owner.arguments:
        role = findings.name(each.role)
        if role not in schema.role_names:
            role = findings.name(re.sub(r"\d+$", "", each.role))  # brat numbers fillers: Theme, Theme2
        if not role:
            continue
        if each.target in known:
            found.append(Argument(role, each.target))
        elif each.target in others:
            message = f"{owner.id} takes the event {each.target} as {each.role}"
            findings.cannot_hold(each.where, "event-as-argument", message)
        else:
            message = f"{owner.id} takes {each.target} as {each.role}, which is left out"
            findings.cannot_hold(each.where, "argument", message)
    return tuple(dict.fromkeys(found))
