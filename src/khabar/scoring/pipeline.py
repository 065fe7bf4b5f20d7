"""What a transformers token-classification pipeline gives, read as the entities of span records.

With an aggregation strategy an item is a mention (`entity_group`), without one a piece of a word (`entity`);
pieces are joined as the strategy `simple` joins them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from khabar.errors import DataError
from khabar.files import read_json
from khabar.scoring.codes import Code
from khabar.scoring.finder import Finder, shorten

SUFFIX = ".json"
_NOT_READ = frozenset({"word", "score", "index"})


def read_records(path: Path, finder: Finder) -> Iterator[tuple[int, dict[str, Any]]]:
    """A record for every article of a JSON object that maps articles to what the pipeline gave."""
    try:
        value = read_json(path)
    except DataError as error:
        for fault in error.faults:
            finder.add(Code.line, fault.where, fault.message)
        return
    if not isinstance(value, dict):
        finder.add(Code.form, "", f"found {shorten(value)}, expected an object: article → list of mentions")
        return
    for number, (article, items) in enumerate(value.items(), 1):
        yield number, {"article": article, "entities": items}


def with_plain_entities(record: Any) -> Any:
    """The record with `entities` as submissions have them, if they are a pipeline's; else as it is."""
    if not isinstance(record, dict) or not isinstance(items := record.get("entities"), list):
        return record
    if not items or not all(_is_item(each) for each in items):
        return record
    return {**record, "entities": _mentions(items)}


def _is_item(value: Any) -> bool:
    return isinstance(value, dict) and ("entity_group" in value or "entity" in value)


def _mentions(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    last: Mapping[str, Any] = {}
    for item in items:
        if "entity_group" in item:
            found.append(_mention(item, "entity_group", item["entity_group"]))
            continue
        name = item["entity"]
        kind = name[2:] if isinstance(name, str) and name[:2] in ("B-", "I-") else name
        if found and _continues(item, last, kind, found[-1]["type"]):
            found[-1]["end"] = item.get("end")
        else:
            found.append(_mention(item, "entity", kind))
        last = item
    return found


def _continues(item: Mapping[str, Any], last: Mapping[str, Any], kind: Any, before: Any) -> bool:
    here, before_it = item.get("index"), last.get("index")
    follows = isinstance(here, int) and isinstance(before_it, int) and here == before_it + 1
    begins = isinstance(item["entity"], str) and item["entity"].startswith("B-")
    return bool(follows and kind == before and not begins)


def _mention(item: Mapping[str, Any], label: str, kind: Any) -> dict[str, Any]:
    return {"type": kind, **{key: each for key, each in item.items() if key not in {*_NOT_READ, label}}}
