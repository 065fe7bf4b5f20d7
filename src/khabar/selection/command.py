"""`convert_articles.py select`: kept here, since the program has many commands and this one many options."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from khabar.baselines.model import learnt_from
from khabar.corpus import read_corpus
from khabar.files import dump_json
from khabar.release import gold_documents
from khabar.schema import default_annotations
from khabar.selection.looking import READERS, reader_of
from khabar.selection.streaming import select_stream
from khabar.selection.writing import choice_json, table
from khabar.streams import size_of
from khabar.streams.unfinished import check_new
from khabar.terminal import Format, meter, print_data, talk
from khabar.workers import cores


def select_command(
    inputs: Annotated[list[str], typer.Argument(metavar="STREAM...", help="What `stream` has written.")],
    number: Annotated[int, typer.Option(min=1, help="Articles to choose.")],
    out: Annotated[Path, typer.Option(metavar="DIR", help="A new folder for the choice.")],
    seed: Annotated[int, typer.Option(min=0, help="Decides between articles that are equally good.")] = 0,
    model: Annotated[
        str, typer.Option(help=f"What looks at them, trained on train: {', '.join(READERS)}.")
    ] = READERS[0],
    workers: Annotated[int | None, typer.Option(min=1, help="Processes; every core by default.")] = None,
    annotations: Annotated[
        Path, typer.Option("--annotations", metavar="DIR", help="The corpus.")
    ] = default_annotations(),
    texts: Annotated[list[Path], typer.Option(metavar="DIR", help="Stand-off texts (repeatable).")] = [],  # noqa: B006 - Typer copies it
    form: Annotated[Format, typer.Option("--format")] = Format.text,
) -> None:
    """Choose the next articles to annotate: of rare event types, uncertain, dated, none near another.

    Writes a file of chosen articles for each source, which `convert` takes, and choice.json, which says why.
    Run it again in the same words to go on after a stop: what was looked at is kept in DIR.unfinished.

    Example: convert_articles.py select build/news --number 50 --seed 1 --out build/next
    """
    check_new(out)
    total = size_of(inputs)
    corpus = read_corpus(annotations, texts)
    documents = gold_documents(corpus, "train")
    reader = reader_of(model, documents, corpus.schema, seed=seed)
    with meter("Looking", total=total, unit="articles") as tell:
        selection = select_stream(
            inputs,
            corpus,
            reader,
            out,
            learnt=learnt_from(model, documents, corpus.schema, seed=seed),
            number=number,
            seed=seed,
            workers=workers or cores(),
            tell=tell,
        )
    print_data(
        dump_json(choice_json(selection, seed=seed), indent=1) if form is Format.json else table(selection)
    )
    for remark in selection.remarks(number):
        talk.print(remark, markup=False)
