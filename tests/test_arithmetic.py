"""The page of arithmetic follows from the report, and from nothing else."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

PARTS = {
    "read": 1.0,
    "clean text": 2.0,
    "clean web pages": 20.0,
    "near duplicates": 3.0,
    "pre-annotate, gazetteer": 4.0,
    "pre-annotate, CRF": 30.0,
    "write": 1.0,
}


def report(folder: Path) -> Path:
    """A report of a thousand articles, of which each step took so many seconds."""
    figures = {
        "bytes of a web page": 20_000,
        "bytes of an article": 3000,
        "bytes of an article as written": 1000,
    }
    steps = {"bench": "steps of a crawl", "work": "1,000 articles on one core"}
    area: dict[str, Any] = {
        "date": "2026-01-31",
        "machine": {"processor": "P", "python": "3.11", "load": 0.5, "cores": 2},
        "parts": [{**steps, "parts": {name: {"seconds": each} for name, each in PARTS.items()}}],
        "figures": [{"bench": name, "value": value} for name, value in figures.items()],
    }
    path = folder / "report.json"
    path.write_text(json.dumps({"areas": {"streams": area}}), encoding="utf-8")
    return path


def page(repository: Path, *options: str | Path) -> subprocess.CompletedProcess[str]:
    program = repository / "benchmarks" / "arithmetic.py"
    return subprocess.run([sys.executable, program, *options], capture_output=True, text=True, check=False)


def test_hours_and_bytes_follow_from_the_rates(repository: Path, tmp_path: Path) -> None:
    done = page(repository, "--report", report(tmp_path), "--pages-a-day", "1000", "--arabic", "0.1")
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert "| clean text | 2 | 500 |" in lines
    million = lines[lines.index("## 1 million articles") :]
    assert million[4] == "| text, cleaned | 1.1 | 0.069 | 0.0043 |"  # 4 ms an article
    assert million[7] == "| web pages, without copies, CRF | 15 | 0.95 | 0.06 |"  # 55 ms
    assert million[9] == "Bytes: web pages in 20.0 GB, text in 3.0 GB, written 1.0 GB."
    assert "## A year of a news crawl (36,500 articles)" in lines


def test_without_a_report_it_says_how_to_make_one(repository: Path, tmp_path: Path) -> None:
    done = page(repository, "--report", tmp_path / "none.json")
    assert (done.returncode, "run benchmarks/run.py --only streams" in done.stderr) == (2, True)
