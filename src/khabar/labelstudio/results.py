"""Annotation ↔ the result list of Label Studio: regions, per-region choices, relations.

Read as follows. `value.text` is ignored, the words are taken from the text at the offsets. White space at the
edges of a region is trimmed and the offsets moved. A region may be a mention and a trigger at once (two label
sets under one id). A relation is an argument, whichever way it was drawn: what its ends are says which is the
trigger; several labels are several roles. A choice that was not made takes the schema's default. Anything
else that does not fit is listed, never dropped: every item is either read or has a fault.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from khabar.checks import check
from khabar.document import Annotation, Argument, Entity, Event, Trigger, canonical
from khabar.errors import Fault, Faults
from khabar.files import sha256
from khabar.labelstudio.config import TEXT, Owner
from khabar.labelstudio.regions import Region, Regions, is_relation, name_of, printable
from khabar.quotes import read_attributes
from khabar.renaming import rename_places
from khabar.schema import Schema, shorten

# --- writing ----------------------------------------------------------------------------------------


def results_of(annotation: Annotation) -> list[dict[str, Any]]:
    """The result list that shows the annotation in Label Studio; region ids are those of the annotation."""
    items: list[dict[str, Any]] = []
    for entity in annotation.entities:
        items += _region(entity.id, "entity", entity.type, entity, entity.attributes)
    for event in annotation.events:
        items += _region(event.id, "trigger", event.type, event.trigger, event.attributes)
    for event in annotation.events:
        roles: dict[str, list[str]] = {}
        for argument in event.arguments:
            roles.setdefault(argument.entity, []).append(argument.role)
        items += [_relation(event.id, entity, labels) for entity, labels in roles.items()]
    return items


def _region(
    identifier: str, owner: Owner, type_: str, span: Entity | Trigger, attributes: Mapping[str, bool | str]
) -> list[dict[str, Any]]:
    place = {"start": span.start, "end": span.end, "text": span.text}
    named: list[tuple[str, str, str]] = [(owner, "labels", type_)]
    named += [
        (f"{owner}_{name}", "choices", name if value is True else str(value))
        for name, value in attributes.items()
    ]
    return [
        {
            "id": identifier,
            "from_name": name,
            "to_name": TEXT,
            "type": kind,
            "value": {**place, kind: [value]},
        }
        for name, kind, value in named
    ]


def _relation(trigger: str, entity: str, roles: list[str]) -> dict[str, Any]:
    # Label Studio keeps one relation between two regions, so all roles go on it.
    return {"type": "relation", "from_id": trigger, "to_id": entity, "direction": "right", "labels": roles}


# --- reading ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Reading:
    """What a result list says. `annotation` is None if there are faults; `read` counts the items,
    `listed` those that have a fault, `trimmed` the regions that lost white space at an edge.
    """

    annotation: Annotation | None
    faults: tuple[Fault, ...]
    read: int
    listed: int
    trimmed: int


def annotation_of(
    results: Sequence[Any], text: str, *, article: str, annotator: str, schema: Schema, place: str = ""
) -> Reading:
    """Read a result list over that text; `place` goes before the region's id in the faults."""
    assembly = _Assembly(Regions(results, text, schema), schema)
    for number, item in enumerate(results):
        if is_relation(item):
            assembly.add_relation(number, item)
    made = assembly.annotation(article, annotator)
    faults = sorted(assembly.faults)
    return Reading(
        None if faults else canonical(made),
        tuple(Fault(f"{place} {where}".strip(), printable(message)) for _, where, message in faults),
        len(results),
        len({number for number, _, _ in faults}),
        assembly.regions.trimmed,
    )


