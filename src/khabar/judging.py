"""The judge's file: differences by number, corrections in the quoted form; a program gives them offsets.

    {"article": "authored-x", "judge": "judge-a",
     "decisions": {"D1": {"choice": "keep", "reason": …},
                   "D2": {"choice": "set", "value": "future", "reason": …}},
     "add": [{"kind": "entity", "type": "GPE", "text": "موسكو", "before": "في ", "reason": …},
             {"kind": "event", "type": "Reject", "trigger": {"text": "رفضت"}, "realis": "actual",
              "arguments": [{"role": "Rejecter", "entity": {"text": "موسكو", "occurrence": 1}}], "reason": …},
             {"kind": "argument", "event": {"type": "Reject", "trigger": {"text": "رفضت"}},
              "role": "Rejecter", "entity": {"text": "موسكو", "occurrence": 2}, "reason": …}],
     "change": [{"action": "drop", "kind": "entity", "type": "GPE", "text": "موسكو", "reason": …},
                {"action": "set", "kind": "event", "type": "Reject", "trigger": {"text": "رفضت"},
                 "attribute": "realis", "value": "negated", "reason": …}]}

`keep` and `drop` answer whether there is such an item; `set` answers a difference about an attribute, which
`drop` answers too, by dropping the item. `add` and `change` are for what the passes agree on, or both missed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from khabar.decisions import Decision, Decisions, Item, Link, Mention, Words
from khabar.differences import Difference, Pool, Value, differences, pool_of
from khabar.document import Annotation
from khabar.errors import DataError, Faults
from khabar.places import Quote, Text, locate
from khabar.quotes import read_attributes
from khabar.schema import Schema, add_validation_faults

NEXT_STEP = "correct the judge's file and run again; `gather_annotations.py differences` shows what is open"

Placed = list[tuple[str, Decision]]
"""Decisions, each with its place in the judge's file."""


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class _ChoiceForm(_Form):
    choice: Literal["keep", "drop", "set"]
    value: Value = ""
    reason: Words


class _FileForm(_Form):
    article: Text
    judge: Text
    decisions: dict[str, _ChoiceForm]
    add: list[dict[str, Any]] = Field(default_factory=list)
    change: list[dict[str, Any]] = Field(default_factory=list)


class _AddForm(BaseModel):
    """What every correction says; which item it is about is read from the other keys."""

    model_config = ConfigDict(extra="ignore", strict=True)

    kind: Literal["entity", "event", "argument"]
    reason: Words


class _ChangeForm(_AddForm):
    action: Literal["drop", "set"]
    attribute: str = ""
    value: Value = ""


class _EntityForm(Quote):
    model_config = ConfigDict(extra="allow")

    type: Text


class _FillerForm(_Form):
    role: Text
    entity: Quote


class _OwnerForm(_Form):
    type: Text
    trigger: Quote


class _EventForm(_OwnerForm):
    model_config = ConfigDict(extra="allow")

    arguments: list[_FillerForm] = Field(default_factory=list)


class _ArgumentForm(_FillerForm):
    event: _OwnerForm


_Identified = _EntityForm | _EventForm | _ArgumentForm
Form = TypeVar("Form", bound=BaseModel)


def expand(
    value: Any, passes: Sequence[Annotation], *, text: str, schema: Schema, source: str
) -> tuple[Decisions, list[str]]:
    """The decisions of a judge's file, and the place of each in it.

    Raises DataError with every fault of form, and every number or quote that names nothing. Whether the
    decisions are right and complete is for `khabar.adjudication.adjudicate` to say.
    """
    faults = Faults(source)
    try:
        form = _FileForm.model_validate(value)
    except ValidationError as error:
        add_validation_faults(faults, error)
        raise DataError(faults.report(NEXT_STEP)) from error
    placed = _choices(form, differences(passes), faults)
    reader = _Reader(pool_of(passes), text, schema, faults)
    for number, row in enumerate(form.add):
        placed += reader.added(row, f"add[{number}]")
    for number, row in enumerate(form.change):
        placed += reader.changed(row, f"change[{number}]")
    faults.raise_if_any(NEXT_STEP)
    first, names = passes[0], sorted(each.annotator for each in passes)
    decisions = tuple(decision for _, decision in placed)
    made = Decisions(form.article, first.text_sha256, form.judge, first.schema, tuple(names), decisions)
    return made, [place for place, _ in placed]


