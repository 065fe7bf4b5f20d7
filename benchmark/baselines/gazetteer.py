#!/usr/bin/env python3
"""Baseline 0: names and trigger words of train, found again in the articles of another split."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import typer

from khabar.baselines import gazetteer
from khabar.baselines.submission import System, read_data, submit
from khabar.schema import default_annotations, load_schema
from khabar.terminal import program, run

SYSTEM = System(
    name="Gazetteer",
    authors=["The Khabar maintainers"],
    licence="Apache-2.0",
    training_data="train split",
    description="Names and trigger words of train by clitic-aware longest match, each with its most frequent "
    "type; arguments by the nearest compatible entity of the sentence.",
)
OUT = default_annotations().parent / "benchmark" / "submissions" / "gazetteer" / "predictions.jsonl"

app = program(help=__doc__ or "")


@app.command(epilog="Example: benchmark/baselines/gazetteer.py --split test")
def main(
    split: str = typer.Option("test", help="Split to predict: validation or test."),
    release: Path | None = typer.Option(None, help="Release folder; default: the annotations themselves."),
    annotations: Path = typer.Option(default_annotations(), help="Folder of annotations and schema."),
    texts: list[Path] = typer.Option([], help="Folder of stand-off texts; may be given more than once."),
    out: Path = typer.Option(OUT, help="Predictions to write; system.yaml goes beside them."),
    date: datetime | None = typer.Option(None, formats=["%Y-%m-%d"], help="Date of a new system.yaml."),
    seed: int = typer.Option(0, help="Taken as by every baseline; nothing here is drawn at random."),
) -> None:
    """Learn the gazetteer from train and write its predictions for a split."""
    del seed
    data = read_data(split, annotations=annotations, texts=texts, release=release)
    model = gazetteer.fit(data.train, load_schema(annotations / "schema.yaml"))
    submit(out, model, data, SYSTEM, split=split, day=date.date() if date else None)


if __name__ == "__main__":
    run(app)
