#!/usr/bin/env python3
"""How sure the CRF baseline is of each article: what `label_studio.py push --order uncertain` sorts by."""

from __future__ import annotations

from pathlib import Path

import typer

from khabar.baselines import crf
from khabar.corpus import read_corpus
from khabar.files import write_json_lines
from khabar.release import gold_documents
from khabar.schema import default_annotations
from khabar.terminal import program, progress, run, talk
from khabar.wording import number_of

app = program(help=__doc__ or "")


@app.command(epilog="Example: benchmark/baselines/certainty.py --out build/scores.jsonl")
def main(
    out: Path = typer.Option(Path("build/scores.jsonl"), help="Scores to write, a line per article."),
    annotations: Path = typer.Option(default_annotations(), help="Folder of annotations and schema."),
    texts: list[Path] = typer.Option([], help="Folder of stand-off texts; may be given more than once."),
    seed: int = typer.Option(0, help="Decides which articles of train share a fold."),
) -> None:
    """Train the CRF on train, and score every article that is in no split and has its text here.

    An article of validation or test is never scored: what is annotated must not depend on them.
    """
    corpus = read_corpus(annotations, texts)
    taken = {each for articles in corpus.splits.values() for each in articles}
    model = crf.fit(list(gold_documents(corpus, "train")), corpus.schema, seed=seed)
    wanted = [each for each in corpus.articles.values() if each.id not in taken]
    here = [each for each in wanted if each.text is not None]
    rows = [
        {"article": each.id, "score": round(model.certainty(each.text or ""), 6)}
        for each in progress(here, doing="scoring", total=len(here))
    ]
    write_json_lines(out, rows)
    if missing := [each.id for each in wanted if each.text is None]:
        talk.print(f"{len(missing)} left out, text not on this machine: {', '.join(missing)}", markup=False)
    talk.print(f"{out}: {number_of(len(rows), 'article')} in no split", markup=False)


if __name__ == "__main__":
    run(app)
