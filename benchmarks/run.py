#!/usr/bin/env python3
"""Speed, as ratios against a named peer on the same work in the same run: writes report.md and report.json.

Example: python benchmarks/run.py --repeats 5 --only text
"""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Annotated

import typer
from harness import NotRun
from reporting import AreaReport, begun, read_report, write_report

from khabar.errors import CallError
from khabar.terminal import print_data, program, run, talk

app = program(
    help="""Speed against named peers.

    Example: benchmarks/run.py --repeats 5 --only scoring""",
    default_command=True,
)
HERE = Path(__file__).resolve().parent
AREAS = sorted(path.stem.removesuffix("_benches") for path in HERE.glob("*_benches.py"))


@app.command()
def bench(
    repeats: Annotated[int, typer.Option(min=1, help="times each side is run")] = 5,
    scale: Annotated[float, typer.Option(min=0.001, help="size of the work, 1 as the goals say")] = 0.2,
    only: Annotated[
        list[str],
        typer.Option(
            metavar="AREA", help=f"of {', '.join(AREAS)} (repeatable); the others keep what they found last"
        ),
    ] = AREAS,
    out: Annotated[Path, typer.Option(metavar="DIR", help="folder of report.md and report.json")] = HERE,
) -> None:
    """Run every bench and write the report, anew after every area."""
    if unknown := [name for name in only if name not in AREAS]:
        raise CallError(f"no benches of {', '.join(unknown)} (there are {', '.join(AREAS)})")
    report = ""
    for area in only:
        found = measure(area, scale=scale, repeats=repeats)
        report = write_report(out, {**read_report(out / "report.json"), area: found}, AREAS)
    print_data(report)


def measure(area: str, *, scale: float, repeats: int) -> AreaReport:
    """Every bench of an area; one whose package is not installed here is told, with what is missing."""
    report = begun(area, scale=scale, repeats=repeats)
    try:
        for each in importlib.import_module(f"{area}_benches").benches(scale):
            talk.print(f"{area}: {each.name}: {each.work}", markup=False)
            report.add(each.measure(repeats))
    except ModuleNotFoundError as error:
        after = f"all after {len(report.benches) + len(report.growth)} benches" if report.benches else "all"
        report.add(NotRun(after, f"{error.name} is not installed here"))
    return report


if __name__ == "__main__":
    run(app)
