#!/usr/bin/env python3
"""What Label Studio needs of us: the labelling configuration, and the articles as tasks."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from khabar.corpus import read_corpus
from khabar.files import write_json, write_text
from khabar.labelstudio import labelling_config, task
from khabar.missing import left_out
from khabar.schema import default_annotations
from khabar.terminal import program, run, talk

app = program(
    help="""Files to set up a Label Studio project with.

    Example: label_studio.py prepare --out build/label-studio""",
    default_command=True,
)
BUILD = Path(__file__).resolve().parents[1] / "build" / "label-studio"


@app.command()
def prepare(
    out: Annotated[Path, typer.Option(metavar="DIR", help="Where to write.")] = BUILD,
    annotations: Annotated[
        Path, typer.Option("--annotations", metavar="DIR", help="The corpus.")
    ] = default_annotations(),
    texts: Annotated[
        list[Path], typer.Option("--texts", metavar="DIR", help="Where stand-off texts are (repeatable).")
    ] = [],  # noqa: B006 - typer copies it
) -> None:
    """Write label_config.xml and tasks.json (this command needs no name).

    Example: label_studio.py --texts ~/articles
    """
    corpus = read_corpus(annotations, texts)
    tasks = [task(each, schema=corpus.schema) for each in corpus.articles.values() if each.text is not None]
    write_text(out / "label_config.xml", labelling_config(corpus.schema))
    write_json(out / "tasks.json", tasks)
    if corpus.without_text:
        talk.print(left_out(corpus, corpus.without_text), markup=False)
    talk.print(
        f"{len(tasks)} tasks. In Label Studio, for each annotator a project of their own (so that none sees\n"
        f"what another does):\n"
        f"  Create Project > Labeling Setup > Custom template: paste {out / 'label_config.xml'}\n"
        f"  Data Import: upload {out / 'tasks.json'}\n"
        f"  when done, Export > JSON, then: scripts/gather_annotations.py EXPORT.json --annotator ID",
        markup=False,
    )


if __name__ == "__main__":
    run(app)
