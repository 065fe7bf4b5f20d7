"""gather_annotations.py: its help, and the agreement it tells."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from gathering import Program, two_passes


def test_agreement_is_a_table_or_json(gather: Program, tmp_path: Path) -> None:
    assert gather("agreement")[:2] == (0, "")
    two_passes(gather, tmp_path)
    code, out, _ = gather("agreement", "--format", "json")
    (pair,) = json.loads(out)["pairs"]
    assert code == 0
    assert (pair["annotators"], pair["articles"]) == (["annotator-a", "annotator-b"], ["authored-x"])
    assert pair["measures"]["entity"]["f1"] == 2 / 3
    assert pair["measures"]["argument_c+"]["match"] == 1
    out = gather("agreement")[1]
    assert "annotator-a and annotator-b, 1 article" in out
    assert "0.667" in out


def test_the_program_says_how_it_is_called(repository: Path) -> None:
    script = repository / "scripts" / "gather_annotations.py"
    done = subprocess.run([sys.executable, script, "--help"], capture_output=True, text=True, check=True)
    assert "Example: gather_annotations.py export.json --map 3=annotator-a" in done.stdout
