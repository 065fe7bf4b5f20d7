#!/usr/bin/env python3
"""Baseline 3: any Hugging Face token-classification model, fine-tuned on train."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path

import typer

from khabar.baselines import finetuning
from khabar.baselines.submission import System, read_data, submit
from khabar.schema import default_annotations, load_schema
from khabar.terminal import program, run

DESCRIPTION = (
    "A pretrained model fine-tuned once for entities and once for triggers, first pieces of words labelled; "
    "proclitics trimmed off as train does, known names and triggers added where it finds none; arguments by "
    "the nearest compatible entity of the sentence."
)
SUBMISSIONS = default_annotations().parent / "benchmark" / "submissions"

app = program(help=__doc__ or "")


@app.command(epilog="Example: benchmark/baselines/finetune.py --model aubmindlab/bert-base-arabertv02")
def main(
    model: str = typer.Option(..., help="Name on the Hub, or folder, of the model."),
    split: str = typer.Option("test", help="Split to predict: validation or test."),
    release: Path | None = typer.Option(None, help="Release folder; default: the annotations themselves."),
    annotations: Path = typer.Option(default_annotations(), help="Folder of annotations and schema."),
    texts: list[Path] = typer.Option([], help="Folder of stand-off texts; may be given more than once."),
    out: Path | None = typer.Option(None, help="Predictions to write; system.yaml goes beside them."),
    date: datetime | None = typer.Option(None, formats=["%Y-%m-%d"], help="Date of a new system.yaml."),
    epochs: int = typer.Option(10, min=1, help="Passes over train."),
    learn_rate: float = typer.Option(5e-5, min=0, help="Highest learning rate."),
    batch: int = typer.Option(16, min=1, help="Windows learnt from at once."),
    device: str = typer.Option("auto", help="cpu, cuda, mps, …; auto: a GPU where there is one."),
    seed: int = typer.Option(0, help="Decides the new head, the order of sentences and dropout."),
) -> None:
    """Fine-tune a model on train and write its predictions for a split."""
    data = read_data(split, annotations=annotations, texts=texts, release=release)
    schema = load_schema(annotations / "schema.yaml")
    course = {"epochs": epochs, "learn_rate": learn_rate, "batch": batch}
    tuned = finetuning.fit(data.train, schema, model, seed=seed, device=device, **course)
    # of a folder only its own name: paths of a machine tell nobody anything
    name = Path(model).resolve().name if Path(model).is_dir() else model
    slug = re.sub(r"[^A-Za-z0-9.-]+", "-", name).strip("-.") or "model"
    system = System(
        name=f"Fine-tuned {name}"[:120],
        authors=["The Khabar maintainers"],
        licence="that of the model",
        training_data="train split",
        description=DESCRIPTION,
        parameters={"model": name, **course, "seed": seed},
    )
    target = out or SUBMISSIONS / f"finetune-{slug}" / "predictions.jsonl"
    submit(target, tuned, data, system, split=split, day=date.date() if date else None)


if __name__ == "__main__":
    run(app)
