"""Run by a Python that holds mlcroissant: its verdict on a croissant.json, and every record, as JSON.

read_croissant.py FILE OUT writes `{"errors": [...], "warnings": [...], "records": {record set: [record]}}`.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any


def plain(value: Any) -> Any:
    """The value in JSON's types: text comes as bytes, lists and numbers as numpy's."""
    if isinstance(value, bytes):
        return value.decode("utf-8")
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    if hasattr(value, "tolist"):
        value = value.tolist()
    return [plain(each) for each in value] if isinstance(value, list) else value


def main(file: str, out: str) -> None:
    import mlcroissant

    dataset = mlcroissant.Dataset(jsonld=file)
    issues = dataset.metadata.ctx.issues
    records = {
        record_set.uuid: [plain(record) for record in dataset.records(record_set.uuid)]
        for record_set in dataset.metadata.record_sets
    }
    found = {"errors": sorted(issues.errors), "warnings": sorted(issues.warnings), "records": records}
    Path(out).write_text(json.dumps(found), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
