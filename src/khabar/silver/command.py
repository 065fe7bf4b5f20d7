"""`publish_dataset.py silver`: kept here, since the program has many commands and this one many options."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

import khabar
from khabar.corpus import read_corpus
from khabar.errors import CallError
from khabar.release.counts import sizes_table
from khabar.schema import default_annotations
from khabar.silver.building import ARTICLES, build_silver
from khabar.silver.predicting import MODELS, baseline
from khabar.streams.unfinished import check_new
from khabar.terminal import print_table, talk


def silver_command(
    stream: Annotated[list[str], typer.Argument(metavar="STREAM...", help="Articles, as `stream` writes.")],
    out: Annotated[Path, typer.Option(metavar="DIR", help="The folder to make.")],
    model: Annotated[str, typer.Option(help=f"A baseline, trained on train: {', '.join(MODELS)}.")] = "",
    predictions: Annotated[
        list[str], typer.Option(metavar="STREAM", help="Or: submission records in the order of the articles.")
    ] = [],  # noqa: B006 - Typer copies it
    annotator: Annotated[str, typer.Option(metavar="ID", help="Who made these predictions.")] = "",
    version: Annotated[str, typer.Option(help="The release's version.")] = khabar.__version__,
    part: Annotated[int, typer.Option(min=1, help="Articles in a data file.")] = ARTICLES,
    workers: Annotated[int | None, typer.Option(min=1, help="Processes; every core by default.")] = None,
    without_near: Annotated[
        bool, typer.Option("--without-near", help="Go on where articles of the corpus lack their text.")
    ] = False,
    annotations: Annotated[Path, typer.Option(metavar="DIR", help="The corpus.")] = default_annotations(),
    texts: Annotated[list[Path], typer.Option(metavar="DIR", help="Stand-off texts (repeatable).")] = [],  # noqa: B006
) -> None:
    """Write a silver release: what a model says of a stream of articles, none of them in or near the corpus.

    Run it again in the same words to go on after a stop: what was made is kept in DIR.unfinished.

    Example: publish_dataset.py silver build/news --model crf --workers 4 --out build/silver
    """
    if bool(model) == bool(predictions) or (predictions and not annotator):
        raise CallError("name a --model, or --predictions and their --annotator")
    check_new(out)
    corpus = read_corpus(annotations, texts)
    report = build_silver(
        stream,
        baseline(model, corpus) if model else predictions,
        corpus,
        out,
        annotator=annotator or model,
        version=version,
        per_part=part,
        without_near=without_near,
        workers=workers,
    )
    for line in report.remarks:
        talk.print(line, markup=False)
    print_table(sizes_table(report.manifest))
