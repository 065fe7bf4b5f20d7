#!/usr/bin/env python3
"""A crawl to articles worth annotating, on one machine or a cluster, by the steps of the other programs."""

from __future__ import annotations

import os
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from khabar.corpus import read_corpus, text_folders
from khabar.crawl.models import model_of, reader_for
from khabar.errors import CallError
from khabar.files import dump_json
from khabar.intake import Terms, known_articles, require_source
from khabar.schema import default_annotations
from khabar.streams import Conversion, Limits
from khabar.terminal import print_data, program, run, talk
from khabar.wording import number_of

app = program(
    help="""A crawl to articles worth annotating, on datatrove. Needs the extra `crawl`.

    Example: crawl.py run 'crawl/*.warc.gz' --source ours --out build/crawl --tasks 16 --workers 8""",
)


class Engine(StrEnum):
    """Where the tasks run."""

    local = "local"
    slurm = "slurm"
    ray = "ray"


@app.command(name="run")
def run_crawl(
    inputs: Annotated[
        list[str],
        typer.Argument(
            metavar="INPUT...", help="WARC, JSON Lines, Parquet: files, folders, globs, addresses."
        ),
    ],
    source: Annotated[str, typer.Option(metavar="ID", help="Where they come from: an id in sources.yaml.")],
    out: Annotated[str, typer.Option(metavar="DIR", help="Folder or address that every task reaches.")],
    tasks: Annotated[int, typer.Option(min=1, help="Parts of the work; files are dealt out to them.")] = 1,
    workers: Annotated[int | None, typer.Option(min=1, help="Tasks at a time.")] = None,
    engine: Annotated[Engine, typer.Option(help="local, slurm or ray.")] = Engine.local,
    model: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="crf, gazetteer, or module:function that makes a model."),
    ] = None,
    choose: Annotated[int, typer.Option(min=0, help="Articles to choose, into DIR/chosen.")] = 0,
    seed: Annotated[int, typer.Option(min=0, help="Decides between articles that are equally good.")] = 0,
    partition: Annotated[str, typer.Option(help="Slurm's partition.")] = "",
    time: Annotated[str, typer.Option(help="Slurm's limit for a task.")] = "24:00:00",
    gigabytes: Annotated[int, typer.Option(min=1, help="Memory of a task, for Slurm and Ray.")] = 4,
    seconds: Annotated[int, typer.Option(min=1, help="CPU time one article may take.")] = 60,
    megabytes: Annotated[int, typer.Option(min=64, help="Memory one article may take.")] = 2048,
    annotations: Annotated[Path, typer.Option(metavar="DIR", help="The corpus.")] = default_annotations(),
    texts: Annotated[list[Path], typer.Option(metavar="DIR", help="Stand-off texts (repeatable).")] = [],  # noqa: B006
) -> None:
    """Clean a crawl, take out copies, pre-annotate, choose; run again, it does only what is not done.

    Example: crawl.py run s3://news/2026/ --source ours --out s3://news/out --tasks 2000 --engine slurm
    --partition cpu
    """
    from khabar.crawl.choosing import Wanted
    from khabar.crawl.stages import Cluster, run_stages, stages_of
    from khabar.crawl.summary import summary_of

    if engine is Engine.slurm and not partition:
        raise CallError("--engine slurm needs --partition")
    corpus = read_corpus(annotations, text_folders(texts))
    known = {each.id: each.text_sha256 for each in known_articles(corpus).values()}
    conversion = Conversion(Terms(require_source(corpus, source)), known=known)
    made = model_of(model, corpus) if model else None
    wanted = (
        Wanted(annotations, text_folders(texts), reader_for(model, corpus), choose, seed) if choose else None
    )
    limits = Limits(seconds, megabytes)
    stages = stages_of(inputs, out, conversion, tasks=tasks, model=made, wanted=wanted, limits=limits)
    cluster = Cluster(engine.value, workers or os.cpu_count() or 1, gigabytes, partition, time)
    run_stages(stages, out, cluster)
    if engine is Engine.slurm:
        talk.print(
            f"{number_of(len(stages), 'stage')} submitted; crawl.py count {out} when they are done",
            markup=False,
        )
    else:
        print_data(dump_json(asdict(summary_of(out)), indent=1))


@app.command(name="count")
def count(out: Annotated[str, typer.Argument(metavar="DIR", help="What `run` wrote.")]) -> None:
    """Count what a crawl wrote, by what became of the records.

    Example: crawl.py count build/crawl
    """
    from khabar.crawl.summary import summary_of

    print_data(dump_json(asdict(summary_of(out)), indent=1))


if __name__ == "__main__":
    run(app)
