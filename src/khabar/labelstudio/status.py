"""How far everybody is, and how far those agree who have finished the same articles."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich.table import Table

from khabar.agreement import pairs, report
from khabar.agreement.tables import said, said_interval, title_of
from khabar.corpus import Corpus
from khabar.document import Annotation
from khabar.labelstudio.desks import Desk
from khabar.labelstudio.exports import Export
from khabar.labelstudio.pulling import states_of

_SHOWN = {"entity": "mentions", "trigger_c": "triggers", "argument_c+": "arguments"}
"""The measures a running figure is shown of: span and type, and of arguments role and trigger, too."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How far an annotator is: tasks by state, and submitted annotations that a pull would refuse."""

    annotator: str
    project: str
    tasks: Mapping[str, int]
    changing: int
    faulty: int


@dataclass(frozen=True, slots=True)
class Status:
    """Everybody's standing, and `agreement` as `khabar.agreement.report` gives it, of what is finished."""

    people: Sequence[Standing]
    agreement: Mapping[str, Any]

    def as_json(self) -> dict[str, Any]:
        """Plain values, for `--format json`."""
        people = [
            {
                "annotator": each.annotator,
                "project": each.project,
                **each.tasks,
                "changing": each.changing,
                "faulty": each.faulty,
            }
            for each in self.people
        ]
        return {"annotators": people, "agreement": dict(self.agreement)}

    def tables(self) -> Iterator[Table]:
        """The same for the terminal."""
        yield _people(self.people)
        yield from (_pair(each) for each in self.agreement["pairs"])


def status(corpus: Corpus, desks: Iterable[Desk]) -> Status:
    """What the server holds at this moment; nothing is written. ServerError where it cannot be had.

    An annotation with a fault, or of an article that somebody did twice, is in no figure of agreement.
    """
    people = []
    passes: dict[str, dict[str, Annotation]] = {}
    for desk in desks:
        export = desk.read(corpus)
        people.append(_standing(desk, export))
        for each in export.annotations:
            passes.setdefault(each.annotator, {})[each.article] = each
    return Status(people, report(corpus, None, pairs(corpus, passes)))


def _standing(desk: Desk, export: Export) -> Standing:
    changing = sum(each.drafts > 0 for each in export.tasks if each.state in {"done", "skipped"})
    faulty = export.submitted - len(export.annotations)
    return Standing(desk.annotator, desk.link, states_of(export), changing, faulty)


def _people(people: Iterable[Standing]) -> Table:
    table = Table(title="tasks", title_justify="left")
    table.add_column("annotator")
    for name in ("done", "skipped", "in draft", "open", "all", "changing", "faulty"):
        table.add_column(name, justify="right")
    for each in people:
        counts = [each.tasks[name] for name in ("done", "skipped", "draft", "open", "tasks")]
        table.add_row(each.annotator, *map(str, (*counts, each.changing, each.faulty)))
    return table


def _pair(pair: Mapping[str, Any]) -> Table:
    table = Table(title=f"agreement of {title_of(pair)}", title_justify="left")
    table.add_column("what")
    for name in ("both", "first", "second", "F1", "95 % interval"):
        table.add_column(name, justify="right")
    for name, words in _SHOWN.items():
        row = pair["measures"][name]
        counts = (str(row[each]) for each in ("match", "first", "second"))
        table.add_row(words, *counts, said(row["f1"]), said_interval(row["f1_interval"]))
    return table
