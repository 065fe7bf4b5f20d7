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
from khabar.pages import explorer, leaderboard, voices_on, write_explorer
from khabar.release import gold_documents, read_manifest, verify
from khabar.release.errata import deprecation
from khabar.release.retrieval import release_folder
from khabar.release.verification import loaded, plain_rows
from khabar.schema import Schema, default_annotations, load_schema
from khabar.scoring import (
    Gold,
    compare_evaluations,
    comparison_report,
    detail_report,
    read_gold,
    read_submission,
    score,
)
from khabar.scoring.board import find_entries, markdown, named_submissions, score_entries, score_files
from khabar.scoring.comparison import PERMUTATIONS
from khabar.scoring.report import as_json, header, notes, tables
from khabar.scoring.resampling import SEED
from khabar.scoring.starter import write_starter
from khabar.terminal import Format, print_data, print_table, program, run, talk

app = program(
    help="Score predictions; without any, make the leaderboard. Example: benchmark/evaluate.py FILE.jsonl",
    default_command=True,
)
HERE = Path(__file__).resolve().parent
TRAIN = "train"
"""The split whose names are called seen."""

Predictions = Annotated[Path, typer.Argument(help="submission: .jsonl, .conll, .json or .spacy")]
Split = Annotated[str, typer.Option(help="split to score on")]
Release = Annotated[
    str | None, typer.Option(help="release to score on: a folder, or hf://datasets/owner/name@revision")
]
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


def ground(split: str, release: str | None, annotations: Path, texts: Sequence[Path]) -> Ground:
    """The gold of a split, from a release folder where one is named, and what is left out of it."""
    with talk.status("reading the gold"):
        schema = load_schema(annotations / "schema.yaml")
        found = (
            _of_release(release, split, schema) if release else _of_corpus(annotations, split, schema, texts)
        )
    if deprecated := deprecation(annotations, found.release):
        talk.print(f"Release {deprecated.release} is not to be used: {deprecated.reason}", markup=False)
    if left_out := sorted(found.gold.left_out):
        talk.print(f"Left out, text not on this machine: {', '.join(left_out)}", markup=False)
    return found


def _of_corpus(annotations: Path, split: str, schema: Schema, texts: Sequence[Path]) -> Ground:
    corpus = read_corpus(annotations, texts)
    rows = gold_documents(corpus, split)
    left_out = set(corpus.splits[split]).intersection(corpus.without_text)
    train = None if split == TRAIN else gold_documents(corpus, TRAIN)
    return Ground(read_gold(rows, left_out=left_out, train=train), schema, None)


def _of_release(place: str, split: str, schema: Schema) -> Ground:
    folder = release_folder(place)
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
    if split == manifest.held_out:
        raise CallError(
            f"release {manifest.release} holds the labels of {split} out; name the folder that has them, "
            f"whose gold is {manifest.gold[split][:12]}…, or score on another split"
        )
    with loaded(folder, "documents") as splits:
        rows = plain_rows(splits[split])
        train = plain_rows(splits[TRAIN]) if split != TRAIN and TRAIN in manifest.gold else None
    gold = read_gold(rows, left_out=manifest.left_out(split), train=train)
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
    details: Annotated[bool, typer.Option("--details", help="also mistakes by kind, and slices")] = False,
    print_format: PrintFormat = Format.text,
) -> None:
    """Score one submission and print its figures; without a submission, make the leaderboard."""
    if predictions is None:
        if repair or details or print_format is not Format.text:
            raise CallError("--repair, --details and --format belong to one submission; name its file")
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
        scores = as_json(evaluation, sha256=digest) | detail_report.as_json(evaluation)
        print_data(dump_json({**head, "scores": scores}, indent=1))
        return
    for table in tables(evaluation, split=split):
        print_table(table)
    for table in detail_report.tables(evaluation) if details else ():
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
def compare(
    predictions: Annotated[list[Path], typer.Argument(help="two submissions or more: files, or folders")],
    split: Split = "test",
    release: Release = None,
    annotations: Annotations = default_annotations(),
    texts: Texts = None,
    permutations: Annotated[int, typer.Option(min=1, help="of the paired permutation test")] = PERMUTATIONS,
    seed: Annotated[int, typer.Option(min=0, help="of permutations and resamples")] = SEED,
    print_format: PrintFormat = Format.text,
) -> None:
    """Say which systems can be told apart. Example: benchmark/evaluate.py compare A.jsonl B.jsonl."""
    files = named_submissions(predictions)
    on = ground(split, release, annotations, texts or [])
    with talk.status("scoring and comparing"):
        evaluations = score_files(files, on.gold, on.schema)
        comparison = compare_evaluations(evaluations, permutations=permutations, seed=seed)
    if print_format is Format.json:
        found = comparison_report.as_json(comparison)
        print_data(dump_json({"split": split, "gold_digest": on.gold.digest, **found}, indent=1))
        return
    for table in comparison_report.tables(comparison):
        print_table(table)
    for note in comparison_report.notes(comparison):
        talk.print(note, markup=False)


@app.command()
def starter(
    folder: Annotated[Path, typer.Argument(help="folder to write the submission into")],
    split: Split = "test",
    release: Release = None,
    annotations: Annotations = default_annotations(),
    texts: Texts = None,
) -> None:
    """Write a submission to begin with. Example: benchmark/evaluate.py starter my-system."""
    on = ground(split, release, annotations, texts or [])
    for path in write_starter(folder, on.gold, HERE / "starter"):
        print_data(str(path))


@app.command()
def board(
    split: Split = "test",
    release: Release = None,
    annotations: Annotations = default_annotations(),
    texts: Texts = None,
    submissions: Annotated[Path, typer.Option(help="folder of submissions")] = HERE / "submissions",
    out: Annotated[Path, typer.Option(help="folder of the leaderboard")] = HERE / "leaderboard",
) -> None:
    """Score every submission and write README.md, results.json, index.html and a page for every article."""
    entries = find_entries(submissions)
    on = ground(split, release, annotations, texts or [])
    with talk.status(f"scoring {len(entries)} systems"):
        results = score_entries(entries, on.gold, on.schema, split=split, release=on.release)
    page = leaderboard(results, on.schema)
    corpus = read_corpus(annotations, texts or [])
    articles = explorer(corpus, voices_on(corpus, on.gold, entries))
    write_json(out / "results.json", results)
    write_text(out / "README.md", markdown(results))
    write_text(out / "index.html", page)
    write_explorer(out / "articles", articles)
    print_data(markdown(results))
    written = f"README.md, results.json, index.html, articles/ ({len(articles) - 1} articles)"
    talk.print(f"{len(entries)} systems; written: {out}/{written}", markup=False)


if __name__ == "__main__":
    run(app)
