"""Scoring on the annotations imports nothing heavy but seqeval, which the published figure needs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from conftest import tiny_schema_value
from release_corpus import gold_predictions, make_checkout
from scoring_gold import write_lines

HEAVY = {"datasets", "huggingface_hub", "spacy", "torch", "trafilatura", "requests", "httpx"}
"""Not pandas and pyarrow: scikit-learn, which seqeval needs for a warning class, imports them if it can."""

PROGRAM = """
import runpy, sys
sys.argv = sys.argv[1:]
try:
    runpy.run_path(sys.argv[0], run_name="__main__")
except SystemExit as end:
    assert not end.code, end.code
print(*sorted({name.partition(".")[0] for name in sys.modules}), file=sys.stderr)
"""


def test_scoring_a_submission_imports_no_loader_no_hub_and_no_model_library(
    repository: Path, tmp_path: Path
) -> None:
    checkout = make_checkout(tmp_path / "checkout", tiny_schema_value(), "")
    path = write_lines(tmp_path / "p.jsonl", gold_predictions(checkout))
    program = repository / "benchmark" / "evaluate.py"
    command = [sys.executable, "-c", PROGRAM, program, path, "--annotations", checkout / "annotations"]
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=True)
    imported = set(done.stderr.splitlines()[-1].split())
    assert "seqeval" in imported
    assert imported & HEAVY == set()
