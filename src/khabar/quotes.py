"""The quoted form: mentions written as words of the article, found again by program, never guessed.

    {"article": "authored-x",
     "entities": [{"key": "e1", "type": "GPE", "text": "موسكو", "before": "في ", "metonym": true}],
     "events": [{"key": "v1", "type": "Reject", "realis": "actual",
                 "trigger": {"text": "رفضت", "occurrence": 2},
                 "arguments": [{"role": "Rejecter", "entity": "e1"}]}]}

A quote is `text`, narrowed by what stands right `before` and right `after` it (literally, adjacent), or by
`occurrence`: its number among all places where `text` occurs, from 1, inside words and overlapping too.
A flag that is absent or false is not set; a choice that is absent takes the schema's default.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from khabar.checks import check
from khabar.document import Annotation, Argument, Entity, Event, Trigger, canonical
from khabar.errors import DataError, Faults
from khabar.files import sha256
from khabar.places import Quote, Text, locate
from khabar.schema import Attribute, Schema, add_validation_faults

NEXT_STEP = "correct these quotes (`before`, `after` or `occurrence` tell places apart) and run again"


class QuotedEntity(Quote):
    """A mention in the quoted form; further keys are attributes."""

    model_config = ConfigDict(extra="allow")

    key: Text
    type: Text


class QuotedArgument(BaseModel):
    """A role, and the key of the entity that fills it."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    role: Text
    entity: Text


class QuotedEvent(BaseModel):
    """An event in the quoted form; further keys are attributes."""

    model_config = ConfigDict(extra="allow", strict=True, frozen=True)

    key: Text
    type: Text
    trigger: Quote
    arguments: list[QuotedArgument]


class _QuotedArticle(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    article: Text
    entities: list[QuotedEntity]
    events: list[QuotedEvent]


def resolve(value: Any, text: str, *, annotator: str, schema: Schema, source: str) -> Annotation:
    """The annotation that a value in the quoted form makes of that text, canonical and checked.

    Raises DataError with every fault and its place in `value`: keys that are missing or unknown, quotes
    not found or found in several places, and all that `khabar.checks.check` finds.
    """
    faults = Faults(source)
    try:
        form = _QuotedArticle.model_validate(value)
    except ValidationError as error:
        add_validation_faults(faults, error)
        raise DataError(faults.report("correct the form and run again")) from error
    _check_keys(form, faults)
    reader = _Reader(text, faults)
    annotation = Annotation(
        form.article,
        sha256(text),
        annotator,
        schema.version,
        tuple(reader.entity(each, f"entities[{n}]", schema) for n, each in enumerate(form.entities)),
        tuple(reader.event(each, f"events[{n}]", schema) for n, each in enumerate(form.events)),
    )
    report = check(annotation, schema, text=text, source=source)
    for fault in report.faults if report else ():
        if fault.where not in reader.unresolved and not fault.where.endswith(".id"):
            faults.add(fault.where, fault.message, fault.code)
    faults.raise_if_any(NEXT_STEP)
    return canonical(annotation)


def _check_keys(form: _QuotedArticle, faults: Faults) -> None:
    first: dict[str, str] = {}
    keys = [
        *((f"entities[{number}]", each.key) for number, each in enumerate(form.entities)),
        *((f"events[{number}]", each.key) for number, each in enumerate(form.events)),
    ]
    for place, key in keys:
        if first.setdefault(key, place) != place:
            faults.add(f"{place}.key", f"key {key!r} is taken by {first[key]}; keys are unique")


class _Reader:
    """Gives quotes their offsets. One that cannot be resolved is a fault, and stands past the end of the
    text, in nobody's way, so that everything else about it can still be checked.
    """

    def __init__(self, text: str, faults: Faults) -> None:
        self.text, self.faults = text, faults
        self.unresolved: set[str] = set()

    def entity(self, quoted: QuotedEntity, place: str, schema: Schema) -> Entity:
        """The mention with its offsets."""
        known = schema.entity_attributes_of(quoted.type)
        attributes = read_attributes(quoted.model_extra or {}, known, place, self.faults)
        return Entity(quoted.key, quoted.type, *self._span(quoted, place), quoted.text, attributes)

    def event(self, quoted: QuotedEvent, place: str, schema: Schema) -> Event:
        """The event with its trigger's offsets."""
        known = schema.event_attributes_of(quoted.type)
        attributes = read_attributes(quoted.model_extra or {}, known, place, self.faults)
        trigger = Trigger(*self._span(quoted.trigger, f"{place}.trigger"), quoted.trigger.text)
        arguments = tuple(Argument(each.role, each.entity) for each in quoted.arguments)
        return Event(quoted.key, quoted.type, trigger, arguments, attributes)

    def _span(self, quote: Quote, place: str) -> tuple[int, int]:
        span = locate(quote, self.text, place, self.faults)
        if span:
            return span
        self.unresolved.add(place)
        start = len(self.text) + 2 * len(self.unresolved)
        return start, start + 1


def read_attributes(
    given: Mapping[str, Any], known: Iterable[Attribute], place: str, faults: Faults
) -> dict[str, bool | str]:
    """Attributes as an annotation holds them: flags that are set, choices with defaults filled in.

    A value that is neither a truth value nor a word is a fault and left out.
    """
    found: dict[str, bool | str] = {each.name: each.default for each in known if each.default is not None}
    for name, value in given.items():
        if isinstance(value, bool | str):
            found[name] = value
        else:
            faults.add(f"{place}.{name}", f"expected true, false or a word, found {value!r:.60}")
    return {name: value for name, value in found.items() if value is not False}
