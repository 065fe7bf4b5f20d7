"""A JSON export of Label Studio → annotations. What is in it is read, or listed with task, region and reason.

Left out and listed, without being a fault: skipped tasks, drafts, tasks nobody did. `ground_truth` is passed
over: the server sets it on import, and only adjudication says what gold is. An annotation with a fault is
left out whole, and so are all that one annotator gave of one article, if there are several.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from khabar.article_list import Article
from khabar.corpus import Corpus
from khabar.document import Annotation
from khabar.errors import CallError, DataError, Fault, Report
from khabar.files import read_json, sha256
from khabar.gathering import Saved, save_passes
from khabar.labelstudio.config import TEXT
from khabar.labelstudio.regions import name_of
from khabar.labelstudio.results import annotation_of
from khabar.schema import Schema, shorten
from khabar.wording import number_of

AnnotatorOf = Callable[[Any], str | None]
"""The annotator's id for a value of `completed_by`; None where it is not known."""


PlaceOf = Callable[[str], str]
"""How faults name a task, by its id: where it is known, by an address to click on."""


State = Literal["done", "skipped", "draft", "open"]
"""How far a task is: done as soon as something is submitted, a draft only before that."""


@dataclass(frozen=True, slots=True)
class TaskState:
    """Where a task is, whose article, how far it is, how many drafts are on it, and how many annotations
    that were skipped.
    """

    place: str
    article: str | None
    state: State
    drafts: int = 0
    skipped: int = 0


@dataclass(slots=True)
class Export:
    """What an export holds. `read` items (regions' items and relations) = `kept` + `listed`, always.

    `kept` items are in the annotations; `listed` ones are in annotations that a fault or a note names.
    `submitted` counts annotations that were not skipped, right or not.
    """

    annotations: list[Annotation] = field(default_factory=list)
    tasks: list[TaskState] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    notes: list[Fault] = field(default_factory=list)
    submitted: int = 0
    read: int = 0
    kept: int = 0
    listed: int = 0
    trimmed: int = 0


def annotator_of(mapping: Mapping[str, str]) -> AnnotatorOf:
    """Annotators by user id or e-mail, whichever of them `completed_by` gives."""

    def find(completed_by: Any) -> str | None:
        keys = (
            [completed_by.get("id"), completed_by.get("email")]
            if isinstance(completed_by, dict)
            else [completed_by]
        )
        return next((mapping[str(key)] for key in keys if key is not None and str(key) in mapping), None)

    return find


def gather_export(
    corpus: Corpus, path: Path, *, annotator: AnnotatorOf, replace: Iterable[str] = ()
) -> tuple[Saved, Export]:
    """Passes out of an export file. Raises DataError with every fault; then nothing is written."""
    if not path.is_file():
        raise CallError(f"no file {path}")
    export = read_export(read_json(path), articles=corpus.articles, schema=corpus.schema, annotator=annotator)
    if export.faults:
        read = number_of(export.read, "item")
        counts = f"{read} read, {export.kept} in right annotations, {export.listed} listed"
        next_step = f"correct these in Label Studio and export again; nothing was written ({counts})"
        raise DataError(Report(str(path), tuple(export.faults), next_step))
    return save_passes(corpus, export.annotations, replace=replace), export


def place_in_file(task: str) -> str:
    """A task of an export file of whose server nothing is known."""
    return f"task {task}"


def read_export(
    value: Any,
    *,
    articles: Mapping[str, Article],
    schema: Schema,
    annotator: AnnotatorOf,
    place: PlaceOf = place_in_file,
) -> Export:
    """Read the value of an export file. Nothing is raised: what is wrong is in `faults`.

    Of the articles only the digests are looked at: their texts need not be on this machine.
    """
    export = Export()
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        message = f"expected a list of tasks, as the export format JSON gives it, found {shorten(value)}"
        export.faults.append(Fault("", message))
        return export
    reader = ExportReader(export, articles, schema, annotator)
    for number, task in enumerate(value):
        reader.read_task(task, place(id_of(task, number)))
    reader.finish()
    return export


def id_of(value: Mapping[str, Any], number: int) -> str:
    """The id of a task or annotation as faults show it; its number from 0 where it has none."""
    return name_of(str(value["id"])) if "id" in value else f"number {number}"


def _article_of(task: Mapping[str, Any]) -> str | None:
    data = task.get("data")
    name = data.get("article") if isinstance(data, dict) else None
    return name if isinstance(name, str) else None


def _state_of(annotations: Sequence[Mapping[str, Any]], drafts: int) -> State:
    if not annotations:
        return "draft" if drafts else "open"
    return "skipped" if all(each.get("was_cancelled") for each in annotations) else "done"


@dataclass(slots=True)
class _Given:
    """What an annotator gave of an article first, and how many times he gave something."""

    annotation: Annotation | None
    items: int
    trimmed: int
    where: str
    times: int = 1


