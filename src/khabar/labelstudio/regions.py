"""The regions of a result list: every item of one id together, with its offsets trimmed and checked."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from khabar.labelstudio.config import TEXT, Owner, controls
from khabar.schema import Schema, shorten


@dataclass(slots=True)
class Region:
    """All items of one id: its span, and per label set the label and the choices, each with its item."""

    id: str
    span: tuple[int, int]
    labels: dict[Owner, tuple[str, int]] = field(default_factory=dict)
    choices: dict[Owner, dict[str, tuple[bool | str, int]]] = field(default_factory=dict)
    items: list[int] = field(default_factory=list)


def name_of(identifier: Any) -> str:
    """An id as faults show it: plain where that is safe to print, quoted where not."""
    plain = isinstance(identifier, str) and re.fullmatch(r"[\w.-]{1,40}", identifier)
    return str(identifier) if plain else shorten(identifier)


def printable(text: str) -> str:
    """The text with escapes for what a terminal would obey or no file could hold: names come from anybody."""
    if text.isprintable():
        return text
    return "".join(each if each.isprintable() else ascii(each)[1:-1] for each in text)


def is_relation(item: Any) -> bool:
    """Whether an item of a result list is a relation, not part of a region."""
    return isinstance(item, dict) and item.get("type") == "relation"


class Regions:
    """Reads the items of regions. `faults` are `(number of the item, place, message)`."""

    def __init__(self, results: Sequence[Any], text: str, schema: Schema) -> None:
        self.text, self.controls = text, controls(schema)
        self.by_id: dict[str, Region] = {}
        self.seen: set[str] = set()
        self.trimmed = 0
        self.faults: list[tuple[int, str, str]] = []
        for number, item in enumerate(results):
            if not is_relation(item):
                self._read(number, item)

    def _read(self, number: int, item: Any) -> None:
        identifier = item.get("id") if isinstance(item, dict) else None
        if not isinstance(identifier, str) or not identifier:
            self.faults.append(
                (number, f"item {number}", f"expected a region with an id, found {shorten(item)}")
            )
            return
        self.seen.add(identifier)
        message = self._item_message(item) or self._add_item(number, identifier, item)
        if message:
            self.faults.append((number, f"region {name_of(identifier)}", message))

    def _item_message(self, item: dict[str, Any]) -> str:
        """What is wrong with the form of an item; empty if nothing is."""
        name, kind = item.get("from_name"), item.get("type")
        wanted = {"entity": "labels", "trigger": "labels"} | dict.fromkeys(self.controls, "choices")
        if not isinstance(name, str) or name not in wanted:
            return f"from_name {shorten(name)} is not in this schema's configuration ({', '.join(wanted)})"
        if item.get("to_name") != TEXT:
            return f"expected to_name {TEXT!r}, found {shorten(item.get('to_name'))}"
        if kind != wanted[name]:
            return f"expected type {wanted[name]!r} of {name}, found {shorten(kind)}"
        value = item.get("value")
        if not isinstance(value, dict):
            return f"expected a value with offsets, found {shorten(value)}"
        given = value.get(wanted[name])
        if not isinstance(given, list) or not all(isinstance(each, str) for each in given):
            return f"expected a list of {wanted[name]}, found {shorten(given)}"
        return self._offset_message(value.get("start"), value.get("end"))

    def _offset_message(self, start: Any, end: Any) -> str:
        if type(start) is not int or type(end) is not int:
            return f"expected whole numbers as offsets, found {shorten(start)} and {shorten(end)}"
        if not 0 <= start < end:
            return f"expected offsets 0 <= start < end, found [{start}, {end})"
        if end > len(self.text):
            return f"[{start}, {end}) ends past the text, which has {len(self.text)} code points"
        return "" if self.text[start:end].strip() else f"[{start}, {end}) holds nothing but white space"

    def _add_item(self, number: int, identifier: str, item: dict[str, Any]) -> str:
        span = self._trimmed(item["value"]["start"], item["value"]["end"])
        if identifier not in self.by_id:
            self.by_id[identifier] = Region(identifier, span)
            self.trimmed += span != (item["value"]["start"], item["value"]["end"])
        region = self.by_id[identifier]
        if region.span != span:
            return f"its items have different offsets: {list(region.span)} and {list(span)}"
        region.items.append(number)
        name, given = item["from_name"], item["value"][item["type"]]
        if item["type"] == "labels":
            return self._add_label(region, number, name, given)
        return self._add_choice(region, number, name, given)

    def _trimmed(self, start: int, end: int) -> tuple[int, int]:
        words = self.text[start:end]
        return start + len(words) - len(words.lstrip()), end - len(words) + len(words.rstrip())

    def _add_label(self, region: Region, number: int, owner: Owner, given: list[str]) -> str:
        if len(given) != 1:
            return f"expected one {owner} label, found {', '.join(given) or 'none'}; a region has one type"
        if owner in region.labels:
            return f"labelled twice in {owner}: {region.labels[owner][0]} and {given[0]}"
        region.labels[owner] = (given[0], number)
        return ""

    def _add_choice(self, region: Region, number: int, name: str, given: list[str]) -> str:
        owner, attribute = self.controls[name]
        chosen = region.choices.setdefault(owner, {})
        if attribute.name in chosen:
            return f"{attribute.name} is chosen twice"
        if attribute.kind == "flag" and set(given) - {attribute.name}:
            return f"expected {attribute.name!r} or nothing in {name}, found {', '.join(given)}"
        if attribute.kind == "choice" and len(given) > 1:
            return f"expected one value of {attribute.name}, found {', '.join(given)}"
        if given:
            chosen[attribute.name] = (True if attribute.kind == "flag" else given[0], number)
        return ""
