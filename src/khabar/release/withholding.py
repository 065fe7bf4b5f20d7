"""A split whose labels are held out: the public release without them, and a folder of them alone.

A label that is held out is null, not empty, in every version of the loader: code that takes it for an
article without mentions fails at once instead of scoring.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import structs

from khabar.corpus import SPLITS
from khabar.errors import CallError

LABELS: Mapping[str, tuple[str, ...]] = {
    "documents": ("entities", "events"),
    "ner": ("ner_tags",),
    "triggers": ("trigger_tags",),
}
"""The columns that hold labels; a configuration that is not here is labels all through."""


def check_split(split: str) -> None:
    """Raise CallError unless there is such a split."""
    if split not in SPLITS:
        raise CallError(f"no split {split!r} to hold out (there are {', '.join(SPLITS)})")


def without_labels(config: str, rows: Iterable[Any]) -> list[Any]:
    """The rows with every label null; none of a configuration that is labels all through."""
    return [structs.replace(row, **dict.fromkeys(LABELS[config])) for row in rows] if config in LABELS else []
