"""Passes and decisions make gold, by program: what all passes say is taken, every difference is decided.

An item that is dropped takes along what is said of it: an event its arguments, any item its attributes.
Offsets and decisions carry the words, so gold can be derived where the text is not on this machine.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from khabar.checks import check
from khabar.decisions import NEXT_STEP, Decision, Decisions, Item, Link, Mention
from khabar.differences import Difference, Pool, Value, differences, pool_of
from khabar.document import Annotation, Argument, Entity, Event, Trigger, canonical
from khabar.errors import Faults
from khabar.renaming import rename_places
from khabar.schema import Schema

__all__ = ["Difference", "adjudicate", "amend", "differences"]


def adjudicate(
    passes: Sequence[Annotation],
    decisions: Decisions,
    *,
    schema: Schema,
    text: str | None = None,
    source: str | None = None,
    places: Sequence[str] | None = None,
) -> Annotation:
    """The gold annotation, canonical and checked (against `text` too where it is given).

    Raises DataError with every fault: a difference that is not decided or decided twice, a decision that
    matches nothing or says of an item what is not so, an argument left without its mention, and all that
    `khabar.checks.check` finds. `places` are what faults call the decisions, by default `decisions[n]`.
    """
    faults = Faults(source or decisions.article)
    given = decisions.decisions
    names = places or [f"decisions[{number}]" for number in range(len(given))]
    first: dict[tuple[Item, str], int] = {}
    for number, decision in enumerate(given):
        first.setdefault(decision.subject, number)
    outcome = _Outcome(pool_of(passes), {subject: given[number] for subject, number in first.items()})
    open_ = {(each.item, each.attribute): each for each in differences(passes)}
    _check_head(passes, decisions, faults)
    for number, decision in enumerate(given):
        earlier = first[decision.subject]
        if earlier < number:
            faults.add(names[number], f"{decision.item} is decided by {names[earlier]} already")
        elif message := outcome.fault(decision, is_open=decision.subject in open_):
            faults.add(names[number], message)
    for subject, each in open_.items():
        if subject not in outcome.chosen and not outcome.moot(*subject):
            faults.add(each.name, f"undecided: {each}; {'set' if each.attribute else 'keep or drop'} it")
    gold = _annotation(outcome, passes[0], faults)
    if not faults:
        report = check(gold, schema, text=text, source=faults.source)
        items = [[str(each) for each in outcome.mentions(kind)] for kind in ("entity", "event")]
        for fault in rename_places(report, *items).faults if report else ():
            faults.add(fault.where, fault.message, fault.code)
    faults.raise_if_any(NEXT_STEP)
    return canonical(gold)


def amend(before: Decisions, after: Decisions, places: Sequence[str]) -> tuple[Decisions, list[str]]:
    """Earlier decisions with later ones over them, and a name for the place of each.

    The later decision on the same thing stands. Dropping what was only added takes the `add` back, and
    earlier decisions about what belongs to a dropped item go with it.
    """
    later = {each.subject: each for each in after.decisions}
    dropped = {each.item for each in after.decisions if each.action == "drop"}
    taken_back = {each.item for each in before.decisions if each.action == "add"} & dropped

    def stands(each: Decision) -> bool:
        owner = each.item.event if isinstance(each.item, Link) else each.item if each.attribute else None
        return each.subject not in later and owner not in dropped

    kept = [each for each in before.decisions if stands(each)]
    new = [
        (place, each if after.judge == before.judge else replace(each, judge=after.judge))
        for place, each in zip(places, after.decisions, strict=True)
        if each.item not in taken_back
    ]
    merged = replace(before, decisions=(*kept, *(each for _, each in new)))
    return merged, [*(f"earlier decision on {each.item}" for each in kept), *(place for place, _ in new)]


def _check_head(passes: Sequence[Annotation], decisions: Decisions, faults: Faults) -> None:
    first = passes[0]
    for name, expected, found in (
        ("article", first.article, decisions.article),
        ("text_sha256", first.text_sha256, decisions.text_sha256),
        ("schema", first.schema, decisions.schema),
        ("passes", ", ".join(sorted(each.annotator for each in passes)), ", ".join(sorted(decisions.passes))),
    ):
        if expected != found:
            faults.add(name, f"the passes say {expected}, the decisions {found}")


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What the decisions make of the items of the passes."""

    pool: Pool
    chosen: dict[tuple[Item, str], Decision]

    def _action(self, item: Item) -> str:
        decision = self.chosen.get((item, ""))
        return decision.action if decision else ""

    def survives(self, item: Item) -> bool:
        """Whether the item is in gold."""
        there = self.pool.holders(item) or self._action(item) == "add"
        if not there or self._action(item) == "drop":
            return False
        return isinstance(item, Mention) or self.survives(item.event)

    def moot(self, item: Item, attribute: str) -> bool:
        """Whether nothing is left to decide, because what it belongs to is not in gold."""
        if attribute:
            return not self.survives(item)
        return isinstance(item, Link) and not self.survives(item.event)

    def mentions(self, kind: str) -> list[Mention]:
        """The entities or events of gold, in the order of the article."""
        added = [each.item for each in self.chosen.values() if each.action == "add"]
        known = dict.fromkeys([*self.pool.mentions, *(each for each in added if isinstance(each, Mention))])
        found = [each for each in known if each.kind == kind and self.survives(each)]
        return sorted(found, key=lambda each: each.order)

    def links(self, event: Mention) -> list[Link]:
        """The arguments of an event of gold."""
        added = [each.item for each in self.chosen.values() if each.action == "add"]
        known = dict.fromkeys([*self.pool.links, *(each for each in added if isinstance(each, Link))])
        found = [each for each in known if each.event == event and self.survives(each)]
        return sorted(found, key=lambda each: each.order)

    def attributes(self, item: Mention) -> dict[str, Value]:
        """The attributes the item has in gold: those of the passes or of its `add`, then what was set."""
        held = self.pool.mentions.get(item)
        given = next(iter(held.values())) if held else self.chosen[item, ""].attributes
        set_ = {name: each.value for (owner, name), each in self.chosen.items() if name and owner == item}
        return {name: value for name, value in {**given, **set_}.items() if value is not False}

    def fault(self, decision: Decision, *, is_open: bool) -> str:
        """What is wrong with the decision as the passes stand; empty if nothing is."""
        item, holders = decision.item, self.pool.holders(decision.item)
        if decision.action == "add" and holders:
            return f"{', '.join(holders)} has {item.kind} {item}: it need not be added"
        if decision.action != "add" and not holders and self._action(item) != "add":
            return f"no pass has {item.kind} {item}{self._near(item)}"
        if set(holders) != set(decision.holders):
            said = ", ".join(decision.holders) or "none"
            return f"{item} is in {', '.join(holders) or 'no pass'}, `from` says {said}"
        if self.moot(item, decision.attribute):
            lost = item.event if isinstance(item, Link) else item
            return f"{lost.kind} {lost} is not in gold, so there is nothing to {decision.action} of it"
        if decision.action == "keep" and not is_open:
            return f"the passes agree on {item.kind} {item}: there is nothing to decide"
        if decision.action == "set" and not is_open and isinstance(item, Mention):
            return self._idle_set(item, decision)
        return self._wrong_words(item)

    def _idle_set(self, item: Mention, decision: Decision) -> str:
        given = set(self.pool.values(item, decision.attribute).values())
        if not given:
            given = {self.chosen[item, ""].attributes.get(decision.attribute, False)}
        return f"{decision.attribute} of {item} is that already" if given == {decision.value} else ""

    def _wrong_words(self, item: Item) -> str:
        for each in [item, *([item.event] if isinstance(item, Link) else [])]:
            words = self.pool.words.get((each.start, each.end), each.text)
            if words != each.text:
                return (
                    f"[{each.start}, {each.end}) is {words!r} in the passes, the decision says {each.text!r}"
                )
        return ""

    def _near(self, item: Item) -> str:
        """What the passes have of that kind where the item should be."""
        others = [
            each
            for each in self.pool.items
            if each.kind == item.kind and each.start < item.end and item.start < each.end
        ]
        shown = "; ".join(str(each) for each in sorted(others, key=lambda each: each.order)[:3])
        return f" (there: {shown})" if shown else ""


def _annotation(outcome: _Outcome, first: Annotation, faults: Faults) -> Annotation:
    """Gold as the decisions make it; an argument whose span is no entity any more is a fault."""
    entities = [
        Entity(f"T{number}", each.type, each.start, each.end, each.text, outcome.attributes(each))
        for number, each in enumerate(outcome.mentions("entity"), 1)
    ]
    ids = {each.span: each.id for each in entities}
    events: list[Event] = []
    for number, each in enumerate(outcome.mentions("event"), 1):
        arguments: list[Argument] = []
        for link in outcome.links(each):
            if (link.start, link.end) in ids:
                arguments.append(Argument(link.role, ids[link.start, link.end]))
            else:
                faults.add(
                    f"argument {link}",
                    "its words are no entity in gold: decide `drop` for it, or keep or add the entity",
                )
        trigger = Trigger(each.start, each.end, each.text)
        events.append(Event(f"E{number}", each.type, trigger, tuple(arguments), outcome.attributes(each)))
    return Annotation(first.article, first.text_sha256, "gold", first.schema, tuple(entities), tuple(events))