def _choices(form: _FileForm, open_: Sequence[Difference], faults: Faults) -> Placed:
    known = {each.name: each for each in open_}
    found: Placed = []
    for name, choice in form.decisions.items():
        each = known.get(name)
        place = f"decisions.{name}"
        if each is None:
            faults.add(place, f"no difference {name} (there are {f'D1–D{len(open_)}' if open_ else 'none'})")
        elif choice.choice == ("keep" if each.attribute else "set"):
            wanted = "`set`, or `drop` the item" if each.attribute else "`keep` or `drop`"
            faults.add(f"{place}.choice", f"expected {wanted}: {each}")
        elif (choice.choice == "set") != (choice.value != ""):
            faults.add(f"{place}.value", "a value is given with `set`, and with it alone")
        else:
            attribute = each.attribute if choice.choice == "set" else ""
            decision = Decision(
                choice.choice, each.item, each.holders, choice.reason, attribute, choice.value
            )
            found.append((place, decision))
    return found


class _Reader:
    """Reads `add` and `change`: quoted items to decisions, faults collected on the way."""

    def __init__(self, pool: Pool, text: str, schema: Schema, faults: Faults) -> None:
        self.pool, self.text, self.schema, self.faults = pool, text, schema, faults

    def added(self, row: dict[str, Any], place: str) -> Placed:
        """The `add` of an item; that of an event adds its arguments too."""
        head = self._form(_AddForm, row, place)
        form = self._identified(row, head, place)
        item = self._item(form, place) if form else None
        if head is None or form is None or item is None:
            return []
        found = [(place, Decision("add", item, (), head.reason, attributes=self._attributes(form, place)))]
        if isinstance(form, _EventForm) and isinstance(item, Mention):
            for number, filler in enumerate(form.arguments):
                where = f"{place}.arguments[{number}]"
                link = self._link(item, filler, where)
                found += [(where, Decision("add", link, (), head.reason))] if link else []
        return found

    def changed(self, row: dict[str, Any], place: str) -> Placed:
        """The `drop` of an item, or the `set` of one of its attributes."""
        head = self._form(_ChangeForm, row, place)
        form = self._identified(row, head, place)
        item = self._item(form, place) if form else None
        if head is None or form is None or item is None:
            return []
        settable = head.action == "set" and head.kind != "argument"
        if settable != bool(head.attribute) or settable != (head.value != ""):
            self.faults.add(place, "`attribute` and `value` belong to `set`, of an entity or an event")
        for name in [*(form.model_extra or {}), *(["arguments"] if getattr(form, "arguments", ()) else [])]:
            self.faults.add(f"{place}.{name}", "`change` only names an item; this belongs to `add`")
        holders = self.pool.holders(item)
        return [(place, Decision(head.action, item, holders, head.reason, head.attribute, head.value))]

    def _form(self, kind: type[Form], row: dict[str, Any], place: str) -> Form | None:
        try:
            return kind.model_validate(row)
        except ValidationError as error:
            found = Faults("")
            add_validation_faults(found, error)
            for fault in found.report().faults:
                self.faults.add(f"{place}.{fault.where}".rstrip("."), fault.message)
            return None

    def _identified(self, row: dict[str, Any], head: _AddForm | None, place: str) -> _Identified | None:
        if head is None:
            return None
        rest = {name: each for name, each in row.items() if name not in type(head).model_fields}
        if head.kind == "entity":
            return self._form(_EntityForm, rest, place)
        if head.kind == "event":
            return self._form(_EventForm, rest, place)
        return self._form(_ArgumentForm, rest, place)

    def _item(self, form: _Identified, place: str) -> Item | None:
        if isinstance(form, _EntityForm):
            span = locate(form, self.text, place, self.faults)
            return Mention("entity", form.type, *span, form.text) if span else None
        if isinstance(form, _EventForm):
            return self._event(form, place)
        event = self._event(form.event, f"{place}.event")
        return self._link(event, form, place)

    def _event(self, form: _OwnerForm, place: str) -> Mention | None:
        span = locate(form.trigger, self.text, f"{place}.trigger", self.faults)
        return Mention("event", form.type, *span, form.trigger.text) if span else None

    def _link(self, event: Mention | None, form: _FillerForm, place: str) -> Link | None:
        span = locate(form.entity, self.text, f"{place}.entity", self.faults)
        return Link(event, form.role, *span, form.entity.text) if span and event else None

    def _attributes(self, form: _Identified, place: str) -> dict[str, Value]:
        if isinstance(form, _ArgumentForm):
            return {}
        of_type = (
            self.schema.entity_attributes_of
            if isinstance(form, _EntityForm)
            else self.schema.event_attributes_of
        )
        return read_attributes(form.model_extra or {}, of_type(form.type), place, self.faults)
