"""The type tables of the guidelines, written from the schema between marks, so that they never disagree.

A block begins with `<!-- schema:entities -->` and ends with `<!-- /schema:entities -->`, each on a line of
its own; what stands between is replaced. The other blocks are in `BLOCKS`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from khabar.errors import Faults
from khabar.files import read_text, write_text
from khabar.schema import Attribute, Role, Schema

_MARK = re.compile(r"^<!-- (/?)schema:([a-z_]+) -->$", re.MULTILINE)


def fill_guidelines(path: Path, schema: Schema, *, check: bool = False) -> bool:
    """Write the blocks of the file anew; whether they were stale. With `check` nothing is written.

    Raises DataError with every mark that is wrong.
    """
    text = read_text(path)
    filled = fill(text, schema, source=str(path))
    if filled != text and not check:
        write_text(path, filled)
    return filled != text


def fill(text: str, schema: Schema, *, source: str = "guidelines") -> str:
    """The text with every block written anew.

    Raises DataError where marks are unknown, doubled or unpaired.
    """
    marks = list(_MARK.finditer(text))
    _check_marks(text, marks, source)
    for begin, end in reversed(list(zip(marks[::2], marks[1::2], strict=True))):
        text = f"{text[: begin.end()]}\n{BLOCKS[begin.group(2)](schema)}\n{text[end.start() :]}"
    return text


def _check_marks(text: str, marks: list[re.Match[str]], source: str) -> None:
    faults = Faults(source)
    opened: re.Match[str] | None = None
    seen: set[str] = set()
    for mark in marks:
        where = _line(text, mark)
        closing, name = mark.groups()
        if name not in BLOCKS:
            faults.add(where, f"no block {name!r} (there are {', '.join(BLOCKS)})")
        if closing:
            if opened is None or opened.group(2) != name:
                faults.add(where, f"closes {name!r}, which is not open")
            opened = None
            continue
        if opened is not None:
            faults.add(where, f"opens {name!r} inside {opened.group(2)!r}")
        if name in seen:
            faults.add(where, f"{name!r} is there twice")
        seen.add(name)
        opened = mark
    if opened is not None:
        faults.add(_line(text, opened), f"{opened.group(2)!r} is never closed")
    if not marks:
        faults.add("", f"expected blocks such as <!-- schema:{next(iter(BLOCKS))} -->, found none")
    faults.raise_if_any(
        "correct the marks; scripts/publish_dataset.py guidelines writes what is between them"
    )


def _line(text: str, mark: re.Match[str]) -> str:
    return f"line {text.count(chr(10), 0, mark.start()) + 1}"


def entity_table(schema: Schema) -> str:
    """A row per entity type."""
    return _table(
        ("type", "النوع", "التعريف", "what", "examples", "key", "mappings"),
        (
            (
                f"`{each.name}`",
                _cell(each.label.ar),
                _cell(each.definition.ar),
                _cell(each.definition.en),
                "<br>".join(map(_cell, each.examples)),
                f"`{each.hotkey}`",
                _mappings(each.mappings),
            )
            for each in schema.entity_types
        ),
    )


def event_table(schema: Schema) -> str:
    """A row per event type; the roles every type takes are named below it."""
    table = _table(
        ("type", "النوع", "roles", "التعريف", "what", "examples", "key", "mappings"),
        (
            (
                f"`{each.name}`",
                _cell(each.label.ar),
                "<br>".join(map(_role, each.roles)),
                _cell(each.definition.ar),
                _cell(each.definition.en),
                "<br>".join(map(_cell, each.examples)),
                f"`{each.hotkey}`",
                _mappings(each.mappings),
            )
            for each in schema.event_types
        ),
    )
    common = "; ".join(map(_role, schema.common_roles))
    return f"{table}\n\nEvery type also takes {common}. `+`: several mentions may fill the role."


def attribute_table(schema: Schema) -> str:
    """A row per attribute of mentions and events."""
    return _table(
        ("attribute", "السمة", "of", "values", "التعريف", "what", "key"),
        (
            (
                f"`{each.name}`",
                _cell(each.label.ar),
                owners(each, schema),
                _values(each),
                _cell(each.definition.ar),
                _cell(each.definition.en),
                f"`{each.hotkey}`" if each.hotkey else "",
            )
            for each in (*schema.entity_attributes, *schema.event_attributes)
        ),
    )


BLOCKS: Mapping[str, Callable[[Schema], str]] = {
    "entities": entity_table,
    "events": event_table,
    "attributes": attribute_table,
}
"""What may be written from the schema, by the name in the marks."""


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    columns = list(head)
    lines = [columns, ["---"] * len(columns), *([_escape(cell) for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _escape(cell: str) -> str:
    return " ".join(cell.replace("|", "\\|").split())


def _cell(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")


def _role(role: Role) -> str:
    many = "+" if role.many else ""
    return f"`{role.name}`{many} ({', '.join(role.entity_types)})"


def _mappings(mappings: Mapping[str, list[str]]) -> str:
    return "<br>".join(f"{corpus}: {', '.join(names)}" for corpus, names in mappings.items() if names)


def owners(attribute: Attribute, schema: Schema) -> str:
    """What the attribute applies to, in words: names of types, or that it is every one."""
    for names, every in ((schema.entities, "every entity type"), (schema.events, "every event type")):
        if set(attribute.applies_to) == set(names):
            return every
    return ", ".join(attribute.applies_to)


def _values(attribute: Attribute) -> str:
    if attribute.kind == "flag":
        return "set or not"
    return ", ".join(
        f"`{value.name}`{' (default)' if value.name == attribute.default else ''}"
        for value in attribute.values
    )
