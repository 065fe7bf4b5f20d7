"""Run by a Python that holds some version of `datasets`: every row it loads, as JSON.

load_rows.py RELEASE OUT CONFIG... writes `{"version": ..., "plain": {config: {split: [row]}}, "streamed":
...}`.
It imports nothing of ours, since versions from 2.21 run it.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any


def labels(feature: Any) -> Any:
    """The ClassLabel inside a list, however this version writes lists; None if there is none."""
    inner = feature[0] if isinstance(feature, list) and feature else getattr(feature, "feature", None)
    return inner if hasattr(inner, "int2str") else None


def plain(dataset: Any) -> list[dict[str, Any]]:
    """The rows, with tags by the names the dataset's own features give them."""
    tags = {name: labels(feature) for name, feature in dataset.features.items() if labels(feature)}
    return [
        {name: tags[name].int2str(value) if name in tags and value else value for name, value in row.items()}
        for row in dataset
    ]


def main(release: str, out: str, *configs: str) -> None:
    import datasets

    found: dict[str, Any] = {"version": datasets.__version__}
    for kind, streaming in (("plain", False), ("streamed", True)):
        found[kind] = {}
        for config in configs:
            splits = datasets.load_dataset(release, config, streaming=streaming)
            found[kind][config] = {split: plain(dataset) for split, dataset in splits.items()}
    Path(out).write_text(json.dumps(found), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