class ExportReader:
    """Goes through the tasks and fills an `Export`; `finish` after the last one."""

    def __init__(
        self, export: Export, articles: Mapping[str, Article], schema: Schema, annotator: AnnotatorOf
    ) -> None:
        self.export, self.articles, self.schema, self.annotator = export, articles, schema, annotator
        self._unknown: dict[str, int] = {}
        self._given: dict[tuple[str, str], _Given] = {}

    def read_task(self, task: dict[str, Any], place: str) -> None:
        """All annotations of a task."""
        given = task.get("annotations")
        if not isinstance(given, list) or not all(isinstance(each, dict) for each in given):
            message = (
                f"expected `annotations`, a list, found {shorten(given)}; export as JSON, not JSON_MIN or CSV"
            )
            self.export.faults.append(Fault(place, message))
            return
        drafts = task.get("drafts")
        count = len(drafts) if isinstance(drafts, list) else int(bool(drafts))
        if count:
            self.export.notes.append(Fault(place, f"{number_of(count, 'draft')}, not submitted: left out"))
        skipped = sum(bool(each.get("was_cancelled")) for each in given)
        state = _state_of(given, count)
        self.export.tasks.append(TaskState(place, _article_of(task), state, count, skipped))
        if not given:
            self.export.notes.append(Fault(place, "nobody has done it: left out"))
        messages = list(self._data_messages(task.get("data")))
        self.export.faults += [Fault(f"{place} data", message) for message in messages]
        for number, annotation in enumerate(given):
            where = f"{place} annotation {id_of(annotation, number)}"
            self._read_annotation(annotation, task, where, usable=not messages)

    def _data_messages(self, data: Any) -> Iterator[str]:
        """What keeps a task's annotations from being ours: another project, schema or text."""
        name = data.get("article") if isinstance(data, dict) else None
        text = data.get(TEXT) if isinstance(data, dict) else None
        article = self.articles.get(name) if isinstance(name, str) else None
        if article is None:
            yield f"article {shorten(name)} is none of this corpus; is this another project's export?"
        if not isinstance(text, str):
            yield f"expected the article's text under {TEXT!r}, found {shorten(text)}"
            return
        if data.get("schema") != self.schema.version:
            yield f"annotated with schema {shorten(data.get('schema'))}, this is {self.schema.version}"
        if surrogates := [n for n, each in enumerate(text) if "\ud800" <= each <= "\udfff"]:
            yield f"the text has a lone surrogate at {surrogates[0]}: it was damaged on the way"
        elif article is not None and sha256(text) != article.text_sha256:
            yield self._digest_message(text, data.get("text_sha256"), article)

    def _digest_message(self, text: str, digest: Any, article: Article) -> str:
        said = f"the text has digest {sha256(text)[:12]}…, articles.jsonl says {article.text_sha256[:12]}…"
        if "\r" in text:
            return f"{said}: it has carriage returns, which move every offset after them"
        if "\0" in text:
            return f"{said}: it has NUL characters"
        if digest == article.text_sha256:
            return f"{said}: it was edited under its annotations"
        return f"{said}: the task was made from another version of the article"

    def _read_annotation(
        self, annotation: dict[str, Any], task: dict[str, Any], where: str, *, usable: bool
    ) -> None:
        results = annotation.get("result")
        self.export.submitted += not annotation.get("was_cancelled")
        if not isinstance(results, list):
            self.export.faults.append(Fault(where, f"expected `result`, a list, found {shorten(results)}"))
            return
        self.export.read += len(results)
        name = self.annotator(annotation.get("completed_by"))
        if name is None:
            who = shorten(annotation.get("completed_by"))
            self._unknown[who] = self._unknown.get(who, 0) + 1
        if annotation.get("was_cancelled"):
            self.export.listed += len(results)
            self.export.notes.append(Fault(where, f"skipped by {name or 'an unknown user'}: left out"))
        elif not usable or name is None:
            self.export.listed += len(results)
        else:
            data = task["data"]
            reading = annotation_of(
                results, data[TEXT], article=data["article"], annotator=name, schema=self.schema, place=where
            )
            self.export.faults += reading.faults
            given = _Given(reading.annotation, reading.read, reading.trimmed, where)
            self._give(given, name, data["article"])

    def take(self, annotations: Sequence[tuple[int, int, Annotation]], place: str) -> None:
        """All annotations of a task, found right by other means: each with its id and number of items."""
        for identifier, items, annotation in annotations:
            self.export.read += items
            self.export.submitted += 1
            given = _Given(annotation, items, 0, f"{place} annotation {identifier}")
            self._give(given, annotation.annotator, annotation.article)
        self.export.tasks.append(TaskState(place, annotations[0][2].article, "done"))

    def _give(self, given: _Given, name: str, article: str) -> None:
        """Remember the first of an article; another is a fault, for which one counts is not ours to guess."""
        first = self._given.setdefault((name, article), given)
        if first is not given:
            first.times += 1
            self.export.listed += given.items
            message = f"{name} has annotated this article already in {first.where}; delete one of the two"
            self.export.faults.append(Fault(given.where, message))

    def finish(self) -> None:
        """Keep what is right and given once; one fault for each user that stands for no annotator."""
        for given in self._given.values():
            if given.annotation is None or given.times > 1:
                self.export.listed += given.items
            else:
                self.export.annotations.append(given.annotation)
                self.export.kept += given.items
                self.export.trimmed += given.trimmed
        for who, count in self._unknown.items():
            message = f"{number_of(count, 'annotation')} by this user; say who it is: --map USER=ANNOTATOR"
            self.export.faults.append(Fault(f"completed_by {who}", message))
