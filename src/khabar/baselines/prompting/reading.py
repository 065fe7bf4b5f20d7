"""A model's reply, read strictly: what is not in the form or is not in one place is counted and left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from khabar.alignment import LabelledSpan
from khabar.baselines.prompting.chat import Answer
from khabar.errors import DataError, Fault, Faults
from khabar.files import parse_json
from khabar.places import Quote, locate
from khabar.quotes import QuotedArgument, QuotedEntity, QuotedEvent
from khabar.schema import Schema, path_of, shorten

UNPARSABLE = ("cut", "empty", "not JSON", "not the form")
"""Why a whole reply is left out, in the order in which it is judged."""

REFUSED = (
    "malformed entry",
    "key given twice",
    "unknown type",
    "quote not found",
    "quote in several places",
    "span given twice",
    "unknown role",
    "unknown filler",
    "filler of a type the role does not take",
    "argument given twice",
    "second filler of a role that takes one",
)
"""Why a part of a reply is left out."""

Form = TypeVar("Form", bound=BaseModel)


class _Reply(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    article: str | None = None
    entities: list[Any]
    events: list[Any]


@dataclass(frozen=True, slots=True)
class Read:
    """The record of one reply, and what was left out: the reply (`unparsable`), or the parts in `refused`."""

    record: dict[str, Any]
    unparsable: Fault | None = None
    refused: tuple[Fault, ...] = ()

    @property
    def kept(self) -> Counter[str]:
        """How many entities, events and arguments the record has."""
        events = self.record["events"]
        return Counter(
            entities=len(self.record["entities"]),
            events=len(events),
            arguments=sum(len(each["arguments"]) for each in events),
        )


def read_reply(answer: Answer, article: Mapping[str, Any], schema: Schema) -> Read:
    """The submission record of what the model answered about the article (its `id` and `text`).

    A reply that was cut, is empty, is not one JSON value from end to end or has not the quoted form gives
    an empty record; in one that has, each entry stands or falls alone. Codes of faults are those of
    `UNPARSABLE` and `REFUSED`.
    """
    reply = _parse(answer, str(article["id"]))
    if isinstance(reply, Fault):
        return Read(_record(article, [], []), unparsable=reply)
    reader = _Reader(article["text"], schema)
    mentions = reader.entities(reply.entities)
    events = reader.events(reply.events)
    return Read(_record(article, mentions, events), refused=tuple(reader.refused))


def _parse(answer: Answer, article: str) -> _Reply | Fault:
    if answer.finish_reason == "length":
        return Fault("", f"ended at the token limit, after {len(answer.content)} characters", "cut")
    if not answer.content.strip():
        return Fault("", f"no words (finish reason {answer.finish_reason or 'not told'})", "empty")
    try:
        value = parse_json(answer.content, source="reply", where="reply")
    except DataError as error:
        shown = shorten(answer.content.strip())
        return Fault("", f"{error.faults[0].message}; it begins {shown}", "not JSON")
    try:
        reply = _Reply.model_validate(value)
    except ValidationError as error:
        return Fault("", _first(error), "not the form")
    if reply.article not in (None, article):
        return Fault("article", f"is about {shorten(reply.article)}, not {article}", "not the form")
    return reply


def _first(error: ValidationError) -> str:
    found = error.errors(include_url=False)[0]
    place = path_of(found["loc"])
    return f"{place}: {found['msg']}" if place else str(found["msg"])


def _record(
    article: Mapping[str, Any], mentions: Sequence[LabelledSpan], events: Sequence[dict[str, Any]]
) -> dict[str, Any]:
    return {
        "article": article["id"],
        "entities": [{"start": start, "end": end, "type": label} for start, end, label in mentions],
        "events": list(events),
    }


@dataclass(slots=True)
class _Reader:
    """Reads entries one by one and remembers why some were refused."""

    text: str
    schema: Schema
    refused: list[Fault] = field(default_factory=list)
    keys: set[str] = field(default_factory=set)
    mentions: dict[str, LabelledSpan] = field(default_factory=dict)

    def entities(self, entries: Sequence[Any]) -> list[LabelledSpan]:
        """The mentions that stand, in the order of annotation files."""
        spans: set[tuple[int, int]] = set()
        for number, entry in enumerate(entries):
            place = f"entities[{number}]"
            quoted = self._entry(QuotedEntity, entry, place)
            if quoted is None or not self._known(quoted.type, self.schema.entities, place):
                continue
            span = self._locate(_quote(quoted), place)
            if span is None:
                continue
            if span in spans:
                self._refuse(place, "span given twice", f"{quoted.text!r} is an entity already")
                continue
            spans.add(span)
            self.mentions[quoted.key] = (*span, quoted.type)
        return sorted(self.mentions.values(), key=lambda each: (each[0], -each[1], each[2]))

    def events(self, entries: Sequence[Any]) -> list[dict[str, Any]]:
        """The events that stand, each with the arguments that do, by trigger."""
        found: dict[LabelledSpan, dict[str, Any]] = {}
        for number, entry in enumerate(entries):
            place = f"events[{number}]"
            quoted = self._entry(QuotedEvent, entry, place)
            if quoted is None or not self._known(quoted.type, self.schema.events, place):
                continue
            span = self._locate(quoted.trigger, f"{place}.trigger")
            if span is None:
                continue
            if (*span, quoted.type) in found:
                self._refuse(place, "span given twice", f"{quoted.trigger.text!r} is such an event already")
                continue
            found[*span, quoted.type] = {
                "type": quoted.type,
                "trigger": {"start": span[0], "end": span[1]},
                "arguments": self._arguments(quoted, place),
            }
        return [found[trigger] for trigger in sorted(found)]

    def _arguments(self, event: QuotedEvent, place: str) -> list[dict[str, Any]]:
        filled: set[tuple[str, int, int]] = set()
        for number, argument in enumerate(event.arguments):
            reason = self._why_not(event.type, argument, filled)
            if reason is not None:
                shown = f"{argument.role} = {argument.entity}"
                self._refuse(f"{place}.arguments[{number}]", reason, shorten(shown))
                continue
            filled.add((argument.role, *self.mentions[argument.entity][:2]))
        return [{"role": role, "start": start, "end": end} for role, start, end in sorted(filled)]

    def _why_not(
        self, event_type: str, argument: QuotedArgument, filled: set[tuple[str, int, int]]
    ) -> str | None:
        role = self.schema.roles(event_type).get(argument.role)
        if role is None:
            return "unknown role"
        mention = self.mentions.get(argument.entity)
        if mention is None:
            return "unknown filler"
        if mention[2] not in role.entity_types:
            return "filler of a type the role does not take"
        if (argument.role, *mention[:2]) in filled:
            return "argument given twice"
        if not role.many and any(name == argument.role for name, _, _ in filled):
            return "second filler of a role that takes one"
        return None

    def _entry(self, form: type[Form], entry: Any, place: str) -> Form | None:
        try:
            quoted = form.model_validate(entry)
        except ValidationError as error:
            self._refuse(place, "malformed entry", _first(error))
            return None
        key = str(getattr(quoted, "key"))  # noqa: B009 - both forms have one, their base has not
        if key in self.keys:
            self._refuse(place, "key given twice", shorten(key))
            return None
        self.keys.add(key)
        return quoted

    def _known(self, name: str, known: Mapping[str, Any], place: str) -> bool:
        if name not in known:
            self._refuse(place, "unknown type", shorten(name))
        return name in known

    def _locate(self, quote: Quote, place: str) -> tuple[int, int] | None:
        if quote.text != quote.text.strip():
            self._refuse(place, "malformed entry", f"white space at the edge of {shorten(quote.text)}")
            return None
        faults = Faults("reply")
        span = locate(quote, self.text, place, faults)
        if span is None:
            kind = "quote in several places" if quote.text in self.text else "quote not found"
            self._refuse(place, kind, faults.report().faults[0].message)
        return span

    def _refuse(self, place: str, kind: str, message: str) -> None:
        self.refused.append(Fault(place, message, kind))


def _quote(entity: QuotedEntity) -> Quote:
    return Quote(text=entity.text, before=entity.before, after=entity.after, occurrence=entity.occurrence)
