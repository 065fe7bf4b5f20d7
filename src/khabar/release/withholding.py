"""A split whose labels are held out: the public release without them, and a folder of them alone.

A label that is held out is null, not empty, in every version of the loader: code that takes it for an
article without mentions fails at once instead of scoring.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from khabar.corpus import SPLITS
from khabar.errors import CallError
from khabar.release.rows import Row
from khabar.release.tables import Tables

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


def without_labels(tables: Tables, split: str) -> Tables:
    """The tables with every label of the split null, and without its passes."""
    rows = {
        config: {
            each: [_blank(row, LABELS[config]) for row in listed] if each == split else listed
            for each, listed in splits.items()
            if each != split or config in LABELS
        }
        for config, splits in tables.rows.items()
    }
    return replace(tables, rows=rows)


def _blank(row: Row, labels: tuple[str, ...]) -> Row:
    return {**row, **dict.fromkeys(labels)}


def only(tables: Tables, split: str) -> Tables:
    """The tables of that split alone, labels and all."""
    return Tables(
        {config: {split: splits[split]} for config, splits in tables.rows.items()},
        {config: {split: splits[split]} for config, splits in tables.unshown.items()},
        {each: ids for each, ids in tables.without_text.items() if each == split},
        [],
    )
