"""`eval.yaml`: what makes the Hub take the dataset for a benchmark, and gather models' results beside it.

`evaluation_framework` is left out: the Hub knows a fixed list of them, and ours is `benchmark/evaluate.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml

from khabar.release.citation import Citation

NAME = "eval.yaml"
SPLIT = "test"
TASKS = ("entities", "triggers", "arguments")
"""What `.eval_results` of the leaderboard calls its tasks; `khabar.scoring.measures.TASKS` is the same."""

_SCORES = (
    "Scores are micro F1 from 0 to 1, higher is better: entities and triggers by seqeval (strict, IOB2), "
    "arguments as Arg-C+ of TextEE."
)


def benchmark_file(citation: Citation, written: Mapping[str, Mapping[str, Any]], canary: str) -> str | None:
    """The file's text; None where the folder has no test split of articles."""
    if SPLIT not in written.get("documents", {}):
        return None
    value = {
        "name": citation.title,
        "description": f"{' '.join(citation.abstract.split())} {_SCORES}",
        "tasks": [{"id": task, "config": "documents", "split": SPLIT} for task in TASKS],
    }
    return f"# {canary}\n{yaml.safe_dump(value, sort_keys=False, allow_unicode=True, width=100)}"
