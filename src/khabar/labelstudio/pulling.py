"""Passes off a server: what is right and new is written, all else is told with its place.

Repeating it is safe: the same annotations give the same files, and what is there already stays.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

from khabar.batches import only_writer, write_together
from khabar.corpus import Corpus, layer_folder
from khabar.errors import Fault, Report
from khabar.gathering import Saved, files_of, sort_out
from khabar.labelstudio.desks import Desk
from khabar.labelstudio.exports import Export, State, TaskState
from khabar.wording import number_of

STAGING = ".pull"
"""Folder in the corpus that a pull writes into first; git ignores it."""


@dataclass(frozen=True, slots=True)
class Pulled:
    """What came of a project.

    `written` and `unchanged` files, `refused` ones (pulled before, and now different), and `withdrawn`:
    tasks of which there is a pass here, and nothing submitted there.
    """

    desk: Desk
    export: Export
    saved: Saved
    refused: tuple[Report, ...]
    withdrawn: tuple[TaskState, ...]

    @property
    def reports(self) -> tuple[Report, ...]:
        """What is wrong: faults of annotations, and files that may not be replaced."""
        faults = tuple(self.export.faults)
        next_step = "correct these in Label Studio and pull again; what is right beside them was written"
        return (*((Report(self.desk.link, faults, next_step),) if faults else ()), *self.refused)

    @property
    def skipped(self) -> list[TaskState]:
        """Tasks that were skipped."""
        return [each for each in self.export.tasks if each.state == "skipped"]

    @property
    def drafted(self) -> list[TaskState]:
        """Tasks with drafts: begun and not submitted, or changed since and not updated."""
        return [each for each in self.export.tasks if each.drafts]

    def lines(self) -> Iterator[str]:
        """What a person should know of it; faults and refusals are in `reports`."""
        states = states_of(self.export)
        yield (
            f"{self.desk.annotator} ({self.desk.link}): {states['done']} of {states['tasks']} done, "
            f"{states['skipped']} skipped, {states['draft']} in draft, {states['open']} open"
        )
        yield (
            f"  passes: {len(self.saved.written)} written, {len(self.saved.unchanged)} as they were, "
            f"{len(self.refused)} changed and not replaced"
        )
        export = self.export
        yield (
            f"  {number_of(export.read, 'item')} read, {export.kept} in these passes, "
            f"{export.listed} listed or skipped; {number_of(export.trimmed, 'region')} trimmed of white space"
        )
        yield from (f"  skipped: {each.place}" for each in self.skipped)
        yield from (
            f"  {number_of(each.drafts, 'draft')}, not submitted: {each.place}" for each in self.drafted
        )
        yield from (
            f"  {each.article} has a pass here, and nothing is submitted there: {each.place}"
            for each in self.withdrawn
        )

    def as_json(self) -> dict[str, Any]:
        """The same as plain values, for `--format json`."""
        return {
            "annotator": self.desk.annotator,
            "project": self.desk.link,
            "tasks": states_of(self.export),
            "items": {name: getattr(self.export, name) for name in ("read", "kept", "listed", "trimmed")},
            "written": [path.stem for path in self.saved.written],
            "unchanged": [path.stem for path in self.saved.unchanged],
            "skipped": [each.place for each in self.skipped],
            "drafts": [each.place for each in self.drafted],
            "withdrawn": [each.place for each in self.withdrawn],
            "faults": [asdict(each) for each in self.reports],
        }


def states_of(export: Export) -> dict[str, int]:
    """Tasks by how far they are, and all of them."""
    counted = Counter(each.state for each in export.tasks)
    states: tuple[State, ...] = ("done", "skipped", "draft", "open")
    return {each: counted[each] for each in states} | {"tasks": len(export.tasks)}


def pull(corpus: Corpus, desk: Desk, *, replace: Iterable[str] = ()) -> Pulled:
    """Write the passes of a project that are right, and new or allowed to be replaced.

    Nothing of an annotation with a fault is written. Raises ServerError where the server fails; then, as
    after a full disk (OSError), all files are as they were.
    """
    export = desk.read(corpus)
    contents = files_of(corpus, export.annotations)
    with only_writer(corpus.folder):
        found = sort_out(contents, replace=replace)
        write_together(found.wanted, corpus.folder / STAGING)
    submitted = {each.article for each in export.tasks if each.state == "done"}
    folder = layer_folder(corpus.folder, desk.annotator)
    withdrawn = tuple(
        each
        for each in export.tasks
        if each.article in corpus.listed
        and each.article not in submitted
        and (folder / f"{each.article}.json").is_file()
    )
    saved = Saved(tuple(found.wanted), found.unchanged)
    return Pulled(desk, export, saved, tuple(_told(each) for each in found.refused), withdrawn)


def _told(refused: Report) -> Report:
    message = "was pulled or written before and is different now; it is never overwritten unasked"
    return Report(refused.source, (Fault("", message),), refused.next_step)
