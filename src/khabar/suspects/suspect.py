"""A suspect: a place in an annotation that the rest of the corpus speaks against. It may well be right."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

KINDS = {
    "name_type": "a name that has another type elsewhere",
    "unannotated_name": "a name annotated elsewhere, here in no mention",
    "unannotated_inside": "a name annotated inside such mentions elsewhere, here not",
    "clitic_start": "a mention or trigger that begins with a probable clitic",
    "clitic_flag": "the clitic attribute does not fit what stands before the mention",
    "metonym": "metonym in one place and not in another of the same sentence or list",
    "trigger_type": "a trigger whose word names another event type elsewhere",
    "unannotated_trigger": "a word that is a trigger elsewhere, here not",
    "never_trigger": "a word that never_triggers.yaml excludes for this event type",
    "no_arguments": "an event without any argument",
    "unlikely_role": "a role filled by an entity type that rarely fills it",
}
"""What is looked for, in words."""


@dataclass(frozen=True, slots=True)
class Suspect:
    """`[start, end)` are code points of the article's text; `context` shows them, in square brackets.

    `type` is the annotation's type, or for what is not annotated the type it has elsewhere. `weight`,
    from 0 to 1, is the share of comparable places in the corpus that speak against this one.
    """

    kind: str
    article: str
    start: int
    end: int
    text: str
    type: str
    why: str
    context: str
    weight: float

    @property
    def rank(self) -> tuple[Any, ...]:
        """The gravest first, then by kind and place."""
        return -self.weight, list(KINDS).index(self.kind), self.article, self.start, self.end, self.type

    def as_json(self) -> dict[str, Any]:
        """For `--format json`."""
        return asdict(self) | {"weight": round(self.weight, 3)}
