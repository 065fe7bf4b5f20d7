"""What a judge submitted → gold, the reasons given, and what is still undecided.

A region that all passes have stays unless it is deleted or its verdict is `drop`. One that they dispute needs
a verdict (`keep` or `drop`) or to be deleted, and a disputed choice a value; a disputed relation loses its
mark `disputed`, or is deleted. What the judge drew anew or moved needs no verdict.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from khabar.decisions import Item, Link, Mention
from khabar.differences import Difference, differences, pool_of
from khabar.document import Annotation
from khabar.errors import Fault
from khabar.labelstudio.config import Owner, controls
from khabar.labelstudio.judge_config import DISPUTED, DROP, KEEP, NOTE, REASON, VERDICT, marks_of
from khabar.labelstudio.judge_tasks import region_ids
from khabar.labelstudio.regions import Region, Regions, is_relation, name_of
from khabar.labelstudio.results import annotation_of
from khabar.schema import Schema, shorten

NO_REASON = "decided in Label Studio, no reason given"
"""Stands where the judge wrote no note."""


@dataclass(frozen=True, slots=True)
class Reasons:
    """The notes on regions, by what each region is and was, and the one on the article."""

    notes: Mapping[Mention, str]
    article: str = ""

    def __call__(self, item: Item) -> str:
        """The note on the item; for an argument, on its event or its filler; else the one on the article."""
        found = (self.notes[each] for each in self._near(item) if each in self.notes)
        return next(found, self.article) or NO_REASON

    def _near(self, item: Item) -> Iterator[Mention]:
        if isinstance(item, Mention):
            yield item
            return
        yield item.event
        span = item.start, item.end
        yield from (each for each in self.notes if each.kind == "entity" and (each.start, each.end) == span)


@dataclass(frozen=True, slots=True)
class Judged:
    """A submission. `gold` is None if there are faults, or differences that are `undecided`."""

    gold: Annotation | None
    reasons: Reasons
    undecided: tuple[Difference, ...] = ()
    faults: tuple[Fault, ...] = ()


def judged(
    results: Sequence[Any], passes: Sequence[Annotation], text: str, *, schema: Schema, place: str = ""
) -> Judged:
    """Read a judge's result list over that text; `place` goes before the region's id in the faults.

    While anything is undecided, only the form of the rest is judged: what the passes dispute may clash.
    """
    submission = _Submission(results, passes, text, schema)
    undecided = submission.undecided()
    reasons = submission.reasons()
    own = tuple(Fault(f"{place} {where}".strip(), message) for where, message in submission.faults)
    if undecided:
        found = sorted(submission.regions.faults)
        form = tuple(Fault(f"{place} {where}".strip(), message) for _, where, message in found)
        return Judged(None, reasons, undecided, own + form)
    article = passes[0].article
    reading = annotation_of(
        submission.plain(), text, article=article, annotator="gold", schema=schema, place=place
    )
    faults = own + reading.faults
    return Judged(None if faults else reading.annotation, reasons, (), faults)


class _Submission:
    """A result list, the judge's own items set apart. `faults` are `(place, message)`."""

    def __init__(
        self, results: Sequence[Any], passes: Sequence[Annotation], text: str, schema: Schema
    ) -> None:
        self.pool = pool_of(sorted(passes, key=lambda each: each.annotator))
        self.differences, self.schema = differences(passes), schema
        self.faults: list[tuple[str, str]] = []
        self.verdicts: dict[str, str] = {}
        self.notes: dict[str, str] = {}
        self.reason = ""
        self._marked: dict[str, None] = {}
        self._marks = {DISPUTED, *marks_of(schema, self.pool.names)}
        self._rest = [item for item in results if not self._is_own(item)]
        self._plain = [self._unmarked(item) for item in self._rest]
        self.regions = Regions(self._plain, text, schema)
        self._check_typed()
        self._check_begun()

    def _is_own(self, item: Any) -> bool:
        """Whether the item is one of the judge's controls; if so it is read here."""
        name = item.get("from_name") if isinstance(item, dict) else None
        if name not in _KEYS:
            return False
        identifier, value = str(item.get("id")), item.get("value")
        given = value.get(_KEYS[name]) if isinstance(value, dict) else None
        if not isinstance(given, list) or not all(isinstance(each, str) for each in given):
            message = f"expected a list of {_KEYS[name]} in {name}, found {shorten(given)}"
            self.faults.append((f"region {name_of(identifier)}", message))
            return True
        words = "; ".join(each.strip() for each in given if each.strip())
        if name == REASON:
            self.reason = words
            return True
        self._marked[identifier] = None
        if name == NOTE and words:
            self.notes[identifier] = words
        elif name == VERDICT and given:
            self.verdicts[identifier] = given[0]
            if len(given) > 1 or given[0] not in (KEEP, DROP):
                message = f"expected the verdict {KEEP} or {DROP}, found {', '.join(given)}"
                self.faults.append((f"region {name_of(identifier)}", message))
        return True

    def _check_typed(self) -> None:
        for each in self._marked:
            if each not in self.regions.seen and self.verdicts.get(each) != DROP:
                message = "has no type any more; choose one, or delete the region"
                self.faults.append((f"region {name_of(each)}", message))

    def _check_begun(self) -> None:
        """The data manager may open a task before its regions are loaded: an empty form is no judgement."""
        there = region_ids(self.pool).values()
        if there and not {*self.regions.seen, *self._marked} & set(there):
            message = f"none of the {len(there)} regions of the passes is in it; open the task again"
            self.faults.append(("", f"{message} (who means to drop them all gives each its verdict)"))

    def _dropped(self, identifier: Any) -> bool:
        return isinstance(identifier, str) and self.verdicts.get(identifier) == DROP

    def plain(self) -> list[Any]:
        """The result list as an annotator would have made it: without marks, and without what is dropped."""
        made: list[Any] = []
        for item in self._plain:
            keys = ("from_id", "to_id") if is_relation(item) else ("id",)
            if not isinstance(item, dict) or not any(self._dropped(item.get(key)) for key in keys):
                made.append(item)
        return made

    def _unmarked(self, item: Any) -> Any:
        """The item without the labels that mark a dispute."""
        if is_relation(item):
            return {**item, "labels": self._others(item["labels"])} if "labels" in item else item
        value = item.get("value") if isinstance(item, dict) else None
        if not isinstance(value, dict) or "labels" not in value:
            return item
        return {**item, "value": {**value, "labels": self._others(value["labels"])}}

    def _others(self, labels: Any) -> Any:
        return [each for each in labels if each not in self._marks] if isinstance(labels, list) else labels

    def undecided(self) -> tuple[Difference, ...]:
        """The differences that the judge has said nothing of."""
        regions: dict[Mention, list[Region]] = {}
        for region in self.regions.by_id.values():
            for mention in self._mentions(region):
                if not self._dropped(region.id):
                    regions.setdefault(mention, []).append(region)
        marked = set(self._marked_links(regions))
        return tuple(
            each
            for each in self.differences
            if (
                each.item in marked
                if isinstance(each.item, Link)
                else any(self._is_open(each, region) for region in regions.get(each.item, ()))
            )
        )

    def _is_open(self, difference: Difference, region: Region) -> bool:
        """Whether a difference about a mention is not settled by its region, which is there."""
        if self.verdicts.get(region.id) != KEEP:
            return True
        owner: Owner = "entity" if difference.item.kind == "entity" else "trigger"
        _, attribute = controls(self.schema).get(f"{owner}_{difference.attribute}", (owner, None))
        is_choice = attribute is not None and attribute.kind == "choice"
        return is_choice and difference.attribute not in region.choices.get(owner, {})

    def _marked_links(self, regions: Mapping[Mention, Sequence[Region]]) -> Iterator[Link]:
        """The arguments whose relation bears the mark still."""
        owners = {region.id: mention for mention, found in regions.items() for region in found}
        for item in self._rest:
            labels = item.get("labels") if is_relation(item) else None
            ends = [item.get("from_id"), item.get("to_id")] if isinstance(labels, list) else []
            if DISPUTED not in (labels or ()) or not all(isinstance(each, str) for each in ends):
                continue
            for one, other in (ends, ends[::-1]):
                event, filler = owners.get(one), owners.get(other)
                if event and filler and event.kind == "event" and filler.kind == "entity":
                    span = filler.start, filler.end
                    yield from (Link(event, str(each), *span, filler.text) for each in labels or ())

    def _mentions(self, region: Region) -> list[Mention]:
        kinds: dict[Owner, Literal["entity", "event"]] = {"entity": "entity", "trigger": "event"}
        words = self.regions.text[slice(*region.span)]
        return [
            Mention(kinds[owner], type_, *region.span, words) for owner, (type_, _) in region.labels.items()
        ]

    def reasons(self) -> Reasons:
        """The notes, by what the region is now and by what it was in the passes."""
        was = {identifier: mention for mention, identifier in region_ids(self.pool).items()}
        notes: dict[Mention, str] = {}
        for identifier, words in self.notes.items():
            region = self.regions.by_id.get(identifier)
            found = self._mentions(region) if region else []
            for each in [*found, *([was[identifier]] if identifier in was else [])]:
                notes.setdefault(each, words)
        return Reasons(notes, self.reason)


_KEYS = {VERDICT: "choices", NOTE: "text", REASON: "text"}
