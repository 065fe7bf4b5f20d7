"""Decisions of a judge, one a line in `annotations/decisions/<article>.json`, identified by offsets.

    {"article": …, "text_sha256": …, "judge": …, "schema": …, "passes": ["annotator-a", "annotator-b"],
     "decisions": [
      {"action": "keep", "kind": "entity", "type": …, "start": …, "end": …, "text": …, "from": […], …},
      {"action": "set", "kind": "event", "type": …, "start": …, "end": …, "text": …,
       "attribute": "realis", "value": "future", "from": […], "reason": …},
      {"action": "drop", "kind": "argument", "event": {"type", "start", "end", "text"}, "role": …,
       "entity": {"start", "end", "text"}, "from": […], "reason": …},
      {"action": "add", "kind": "event", …, "attributes": {"realis": "actual"}, "from": [], "reason": …}]}

An event is named by its trigger and type, an argument by its event, its role and the span that fills it;
`from` are the passes that have the item. Where a later reader decided, that line says `"judge"` too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from khabar.errors import DataError, Faults
from khabar.files import dump_json, read_json
from khabar.schema import add_validation_faults, path_of

NEXT_STEP = "correct the decisions, or write them again with scripts/gather_annotations.py decide"


@dataclass(frozen=True, slots=True)
class Mention:
    """An entity, or an event by its trigger: which one is meant, whatever its id and attributes."""

    kind: Literal["entity", "event"]
    type: str
    start: int
    end: int
    text: str = field(compare=False)

    @property
    def order(self) -> tuple[Any, ...]:
        """Entities before events, each by (start, -end, type)."""
        return self.kind != "entity", self.start, -self.end, self.type

    def __str__(self) -> str:
        return f"{self.type} {self.text!r} [{self.start}, {self.end})"


@dataclass(frozen=True, slots=True)
class Link:
    """An argument: a role of an event, filled by the mention with that span."""

    event: Mention
    role: str
    start: int
    end: int
    text: str = field(compare=False)

    @property
    def kind(self) -> str:
        """As `Mention.kind`."""
        return "argument"

    @property
    def order(self) -> tuple[Any, ...]:
        """Right after its event, by (role, start, -end)."""
        return *self.event.order, self.role, self.start, -self.end

    def __str__(self) -> str:
        return f"{self.role} {self.text!r} [{self.start}, {self.end}) of {self.event}"


Item = Mention | Link


@dataclass(frozen=True, slots=True)
class Decision:
    """One line: what becomes of an item (or, for `set`, of one attribute of it), and why."""

    action: str
    item: Item
    holders: tuple[str, ...]
    reason: str
    attribute: str = ""
    value: bool | str = ""
    attributes: Mapping[str, bool | str] = field(default_factory=dict)
    judge: str = ""

    @property
    def subject(self) -> tuple[Item, str]:
        """What is decided: no two decisions of an article share it."""
        return self.item, self.attribute


@dataclass(frozen=True, slots=True)
class Decisions:
    """A decisions file."""

    article: str
    text_sha256: str
    judge: str
    schema: str
    passes: tuple[str, ...]
    decisions: tuple[Decision, ...] = ()


Offset = Annotated[int, Field(ge=0)]
Text = Annotated[str, Field(min_length=1)]
Words = Annotated[str, Field(pattern=r"\S")]


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class _SpanForm(_Form):
    start: Offset
    end: Offset
    text: Text


class _TypedSpanForm(_SpanForm):
    type: Text


class _LineForm(_Form):
    action: Literal["keep", "drop", "add", "set"]
    holders: Annotated[list[Text], Field(alias="from")]
    reason: Words
    judge: str = ""


class _MentionForm(_LineForm, _TypedSpanForm):
    kind: Literal["entity", "event"]
    attribute: str = ""
    value: bool | str = ""
    attributes: dict[str, bool | str] = {}


class _LinkForm(_LineForm):
    kind: Literal["argument"]
    action: Literal["keep", "drop", "add"]
    event: _TypedSpanForm
    role: Text
    entity: _SpanForm


class _FileForm(_Form):
    article: Text
    text_sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    judge: Text
    schema_version: Annotated[Text, Field(alias="schema")]
    passes: Annotated[list[Text], Field(min_length=2)]
    decisions: list[Any]


def parse(value: Any, *, source: str) -> Decisions:
    """The decisions a JSON value holds. Only the form is judged here; raises DataError with all faults."""
    faults = Faults(source)
    try:
        form = _FileForm.model_validate(value)
    except ValidationError as error:
        add_validation_faults(faults, error)
        raise DataError(faults.report(NEXT_STEP)) from error
    decisions = [_decision(line, path_of(("decisions", n)), faults) for n, line in enumerate(form.decisions)]
    faults.raise_if_any(NEXT_STEP)
    return Decisions(
        form.article,
        form.text_sha256,
        form.judge,
        form.schema_version,
        tuple(form.passes),
        tuple(each for each in decisions if each is not None),
    )


def _decision(line: Any, place: str, faults: Faults) -> Decision | None:
    kind = _LinkForm if isinstance(line, dict) and line.get("kind") == "argument" else _MentionForm
    try:
        form = kind.model_validate(line)
    except ValidationError as error:
        found = Faults("")
        add_validation_faults(found, error)
        for fault in found.report().faults:
            faults.add(f"{place}.{fault.where}".rstrip("."), fault.message)
        return None
    if isinstance(form, _LinkForm):
        return _link_decision(form)
    if (form.action == "set") != bool(form.attribute) or (form.action == "set") != (form.value != ""):
        faults.add(place, "`attribute` and `value` belong to `set`, and to it alone")
    if form.attributes and form.action != "add":
        faults.add(f"{place}.attributes", "attributes are given with `add`; elsewhere use `set`")
    item = Mention(form.kind, form.type, form.start, form.end, form.text)
    return Decision(
        form.action,
        item,
        tuple(form.holders),
        form.reason,
        form.attribute,
        form.value,
        form.attributes,
        form.judge,
    )


def _link_decision(form: _LinkForm) -> Decision:
    event = Mention("event", form.event.type, form.event.start, form.event.end, form.event.text)
    item = Link(event, form.role, form.entity.start, form.entity.end, form.entity.text)
    return Decision(form.action, item, tuple(form.holders), form.reason, judge=form.judge)


def read_decisions(path: Path) -> Decisions:
    """Read one decisions file; `parse` says what is raised."""
    return parse(read_json(path), source=str(path))


def dumps(decisions: Decisions) -> str:
    """The file's text: a decision a line, in the order of the article."""
    head = {
        "article": decisions.article,
        "text_sha256": decisions.text_sha256,
        "judge": decisions.judge,
        "schema": decisions.schema,
        "passes": list(decisions.passes),
    }
    rows = sorted(decisions.decisions, key=lambda each: (*each.item.order, each.attribute))
    lines = ",\n".join(f"  {dump_json(_row(each))}" for each in rows)
    body = f"[\n{lines}\n ]" if lines else "[]"
    return "{" + dump_json(head)[1:-1] + f',\n "decisions": {body}}}\n'


def _row(decision: Decision) -> dict[str, Any]:
    row = {"action": decision.action, "kind": decision.item.kind, **item_json(decision.item)}
    if decision.action == "set":
        row |= {"attribute": decision.attribute, "value": decision.value}
    if decision.attributes:
        row |= {"attributes": dict(sorted(decision.attributes.items()))}
    row |= {"from": list(decision.holders), "reason": decision.reason}
    return row | ({"judge": decision.judge} if decision.judge else {})


def item_json(item: Item) -> dict[str, Any]:
    """The item as the file names it."""
    span = {"start": item.start, "end": item.end, "text": item.text}
    if isinstance(item, Mention):
        return {"type": item.type, **span}
    return {"event": item_json(item.event), "role": item.role, "entity": span}
