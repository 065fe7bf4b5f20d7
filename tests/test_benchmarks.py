"""The harness of the benches: what it counts, and what its report keeps and tells."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest


@pytest.fixture
def harness(repository: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    yield from _imported("harness", repository, monkeypatch)


@pytest.fixture
def reporting(repository: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    yield from _imported("reporting", repository, monkeypatch)


def _imported(name: str, repository: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    monkeypatch.syspath_prepend(str(repository / "benchmarks"))
    yield __import__(name)


def of_an_area(reporting: ModuleType, area: str, **found: Any) -> Any:
    machine = reporting.Machine("a processor", 2, 24.0, "Linux x86_64", "3.11.0", 0.5)
    return reporting.AreaReport(area, "2026-01-31 10:00 UTC", "abc1234", "1.0.0", machine, 0.2, 5, **found)


POOL = """
import multiprocessing
import time

from harness import in_process


def busy():
    while time.process_time() < 0.3:
        pass


def work():
    context = multiprocessing.get_context("forkserver")
    started = [context.Process(target=busy) for _ in range(2)]
    for each in started:
        each.start()
    for each in started:
        each.join()


if __name__ == "__main__":
    print(in_process(work, 1).seconds)
"""


def test_processes_of_a_pool_count_in_time(repository: Path, tmp_path: Path) -> None:
    """Those of a fork server are no children of the process that is measured, and it waits for none."""
    program = tmp_path / "pool.py"
    program.write_text(POOL, encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(repository / "benchmarks")}
    told = subprocess.run([sys.executable, program], env=environment, capture_output=True, check=True)
    assert float(told.stdout) >= 0.6


def test_the_exponent_of_work_in_proportion_is_one_and_of_flat_work_zero(harness: ModuleType) -> None:
    assert harness.exponent({10: 1.0, 100: 10.0, 1000: 100.0}) == pytest.approx(1)
    assert harness.exponent({10: 7.0, 100: 7.0, 1000: 7.0}) == pytest.approx(0)
    assert harness.exponent({1: 3.0, 2: 12.0, 4: 48.0}) == pytest.approx(2)


def test_the_ratio_is_the_peers_time_over_ours(harness: ModuleType) -> None:
    row = harness.Measured(
        "b", "w", "p", harness.Side(2.0, 50), harness.Side(5.0, 70), 2, megabytes=8.0, articles=100
    )
    assert (row.ratio, row.throughput, row.articles_per_second) == (2.5, 4.0, 50.0)


def test_each_side_has_a_process_and_a_peak_of_its_own(harness: ModuleType) -> None:
    def much() -> int:
        return sum(bytearray(200_000_000)[:3])

    measured = harness.Bench("b", "w", much, "p", lambda: None).measure(1)
    assert measured.ours.peak_mb - measured.peer.peak_mb > 150


def test_waiting_counts_by_the_clock_on_the_wall_alone(harness: ModuleType) -> None:
    def wait() -> None:
        time.sleep(0.3)

    assert harness.in_process(wait, 1, "wall").seconds >= 0.3
    assert harness.in_process(wait, 1, "cpu").seconds < 0.3


def test_a_side_that_fails_is_an_error(harness: ModuleType) -> None:
    with pytest.raises(RuntimeError, match="a side of the bench failed"):
        harness.in_process(lambda: 1 / 0, 1)


def test_what_an_area_found_comes_back_as_it_was_written(
    harness: ModuleType, reporting: ModuleType, tmp_path: Path
) -> None:
    side = harness.Side(1.5, 40.0)
    text = of_an_area(
        reporting,
        "text",
        benches=[harness.Measured("b", "w", "p", side, side, None, megabytes=3.0)],
        growth=[harness.Grown("g", "articles", {10: side, 20: side}, 100.0)],
        parts=[harness.Shares("s", "w", {"one": side, "two": side})],
        figures=[harness.Figure("recall", "1,000 pairs", 0.995, "≥ 0.99")],
        not_run=[harness.NotRun("n", "no peer here")],
    )
    told = reporting.write_report(tmp_path, {"text": text}, ["other", "text"])
    assert reporting.read_report(tmp_path / "report.json") == {"text": text}
    assert told == (tmp_path / "report.md").read_text(encoding="utf-8")
    assert "2026-01-31 10:00 UTC, commit abc1234, Khabar 1.0.0; a processor, 2 cores, 24 GB" in told
    assert "| b | w: 2.0 MB/s | 1.500 | 40 | p | 1.500 | 40 | 1.00 | – |" in told
    assert "| g | 20 articles | 1.5 | 40 | 0.00 | 0.00 | ≤ 100 MB |" in told
    assert "| one | 1.500 | 50% |" in told
    assert "| recall | 1,000 pairs | 0.995 | ≥ 0.99 |" in told
    assert told.endswith("## Not run\n\n- text: n: no peer here\n- other: all: never run so far\n")
    (row,) = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))["areas"]["text"]["benches"]
    assert (row["ratio"], row["throughput"]) == (1.0, 2.0)


def test_an_area_without_its_peer_is_listed_and_ends_nothing(
    repository: Path, reporting: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "lame_benches.py").write_text("import a_peer_that_is_not_here\n", encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    (run,) = _imported("run", repository, monkeypatch)
    report = run.measure("lame", scale=0.1, repeats=1)
    assert [(each.name, each.work) for each in report.not_run] == [
        ("all", "a_peer_that_is_not_here is not installed here")
    ]


@pytest.mark.slow
def test_one_area_is_measured_and_the_others_stay(
    repository: Path, harness: ModuleType, reporting: ModuleType, tmp_path: Path
) -> None:
    side = harness.Side(1.5, 40.0)
    kept = of_an_area(
        reporting, "scoring", benches=[harness.Measured("tag scoring", "w", "p", side, side, 25)]
    )
    reporting.write_report(tmp_path, {"scoring": kept}, ["scoring", "text"])
    program = repository / "benchmarks" / "run.py"
    words = ["--only", "text", "--scale", "0.05", "--repeats", "1", "--out", str(tmp_path)]
    done = subprocess.run([sys.executable, program, *words], capture_output=True, text=True, check=True)
    reports = reporting.read_report(tmp_path / "report.json")
    assert reports["scoring"] == kept
    assert {"scoring", "text"} == reports.keys()
    assert "clean + segment + tokenize" in [each.bench for each in reports["text"].benches]
    assert "## scoring\n\n2026-01-31 10:00 UTC, commit abc1234" in done.stdout
    assert "- release: all: never run so far" in done.stdout


def test_an_area_that_is_none_is_a_wrong_call(repository: Path, tmp_path: Path) -> None:
    program = repository / "benchmarks" / "run.py"
    words = ["--only", "sports", "--out", str(tmp_path)]
    done = subprocess.run([sys.executable, program, *words], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "no benches of sports (there are" in done.stderr
    assert list(tmp_path.iterdir()) == []
