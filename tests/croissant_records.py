"""Records as mlcroissant, in an environment of its own, reads them through a croissant.json."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from environments import python_of, run_in

READER = Path(__file__).with_name("read_croissant.py")


def read(description: Path, home: Path) -> dict[str, Any]:
    """mlcroissant's errors and warnings, and the records by record set."""
    out = home / "records.json"
    ended = run_in(python_of("mlcroissant"), [READER, description, out], home=home)
    assert out.is_file(), ended.stderr
    found: dict[str, Any] = json.loads(out.read_text(encoding="utf-8"))
    return found


def record(record_set: str, row: dict[str, Any]) -> dict[str, Any]:
    """The row as Croissant names things; lists inside lists are not described."""
    return {
        f"{record_set}/{name}": [part(f"{record_set}/{name}", each) for each in value]
        if isinstance(value, list)
        else value
        for name, value in row.items()
    }


def part(identifier: str, value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    flat: dict[str, Any] = {}
    for name, each in value.items():
        if isinstance(each, dict):
            flat |= part(f"{identifier}/{name}", each)
        elif not isinstance(each, list):
            flat[f"{identifier}/{name}"] = each
    return flat
