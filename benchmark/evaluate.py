#!/usr/bin/env python3
"""Score predictions on Khabar, or every submission of the benchmark at once."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from khabar.benchmark import Ground, check_whole, read_ground, take_proposed, write_board
from khabar.bootstrap import SEED
from khabar.corpus import read_corpus
from khabar.errors import CallError
from khabar.files import dump_json, read_json, sha256
from khabar.schema import default_annotations
from khabar.scoring import compare_evaluations, comparison_report, detail_report, score
from khabar.scoring.board import (
    file_of,
    find_entries,
    markdown,
    named_submissions,
    read_named,
    score_entries,
    score_files,
    with_others,
)
from khabar.scoring.comparison import PERMUTATIONS
from khabar.scoring.exports import as_eval_results
from khabar.scoring.report import as_json, header, notes, submission_notes, tables
from khabar.scoring.starter import write_starter
from khabar.terminal import Format, print_data, print_table, program, run, talk
from khabar.wording import number_of

app = program(
    help="Score predictions; without any, make the leaderboard. Example: benchmark/evaluate.py FILE.jsonl",
    default_command=True,
)
HERE = Path(__file__).resolve().parent

Predictions = Annotated[
    Path, typer.Argument(help="submission: .jsonl, .conll, .json or .spacy, or a system's folder")
]
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
Out = Annotated[
    Path | None,
    typer.Option(help="folder of the leaderboard; without it, benchmark/leaderboard"),
]
Partial = Annotated[
    bool, typer.Option("--partial", help="replace benchmark/leaderboard though articles lack their text")
]
PrintFormat = Annotated[Format, typer.Option("--format", help="text for people, json for machines")]


def ground(split: str, release: str | None, annotations: Path, texts: Sequence[Path]) -> Ground:
    """What is scored on; what a person must know of it is said."""
    with talk.status("reading the gold"):
        found = read_ground(split, annotations=annotations, texts=texts, release=release)
    for note in found.notes:
        talk.print(note, markup=False)
    return found


@app.command("score")
def score_predictions(
    predictions: Annotated[
        Path | None, typer.Argument(help="submission, or a system's folder; without it, all are scored")
    ] = None,
    split: Split = "test",
    release: Release = None,
    annotations: Annotations = default_annotations(),
    texts: Texts = None,
    repair: Repair = False,
    details: Annotated[bool, typer.Option("--details", help="also mistakes by kind, and slices")] = False,
    print_format: PrintFormat = Format.text,
    out: Out = None,
    partial: Partial = False,
) -> None:
    """Score one submission and print its figures; without a submission, make the leaderboard."""
    if predictions is None:
        if repair or details or print_format is not Format.text:
            raise CallError("--repair, --details and --format belong to one submission; name its file")
        board(split, release, annotations, texts, HERE / "submissions", out, partial)
        return
    if out or partial:
        raise CallError("--out and --partial belong to the leaderboard; name no submission")
    on = ground(split, release, annotations, texts or [])
    with talk.status("judging and scoring the predictions"):
        submission = read_named(predictions, on.gold, on.schema, repair=repair)
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
        digest = sha256(file_of(predictions).read_bytes())
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
    submission = read_named(predictions, on.gold, on.schema, repair=repair)
    found = {
        "valid": True,
        "articles": len(submission.articles),
        "tasks": sorted(submission.tasks),
        "mended_tags": submission.mended,
        "mends": [asdict(each) for each in submission.mends],
        "passed_over": submission.passed_over,
    }
    if print_format is Format.json:
        print_data(dump_json(found, indent=1))
        return
    for note in submission_notes(submission):
        talk.print(note, markup=False)
    articles = number_of(len(submission.articles), "article")
    print_data(f"{predictions}: valid; {articles}; predicts {', '.join(sorted(submission.tasks))}")


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
    out: Out = None,
    partial: Partial = False,
    show_texts: Annotated[
        bool, typer.Option("--show-texts", help="show stand-off texts, too, where their terms allow it")
    ] = False,
) -> None:
    """Score every submission anew and write the leaderboard: pages, results.json, scores.csv, README.md."""
    entries = find_entries(submissions)
    if show_texts and out is None:
        raise CallError("the pages of the repository hold no stand-off text; write elsewhere with --out DIR")
    on = ground(split, release, annotations, texts or [])
    if out is None:
        out = HERE / "leaderboard"
        check_whole(on, split, partial=partial)
    with talk.status(f"scoring {number_of(len(entries), 'system')}"):
        results = score_entries(entries, on.gold, on.schema, split=split, release=on.release)
        written = write_board(
            out, results, entries, on, read_corpus(annotations, texts or []), standoff=show_texts
        )
    print_data(markdown(results))
    systems, files = number_of(len(entries), "system"), number_of(len(written), "file")
    talk.print(f"{systems}; {files} written to {out}", markup=False)


@app.command()
def proposed(
    base: Annotated[str, typer.Argument(help="commit that the pull request is to go into")],
    head: Annotated[str, typer.Argument(help="commit that is proposed")],
    split: Split = "test",
    annotations: Annotations = default_annotations(),
    texts: Texts = None,
    repository: Annotated[Path, typer.Option(help="checkout that has both commits")] = HERE.parent,
) -> None:
    """Check and score the submissions a commit adds or changes: as data, nothing of it is run."""
    with tempfile.TemporaryDirectory(prefix="khabar-") as folder:
        systems = take_proposed(repository, base, head, Path(folder))
        others = find_entries(repository / "benchmark" / "submissions")
        entries = with_others(find_entries(Path(folder)), others)
        on = ground(split, None, annotations, texts or [])
        results = score_entries(entries, on.gold, on.schema, split=split)
    print_data(markdown(results))
    talk.print(f"valid: {', '.join(systems)}", markup=False)


@app.command("eval-results")
def eval_results(
    system: Annotated[str, typer.Argument(help="folder name of a system on the board")],
    dataset: Annotated[str, typer.Option(help="the benchmark's dataset on the Hub: OWNER/NAME")],
    revision: Annotated[str | None, typer.Option(help="its commit")] = None,
    source: Annotated[str | None, typer.Option(help="address where the figures can be checked")] = None,
    board_folder: Annotated[Path, typer.Option("--board", help="leaderboard")] = HERE / "leaderboard",
) -> None:
    """Print a system's headline figures as the YAML of a model repository's .eval_results/khabar.yaml."""
    if not (board_folder / "results.json").is_file():
        raise CallError(f"no results.json in {board_folder}; make the leaderboard first")
    results = read_json(board_folder / "results.json")
    print_data(as_eval_results(results, system, dataset=dataset, revision=revision, source=source))


if __name__ == "__main__":
    run(app)