class _Assembly:
    """Regions and relations put together; remembers which item each part came from."""

    def __init__(self, regions: Regions, schema: Schema) -> None:
        self.regions, self.schema = regions, schema
        self.faults = list(regions.faults)
        self._list_empty_regions()
        self._mentions = self._labelled("entity")
        self._triggers = self._labelled("trigger")
        self._arguments: dict[str, list[tuple[str, str, int]]] = {each.id: [] for each in self._triggers}

    def _list_empty_regions(self) -> None:
        """Regions of which nothing would be read: no label, and choices that choose nothing."""
        faulty = {number for number, _, _ in self.faults}
        for region in self.regions.by_id.values():
            if not region.labels and not any(region.choices.values()) and not faulty & {*region.items}:
                message = "has no label and no choice; label it, or remove it"
                self.faults += [(item, f"region {name_of(region.id)}", message) for item in region.items]

    def _labelled(self, owner: Owner) -> list[Region]:
        """The regions with a label of that set; choices on others are faults."""
        for region in self.regions.by_id.values():
            if owner not in region.labels:
                for name, (_, number) in region.choices.get(owner, {}).items():
                    message = f"{name} is chosen, but the region has no {owner} label"
                    self.faults.append((number, f"region {name_of(region.id)}", message))
        return [each for each in self.regions.by_id.values() if owner in each.labels]

    def add_relation(self, number: int, item: dict[str, Any]) -> None:
        """The arguments a relation stands for; what it does not say well is a fault."""
        ends: list[Any] = [item.get("from_id"), item.get("to_id")]
        roles = item.get("labels")
        message = self._ends_message(ends)
        if not message and not (isinstance(roles, list) and roles and all(isinstance(r, str) for r in roles)):
            message = f"has no role (found {shorten(roles)}); choose one, or remove the relation"
        if message:
            self.faults.append((number, _relation_name(*ends), message))
            return
        trigger, entity = self._directed(ends)[0]
        self._arguments[trigger] += [(role, entity, number) for role in roles or ()]

    def _ends_message(self, ends: list[Any]) -> str:
        regions = self.regions
        if missing := [name_of(end) for end in ends if not isinstance(end, str) or end not in regions.seen]:
            return f"names {' and '.join(missing)}, and there is no such region"
        if lost := [name_of(end) for end in ends if end not in regions.by_id]:
            return f"region {' and '.join(lost)} could not be read"
        found = self._directed(ends)
        if not found:
            return "links no trigger with an entity; an argument goes from a trigger to a mention"
        if len(found) > 1:
            return "both ends are mention and trigger at once, so which is which cannot be told"
        return ""

    def _directed(self, ends: list[str]) -> list[tuple[str, str]]:
        """The ways of reading the ends as trigger and mention."""
        mentions = {each.id for each in self._mentions}
        both_ways = (ends, ends[::-1])
        return [(one, other) for one, other in both_ways if one in self._arguments and other in mentions]

    def annotation(self, article: str, annotator: str) -> Annotation:
        """The annotation; what `khabar.checks.check` finds in it is added to the faults."""
        text = self.regions.text
        entities = tuple(self._entity(each) for each in self._mentions)
        events = tuple(self._event(each) for each in self._triggers)
        made = Annotation(article, sha256(text), annotator, self.schema.version, entities, events)
        report = check(made, self.schema, text=text)
        if report:
            items = [self._item(fault.where) for fault in report.faults]
            names = [[f"region {name_of(r.id)}" for r in rs] for rs in (self._mentions, self._triggers)]
            renamed = rename_places(report, *names)
            for number, fault in zip(items, renamed.faults, strict=True):
                self.faults.append((number, fault.where, fault.message))
        return made

    def _entity(self, region: Region) -> Entity:
        type_ = region.labels["entity"][0]
        known = self.schema.entity_attributes_of(type_)
        attributes = read_attributes(_values(region, "entity"), known, "", Faults(""))
        return Entity(f"mention {region.id}", type_, *region.span, self._words(region), attributes)

    def _event(self, region: Region) -> Event:
        type_ = region.labels["trigger"][0]
        known = self.schema.event_attributes_of(type_)
        attributes = read_attributes(_values(region, "trigger"), known, "", Faults(""))
        arguments = tuple(
            Argument(role, f"mention {entity}") for role, entity, _ in self._arguments[region.id]
        )
        trigger = Trigger(*region.span, self._words(region))
        return Event(f"trigger {region.id}", type_, trigger, arguments, attributes)

    def _words(self, region: Region) -> str:
        return self.regions.text[slice(*region.span)]

    def _item(self, where: str) -> int:
        """The item a fault of `check` is about: a label, a choice, or a relation."""
        match = _PLACE.match(where)
        if not match:  # `check` names a place in every fault but those about the head, which is ours
            raise ValueError(f"unexpected place of a fault: {where}")
        owner: Owner = "entity" if match["group"] == "entities" else "trigger"
        region = (self._mentions if owner == "entity" else self._triggers)[int(match["number"])]
        if match["argument"]:
            return self._arguments[region.id][int(match["argument"])][2]
        chosen = region.choices.get(owner, {}).get(match["attribute"] or "")
        return chosen[1] if chosen else region.labels[owner][1]


_PLACE = re.compile(
    r"(?P<group>entities|events)\[(?P<number>\d+)\](?:\.arguments\[(?P<argument>\d+)\]|\.(?P<attribute>\w+))?"
)


def _values(region: Region, owner: Owner) -> dict[str, bool | str]:
    return {name: value for name, (value, _) in region.choices.get(owner, {}).items()}


def _relation_name(start: Any, end: Any) -> str:
    return f"relation {name_of(start)} → {name_of(end)}"
