"""Predictions of a model → what annotators begin with: everything a server would take unseen is checked here.

The file is a submission of spans (docs/submissions.md), of any articles. What makes a submission invalid
(bounds, labels, roles, doubles) is refused, all of it told. What is valid there and yet no annotation by the
schema (mentions that cross, arguments that no mention fills) is left out, listed and counted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import msgspec
from msgspec import structs

from khabar.article_list import Article
from khabar.checks import check
from khabar.corpus import Corpus
from khabar.document import Annotation, Argument, Entity, Event, Trigger, canonical
from khabar.errors import CallError, DataError, Fault
from khabar.files import read_json_lines, sha256
from khabar.labelstudio import task
from khabar.missing import left_out
from khabar.schema import Attribute, Schema, shorten
from khabar.scoring.codes import Code
from khabar.scoring.extraction import Extraction
from khabar.scoring.finder import Finder
from khabar.scoring.spans import ANY_LENGTH, SAYS, SpanReader
from khabar.wording import number_of


@dataclass(slots=True)
class PreAnnotations:
    """Annotations by article, each by the annotator `version`, and what of the file is in none.

    `read` items (mentions, events, arguments) = those in the annotations + those `left_out`, over the
    articles that are annotated; `passed_over` are articles of the file whose text is not on this machine.
    """

    version: str
    annotations: dict[str, Annotation] = field(default_factory=dict)
    left_out: list[Fault] = field(default_factory=list)
    passed_over: list[str] = field(default_factory=list)
    read: int = 0


def read_predictions(path: Path, articles: Mapping[str, Article], schema: Schema) -> PreAnnotations:
    """The pre-annotations in that file; `version` is its name, or its folder's, with its digest.

    Raises DataError with every fault of the file, CallError if there is no such file or it has no spans.
    """
    if not path.is_file():
        raise CallError(f"no predictions at {path}")
    name = path.parent.resolve().name if path.stem == "predictions" else path.stem
    found = PreAnnotations(f"{name}@{sha256(path.read_bytes())[:8]}")
    finder, reader = Finder(str(path)), SpanReader(schema)
    lines: dict[str, int] = {}
    try:
        for number, record in read_json_lines(path):
            _take(number, record, found, finder, reader, articles, lines)
    except DataError as error:
        for fault in error.faults:
            finder.add(Code.line, fault.where, fault.message)
    if not lines and not finder.faults:
        finder.add(Code.empty, "", "found no record; expected one an article")
    finder.raise_if_any()
    return found


def _take(
    number: int,
    record: Any,
    found: PreAnnotations,
    finder: Finder,
    reader: SpanReader,
    articles: Mapping[str, Article],
    lines: dict[str, int],
) -> None:
    place = finder.record(number)
    if not isinstance(record, dict):
        place.found(Code.record, record, "an object")
        return
    name = record.get("article")
    place = finder.record(number, name) if isinstance(name, str) else place
    if not place.has_keys(record, frozenset({"article"}), SAYS):
        return
    article = articles.get(name) if isinstance(name, str) else None
    if article is None:
        place.add(Code.unknown_article, "is no article of this corpus", found=shorten(name))
        return
    if lines.setdefault(article.id, number) != number:
        place.add(Code.doubled_article, f"has its record in line {lines[article.id]} already")
        return
    before = len(finder.faults)
    said = reader.read(record, place, ANY_LENGTH if article.text is None else len(article.text))
    if article.text is None:
        found.passed_over.append(article.id)
    elif len(finder.faults) == before:
        found.annotations[article.id] = _Builder(article, article.text, reader.schema, found).build(said)


class _Builder:
    """One article's prediction → an annotation that lacks nothing but the choices of a person."""

    def __init__(self, article: Article, text: str, schema: Schema, found: PreAnnotations) -> None:
        self.article, self.text, self.schema, self.found = article, text, schema, found

    def build(self, said: Extraction) -> Annotation:
        """The annotation; what does not fit is left out, and each piece listed."""
        entities = [
            Entity(f"T{number}", type_, start, end, self.text[start:end])
            for number, (start, end, type_) in enumerate(said.entities, 1)
        ]
        by_span: dict[tuple[int, int], list[Entity]] = {}
        for entity in entities:
            by_span.setdefault(entity.span, []).append(entity)
        events = [
            Event(
                f"E{number}",
                each.type,
                Trigger(each.start, each.end, self.text[each.start : each.end]),
                tuple(self._arguments(f"events[{number - 1}]", each, by_span)),
            )
            for number, each in enumerate(said.events, 1)
        ]
        self.found.read += len(entities) + len(events) + sum(len(each.arguments) for each in said.events)
        article = self.article
        made = Annotation(
            article.id,
            article.text_sha256,
            self.found.version,
            self.schema.version,
            tuple(entities),
            tuple(events),
        )
        return canonical(self._sound(made))

    def _arguments(self, where: str, event: Any, by_span: Mapping[tuple[int, int], list[Entity]]) -> Any:
        """Arguments by the mention of exactly that span; of several, the one whose type fills the role."""
        for number, (role, start, end) in enumerate(event.arguments):
            fillers = by_span.get((start, end), [])
            allowed = self.schema.roles(event.type)[role].entity_types
            fit = [each for each in fillers if each.type in allowed] or fillers
            if fit:
                yield Argument(role, fit[0].id)
            else:
                self._leave_out(f"{where}.arguments[{number}]", f"{role} [{start}, {end}) is no mention")

    def _leave_out(self, where: str, message: str) -> None:
        self.found.left_out.append(Fault(f"{self.article.id} {where}".strip(), message))

    def _sound(self, made: Annotation) -> Annotation:
        """What is left when pieces with faults are taken out, until there are none."""
        while True:
            report = check(_chosen(made, self.schema), self.schema, text=self.text)
            if report is None:
                return made
            made = self._without(made, report.faults[0])

    def _without(self, made: Annotation, fault: Fault) -> Annotation:
        """The annotation without the piece the fault is about, and what hangs on it."""
        group, number, argument = _piece(fault.where)
        if group == "entities":
            gone = made.entities[number]
            self._leave_out(f"{gone.type} [{gone.start}, {gone.end})", fault.message)
            for event in made.events:
                for each in event.arguments:
                    if each.entity == gone.id:
                        self._leave_out(f"{event.type} {each.role}", f"its mention {gone.text!r} is left out")
            events = tuple(
                structs.replace(each, arguments=tuple(one for one in each.arguments if one.entity != gone.id))
                for each in made.events
            )
            return replace(made, entities=_but(made.entities, number), events=events)
        event = made.events[number]
        label = f"{event.type} [{event.trigger.start}, {event.trigger.end})"
        if argument is None:
            self._leave_out(label, fault.message)
            for each in event.arguments:
                self._leave_out(f"{label} {each.role}", "its event is left out")
            return replace(made, events=_but(made.events, number))
        self._leave_out(f"{label} {event.arguments[argument].role}", fault.message)
        mended = structs.replace(event, arguments=_but(event.arguments, argument))
        return replace(made, events=(*made.events[:number], mended, *made.events[number + 1 :]))


