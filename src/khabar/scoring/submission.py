"""A submission: spans (a record an article) or tags (a record a sentence), judged as a whole.

It is JSON Lines unless its name ends in `.conll`, `.json` (a transformers pipeline) or `.spacy` (DocBin).

Either everything in it is right and it can be scored, or every fault of it is told and it is not.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

from khabar.alignment import LabelledSpan
from khabar.errors import CallError, DataError
from khabar.files import read_json_lines
from khabar.schema import Schema
from khabar.scoring import columns, docbin, labels, pipeline, spans
from khabar.scoring.codes import Code
from khabar.scoring.extraction import Event, Extraction
from khabar.scoring.finder import Finder, Place, shorten
from khabar.scoring.gold import Article, Gold
from khabar.scoring.labels import Mend
from khabar.scoring.typed import read_typed

UNITS = {pipeline.SUFFIX: "article", docbin.SUFFIX: "doc"}
"""What the records of a file are counted in, where it is not lines."""

_UNREAD = frozenset({Code.line, Code.form, Code.columns, Code.text})
"""What keeps records from being read at all, so that nothing can be said of what is missing."""

_AT_ONCE = 2**30
"""Bytes of a file that may be read at once; a larger one is read line by line."""

Numbered = Iterable[tuple[int, Any]]
"""Records with their line numbers, from 1."""


@dataclass(frozen=True, slots=True)
class Submission:
    """What a system says of every article of a split, and of which tasks it says anything.

    `tasks` is a part of entities, triggers, arguments: what it lacks is not predicted, and its figures
    are undefined rather than 0. `mends` are the tags that `repair` changed, `passed_over` counts records
    of articles that are left out of the gold here.
    """

    articles: Mapping[str, Extraction]
    tasks: frozenset[str]
    mends: tuple[Mend, ...] = ()
    passed_over: int = 0

    @property
    def mended(self) -> int:
        """How many tags `repair` changed."""
        return len(self.mends)


def read_submission(path: str | Path, gold: Gold, schema: Schema, *, repair: bool = False) -> Submission:
    """The submission in that file. With `repair`, tags that continue nothing are mended.

    Raises DataError with every fault of the file, each with its code; CallError if there is no such file.
    """
    path = Path(path)
    if not path.is_file():
        raise CallError(f"no submission at {path}")
    quick = _read_quickly(path, gold, schema)
    if quick is not None:
        return quick
    finder = Finder(str(path), UNITS.get(path.suffix, "line"))
    read = _judge(_records(path, finder, gold), finder, gold, schema, repair=repair)
    # spans have no roles, so that a DocBin says nothing of arguments: undefined, not 0
    return replace(read, tasks=read.tasks - {"arguments"}) if path.suffix == docbin.SUFFIX else read


def _read_quickly(path: Path, gold: Gold, schema: Schema) -> Submission | None:
    """The span submission if it is valid at first sight; what is not goes before the full judge."""
    if path.suffix in {columns.SUFFIX, pipeline.SUFFIX, docbin.SUFFIX} or path.stat().st_size > _AT_ONCE:
        return None
    read = read_typed(path.read_bytes(), gold, schema)
    return None if read is None else Submission(read.articles, _tasks_of(read.said))


def judge_records(
    records: Iterable[Any], gold: Gold, schema: Schema, *, repair: bool = False, name: str = "predictions"
) -> Submission:
    """As `read_submission`, for records that are in memory already; faults are told under `name`."""
    return _judge(enumerate(records, 1), Finder(name, "record"), gold, schema, repair=repair)


def _records(path: Path, finder: Finder, gold: Gold) -> Numbered:
    """The records of the file, which has the form that the ending of its name says."""
    if path.suffix == columns.SUFFIX:
        return columns.read_records(path, finder, gold)
    if path.suffix == pipeline.SUFFIX:
        return pipeline.read_records(path, finder)
    if path.suffix == docbin.SUFFIX:
        return docbin.read_records(path, finder, gold)
    return _lines(path, finder)


def _lines(path: Path, finder: Finder) -> Iterator[tuple[int, Any]]:
    try:
        yield from read_json_lines(path)
    except DataError as error:
        for fault in error.faults:
            finder.add(Code.line, fault.where, fault.message)


def _judge(records: Numbered, finder: Finder, gold: Gold, schema: Schema, *, repair: bool) -> Submission:
    reader = _Reader(finder, gold, spans.SpanReader(schema), labels.TagReader(schema, repair))
    for number, record in records:
        reader.take(number, pipeline.with_plain_entities(record))
    reader.finish()
    finder.raise_if_any()
    return reader.submission()


class _Reader:
    """Takes record after record; the first usable one says which form the file has."""

    def __init__(
        self, finder: Finder, gold: Gold, span_reader: spans.SpanReader, tag_reader: labels.TagReader
    ) -> None:
        self.finder = finder
        self.gold = gold
        self.span_reader = span_reader
        self.tag_reader = tag_reader
        self.form: tuple[str, frozenset[str]] | None = None
        self.form_line = 0
        self.lines: dict[str, int] = {}
        self.passed_over = 0
        self.taken = 0
        self.extractions: dict[str, Extraction] = {}
        self.tags: dict[str, dict[int, dict[str, list[str]]]] = {}

    def take(self, number: int, record: Any) -> None:
        """Judge one record."""
        self.taken += 1
        place = self.finder.record(number)
        if not isinstance(record, dict):
            place.found(Code.record, record, "an object")
            return
        key, says = (
            ("id", labels.SAYS) if "id" in record and "article" not in record else ("article", spans.SAYS)
        )
        name = record.get(key)
        if isinstance(name, str):
            place = self.finder.record(number, name)
        if not place.has_keys(record, frozenset({key}), says):
            self.lines.setdefault(str(name), number)
        elif not isinstance(name, str):
            place.at(key).found(Code.kind, name, "text")
        elif record.keys() - says - {key} or self._has_form(key, says & record.keys(), says, number, place):
            # with a key too many, which is told, one cannot know what it was to say
            (self._take_sentence if key == "id" else self._take_article)(number, name, record, place)

    def _has_form(
        self, key: str, said: frozenset[str], says: frozenset[str], number: int, place: Place
    ) -> bool:
        if not said:
            needed = ", ".join(sorted(says))
            place.add(Code.missing_key, f"no key of {needed}, needed is one or both", allowed=needed)
            return False
        if self.form is None:
            self.form, self.form_line = (key, said), number
        elif self.form != (key, said):
            theirs = f"{self.form[0]}, {', '.join(sorted(self.form[1]))}"
            mine = f"{key}, {', '.join(sorted(said))}"
            message = f"found {mine}, {self.finder.unit} {self.form_line} has {theirs}"
            place.add(Code.mixed, message, found=mine, allowed=theirs)
        return True

    def _is_new(self, number: int, name: str, place: Place, code: Code) -> bool:
        first = self.lines.setdefault(name, number)
        if first != number:
            place.add(code, f"has its record in {self.finder.unit} {first} already")
        return first == number

    def _take_article(self, number: int, name: str, record: Mapping[str, Any], place: Place) -> None:
        new = self._is_new(number, name, place, Code.doubled_article)
        article = self.gold.articles.get(name)
        if article is not None:
            said = self.span_reader.read(record, place, len(article.text))
            if new:
                self.extractions[name] = said
        elif name in self.gold.left_out:
            self.passed_over += 1
            self.span_reader.read(record, place, spans.ANY_LENGTH)
        else:
            message = f"is none of the {len(self.gold.articles)} articles of the split"
            known = _some_of(self.gold.articles)
            place.add(Code.unknown_article, message, found=shorten(name), allowed=known)
            self.span_reader.read(record, place, spans.ANY_LENGTH)

    def _take_sentence(self, number: int, name: str, record: Mapping[str, Any], place: Place) -> None:
        new = self._is_new(number, name, place, Code.doubled_sentence)
        if name in self.gold.sentences:
            article, position = self.gold.sentences[name]
            tokens = len(self.gold.articles[article].sentences[position].tokens)
            tags = self.tag_reader.read(record, place, tokens)
            if new:
                self.tags.setdefault(article, {})[position] = tags
        elif name.rpartition("#")[0] in self.gold.left_out:
            self.passed_over += 1
            self.tag_reader.read(record, place, None)
        else:
            message = f"is none of the {len(self.gold.sentences)} sentences of the split (<article>#<number>)"
            known = _some_of(self.gold.sentences)
            place.add(Code.unknown_sentence, message, found=shorten(name), allowed=known)
            self.tag_reader.read(record, place, None)

    def finish(self) -> None:
        """Find what is not there. Where lines could not be read, what is missing may be in them."""
        if not self.taken and not self.finder.faults:
            self.finder.add(Code.empty, "", "found no record, expected one for every article of the split")
        if self.form is None or any(fault.code in _UNREAD for fault in self.finder.faults):
            return
        if self.form[0] == "article":
            for name in self.gold.articles:
                if name not in self.lines:
                    self.finder.lacks(Code.missing_article, name, "has no record")
            return
        seen = {self.gold.sentences[name][0] for name in self.lines if name in self.gold.sentences}
        for name, each in self.gold.articles.items():
            if name not in seen and each.sentences:
                self.finder.lacks(Code.missing_article, name, "has no record of any of its sentences")
        for name, (article, _) in self.gold.sentences.items():
            if article in seen and name not in self.lines:
                self.finder.lacks(Code.missing_sentence, name, "has no record")

    def submission(self) -> Submission:
        """What was read, if there was nothing wrong with it."""
        key, said = self.form or ("article", frozenset())
        if key == "article":
            return Submission(self.extractions, _tasks_of(said), passed_over=self.passed_over)
        names = {"ner_tags": "entities", "trigger_tags": "triggers"}
        articles = {
            name: _from_tags(each, self.tags.get(name, {})) for name, each in self.gold.articles.items()
        }
        said_tasks = frozenset(names[column] for column in said)
        return Submission(articles, said_tasks, tuple(self.tag_reader.mends), self.passed_over)


def _tasks_of(said: Iterable[str]) -> frozenset[str]:
    tasks = {"entities": ("entities",), "events": ("triggers", "arguments")}
    return frozenset(task for name in said for task in tasks[name])


def _some_of(names: Collection[str]) -> str:
    """The first names of the split: a machine has the rest from the release."""
    return ", ".join([*islice(names, 5), *(["…"] if len(names) > 5 else [])])


def _from_tags(article: Article, sentences: Mapping[int, Mapping[str, list[str]]]) -> Extraction:
    entities: list[LabelledSpan] = []
    events: list[Event] = []
    for position, said in sorted(sentences.items()):
        tokens = article.sentences[position].tokens
        entities += labels.spans(said.get("ner_tags", ()), tokens)
        triggers = labels.spans(said.get("trigger_tags", ()), tokens)
        events += [Event(name, start, end) for start, end, name in triggers]
    return Extraction(tuple(entities), tuple(events))
