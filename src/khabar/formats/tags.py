"""Label columns: an article's mentions and triggers as IOB2 over its words, and labels of others read."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from khabar.alignment import LabelledSpan, by_sentence, illegal_tags, lay, spans_of
from khabar.document import Entity, Event, Trigger
from khabar.formats.findings import Findings
from khabar.formats.model import AnnotatedText
from khabar.text import Sentence, Token, segment

_LABEL = re.compile(r"O|[BI]-[A-Za-z][A-Za-z0-9]*")


@dataclass(frozen=True, slots=True)
class Column:
    """IOB2 tags of an article's sentences, and what of the spans they do not show."""

    tags: list[list[str]]
    lost: Counter[str]


@dataclass(frozen=True, slots=True)
class Labelled:
    """A word of a file: its line, where it stands in the text that was rebuilt, its labels by column."""

    where: str
    start: int
    end: int
    labels: tuple[str, ...]


def mention_column(given: AnnotatedText, sentences: Sequence[Sentence]) -> Column:
    """The outermost mentions."""
    return _column([(*each.span, each.type) for each in given.entities], sentences, "mentions")


def trigger_column(given: AnnotatedText, sentences: Sequence[Sentence]) -> Column:
    """The triggers; of events that share words, the longer trigger's, then the first type by name."""
    return _column([(*each.trigger.span, each.type) for each in given.events], sentences, "triggers")


def tagged(
    given: AnnotatedText, *, triggers: bool
) -> tuple[list[Sentence], list[list[list[str]]], Counter[str]]:
    """Sentences, the tags of each (a list per column), and what columns of tags cannot hold."""
    sentences = segment(given.text)
    columns = [mention_column(given, sentences)]
    if triggers:
        columns.append(trigger_column(given, sentences))
    lost = sum((each.lost for each in columns), Counter[str]())
    owners: list[Entity | Event] = [*given.entities, *given.events]
    lost["attributes"] += sum(len(each.attributes) for each in owners)
    lost["arguments"] += sum(len(each.arguments) for each in given.events)
    if not triggers:
        lost["events"] += len(given.events)
    return sentences, [list(each) for each in zip(*(each.tags for each in columns), strict=True)], +lost


def nested_layers(given: AnnotatedText, sentences: Sequence[Sentence]) -> list[list[list[str]]]:
    """The mentions that `mention_column` does not show, in as many further columns as they need."""
    tokens = [token for sentence in sentences for token in sentence.tokens]
    rest = [(*each.span, each.type) for each in given.entities]
    layers: list[list[list[str]]] = []
    while True:
        laid = lay(rest, tokens)
        layers.append(by_sentence(laid.tags, sentences))
        if not laid.nested + laid.crossing:
            return layers[1:]
        rest = _hidden(rest, laid.tags, tokens)


def _hidden(spans: list[LabelledSpan], tags: Sequence[str], tokens: Sequence[Token]) -> list[LabelledSpan]:
    """The spans that the tags do not show; of two on the same words with one type, the longer is shown."""
    shown = {(tokens[first].start, tokens[last - 1].end, label) for first, last, label in spans_of(tags)}
    starts, ends = [token.start for token in tokens], [token.end for token in tokens]
    hidden: list[LabelledSpan] = []
    for start, end, label in sorted(spans, key=lambda each: (each[0], -each[1], each[2])):
        first, last = bisect_right(ends, start), bisect_left(starts, end)
        whole = (starts[first], ends[last - 1], label) if first < last else None
        if whole in shown:
            shown.remove(whole)
        elif whole is not None:
            hidden.append((start, end, label))
    return hidden


def _column(spans: list[LabelledSpan], sentences: Sequence[Sentence], what: str) -> Column:
    tokens = [token for sentence in sentences for token in sentence.tokens]
    laid = lay(spans, tokens)
    tags = by_sentence(laid.tags, sentences)
    pieces = sum(tag[0] == "B" for part in tags for tag in part)
    lost = Counter(
        {
            f"{what} inside others": laid.nested,
            f"{what} that cross others": laid.crossing,
            f"{what} without a word": laid.off_token,
            f"{what} cut at the edge of a sentence": pieces - sum(tag[0] == "B" for tag in laid.tags),
            f"{what} widened to whole words": _widened(spans, laid.tags, tokens),
        }
    )
    return Column(tags, +lost)


def _widened(spans: list[LabelledSpan], tags: Sequence[str], tokens: Sequence[Token]) -> int:
    """How many of the spans that the tags show have an edge inside a word."""
    shown = Counter(
        (tokens[first].start, tokens[last - 1].end, label) for first, last, label in spans_of(tags)
    )
    return sum((shown - Counter(spans)).values())


def read_column(
    words: Sequence[Labelled], column: int, types: Collection[str], findings: Findings
) -> list[str]:
    """The labels of a sentence's words as legal IOB2; every other label is listed with its line.

    A label after a malformed one is not said to continue nothing: what it continues is not known.
    """
    tags = [_mapped(each.labels[column], findings) for each in words]
    malformed = {number for number, tag in enumerate(tags) if not _LABEL.fullmatch(tag)}
    for number, tag in enumerate(tags):
        if number in malformed:
            findings.fault(words[number].where, "label", f"expected O, B-<type> or I-<type>, found {tag!r}")
        elif tag != "O" and tag[2:] not in types:
            findings.fault(words[number].where, "type", f"{tag!r}: no type {tag[2:]!r} in the schema")
    for number in illegal_tags(tags):
        if number in malformed or number - 1 in malformed:
            continue
        if findings.mending.tags:
            findings.mended["sequences mended"] += 1
            tags[number] = f"B{tags[number][1:]}"
        else:
            before = tags[number - 1] if number else "the beginning of the sentence"
            findings.fault(words[number].where, "sequence", f"{tags[number]} after {before}")
    return _legal(["O" if n in malformed or tag[2:] not in types else tag for n, tag in enumerate(tags)])


def _legal(tags: Sequence[str]) -> list[str]:
    """The tags with a B- where an I- continues nothing: all such are listed by now."""
    illegal = set(illegal_tags(tags))
    return [f"B{tag[1:]}" if number in illegal else tag for number, tag in enumerate(tags)]


def _mapped(label: str, findings: Findings) -> str:
    """The label as a whole mapped, then its type; a type mapped to nothing is O."""
    whole = findings.name(label) or "O"
    prefix, dash, kind = whole.partition("-")
    if prefix not in {"B", "I"} or not dash:
        return whole
    named = findings.name(kind)
    return f"{prefix}-{named}" if named else "O"


def article_of(
    identifier: str,
    text: str,
    sentences: Sequence[Sequence[Labelled]],
    types: Sequence[Collection[str]],
    findings: Findings,
) -> AnnotatedText:
    """The article whose sentences have labels of mentions, then of triggers, then of nested mentions.

    `types` are the names that mentions, and triggers where there is a column of them, may have.
    """
    entities: list[Entity] = []
    events: list[Event] = []
    places: dict[str, str] = {}
    for words in sentences:
        for column in range(len(words[0].labels)):
            known = types[1 if column == 1 else 0]
            for first, last, kind in spans_of(read_column(words, column, known, findings)):
                start, end = words[first].start, words[last - 1].end
                if column != 1:
                    name = f"T{len(entities) + 1}"
                    entities.append(Entity(name, kind, start, end, text[start:end]))
                else:
                    name = f"E{len(events) + 1}"
                    events.append(Event(name, kind, Trigger(start, end, text[start:end])))
                places[name] = words[first].where
    return AnnotatedText(identifier, text, tuple(entities), tuple(events), places)
