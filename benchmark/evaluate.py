#!/usr/bin/env python3
"""Score predictions on Khabar, or every submission of the benchmark at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from khabar.corpus import read_corpus
from khabar.errors import CallError, DataError
from khabar.files import dump_json, sha256, write_json, write_text
from khabar.pages import leaderboard
from khabar.release import gold_documents, read_manifest, verify
from khabar.release.verification import loaded, plain_rows
from khabar.schema import Schema, default_annotations, load_schema
from khabar.scoring import Gold, read_gold, read_submission, score
from khabar.scoring.board import find_entries, markdown, score_entries
from khabar.scoring.report import as_json, header, notes, tables
from khabar.terminal import Format, print_data, print_table, program, progress, run, talk

app = program(
    help="Score predictions; without any, make the leaderboard. Example: benchmark/evaluate.py FILE.jsonl",
    default_command=True,
)
HERE = Path(__file__).resolve().parent

Predictions = Annotated[Path, typer.Argument(help="submission: JSON Lines of spans or of tags")]
Split = Annotated[str, typer.Option(help="split to score on")]
Release = Annotated[Path | None, typer.Option(help="release folder to take the gold from")]
Annotations = Annotated[Path, typer.Option(help="annotations folder to take gold and schema from")]
Texts = Annotated[
    list[Path] | None, typer.Option(help="folder of stand-off texts; may be given more than once")
]
Repair = Annotated[
    bool, typer.Option("--repair", help="mend I- tags that continue nothing, and say how many")
]
PrintFormat = Annotated[Format, typer.Option("--format", help="text for people, json for machines")]


@dataclass(frozen=True, slots=True)
class Ground:
    """What is scored on."""

    gold: Gold
    schema: Schema
    release: str | None


def ground(split: str, release: Path | None, annotations: Path, texts: Sequence[Path]) -> Ground:
    """The gold of a split, from a release folder where one is named, and what is left out of it."""
    with talk.status("reading the gold"):
        schema = load_schema(annotations / "schema.yaml")
        found = (
            _of_release(release, split, schema) if release else _of_corpus(annotations, split, schema, texts)
        )
    if left_out := sorted(found.gold.left_out):
        talk.print(f"Left out, text not on this machine: {', '.join(left_out)}", markup=False)
    return found


def _of_corpus(annotations: Path, split: str, schema: Schema, texts: Sequence[Path]) -> Ground:
    corpus = read_corpus(annotations, texts)
    rows = gold_documents(corpus, split)
    left_out = set(corpus.splits[split]).intersection(corpus.without_text)
    return Ground(read_gold(rows, left_out=left_out), schema, None)


def _of_release(folder: Path, split: str, schema: Schema) -> Ground:
    manifest = read_manifest(folder)
    if report := verify(folder):
        raise DataError(report)
    if manifest.schema_version != schema.version:
        raise CallError(
            f"release {manifest.release} has schema {manifest.schema_version}, here is {schema.version}; "
            "name the annotations it was made from with --annotations"
        )
    if split not in manifest.gold:
        raise CallError(
            f"no split {split!r} in release {manifest.release} (there are {', '.join(manifest.gold)})"
        )
    with loaded(folder, "documents") as splits:
        rows = plain_rows(splits[split])
    gold = read_gold(rows, left_out=manifest.left_out_without_text.get(split, []))
    if gold.digest != manifest.gold[split]:
        raise DataError.one(folder, f"the gold of {split} is not that of its manifest")
    return Ground(gold, schema, manifest.release)


@app.command("score")
def score_predictions(
    predictions: Annotated[Path | None, typer.Argument(help="submission; without it, all are scored")] = None,
    split: Split = "test",
    release: Release = None,
    annotations: Annotations = default_annotations(),
    texts: Texts = None,
    repair: Repair = False,
    print_format: PrintFormat = Format.text,
) -> None:
    """Score one submission and print its figures; without a submission, make the leaderboard."""
    if predictions is None:
        if repair or print_format is not Format.text:
            raise CallError("--repair and --format belong to one submission; name its file")
        board(split, release, annotations, texts, HERE / "submissions", HERE / "leaderboard")
        return
    on = ground(split, release, annotations, texts or [])
    with talk.status("judging and scoring the predictions"):
        submission = read_submission(predictions, on.gold, on.schema, repair=repair)
        evaluation = score(on.gold, submission, on.schema)
    if print_format is Format.json:
        head = header(
            on.gold,
            split=split,
            schema=on.schema,
            release=on.release,
            resamples=evaluation.resamples,
            seed=evaluation.seed,
        )
        digest = sha256(predictions.read_bytes())
        print_data(dump_json({**head, "scores": as_json(evaluation, sha256=digest)}, indent=1))
        return
    for table in tables(evaluation, split=split):
        print_table(table)
    for note in notes(evaluation):
        talk.print(note, markup=False)


@app.command()
def validate(
    predictions: Predictions,
    split: Split = "test",
    release: Release = None,
    annotations: Annotations = default_annotations(),
    texts: Texts = None,
    repair: Repair = False,
    print_format: PrintFormat = Format.text,
) -> None:
    """Only say whether a submission can be scored: every fault, with line, place and code."""
    on = ground(split, release, annotations, texts or [])
    submission = read_submission(predictions, on.gold, on.schema, repair=repair)
    found = {
        "valid": True,
        "articles": len(submission.articles),
        "tasks": sorted(submission.tasks),
        "mended_tags": submission.mended,
        "passed_over": submission.passed_over,
    }
    if print_format is Format.json:
        print_data(dump_json(found, indent=1))
        return
    print_data(
        f"{predictions}: valid; {found['articles']} articles; predicts {', '.join(sorted(submission.tasks))}"
    )


@app.command()
def board(
    split: Split = "test",
    release: Release = None,
    annotations: Annotations = default_annotations(),
    texts: Texts = None,
    submissions: Annotated[Path, typer.Option(help="folder of submissions")] = HERE / "submissions",
    out: Annotated[Path, typer.Option(help="folder of the leaderboard")] = HERE / "leaderboard",
) -> None:
    """Score every submission and write README.md, results.json and index.html."""
    entries = find_entries(submissions)
    on = ground(split, release, annotations, texts or [])
    shown = progress(entries, doing="scoring", total=len(entries))
    results = score_entries(shown, on.gold, on.schema, split=split, release=on.release)
    page = leaderboard(results, on.schema)
    write_json(out / "results.json", results)
    write_text(out / "README.md", markdown(results))
    write_text(out / "index.html", page)
    print_data(markdown(results))
    talk.print(f"{len(entries)} systems; written: {out}/README.md, results.json, index.html", markup=False)


if __name__ == "__main__":
    run(app)
