"""Events by the six measures of TextEE: sets of tuples, exact character offsets, micro.

The tuples are those of TextEE's `scorer.py` (Huang et al. 2024). No measure can exceed 1, because
a tuple counts once however often it is said; the `+` measures ask that an argument is on its own trigger.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from khabar.errors import Faults
from khabar.scoring.counts import Counts, Figures
from khabar.scoring.extraction import Event, Extraction, read_extraction

ANY = ""
"""The label of a measure that does not look at types."""

Key = tuple[Any, ...]
"""What is compared; its first member is the type it is counted under."""


def _trigger_i(event: Event) -> Iterator[Key]:
    yield ANY, event.start, event.end


def _trigger_c(event: Event) -> Iterator[Key]:
    yield event.type, event.start, event.end


def _argument_i(event: Event) -> Iterator[Key]:
    for _, start, end in event.arguments:
        yield event.type, start, end


def _argument_c(event: Event) -> Iterator[Key]:
    for role, start, end in event.arguments:
        yield event.type, start, end, role


def _argument_i_attached(event: Event) -> Iterator[Key]:
    for _, start, end in event.arguments:
        yield event.type, event.start, event.end, start, end


def _argument_c_attached(event: Event) -> Iterator[Key]:
    for role, start, end in event.arguments:
        yield event.type, event.start, event.end, start, end, role


TUPLES: Mapping[str, Callable[[Event], Iterator[Key]]] = {
    "trigger_i": _trigger_i,
    "trigger_c": _trigger_c,
    "argument_i": _argument_i,
    "argument_c": _argument_c,
    "argument_i+": _argument_i_attached,
    "argument_c+": _argument_c_attached,
}
"""Measure → the tuples of an event."""


def tuples(measure: str, extraction: Extraction) -> set[Key]:
    """The tuples of an article's events under that measure."""
    return {key for event in extraction.events for key in TUPLES[measure](event)}


_FORM = (
    '{"article", "events": [{"type", "trigger": {"start", "end"}, "arguments": [{"role", "start", "end"}]}]}'
)


@dataclass(frozen=True, slots=True)
class EventScores:
    """Counts per measure and the figures that follow."""

    counts: dict[str, Counts]

    @property
    def figures(self) -> dict[str, Figures]:
        """Precision, recall and F1 of each measure."""
        return {name: each.figures for name, each in self.counts.items()}


def score_events(gold: Sequence[Mapping[str, Any]], predicted: Sequence[Mapping[str, Any]]) -> EventScores:
    """The six measures over submission records (`article`, `events`); what else a record holds is not read.

    Records are matched by `article`, in any order; an article that only one side has counts fully for
    that side. Raises DataError naming each record that is not of that form.
    """
    faults = Faults("score_events")
    right, found = _read("gold", gold, faults), _read("predicted", predicted, faults)
    faults.raise_if_any("give records as the benchmark's submissions hold them")
    counts = {}
    for measure in TUPLES:
        truths, guesses = _tuples_of_all(measure, right), _tuples_of_all(measure, found)
        counts[measure] = Counts(len(truths & guesses), len(guesses), len(truths))
    return EventScores(counts)


def _tuples_of_all(measure: str, articles: Iterable[tuple[str, Extraction]]) -> set[Key]:
    return {(article, *key) for article, extraction in articles for key in tuples(measure, extraction)}


def _read(name: str, records: Sequence[Mapping[str, Any]], faults: Faults) -> list[tuple[str, Extraction]]:
    found = []
    for number, record in enumerate(records):
        try:
            article = record["article"], read_extraction({"events": record["events"]})
            hash(article)  # a list where an offset or a name belongs would only fail in the sets
        except (KeyError, TypeError) as error:
            what = f"no key {error}" if isinstance(error, KeyError) else f"a wrong kind of value ({error})"
            faults.add(f"{name}[{number}]", f"expected {_FORM}, found {what}")
        else:
            found.append(article)
    return found
