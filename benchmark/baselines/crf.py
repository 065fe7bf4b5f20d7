#!/usr/bin/env python3
"""Baseline 1: a CRF for entities and one for triggers, learnt from train; runs on a CPU."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import typer

from khabar.baselines import crf
from khabar.baselines.submission import System, read_data, submit
from khabar.baselines.tagger import PARAMETERS
from khabar.schema import default_annotations, load_schema
from khabar.terminal import program, run

SYSTEM = System(
    name="CRF",
    authors=["The Khabar maintainers"],
    licence="Apache-2.0",
    training_data="train split",
    description="Two linear-chain CRFs (entities, triggers) with clitic-aware features; proclitics trimmed "
    "off as train does; arguments by the nearest compatible entity of the sentence.",
)
OUT = default_annotations().parent / "benchmark" / "submissions" / "crf" / "predictions.jsonl"

app = program(help=__doc__ or "")


@app.command(epilog="Example: benchmark/baselines/crf.py --split test")
def main(
    split: str = typer.Option("test", help="Split to predict: validation or test."),
    release: Path | None = typer.Option(None, help="Release folder; default: the annotations themselves."),
    annotations: Path = typer.Option(default_annotations(), help="Folder of annotations and schema."),
    texts: list[Path] = typer.Option([], help="Folder of stand-off texts; may be given more than once."),
    out: Path = typer.Option(OUT, help="Predictions to write; system.yaml goes beside them."),
    date: datetime | None = typer.Option(None, formats=["%Y-%m-%d"], help="Date of a new system.yaml."),
    seed: int = typer.Option(0, help="Decides which articles of train share a fold."),
) -> None:
    """Train the CRFs on train and write their predictions for a split."""
    data = read_data(split, annotations=annotations, texts=texts, release=release)
    model = crf.fit(data.train, load_schema(annotations / "schema.yaml"), seed=seed)
    system = replace(SYSTEM, parameters={**PARAMETERS, "seed": seed})
    submit(out, model, data, system, split=split, day=date.date() if date else None)


if __name__ == "__main__":
    run(app)