def _but(items: tuple[Any, ...], number: int) -> tuple[Any, ...]:
    return items[:number] + items[number + 1 :]


def _piece(where: str) -> tuple[str, int, int | None]:
    """Group, number and argument of a place such as `events[3].arguments[0].entity`."""
    parts = where.replace("]", "").replace("[", ".").split(".")
    argument = int(parts[3]) if parts[2:3] == ["arguments"] else None
    return parts[0], int(parts[1]), argument


def _chosen(made: Annotation, schema: Schema) -> Annotation:
    """The annotation as if a person had made every choice that must be made: they are not a model's fault."""
    entities = tuple(
        structs.replace(each, attributes=_first_values(schema.entity_attributes_of(each.type)))
        for each in made.entities
    )
    events = tuple(
        structs.replace(each, attributes=_first_values(schema.event_attributes_of(each.type)))
        for each in made.events
    )
    return replace(made, entities=entities, events=events)


def _first_values(attributes: list[Attribute]) -> dict[str, bool | str]:
    return {each.name: each.values[0].name for each in attributes if each.kind == "choice"}


def tasks_for(
    corpus: Corpus, chosen: Iterable[Article], predictions: Path | None, *, say: Callable[[str], None]
) -> list[dict[str, Any]]:
    """The Label Studio tasks of those articles, with what the file predicts; `say` is told what is left out.

    A prediction's results are JSON made already (`msgspec.Raw`): as objects, those of ten thousand articles
    would take a gigabyte. Raises what `read_predictions` raises.
    """
    given: dict[str, Annotation] = {}
    if predictions is not None:
        found = read_predictions(predictions, corpus.articles, corpus.schema)
        given, said = found.annotations, counted(found)
        for fault in found.left_out:
            say(f"left out of the pre-annotations: {fault}")
        say(said)
    wanted = list(chosen)
    if missing := [each.id for each in wanted if each.text is None]:
        say(left_out(corpus, missing))
    return [
        _packed(task(each, given.pop(each.id, None), schema=corpus.schema))
        for each in wanted
        if each.text is not None
    ]


def _packed(made: dict[str, Any]) -> dict[str, Any]:
    for each in made["predictions"]:
        each["result"] = msgspec.Raw(msgspec.json.encode(each["result"]))
    return made


def counted(found: PreAnnotations) -> str:
    """How much of the file is used, in a sentence."""
    kept = found.read - len(found.left_out)
    articles, items = number_of(len(found.annotations), "article"), number_of(found.read, "item")
    return f"{articles} pre-annotated by {found.version}: {kept} of {items}"
