"""What the passes of an article hold together, and where they differ.

Items are entities (span, type), events (trigger span, type) and arguments (event, role, span). An argument
whose event only some passes have follows its event where all of those have it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from khabar.decisions import Item, Link, Mention
from khabar.document import Annotation
from khabar.errors import CallError

Value = bool | str
"""Of an attribute; a flag that is not set is False."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing the passes do not agree on: whether there is such an item, or the value of an attribute.

    `holders` are the passes that have the item; `values` what each of them says of `attribute`.
    """

    number: int
    item: Item
    holders: tuple[str, ...]
    attribute: str = ""
    values: Mapping[str, Value] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """`D1`, `D2` …: the name a judge decides it under."""
        return f"D{self.number}"

    def __str__(self) -> str:
        if not self.attribute:
            return f"{self.item.kind} {self.item}: only in {', '.join(self.holders)}"
        values = ", ".join(f"{say(value)} in {name}" for name, value in self.values.items())
        return f"{self.attribute} of {self.item}: {values}"


def say(value: Value) -> str:
    """A value as people read it: a flag is true or false."""
    return value if isinstance(value, str) else str(value).lower()


@dataclass(frozen=True, slots=True)
class Pool:
    """All items of all passes: who has each, and with which attributes."""

    names: tuple[str, ...]
    mentions: dict[Mention, dict[str, Mapping[str, Value]]]
    links: dict[Link, list[str]]

    @property
    def items(self) -> list[Item]:
        """All of them, in the order of the article."""
        found: list[Item] = [*self.mentions, *self.links]
        return sorted(found, key=lambda each: each.order)

    @property
    def words(self) -> dict[tuple[int, int], str]:
        """What stands at each span that some pass names."""
        return {(each.start, each.end): each.text for each in self.items}

    def holders(self, item: Item) -> tuple[str, ...]:
        """The passes that have the item."""
        held = self.mentions.get(item, {}) if isinstance(item, Mention) else self.links.get(item, ())
        return tuple(held)

    def values(self, item: Mention, attribute: str) -> dict[str, Value]:
        """What each pass that has the item says of the attribute."""
        return {name: given.get(attribute, False) for name, given in self.mentions.get(item, {}).items()}

    def agreed(self, item: Item) -> bool:
        """All passes that could have it have it: a link, those that have its event."""
        expected = self.names if isinstance(item, Mention) else self.holders(item.event)
        return set(self.holders(item)) == set(expected)


def pool_of(passes: Sequence[Annotation]) -> Pool:
    """All items of these passes. Raises CallError unless two or more annotators made them of one text."""
    names = tuple(each.annotator for each in passes)
    if len(passes) < 2 or len(set(names)) < len(names):
        raise CallError(f"expected passes of two or more annotators, found {', '.join(names) or 'none'}")
    if len({(each.article, each.text_sha256, each.schema) for each in passes}) > 1:
        raise CallError(f"the passes of {', '.join(names)} are not of one article, text and schema")
    return _pooled(passes)


def items_of(annotation: Annotation) -> Pool:
    """The items of one annotation, held by its annotator."""
    return _pooled([annotation])


def _pooled(annotations: Sequence[Annotation]) -> Pool:
    pool = Pool(tuple(each.annotator for each in annotations), {}, {})
    for each in annotations:
        entities = {entity.id: entity for entity in each.entities}
        for entity in each.entities:
            mention = Mention("entity", entity.type, *entity.span, entity.text)
            pool.mentions.setdefault(mention, {})[each.annotator] = entity.attributes
        for event in each.events:
            trigger = Mention("event", event.type, *event.trigger.span, event.trigger.text)
            pool.mentions.setdefault(trigger, {})[each.annotator] = event.attributes
            for argument in event.arguments:
                filler = entities[argument.entity]
                link = Link(trigger, argument.role, *filler.span, filler.text)
                pool.links.setdefault(link, []).append(each.annotator)
    return pool


def differences(passes: Sequence[Annotation]) -> list[Difference]:
    """What the passes differ in, in the order of the article, whatever order the passes come in.

    Entities first, then each event followed by its arguments. Raises CallError unless there are passes
    of two or more annotators of one text.
    """
    pool = pool_of(sorted(passes, key=lambda each: each.annotator))
    found: list[tuple[Item, str]] = []
    for item in pool.items:
        if not pool.agreed(item):
            found.append((item, ""))
        if isinstance(item, Mention):
            names = {name for given in pool.mentions[item].values() for name in given}
            found += [
                (item, name) for name in sorted(names) if len(set(pool.values(item, name).values())) > 1
            ]
    return [
        Difference(
            number,
            item,
            pool.holders(item),
            attribute,
            pool.values(item, attribute) if attribute and isinstance(item, Mention) else {},
        )
        for number, (item, attribute) in enumerate(found, 1)
    ]
