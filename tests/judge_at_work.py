"""A judge at the judge's task: from what is shown to the gold they want, click by click, as it is stored."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from khabar.decisions import Mention
from khabar.differences import differences, items_of, pool_of
from khabar.document import Annotation
from khabar.labelstudio.judge_tasks import judge_results, region_ids

Item = dict[str, Any]


def submission(passes: list[Annotation], gold: Annotation, *, delete: bool = False) -> list[Item]:
    """The result list of a judge who wants `gold`; the rest is deleted, or has the verdict `drop`."""
    ids = region_ids(pool_of(passes))
    wanted = items_of(gold)
    disputed = {each.item for each in differences(passes)}
    kept = {name: item for item, name in ids.items() if item in wanted.mentions}
    gone = {name: item for item, name in ids.items() if item not in wanted.mentions}
    shown = judge_results(passes)
    items: list[Item] = []
    for each in shown:
        name = each.get("id")
        if name is None or (name in gone and delete) or (name in kept and each["type"] == "choices"):
            continue
        items.append({**each, "origin": "prediction"})
    for name, item in kept.items():
        items += _attributes(name, item, wanted.mentions[item]["gold"])
        items += [_choice(name, item, "verdict", "keep")] if item in disputed else []
    if not delete:
        items += [_choice(name, item, "verdict", "drop") for name, item in gone.items()]
    names = {item: name for name, item in kept.items()}
    for item, given in wanted.mentions.items():
        if item not in names:
            names[item] = f"drawn{len(names)}"
            items.append(_item(names[item], item, _owner(item), "labels", item.type))
            items += _attributes(names[item], item, given["gold"])
    return [*items, *_relations(shown, names, wanted, set(gone), delete=delete)]


def _relations(
    shown: list[Item], names: dict[Mention, str], wanted: Any, gone: set[str], *, delete: bool
) -> Iterator[Item]:
    spans = {(item.start, item.end): name for item, name in names.items() if item.kind == "entity"}
    roles: dict[tuple[str, str], list[str]] = {}
    for link in wanted.links:
        roles.setdefault((names[link.event], spans[link.start, link.end]), []).append(link.role)
    for each in shown:
        ends = each.get("from_id"), each.get("to_id")
        if None not in ends and set(ends) & gone and not delete:
            yield each  # hangs on a region whose verdict is `drop`
    for (event, entity), labels in roles.items():
        yield {"type": "relation", "from_id": event, "to_id": entity, "direction": "right", "labels": labels}


def _owner(item: Mention) -> str:
    return "entity" if item.kind == "entity" else "trigger"


def _attributes(name: str, item: Mention, given: Any) -> list[Item]:
    return [
        _choice(name, item, f"{_owner(item)}_{attribute}", attribute if value is True else value)
        for attribute, value in given.items()
    ]


def _choice(name: str, item: Mention, control: str, value: str) -> Item:
    return _item(name, item, control, "choices", value)


def note(name: str, span: tuple[int, int], words: str) -> Item:
    """A note on a region: its words stand where the text of the region stands elsewhere."""
    value = {"start": span[0], "end": span[1], "text": [words]}
    return {"id": name, "from_name": "note", "to_name": "text", "type": "textarea", "value": value}


def _item(name: str, item: Mention, control: str, kind: str, value: str) -> Item:
    place = {"start": item.start, "end": item.end, "text": item.text}
    return {
        "id": name,
        "from_name": control,
        "to_name": "text",
        "type": kind,
        "origin": "manual",
        "value": {**place, kind: [value]},
    }
